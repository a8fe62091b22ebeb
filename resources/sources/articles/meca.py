"""One month of bioRxiv or medRxiv from a mirror: MECA archives as in their buckets, and answers of their API.

    <source>/Current_Content/<Month>_<year>/<uuid>.meca     December 2018 on; the folder tells the month
    <source>/Back_Content/<batch>/<uuid>.meca               before; the article tells the month
    <source>/api/details/…                                  what the API says (openrxiv.py), if the mirror has it

Nothing outside an archive says whose it is, so planning opens each new archive and reads its article XML, by ranges. A
part is a share of the month's papers (`part_of`). Of several versions in one month the newest archive is the row.
"""

import calendar
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO

from resources.sources.articles import openrxiv
from resources.sources.articles.article import article_row, identify, month_of, part_of
from resources.sources.articles.openrxiv import Record
from resources.sources.inventory import Inventory
from resources.sources.known import Facts, known
from resources.sources.mirror import Mirror, MirrorObject
from resources.sources.part import PartContents, SourcePart
from s1_assets.cells import Cell
from s1_assets.extraction.jats.front import Front, read_front
from s1_assets.extraction.jats.xml import MAX_XML_BYTES, parse_article
from s1_assets.extraction.meca import read_meca
from s1_assets.identifiers import doi_identifier
from s1_assets.publishing.rights import narrowest, rights_of
from s1_assets.rejects import Reason, Reject
from s1_assets.tables import RAW_PAPERS, Row

_BACK_UNTIL, CURRENT_SINCE = "2018-11", "2018-12"
_VERSION = re.compile(r"1\.(?P<version>\d{1,3})")  # HighWire writes version 2 as article-version 1.2


@dataclass(frozen=True)
class Archive:
    """An archive with what planning found in it; `version` is None where the article does not say it."""

    file: MirrorObject
    doi: str | None
    version: int | None
    title: str
    problem: str | None

    @property
    def name(self) -> str:
        """The archive's file name without its ending, a UUID."""
        return PurePosixPath(self.file.path).stem


@dataclass
class Preprint:
    """A preprint of the month: its archives, oldest version first, and what the API says of its versions.

    `withdrawals` are versions that took it back, in whatever month.
    """

    id: str
    archives: list[tuple[int, Archive]] = field(default_factory=list)
    records: dict[int, Record] = field(default_factory=dict)
    withdrawals: list[Record] = field(default_factory=list)

    def state(self) -> list[str]:
        """Everything that its rows are made from."""
        state = [repr(self.archives), repr(sorted(self.records.items()))]
        return [*state, repr(self.withdrawals)] if self.withdrawals else state

    def is_withdrawn(self, version: int) -> bool:
        """Whether this version or a later one took the preprint back."""
        records = [*self.records.values(), *self.withdrawals]
        return any(record.withdrawn and record.version >= version for record in records)


