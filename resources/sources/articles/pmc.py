"""One month of Nature Communications from a mirror of PMC's open-access bucket, in the layout that it has since 2026.

    pmc-oa/metadata/PMC<id>.<version>.json     what PMC says of an article version
    pmc-oa/PMC<id>.<version>/                  its XML, text and media, as loose files
    pmc-oa/news/                               what live services told since, retractions among it (news.py)

A part is a share of the month's articles (`part_of`). Versions count as numbers: .10 follows .2. An article's bytes
are those of its folder (`Mirror.pack`).
"""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from resources.sources.articles.article import article_row, identify, month_of, part_of
from resources.sources.articles.news import retracted_in
from resources.sources.inventory import Inventory
from resources.sources.known import Facts, known
from resources.sources.mirror import Mirror, MirrorObject
from resources.sources.part import PartContents, SourcePart
from s1_assets.cells import Cell
from s1_assets.extraction.jats.front import Front, read_front
from s1_assets.extraction.jats.xml import parse_article
from s1_assets.identifiers import doi_identifier
from s1_assets.publishing.rights import narrowest, rights_of
from s1_assets.rejects import Reason, Reject
from s1_assets.tables import RAW_PAPERS

SOURCE = "natcomms"
ROOT = "pmc-oa"
# Nature Communications by what an article's XML may call it: ISSN, NLM title abbreviation, Springer Nature's number.
_ISSN = "2041-1723"
_JOURNAL_IDS = frozenset({"nat commun", "nature communications", "41467", "10.1038/41467.2041-1723"})
# What PMC's metadata say of it, to leave the XML of other journals unread.
_CITED_AS = re.compile(r"Nat(?:ure)? Commun", re.IGNORECASE)
_DOI = re.compile(r"10\.1038/(?:s41467-|ncomms)", re.IGNORECASE)
# What an article version is goes by the name of its file, not by what is said in it.
_METADATA = re.compile(rf"{ROOT}/metadata/(?P<pmcid>PMC\d{{1,12}})\.(?P<version>\d{{1,3}})\.json")
_CITED_DATE = re.compile(r"\b((?:19|20)\d\d) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")


@dataclass(frozen=True)
class Version:
    """One version of an article, as PMC's metadata and its folder have it."""

    pmcid: str
    number: int
    doi: str | None
    title: str
    license: str
    retracted: bool
    files: tuple[MirrorObject, ...]

    @property
    def folder(self) -> str:
        """Where its files lie in a mirror."""
        return f"{ROOT}/{self.pmcid}.{self.number}/"

    @property
    def xml(self) -> str:
        """The path of its XML."""
        return f"{self.folder}{self.pmcid}.{self.number}.xml"


@dataclass(frozen=True)
class PmcCell:
    """One month, planned: the versions of each article of each part, oldest first.

    `inventory` is of the metadata, those of other journals left out. Article folders that no metadata name are not
    looked for: PMC's bucket holds millions.
    """

    mirror: Mirror
    month: str
    articles: dict[str, list[list[Version]]]
    inventory: Inventory

    @classmethod
    def open(cls, mirror: Mirror, cell: Cell, cache: Path) -> "PmcCell":
        """Plans a month from the metadata and the XML of new articles. Raises FileNotFoundError without metadata."""
        listed = mirror.objects(f"{ROOT}/metadata")
        if not listed and not mirror.entries(ROOT):
            raise FileNotFoundError(f"{mirror.url} has no {ROOT}/metadata/; put PMC's open-access files there")
        facts = known(mirror, f"{ROOT}/metadata", cache, listed, lambda file: _learn(mirror, file))
        by_article: defaultdict[str, list[Version]] = defaultdict(list)
        inventory, retracted = Inventory.of(SOURCE), retracted_in(mirror, cell.month)
        for file, found in facts:
            if found:
                why = found.get("problem") or "neither its citation nor its XML tells a month"
                inventory.add(file.path, found.get("month"), why)
            if found.get("month") == cell.month:
                version = _version(mirror, found, retracted)
                by_article[version.pmcid].append(version)
        parts: defaultdict[str, list[list[Version]]] = defaultdict(list)
        for pmcid, versions in sorted(by_article.items()):
            ordered = sorted(versions, key=lambda version: version.number)
            parts[part_of(SOURCE, cell.month, pmcid)].append(ordered)
        return cls(mirror, cell.month, dict(sorted(parts.items())), inventory)

    def parts(self) -> list[SourcePart]:
        """The parts of the month. Their versions change with metadata and with files."""
        return [
            SourcePart(
                name,
                hashlib.sha256(repr(articles).encode()).hexdigest(),
                len(articles),
                frozenset(_paper_id(versions[-1]) for versions in articles),
            )
            for name, articles in self.articles.items()
        ]

    def read(self, part: str) -> PartContents:
        """The rows of one part; every version comes out once, as a row or as a reject."""
        contents = PartContents()
        for versions in self.articles[part]:
            self._take(versions, contents)
        return contents

    def _take(self, versions: list[Version], contents: PartContents) -> None:
        newest = versions[-1]
        paper_id = _paper_id(newest)

        def reject(reason: Reason, detail: str, file: str | None = None) -> None:
            contents.rejects.append(Reject(reason, detail, source_file=file).row(paper_id, RAW_PAPERS.name))

        for older in versions[:-1]:
            reject(Reason.SUPERSEDED, f"version {newest.number} came the same month", older.folder)
        packed = self.mirror.pack(newest.folder) if newest.files else b""
        front = Front()
        if newest.files:
            found = _front(self.mirror, newest.xml)
            if isinstance(found, Reject):
                reject(found.reason, found.detail, newest.xml)
            else:
                front = found
        elif not newest.retracted:
            reject(Reason.SOURCE_MISSING, f"PMC lists {newest.pmcid}.{newest.number}; the mirror has no file of it")
        row = article_row(SOURCE, self.month, paper_id, front) | {"version": newest.number}
        row["title"], row["doi"] = row["title"] or newest.title, row["doi"] or newest.doi
        # What PMC may not pass on as freely as the article says, we may not either.
        row["license"] = narrowest([row["license"], newest.license or None])
        row["rights"] = rights_of(row["license"])
        if newest.retracted or front.article_type == "retraction":
            row["status"] = "retracted"
        if packed:
            row |= {"archive": newest.folder, "archive_offset": 0, "archive_size": len(packed)}
            row |= {"sha256": hashlib.sha256(packed).hexdigest(), "format": "jats" if front.title else "none"}
        contents.papers.append(row)
        identify(contents, paper_id, front)
        if not front.ids.keys() & {"pmc", "pmcid"}:
            contents.identify(paper_id, "same", f"pmc:{newest.pmcid}")
        if not front.doi:
            contents.identify(paper_id, "same", doi_identifier(newest.doi))


