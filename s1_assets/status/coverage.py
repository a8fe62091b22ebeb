"""How far each cell is, read from the footers of its parts; no row of any table is read."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from resources.lake import Lake, PartFile
from s1_assets.cells import Cell
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, PUBLISHED_SHARDS, RAW_PAPERS

State = Literal["published", "unpublished", "failed", "empty"]
TABLES = (RAW_PAPERS, FIGURE_PAIRS, ENHANCED_CAPTIONS, PUBLISHED_SHARDS)
READERS = 16  # footers that are asked for at a time: an object store answers each in tens of milliseconds


@dataclass(frozen=True)
class Coverage:
    """How far a cell is: rows of its tables, when its newest part was written, and which checks fail there."""

    cell: Cell
    papers: int
    pairs: int
    enhanced: int
    published: int
    newest: datetime | None
    failed_checks: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """failed: a check says so; published: its pairs are out; unpublished: they are not; empty: there are none."""
        if self.failed_checks:
            return "failed"
        if self.published:
            return "published"
        return "unpublished" if self.papers else "empty"


def read_coverage(lake: Lake, failed: Mapping[Cell, Sequence[str]]) -> list[Coverage]:
    """The coverage of every cell that has a table or a failed check, by source and month.

    `failed` names the failed checks of cells.
    """
    cells = sorted({cell for table in TABLES for cell in lake.cells(table)} | set(failed))
    with ThreadPoolExecutor(READERS) as readers:
        return list(readers.map(lambda cell: _coverage(lake, cell, failed.get(cell, ())), cells))


def _coverage(lake: Lake, cell: Cell, failed: Sequence[str]) -> Coverage:
    papers, pairs, captions, shards = (lake.parts(table, cell) for table in TABLES)
    return Coverage(
        cell=cell,
        papers=sum(part.rows for part in papers),
        pairs=sum(part.rows for part in pairs),
        enhanced=_counted(captions, "status: enhanced"),
        published=_counted(shards, "pairs"),
        newest=max((part.written for part in (*papers, *pairs, *captions, *shards)), default=None),
        failed_checks=tuple(failed),
    )


def _counted(parts: Sequence[PartFile], name: str) -> int:
    return sum(part.stats.get("counts", {}).get(name, 0) for part in parts)