@dataclass(frozen=True)
class MecaCell:
    """One month, planned: the preprints of each part, and what was wrong with answers of the API.

    `inventory` is of the place that the month lies in: the folders of Current_Content, or the archives of Back_Content.
    """

    mirror: Mirror
    cell: Cell
    preprints: dict[str, list[Preprint]]
    problems: dict[str, list[str]]
    inventory: Inventory

    @classmethod
    def open(cls, mirror: Mirror, cell: Cell, cache: Path) -> "MecaCell":
        """Plans a month. Raises FileNotFoundError when the mirror has nothing of the source."""
        archives, inventory = _archives(mirror, cell, cache)
        pages = list(openrxiv.pages(mirror, cell.source, cell.month))
        if not archives and not pages and not mirror.objects(cell.source):
            raise FileNotFoundError(f"{mirror.url} has no {cell.source}/; put the archives of {cell.source} there")
        preprints = _preprints(archives, [record for page in pages for record in page.records])
        taken_back = openrxiv.withdrawals(mirror, cell.source, {preprint.id for preprint in preprints})
        parts: defaultdict[str, list[Preprint]] = defaultdict(list)
        for preprint in preprints:
            preprint.withdrawals = taken_back.get(preprint.id, [])
            parts[part_of(cell.source, cell.month, preprint.id)].append(preprint)
        problems = [problem for page in pages for problem in page.problems]
        name = f"{cell.source}_{cell.month}_api"
        return cls(mirror, cell, dict(sorted(parts.items())), {name: problems} if problems else {}, inventory)

    def parts(self) -> list[SourcePart]:
        """The parts of the month. Their versions change with archives and with what the API says."""
        parts = [
            SourcePart(
                name,
                _hash([preprint.state() for preprint in preprints]),
                len(preprints),
                frozenset(f"{self.cell.source}:{preprint.id}" for preprint in preprints),
            )
            for name, preprints in self.preprints.items()
        ]
        return parts + [SourcePart(name, _hash(problems), len(problems)) for name, problems in self.problems.items()]

    def read(self, part: str) -> PartContents:
        """The rows of one part; every archive and every record comes out once, as a row or as a reject."""
        contents = PartContents()
        for problem in self.problems.get(part, []):
            contents.rejects.append(Reject(Reason.METADATA_MISSING, problem).row(part, RAW_PAPERS.name))
        for preprint in self.preprints.get(part, []):
            self._take(preprint, contents)
        return contents

    def _take(self, preprint: Preprint, contents: PartContents) -> None:
        paper_id = f"{self.cell.source}:{preprint.id}"

        def reject(reason: Reason, detail: str, file: str | None = None) -> None:
            contents.rejects.append(Reject(reason, detail, source_file=file).row(paper_id, RAW_PAPERS.name))

        for number, archive in preprint.archives[:-1]:
            came = "a newer version of the paper" if number < preprint.archives[-1][0] else "this version again"
            reject(Reason.SUPERSEDED, f"{came} came the same month", archive.file.path)
        front, columns = Front(), dict[str, object]()
        if preprint.archives:
            version, newest = preprint.archives[-1]
            columns, found = self._read(newest)
            if isinstance(found, Reject):
                reject(found.reason, found.detail, newest.file.path)
            else:
                front = found
        else:
            version = max(preprint.records)
            if not preprint.records[version].withdrawn:
                reject(Reason.SOURCE_MISSING, f"the API lists version {version}; no archive of the month has it")
        record = preprint.records.get(version)
        if preprint.is_withdrawn(version):
            columns["status"] = "withdrawn"
        row = article_row(self.cell.source, self.cell.month, paper_id, front) | {"version": version} | columns
        contents.papers.append(row | (_from_record(row, record) if record else {}))
        identify(contents, paper_id, front)
        contents.identify(paper_id, "same", doi_identifier(preprint.id) if not front.doi else None)
        contents.identify(paper_id, "published_as", doi_identifier(record.published) if record else None)

    def _read(self, archive: Archive) -> tuple[dict[str, object], Front | Reject]:
        """Where an archive lies and what it is, and its article's front matter or why it has none."""
        content = self.mirror.read(archive.file.path, 0, archive.file.size)
        columns: dict[str, object] = {
            "archive": archive.file.path,
            "archive_offset": 0,
            "archive_size": archive.file.size,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        front = read_archive(io.BytesIO(content))
        return (columns, front) if isinstance(front, Reject) else (columns | {"format": "jats"}, front)


def read_archive(stream: IO[bytes]) -> Front | Reject:
    """The front matter of an archive's article, of which only the XML files are read; why there is none otherwise."""
    try:
        with zipfile.ZipFile(stream) as archive:
            texts = [member for member in archive.infolist() if member.filename.lower().endswith(".xml")]
            if sum(member.file_size for member in texts) > MAX_XML_BYTES:
                return Reject(Reason.ARCHIVE_UNSAFE, f"more than {MAX_XML_BYTES} bytes of XML")
            files = {member.filename: archive.read(member) for member in texts}
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error) as error:
        return Reject(Reason.ARCHIVE_UNREADABLE, f"{type(error).__name__}: {error}")
    found = read_meca(files)
    article = found if isinstance(found, Reject) else parse_article(files[found.article])
    return article if isinstance(article, Reject) else read_front(article)


def folder_of(month: str) -> str:
    """The folder of Current_Content that has the archives of a month ("YYYY-MM"), in the bucket."""
    year, number = month.split("-")
    return f"Current_Content/{calendar.month_name[int(number)]}_{year}"


