"""How far each cell is, read from the footers of its parts; no row of any table is read."""

from collections.abc import Collection, Mapping, Sequence
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
    """How far a cell is: rows of its tables, when its newest part was written, and what failed there.

    `failed_run` says that the run that ended last failed, whatever the cell has from before.
    """

    cell: Cell
    papers: int
    pairs: int
    enhanced: int
    published: int
    newest: datetime | None
    failed_checks: tuple[str, ...] = ()
    failed_run: bool = False

    @property
    def failures(self) -> tuple[str, ...]:
        """The failed checks, and the last run where it failed, in words."""
        return (*self.failed_checks, *(["its last run"] if self.failed_run else []))

    @property
    def state(self) -> State:
        """failed: a check or the last run did; published: its pairs are out; unpublished: they are not; empty: none."""
        if self.failures:
            return "failed"
        if self.published:
            return "published"
        return "unpublished" if self.papers else "empty"


def read_coverage(
    lake: Lake, failed_checks: Mapping[Cell, Sequence[str]], failed_runs: Collection[Cell] = ()
) -> list[Coverage]:
    """The coverage of every cell that has a table, a failed check or a failed run, by source and month.

    `failed_checks` names the failed checks of cells, `failed_runs` the cells of which the last run failed.
    """
    cells = sorted({cell for table in TABLES for cell in lake.cells(table)} | {*failed_checks, *failed_runs})
    with ThreadPoolExecutor(READERS) as readers:
        return list(
            readers.map(
                lambda cell: _coverage(lake, cell, failed_checks.get(cell, ()), failed_run=cell in failed_runs), cells
            )
        )


def _coverage(lake: Lake, cell: Cell, failed_checks: Sequence[str], *, failed_run: bool) -> Coverage:
    papers, pairs, captions, shards = (lake.parts(table, cell) for table in TABLES)
    return Coverage(
        cell=cell,
        papers=sum(part.rows for part in papers),
        pairs=sum(part.rows for part in pairs),
        enhanced=_counted(captions, "status: enhanced"),
        published=_counted(shards, "pairs"),
        newest=max((part.written for part in (*papers, *pairs, *captions, *shards)), default=None),
        failed_checks=tuple(failed_checks),
        failed_run=failed_run,
    )


def _counted(parts: Sequence[PartFile], name: str) -> int:
    return sum(part.stats.get("counts", {}).get(name, 0) for part in parts)
