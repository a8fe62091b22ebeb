"""Source × month: the partitions of every stage's asset."""

from collections.abc import Iterable
from functools import lru_cache

import dagster as dg
from dagster._time import get_current_datetime

from s1_assets.cells import SOURCES, Cell

# end_offset=1 makes the current month a partition too.
MONTHS = dg.MonthlyPartitionsDefinition(start_date="1991-07", fmt="%Y-%m", end_offset=1)
SOURCE_MONTH = dg.MultiPartitionsDefinition({"source": dg.StaticPartitionsDefinition(SOURCES), "month": MONTHS})


def partition_key(cell: Cell) -> dg.MultiPartitionKey:
    """The partition of a cell. Dagster orders dimensions by name, so keys are never written by hand."""
    return dg.MultiPartitionKey({"source": cell.source, "month": cell.month})


def cell_of(key: str) -> Cell:
    """The cell of a partition key such as `2024-03|arxiv`."""
    dimensions = SOURCE_MONTH.get_partition_key_from_str(key).keys_by_dimension
    return Cell(dimensions["source"], dimensions["month"])


def known_cell(key: str) -> Cell | None:
    """The cell of a partition key, or None for what is no partition.

    Anybody may tag a run with `dagster/partition`, and a source may be gone since: what Dagster remembers is read so.
    """
    return _cells(f"{get_current_datetime():%Y-%m}").get(key)


def known_cells(keys: Iterable[str]) -> list[Cell]:
    """The cells of those of the keys that are partitions, in their order."""
    return [cell for cell in map(known_cell, keys) if cell]


@lru_cache(maxsize=1)
def _cells(_this_month: str) -> dict[str, Cell]:
    """Every cell by its partition key. Dagster lists all months for each key that it is asked of; here once a month."""
    cells = (Cell(source, month) for month in MONTHS.get_partition_keys() for source in SOURCES)
    return {partition_key(cell): cell for cell in cells}
