"""Backfills: any sources over any months, queued for the daemon behind everything else."""

from collections.abc import Sequence

import dagster as dg
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemotePartitionSetOrigin, RemoteRepositoryOrigin
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.utils import make_new_backfill_id
from dagster._daemon.controller import get_daemon_statuses
from dagster._daemon.daemon import BackfillDaemon
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._time import get_current_timestamp

from s1_assets.cells import FIRST_MONTH, SOURCES, Cell, read_month
from s1_assets.jobs import CELL
from s1_assets.partitions import MONTHS, partition_key

LOCATION = "s1"  # the code location's name in workspace.yaml
BACKFILLS_LAST = {"dagster/priority": "-10"}


def cells_between(sources: Sequence[str], first: str | None = None, last: str | None = None) -> list[Cell]:
    """The cells of the sources from month `first` ("YYYY-MM"; None is each source's first) to `last` (None is now).

    Newest month first, and only months in which the source existed. Raises ValueError for a source or a month that
    there is not, for months in the wrong order, and when no cell is left.
    """
    months = MONTHS.get_partition_keys()
    if not sources:
        raise ValueError(f"no source is named; sources are {', '.join(SOURCES)}, or all")
    unknown = [source for source in sources if source not in FIRST_MONTH]
    if unknown:
        raise ValueError(f"there is no source {', '.join(unknown)}; sources are {', '.join(SOURCES)}, or all")
    first, last = first and read_month("FROM", first), last and read_month("TO", last)
    for name, month in (("FROM", first), ("TO", last)):
        if month and month not in months:
            raise ValueError(f"{name}={month} is no month from {months[0]} to {months[-1]}")
    if first and last and first > last:
        raise ValueError(f"FROM={first} is after TO={last}; FROM is the first month and TO the last")
    wanted = [month for month in reversed(months) if (first or months[0]) <= month <= (last or months[-1])]
    cells = [cell for month in wanted for source in sources if (cell := Cell(source, month)).covered]
    if not cells:
        began = ", ".join(f"{source} began in {FIRST_MONTH[source]}" for source in sources)
        raise ValueError(f"there is no cell from FROM={first} to TO={last}: {began}")
    return cells


def request_backfill(instance: dg.DagsterInstance, cells: Sequence[Cell], title: str) -> str:
    """Asks the daemon for one run of the job `cell` for each cell, in the order given; returns the backfill's id.

    The daemon finds the job by the names of location and job in its own workspace, so nothing is loaded here.
    """
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), "__repository__")
    backfill = PartitionBackfill(
        backfill_id=make_new_backfill_id(),
        partition_set_origin=RemotePartitionSetOrigin(
            repository_origin=repository, partition_set_name=f"{CELL.name}_partition_set"
        ),
        partition_names=[partition_key(cell) for cell in cells],
        status=BulkActionStatus.REQUESTED,
        from_failure=False,
        tags=BACKFILLS_LAST,
        backfill_timestamp=get_current_timestamp(),
        title=title,
    )
    instance.add_backfill(backfill)
    return backfill.backfill_id


def daemon_is_running(instance: dg.DagsterInstance) -> bool:
    """Whether a Dagster daemon that submits backfills and starts queued runs has lately been heard of."""
    needed = [BackfillDaemon.daemon_type(), QueuedRunCoordinatorDaemon.daemon_type()]
    return all(status.healthy for status in get_daemon_statuses(instance, needed, ignore_errors=True).values())


def is_embedded(instance: dg.DagsterInstance) -> bool:
    """Whether the instance is one of SQLite, as `make dev` has it, and not a team's."""
    return isinstance(instance.run_storage, SqliteRunStorage)
