"""One month of a preprint server from a mirror: metadata records and a PDF for each version.

    <source>/<records>.jsonl, <source>/<records>/…     one record a line (records.py, crossref.py, osf.py)
    <source>/pdf/<file>                                the PDF of a version

A part is a day: the versions posted on it. Of several versions posted in one month the newest is the paper's row.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.sources.inventory import Inventory
from resources.sources.mirror import Mirror, MirrorObject
from resources.sources.part import PartContents, SourcePart
from resources.sources.preprints.record import Preprint
from resources.sources.preprints.records import MonthRecords, RecordShelf
from s1_assets.cells import Cell
from s1_assets.rejects import Reason, Reject
from s1_assets.tables import RAW_PAPERS, Row


@dataclass(frozen=True)
class Posted:
    """A version as its day has it: its PDF, if there is one, and the version that supersedes it within the month."""

    preprint: Preprint
    pdf: MirrorObject | None
    superseded_by: int | None


@dataclass(frozen=True)
class PreprintCell:
    """One month, planned: the versions of each day by part name, and lines that are no records.

    `inventory` is of the records, and of PDFs that no record names.
    """

    mirror: Mirror
    days: dict[str, list[Posted]]
    broken: dict[str, list[str]]
    inventory: Inventory

    @classmethod
    def open(cls, mirror: Mirror, cell: Cell, cache: Path) -> "PreprintCell":
        """Plans a month from the records and the listing of the PDFs; no PDF is read.

        Raises FileNotFoundError when the mirror has no records of the source.
        """
        shelf, records = RecordShelf.of(cell.source), MonthRecords.open(mirror, cell.source, cell.month, cache)
        preprints: dict[tuple[str, int], Preprint] = {}
        broken: dict[str, list[str]] = {}
        for line in records.lines:
            try:
                preprint = shelf.read(line)
            except ValueError as error:
                broken.setdefault(f"{cell.source}_{cell.month}_unreadable", []).append(str(error)[:300])
            else:
                preprints[preprint.id, preprint.version] = preprint  # of several records of a version the last counts
        pdfs = _pdfs(mirror, cell.source)
        inventory = records.inventory
        for name in sorted(pdfs.keys() - records.files):
            inventory.add(pdfs[name].path, None, f"no record with a date in {shelf.path} names it")
        return cls(mirror, _by_day(cell.source, preprints.values(), pdfs), broken, inventory)

    def parts(self) -> list[SourcePart]:
        """The days of the month. Their versions change with a record, with a PDF, or when a newer version arrives."""
        parts = [
            SourcePart(
                name,
                _hash([[one.preprint.digest, repr(one.pdf), one.superseded_by] for one in posted]),
                len(posted),
                frozenset(one.preprint.paper_id for one in posted),
            )
            for name, posted in self.days.items()
        ]
        return parts + [SourcePart(name, _hash(why), len(why)) for name, why in self.broken.items()]

    def read(self, part: str) -> PartContents:
        """The rows of one part; every record comes out once, as a row or as a reject."""
        contents = PartContents()
        for why in self.broken.get(part, []):
            reject = Reject(Reason.METADATA_MISSING, f"unreadable metadata record ({why})")
            contents.rejects.append(reject.row(part, RAW_PAPERS.name))
        for one in self.days.get(part, []):
            self._take(one, contents)
        return contents

    def _take(self, one: Posted, contents: PartContents) -> None:
        preprint = one.preprint

        def reject(reason: Reason, detail: str) -> None:
            contents.rejects.append(Reject(reason, detail).row(preprint.paper_id, RAW_PAPERS.name))

        if one.superseded_by is not None:
            reject(Reason.SUPERSEDED, f"version {preprint.version}; version {one.superseded_by} came the same month")
            return
        row: Row = {**dict.fromkeys(RAW_PAPERS.schema.names), **preprint.row()}
        if one.pdf is None:
            if not preprint.withdrawn:
                reject(Reason.SOURCE_MISSING, f"the mirror has no PDF of version {preprint.version}, {preprint.file}")
        else:
            content = self.mirror.read(one.pdf.path, 0, one.pdf.size)
            row |= {"archive": one.pdf.path, "archive_offset": 0, "archive_size": one.pdf.size}
            row |= {"sha256": hashlib.sha256(content).hexdigest()}
            # A PDF may have other bytes before its header (ISO 32000-1, annex H.3.4.1).
            if b"%PDF-" in content[:1024]:
                row["format"] = "pdf"
            else:
                reject(Reason.ARCHIVE_UNREADABLE, f"{one.pdf.path} is no PDF, it begins with {content[:16]!r}")
        contents.papers.append(row)
        for relation, identifier in preprint.identities:
            contents.identify(preprint.paper_id, relation, identifier)


def _pdfs(mirror: Mirror, source: str) -> dict[str, MirrorObject]:
    folder = f"{source}/pdf"
    return {found.path.removeprefix(f"{folder}/"): found for found in mirror.objects(folder)}


def _by_day(source: str, preprints: Iterable[Preprint], pdfs: dict[str, MirrorObject]) -> dict[str, list[Posted]]:
    newest: dict[str, int] = {}
    for preprint in preprints:
        newest[preprint.id] = max(preprint.version, newest.get(preprint.id, 0))
    days: defaultdict[str, list[Posted]] = defaultdict(list)
    for preprint in sorted(preprints, key=lambda one: (one.posted, one.id, one.version)):
        later = newest[preprint.id] if newest[preprint.id] > preprint.version else None
        days[f"{source}_{preprint.posted}"].append(Posted(preprint, pdfs.get(preprint.file), later))
    return dict(days)


def _hash(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
