"""A preprint server's records as a mirror has them.

One file that holds all, what harvests brought, or both:

    <source>/<records>.jsonl                     a copy of the whole list
    <source>/<records>/<YYYY-MM>/<fetch>.jsonl   what harvests brought, by the month in which a version was posted
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from resources.sources.harvested_lines import HarvestedLines, lines_of
from resources.sources.inventory import Inventory
from resources.sources.known import Facts, known
from resources.sources.mirror import Mirror, MirrorObject
from resources.sources.monthly_lines import MonthlyLines, PlaceOfLine
from resources.sources.preprints import crossref, osf
from resources.sources.preprints.record import Preprint


@dataclass(frozen=True)
class RecordShelf:
    """Where a server's records lie, and what reads them: the place of a line, and the version that it holds.

    `path` is the file that holds all; both functions raise ValueError, saying why, for a line that tells nothing.
    """

    source: str
    path: str
    place_of_line: PlaceOfLine
    read: Callable[[bytes], Preprint]

    @classmethod
    def of(cls, source: str) -> "RecordShelf":
        """The shelf of a server."""
        if source == crossref.SOURCE:
            return cls(source, crossref.RECORDS, crossref.place_of_line, crossref.read_record)
        return cls(source, osf.records_path(source), osf.place_of_line, lambda line: osf.read_record(source, line))

    @property
    def harvested(self) -> HarvestedLines:
        """What harvests brought, beside that file."""
        return HarvestedLines(self.path.removesuffix(".jsonl"), self._paper_of_line)

    def lines(self, mirror: Mirror, month: str, cache: Path) -> list[bytes]:
        """The lines of a month ("YYYY-MM"), in the order in which they count; none where there are no records."""
        whole = self.whole(mirror, cache)
        return (whole.lines(month) if whole else []) + self.harvested.lines(mirror, month)

    def whole(self, mirror: Mirror, cache: Path) -> MonthlyLines | None:
        """The file that holds all, if there is one; its first reader makes an index under `cache`."""
        try:
            return MonthlyLines.open(mirror, self.path, cache, self.place_of_line)
        except FileNotFoundError:
            return None

    def _paper_of_line(self, line: bytes) -> str | None:
        try:
            return self.read(line).id
        except ValueError:
            return None


@dataclass(frozen=True)
class MonthRecords:
    """The lines of one month, in the order in which they count: of several of a version the last.

    `files` are the PDFs that lines of any month describe, `inventory` is of the lines of all months.
    """

    lines: list[bytes]
    files: frozenset[str]
    inventory: Inventory

    @classmethod
    def open(cls, mirror: Mirror, source: str, month: str, cache: Path) -> "MonthRecords":
        """The records of a month ("YYYY-MM"). Raises FileNotFoundError when the mirror has none of the source."""
        shelf = RecordShelf.of(source)
        whole, harvested = shelf.whole(mirror, cache), shelf.harvested.files(mirror)
        if not whole and not mirror.entries(shelf.harvested.folder):
            raise FileNotFoundError(f"{mirror.url} has no {shelf.path}; put the records of {source} there")
        described = known(mirror, shelf.harvested.folder, cache, harvested, lambda file: _learn(mirror, shelf, file))
        files = {name for _, facts in described for name in facts["files"]}
        inventory = whole.inventory(source) if whole else Inventory.of(source)
        shelf.harvested.add_to(inventory, mirror)
        return cls(shelf.lines(mirror, month, cache), (whole.files if whole else frozenset()) | files, inventory)


def _learn(mirror: Mirror, shelf: RecordShelf, file: MirrorObject) -> Facts:
    names: set[str] = set()
    for line in lines_of(mirror, file):
        try:
            _, name = shelf.place_of_line(line)
        except ValueError:
            continue  # it shows where the month is read
        names |= {name} if name else set()
    return {"files": sorted(names)}
