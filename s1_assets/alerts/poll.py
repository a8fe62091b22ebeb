"""What happened since: evaluations of checks, failed runs, sensors and schedules that fail again and again.

Everything is asked of the Dagster instance in ways that all its storages answer (SQLite and Postgres are tested).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
from dagster import AssetCheckSeverity as Severity
from dagster import DagsterEventType as Event
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.scheduler.instigation import InstigatorTick, TickStatus
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord, AssetCheckPartitionInfo
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status

from s1_assets.alerts.messages import Kind, Links, News, short
from s1_assets.alerts.told import Told
from s1_assets.checks import evaluation_of
from s1_assets.partitions import cell_of
from s1_assets.step_failure import cause

# Storage ids and seconds that are read again, for events that showed up late.
OVERLAP_IDS, OVERLAP_SECONDS = 1000, 120
# What one tick looks at; the rest is for the next.
EVALUATIONS, RUNS = 500, 200
# Runs of one check and cell that are looked back on for the verdict before the last.
LOOK_BACK = 10
FAILURES_IN_A_ROW = 3
FINISHED = [TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.FAILURE]
RETRY, PARTITION = "dagster/retry_number", "dagster/partition"


@dataclass(frozen=True)
class Watched:
    """What is watched: the checks by the name of their step, and which warnings are news (S1_ALERT_WARNINGS)."""

    checks: Mapping[str, dg.AssetCheckKey]
    warnings: str
    links: Links

    def kind(self, evaluation: dg.AssetCheckEvaluation) -> Kind | None:
        """What an evaluation is: check_failed, check_warned, or None for one that is no news of its own."""
        if evaluation.passed:
            return None
        if evaluation.severity is Severity.ERROR:
            return "check_failed"
        measured = "value" in evaluation.metadata
        return "check_warned" if self.warnings == "all" or (self.warnings == "measured" and measured) else None


@dataclass(frozen=True)
class CheckRun:
    """A check in a cell, and what it found there or, when it crashed, the error."""

    key: dg.AssetCheckKey
    partition: str | None
    run_id: str
    evaluation: dg.AssetCheckEvaluation | None = None
    error: str = ""


def name_of(key: dg.AssetCheckKey) -> str:
    """A check as messages call it: `asset.check`."""
    return f"{key.asset_key.to_user_string()}.{key.name}"


def evaluated_since(
    instance: dg.DagsterInstance, checks: Sequence[dg.AssetCheckKey], storage_id: int | None
) -> list[AssetCheckPartitionInfo]:
    """The latest run of every check and partition, if it was evaluated after a storage id; oldest first.

    Without a storage id, all of them. A check that a newer run has planned waits for that run's verdict, and is
    not seen when that run ends without one: that run's own failure is.
    """
    found = instance.event_log_storage.get_asset_check_partition_info(list(checks), after_storage_id=storage_id)
    rows = [row for row in found if row.latest_execution_status is not Status.PLANNED]
    new = [row for row in rows if row.latest_check_event_storage_id > (storage_id or 0)]
    return sorted(new, key=lambda row: row.latest_check_event_storage_id)


def begin(instance: dg.DagsterInstance, watched: Watched, now: float) -> Told:
    """The state of one who has told everything up to now."""
    rows = evaluated_since(instance, list(watched.checks.values()), None)
    told = Told(rows[-1].latest_check_event_storage_id if rows else 0, now)
    told.evaluations = _overlapping([row.latest_check_event_storage_id for row in rows], told.storage_id)
    told.runs = [record.dagster_run.run_id for record in _failed_runs(instance, now - OVERLAP_SECONDS)]
    told.failing = failing_automation(instance)
    return told


def look(instance: dg.DagsterInstance, watched: Watched, told: Told) -> list[News]:
    """The news since `told`, which is moved past it."""
    return [
        *_news_of_checks(instance, watched, told),
        *_news_of_runs(instance, watched, told),
        *_news_of_automation(instance, watched, told),
    ]


def _news_of_checks(instance: dg.DagsterInstance, watched: Watched, told: Told) -> list[News]:
    rows = evaluated_since(instance, list(watched.checks.values()), max(0, told.storage_id - OVERLAP_IDS))
    seen = set(told.evaluations)
    new = [row for row in rows if row.latest_check_event_storage_id not in seen][:EVALUATIONS]
    news = [item for row in new if (item := _news_of_check(instance, watched, row))]
    ids = [row.latest_check_event_storage_id for row in new]
    told.storage_id = max([told.storage_id, *ids])
    told.evaluations = _overlapping([*told.evaluations, *ids], told.storage_id)
    return news


def _overlapping(ids: Sequence[int], last: int) -> list[int]:
    return [storage_id for storage_id in ids if storage_id > last - OVERLAP_IDS]


def _news_of_check(instance: dg.DagsterInstance, watched: Watched, row: AssetCheckPartitionInfo) -> News | None:
    records = instance.event_log_storage.get_asset_check_execution_history(
        row.check_key, limit=LOOK_BACK, partition_filter=PartitionKeyFilter(key=row.partition_key)
    )
    done = [number for number, record in enumerate(records) if record.status is not Status.PLANNED]
    if not done:
        return None  # deleted meanwhile
    record = records[done[0]]
    evaluation = evaluation_of(record)
    if not evaluation:
        return None
    kind = watched.kind(evaluation)
    if evaluation.passed and _failed_before(instance, watched, records[done[0] + 1 :]):
        kind = "all_clear"
    judged = CheckRun(row.check_key, row.partition_key, record.run_id, evaluation)
    return check_news(watched, kind, judged) if kind else None


def _failed_before(
    instance: dg.DagsterInstance, watched: Watched, earlier: Sequence[AssetCheckExecutionRecord]
) -> bool:
    """Whether the last verdict before was told as a failure, a warning or a crash."""
    for record in earlier:
        if evaluation := evaluation_of(record):
            return watched.kind(evaluation) is not None
        run = instance.get_run_by_id(record.run_id)
        if run and any(item.subject == name_of(record.key) for item in _news_of_run(instance, watched, run)):
            return True
    return False


def check_news(watched: Watched, kind: Kind, run: CheckRun) -> News:
    """News of a check in a cell."""
    cell = cell_of(run.partition) if run.partition else None
    asset = run.key.asset_key.to_user_string()
    links = {"check": watched.links.check(asset, run.key.name)}
    if run.partition:
        links["partition"] = watched.links.partition(asset, run.partition)
    if run.run_id:
        links["run"] = watched.links.run(run.run_id)
    return News(
        kind=kind,
        subject=name_of(run.key),
        source=cell.source if cell else "",
        cell=str(cell) if cell else "",
        text=short(run.evaluation.description if run.evaluation else run.error),
        value=_measured(run.evaluation, "value"),
        threshold=_measured(run.evaluation, "threshold"),
        run_id=run.run_id,
        links=links,
    )


def _measured(evaluation: dg.AssetCheckEvaluation | None, name: str) -> str | None:
    found = evaluation.metadata.get(name) if evaluation else None
    if found is None:
        return None
    return f"{found.value:.4g}" if isinstance(found.value, float) else short(str(found.value))


def _news_of_runs(instance: dg.DagsterInstance, watched: Watched, told: Told) -> list[News]:
    seen = set(told.runs)
    records = _failed_runs(instance, told.ended - OVERLAP_SECONDS)
    new = [record for record in records if record.dagster_run.run_id not in seen][:RUNS]
    news = [item for record in new for item in _news_of_run(instance, watched, record.dagster_run)]
    told.ended = max([told.ended, *(record.end_time or 0 for record in new)])
    overlap = {
        record.dagster_run.run_id for record in records if (record.end_time or 0) >= told.ended - OVERLAP_SECONDS
    }
    told.runs = [run_id for run_id in (*told.runs, *(r.dagster_run.run_id for r in new)) if run_id in overlap]
    return news


def _failed_runs(instance: dg.DagsterInstance, ended: float) -> list[dg.RunRecord]:
    """Runs that ended as failed after a UNIX time, oldest first."""
    records = instance.get_run_records(
        dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=datetime.fromtimestamp(ended, UTC))
    )
    ended_since = [record for record in records if (record.end_time or 0) >= ended]  # a tag changes older runs too
    return sorted(ended_since, key=lambda record: record.end_time or 0)


def _news_of_run(instance: dg.DagsterInstance, watched: Watched, run: dg.DagsterRun) -> list[News]:
    """Checks that crashed, and steps that failed on their own; nothing for a retry or a check that gave a verdict."""
    if int(run.tags.get(RETRY, 0)) > 0:
        return []
    entries = instance.all_logs(run.run_id, {Event.STEP_FAILURE, Event.ASSET_CHECK_EVALUATION, Event.RUN_FAILURE})
    events = [entry.dagster_event for entry in entries if entry.dagster_event]
    judged = {
        event.asset_check_evaluation_data.asset_check_key
        for event in events
        if event.event_type is Event.ASSET_CHECK_EVALUATION
    }
    failed = {event.step_key or "": cause(event.step_failure_data.error) for event in events if event.is_step_failure}
    partition = run.tags.get(PARTITION)
    crashed = {step: watched.checks[step] for step in failed if step in watched.checks}
    news = [
        check_news(watched, "check_crashed", CheckRun(key, partition, run.run_id, error=failed[step]))
        for step, key in crashed.items()
        if key not in judged
    ]
    own = [f"{step}: {text}" for step, text in failed.items() if step not in crashed]
    if own or not failed:
        ends = [event.message or "" for event in events if event.event_type is Event.RUN_FAILURE]
        news.append(_run_news(watched, run, "; ".join(own or ends)))
    return news


def _run_news(watched: Watched, run: dg.DagsterRun, text: str) -> News:
    partition = run.tags.get(PARTITION)
    cell = cell_of(partition) if partition else None
    again = " It is tried again by itself." if run.tags.get("dagster/will_retry") == "true" else ""
    return News(
        kind="run_failed",
        subject=run.job_name,
        source=cell.source if cell else "",
        cell=str(cell) if cell else "",
        text=short(text) + again,
        run_id=run.run_id,
        links={"run": watched.links.run(run.run_id)},
    )


def _news_of_automation(instance: dg.DagsterInstance, watched: Watched, told: Told) -> list[News]:
    news = []
    for name, tick in _last_ticks(instance).items():
        if _fails_repeatedly(tick) and name not in told.failing:
            told.failing.append(name)
            text = short(cause(tick.error) if tick.error else "")
            text = f"{tick.consecutive_failure_count} ticks in a row failed: {text}"
            news.append(_automation_news(watched, "automation_failing", name, text))
        elif name in told.failing and tick.status is not TickStatus.FAILURE:
            told.failing.remove(name)
            news.append(_automation_news(watched, "all_clear", name, "it ticks without an error again"))
    return news


def _automation_news(watched: Watched, kind: Kind, name: str, text: str) -> News:
    return News(kind=kind, subject=name, text=text, links={"automation": watched.links.automation()})


def failing_automation(instance: dg.DagsterInstance) -> list[str]:
    """Names of the sensors and schedules that are on and whose last ticks failed, FAILURES_IN_A_ROW or more."""
    return [name for name, tick in _last_ticks(instance).items() if _fails_repeatedly(tick)]


def last_tick(instance: dg.DagsterInstance, name: str) -> InstigatorTick | None:
    """The last finished tick of a sensor or schedule that is on."""
    return _last_ticks(instance).get(name)


def _last_ticks(instance: dg.DagsterInstance) -> dict[str, InstigatorTick]:
    """The last finished tick of every sensor and schedule that is on, by its name."""
    states = [state for state in instance.all_instigator_state() if state.is_running]
    ticks = {
        state.instigator_name: instance.get_ticks(
            state.instigator_origin_id, state.selector_id, limit=1, statuses=FINISHED
        )
        for state in states
    }
    return {name: found[0] for name, found in ticks.items() if found}


def _fails_repeatedly(tick: InstigatorTick) -> bool:
    return tick.status is TickStatus.FAILURE and tick.consecutive_failure_count >= FAILURES_IN_A_ROW
