"""All metadata lines of one month of arXiv: those of the snapshot, then those of harvests."""

from collections.abc import Iterable
from pathlib import Path

from resources.sources.arxiv.harvested import HARVESTED
from resources.sources.arxiv.records import BrokenRecord, Record, read_record
from resources.sources.arxiv.snapshot import open_snapshot, paper_of_line
from resources.sources.inventory import Inventory
from resources.sources.mirror import Mirror

Records = dict[str, Record | BrokenRecord]  # by canonical id, in id order


def records_of(mirror: Mirror, month: str, cache: Path) -> tuple[Records, Inventory]:
    """The records of a month's papers ("YYYY-MM"), and the inventory of all lines of all months.

    Of several records of a paper that with the latest datestamp counts, of several of one day the last; it keeps what
    the others state of earlier versions. The first call for a version of the snapshot makes its index under `cache`.

    Raises FileNotFoundError when the mirror has neither a snapshot nor harvested lines.
    """
    try:
        snapshot = open_snapshot(mirror, cache)
    except FileNotFoundError:
        if not mirror.entries(HARVESTED.folder):
            raise
        lines, inventory = [], Inventory.of("arxiv")
    else:
        lines, inventory = snapshot.lines(month), snapshot.inventory("arxiv")
    HARVESTED.add_to(inventory, mirror)
    return _latest([*lines, *HARVESTED.lines(mirror, month)]), inventory


def _latest(lines: Iterable[bytes]) -> Records:
    records: Records = {}
    for line in lines:
        try:
            record: Record | BrokenRecord = read_record(line)
        except ValueError as error:
            record = BrokenRecord(paper_of_line(line) or "", str(error)[:200])
        earlier = records.get(record.paper)
        if earlier and record.datestamp and record.datestamp < earlier.datestamp:
            record, earlier = earlier, record
        if isinstance(record, Record) and isinstance(earlier, Record):
            record = record.beside(earlier)
        records[record.paper] = record
    return dict(sorted(records.items()))