def _paper_id(version: Version) -> str:
    return f"{SOURCE}:{version.doi.lower() if version.doi else version.pmcid}"


def _learn(mirror: Mirror, file: MirrorObject) -> Facts:
    """What planning has to know of an article version, or the problem with it; nothing for one of another journal."""
    try:
        name = _METADATA.fullmatch(file.path)
        metadata = json.loads(mirror.read(file.path, 0, file.size))
        citation, doi = str(metadata.get("citation") or ""), str(metadata.get("doi") or "") or None
        if not citation and not doi:
            raise ValueError("neither citation nor DOI tells its journal")
        if name is None or not (_CITED_AS.search(citation) or _DOI.match(doi or "")):
            return {}
        facts: Facts = {
            "pmcid": name["pmcid"],
            "version": int(name["version"]),
            "doi": doi,
            "title": str(metadata.get("title") or ""),
            "license": str(metadata.get("license_code") or ""),
            "retracted": bool(metadata.get("is_retracted")),
            "month": _cited_month(citation),
        }
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        return {"problem": f"unreadable metadata ({type(error).__name__}: {error})"[:200]}
    folder = f"{ROOT}/{facts['pmcid']}.{facts['version']}"
    front = _front(mirror, f"{folder}/{facts['pmcid']}.{facts['version']}.xml")
    if isinstance(front, Front):
        if not _is_of_journal(front):
            return {}
        # A date may be no more than a year; the month is then that of the citation.
        facts |= {"doi": front.doi or doi, "month": month_of(front.published) or facts["month"]}
    return facts


def _front(mirror: Mirror, path: str) -> Front | Reject:
    try:
        content = mirror.read(path, 0, mirror.stat(path).size)
    except FileNotFoundError:
        return Reject(Reason.NO_MAIN_FILE, f"no {path}")
    article = parse_article(content)
    return article if isinstance(article, Reject) else read_front(article)


def _is_of_journal(front: Front) -> bool:
    names = {front.journal.lower(), *(name.lower() for name in front.journal_ids.values())}
    return _ISSN in front.issns or bool(names & _JOURNAL_IDS)


def _cited_month(citation: str) -> str | None:
    """The month of a citation such as `Nat Commun. 2023 Jul 28;14:4551`."""
    found = _CITED_DATE.search(citation)
    return f"{datetime.strptime(f'{found[1]} {found[2]}', '%Y %b'):%Y-%m}" if found else None


def _version(mirror: Mirror, facts: Facts, retracted: frozenset[str]) -> Version:
    name = f"{facts['pmcid']}.{facts['version']}"
    return Version(
        facts["pmcid"],
        facts["version"],
        facts["doi"],
        facts["title"],
        facts["license"],
        facts["retracted"] or (facts["doi"] or "").lower() in retracted,
        tuple(mirror.objects(f"{ROOT}/{name}")),
    )