def _archives(mirror: Mirror, cell: Cell, cache: Path) -> tuple[list[Archive], Inventory]:
    def learn(file: MirrorObject) -> Facts:
        with mirror.open(file.path) as stream:
            front = read_archive(stream)
        if isinstance(front, Reject):
            return {"problem": front.detail}
        version = _VERSION.fullmatch(front.version or "")
        return {
            "doi": front.doi or front.ids.get("doi"),
            "version": int(version["version"]) if version else None,
            "title": front.title,
            "published": front.published,
        }

    is_current = cell.month >= CURRENT_SINCE
    folder = folder_of(cell.month) if is_current else "Back_Content"
    files = [file for file in mirror.objects(f"{cell.source}/{folder}") if file.path.lower().endswith(".meca")]
    found = known(mirror, f"{cell.source}/{folder}", cache, files, learn)
    archives = [
        Archive(file, facts.get("doi"), facts.get("version"), facts.get("title") or "", facts.get("problem"))
        for file, facts in found
        if is_current or month_of(facts.get("published")) == cell.month
    ]
    return archives, _current(mirror, cell.source) if is_current else _back(cell.source, found)


def _current(mirror: Mirror, source: str) -> Inventory:
    """What lies in Current_Content: folders of months, and anything else, which no month looks into."""
    inventory = Inventory.of(source)
    inventory = replace(inventory, first=max(inventory.first, CURRENT_SINCE))
    folder, names = f"{source}/Current_Content", list(calendar.month_name)
    for entry in mirror.entries(folder):
        name, _, year = entry.partition("_")
        month = f"{year[:-1]}-{names.index(name):02}" if name in names and year.endswith("/") else None
        inventory.add(f"{folder}/{entry}", month, "no folder of a month such as January_2024")
    return inventory


def _back(source: str, found: Iterable[tuple[MirrorObject, Facts]]) -> Inventory:
    """The archives of Back_Content, whose articles tell their months."""
    inventory = replace(Inventory.of(source), last=_BACK_UNTIL)
    for file, facts in found:
        why = facts.get("problem") or "its article gives no month of publication"
        inventory.add(file.path, month_of(facts.get("published")), why)
    return inventory


def _preprints(archives: Iterable[Archive], records: Iterable[Record]) -> list[Preprint]:
    """Archives and records of one preprint brought together, by DOI; by title where an article lacks its DOI."""
    preprints: dict[str, Preprint] = {}
    by_title: dict[str, Record] = {}
    listed = list(records)
    for record in listed:
        by_title.setdefault(_plain(record.title), record)
    for archive in sorted(archives, key=lambda one: (one.version or 0, one.file.path)):
        titled = by_title.get(_plain(archive.title)) if archive.title else None
        name = archive.doi or (titled.doi if titled else archive.name)
        preprint = preprints.setdefault(name.lower(), Preprint(name.lower()))
        preprint.archives.append((archive.version or 1, archive))
    for record in listed:
        preprint = preprints.setdefault(record.doi.lower(), Preprint(record.doi.lower()))
        known_so_far = preprint.records.get(record.version)
        # Answers of several days may differ; what was taken back once stays so.
        withdrawn = record.withdrawn or (known_so_far is not None and known_so_far.withdrawn)
        preprint.records[record.version] = replace(record, withdrawn=withdrawn)
    return sorted(preprints.values(), key=lambda preprint: preprint.id)


def _plain(title: str) -> str:
    return " ".join(re.sub(r"<[^>]*>|\W", " ", title).lower().split())


def _from_record(row: Row, record: Record) -> Row:
    """What the API adds to a row: what the article does not say, and its own category."""
    missing = {
        "title": record.title,
        "abstract": record.abstract,
        "authors": list(record.authors),
        "doi": (doi_identifier(record.doi) or "").removeprefix("doi:") or None,
        "submitted": record.posted if record.version == 1 else None,
        "updated": record.posted,
    }
    columns: Row = {name: value for name, value in missing.items() if not row[name]}
    # What the server may not pass on as freely as the article says, we may not either.
    columns["license"] = narrowest(filter(None, [row["license"], record.license]))
    columns["rights"] = rights_of(columns["license"])
    if record.category and record.category not in row["categories"]:
        columns["categories"] = [record.category, *row["categories"]]
    return columns


def _hash(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
