"""How cells stand: the last verdict of each check, and how the last run ended, as the Dagster instance has them.

Dagster's own answers go by when a run was created and count what a queued run only plans. Runs overtake each other, and
a backfill queues thousands of them, so here the last is what was judged last, and what ended last.
"""

from typing import Any

import dagster as dg
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.runs.schema import RunsTable
from sqlalchemy import func, select, tuple_

PARTITION = "dagster/partition"
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
# Runs of a check and cell without a verdict that are looked at, from the last one that was created.
RUNS = 50


def last_verdicts(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey, partition: str | None = None, *, failed: bool = False
) -> list[dg.EventLogEntry]:
    """The last verdict of a check in each partition or in the one given; with `failed`, those that are no pass.

    No method of Dagster's storages answers this without reading every verdict there ever was, so this one statement
    knows their table; it is the same on SQLite and Postgres.
    """
    columns = AssetCheckExecutionsTable.c
    verdicts = [
        columns.asset_key == key.asset_key.to_string(),
        columns.check_name == key.name,
        columns.execution_status.in_([Status.SUCCEEDED.value, Status.FAILED.value]),
    ]
    if partition is not None:
        verdicts.append(columns.partition == partition)
    last = select(func.max(columns.evaluation_event_storage_id)).where(*verdicts).group_by(columns.partition)
    query = select(columns.evaluation_event).where(*verdicts, columns.evaluation_event_storage_id.in_(last))
    if failed:
        query = query.where(columns.execution_status == Status.FAILED.value)
    storage: Any = instance.event_log_storage
    with storage.index_connection() as connection:
        events = connection.execute(query.order_by(columns.partition)).scalars().all()
    return [dg.deserialize_value(event, dg.EventLogEntry) for event in events]


def evaluation_of(verdict: dg.EventLogEntry) -> dg.AssetCheckEvaluation:
    """What a check found. `verdict` is an event of its evaluation."""
    return verdict.get_dagster_event().asset_check_evaluation_data


def ended_without_verdict(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey, partition: str, since: float
) -> str | None:
    """The id of a run that was to judge a partition, started, and ended without a verdict; None if there is none.

    Only runs that ended after `since` (UNIX time) count.
    """
    planned = instance.event_log_storage.get_asset_check_execution_history(
        key, limit=RUNS, status={Status.PLANNED}, partition_filter=PartitionKeyFilter(key=partition)
    )
    if not planned:
        return None
    runs = instance.get_run_records(dg.RunsFilter(run_ids=[record.run_id for record in planned]))
    ended = (run.dagster_run.run_id for run in runs if run.start_time and (run.end_time or 0) > since)
    return next(ended, None)


def failed_cells(instance: dg.DagsterInstance) -> list[str]:
    """Partition keys of the cells of which the run that ended last failed.

    Dagster's storages would be asked once a cell, so this one statement knows their table, too.
    """
    columns = RunsTable.c
    ended = columns.status.in_([status.value for status in ENDED])
    last = select(columns.partition, func.max(columns.end_time)).where(ended).group_by(columns.partition)
    failed = columns.status == dg.DagsterRunStatus.FAILURE.value
    query = select(columns.partition).where(failed, tuple_(columns.partition, columns.end_time).in_(last)).distinct()
    storage: Any = instance.run_storage
    with storage.connect() as connection:
        return sorted(connection.execute(query).scalars())
