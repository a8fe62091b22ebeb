"""What happened since: evaluations of checks, failed runs, sensors and schedules that fail again and again.

Everything is asked of the Dagster instance in ways that all its storages answer (SQLite and Postgres are tested).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import dagster as dg
from dagster import AssetCheckSeverity as Severity
from dagster import DagsterEventType as Event
from dagster._core.scheduler.instigation import InstigatorTick, TickStatus

from s1_assets.alerts.messages import Kind, Links, News, short
from s1_assets.alerts.told import Told
from s1_assets.cell_state import PARTITION, evaluation_of
from s1_assets.partitions import known_cell
from s1_assets.step_failure import cause

# Storage ids and seconds that are read again, for events that showed up late.
OVERLAP_IDS, OVERLAP_SECONDS = 1000, 120
# What one tick looks at; the rest is for the next.
EVALUATIONS, RUNS = 500, 200
FAILURES_IN_A_ROW = 3
FINISHED = [TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.FAILURE]
RETRY, FIRST_ATTEMPT, WILL_RETRY = "dagster/retry_number", "dagster/root_run_id", "dagster/will_retry"
Dated = tuple[float, News]  # the UNIX time at which it happened


@dataclass(frozen=True)
class Watched:
    """What is watched: the checks by the name of their step, and which warnings are news (S1_ALERT_WARNINGS)."""

    checks: Mapping[str, dg.AssetCheckKey]
    warnings: str
    links: Links

    def kind(self, evaluation: dg.AssetCheckEvaluation) -> Kind | None:
        """What an evaluation is: check_failed, check_warned, all_clear (of a failure, if there was one), or no news."""
        if evaluation.passed:
            return "all_clear"
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


def evaluations_after(instance: dg.DagsterInstance, storage_id: int, limit: int) -> Mapping[int, dg.EventLogEntry]:
    """Verdicts of checks, within a run or without one, by storage id and so in the order in which they were given."""
    return instance.event_log_storage.get_logs_for_all_runs_by_log_id(
        after_cursor=max(0, storage_id), dagster_event_type=Event.ASSET_CHECK_EVALUATION, limit=limit
    )


def begin(instance: dg.DagsterInstance, now: float) -> Told:
    """The state of one who has told everything up to now."""
    told = Told(0, now)
    _skip_to_newest(instance, told)
    told.runs = [record.dagster_run.run_id for record in _failed_runs(instance, now - OVERLAP_SECONDS)]
    told.failing = failing_automation(instance)
    return told


def begin_again(instance: dg.DagsterInstance, told: Told) -> bool:
    """Goes back to where storage ids are, and says whether they were behind what was told; else does nothing.

    After `dagster run wipe` those of SQLite begin at 1. What was judged since then is not told.
    """
    if _newest(instance) >= told.storage_id:
        return False
    _skip_to_newest(instance, told)
    return True


def _skip_to_newest(instance: dg.DagsterInstance, told: Told) -> None:
    told.storage_id = _newest(instance)
    told.evaluations = [*evaluations_after(instance, told.storage_id - OVERLAP_IDS, OVERLAP_IDS)]


def _newest(instance: dg.DagsterInstance) -> int:
    return instance.event_log_storage.get_maximum_record_id() or 0


def look(instance: dg.DagsterInstance, watched: Watched, told: Told, now: float) -> list[News]:
    """The news since `told`, oldest first; `told` is moved past it. Every check that passes is an all clear here.

    `now` is UNIX time. A run that ended later, by a clock that is ahead, does not move `told` past what ends meanwhile.
    """
    checks_and_runs = [*_news_of_checks(instance, watched, told), *_news_of_runs(instance, watched, told, now)]
    in_order = sorted(checks_and_runs, key=lambda dated: dated[0])
    return [*(item for _, item in in_order), *_news_of_automation(instance, told)]


def _news_of_checks(instance: dg.DagsterInstance, watched: Watched, told: Told) -> list[Dated]:
    read = evaluations_after(instance, told.storage_id - OVERLAP_IDS, EVALUATIONS + len(told.evaluations))
    seen = set(told.evaluations)
    new = {storage_id: entry for storage_id, entry in read.items() if storage_id not in seen}
    told.storage_id = max([told.storage_id, *new])
    told.evaluations = [number for number in (*told.evaluations, *new) if number > told.storage_id - OVERLAP_IDS]
    return [dated for entry in new.values() for dated in _news_of_check(watched, entry)]


def _news_of_check(watched: Watched, entry: dg.EventLogEntry) -> Iterator[Dated]:
    evaluation = evaluation_of(entry)
    key, kind = evaluation.asset_check_key, watched.kind(evaluation)
    if kind and key in watched.checks.values():
        yield entry.timestamp, check_news(kind, CheckRun(key, evaluation.partition, entry.run_id, evaluation))


def check_news(kind: Kind, run: CheckRun) -> News:
    """News of a check in a cell."""
    news = News(
        kind=kind,
        subject=name_of(run.key),
        text=short(run.evaluation.description if run.evaluation else run.error),
        value=_measured(run.evaluation, "value"),
        threshold=_measured(run.evaluation, "threshold"),
        run_id=run.run_id,
    )
    return _placed(news, run.partition)


def _placed(news: News, partition: str | None) -> News:
    """News with the source and cell of its partition; of a partition that is no cell the text tells."""
    if not partition:
        return news
    if cell := known_cell(partition):
        return replace(news, source=cell.source, cell=str(cell))
    return replace(news, text=short(f"partition {partition!r} is no cell: {news.text}"))


def _measured(evaluation: dg.AssetCheckEvaluation | None, name: str) -> str | None:
    found = evaluation.metadata.get(name) if evaluation else None
    if found is None:
        return None
    return f"{found.value:.4g}" if isinstance(found.value, float) else short(str(found.value))


def _news_of_runs(instance: dg.DagsterInstance, watched: Watched, told: Told, now: float) -> list[Dated]:
    seen = set(told.runs)
    told.ended = min(told.ended, now)
    records = _failed_runs(instance, told.ended - OVERLAP_SECONDS)
    new = [record for record in records if record.dagster_run.run_id not in seen][:RUNS]
    told.ended = max([told.ended, *(min(record.end_time or 0, now) for record in new)])
    overlap = {
        record.dagster_run.run_id for record in records if (record.end_time or 0) >= told.ended - OVERLAP_SECONDS
    }
    told.runs = [run_id for run_id in (*told.runs, *(r.dagster_run.run_id for r in new)) if run_id in overlap]
    return [
        (record.end_time or 0, item) for record in new for item in _news_of_run(instance, watched, record.dagster_run)
    ]


def _failed_runs(instance: dg.DagsterInstance, ended: float) -> list[dg.RunRecord]:
    """Runs that ended as failed after a UNIX time, oldest first."""
    records = instance.get_run_records(
        dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=datetime.fromtimestamp(ended, UTC))
    )
    ended_since = [record for record in records if (record.end_time or 0) >= ended]  # a tag changes older runs too
    return sorted(ended_since, key=lambda record: record.end_time or 0)


def _news_of_run(instance: dg.DagsterInstance, watched: Watched, run: dg.DagsterRun) -> list[News]:
    """How a run failed. Of one that is tried again by itself, the first attempt, and later what the first did not say.

    An attempt in between, after which another follows, tells nothing but its crashed checks.
    """
    failures, again = _failures(instance, watched, run), run.tags.get(WILL_RETRY) == "true"
    if int(run.tags.get(RETRY, 0)) > 0:
        first = instance.get_run_by_id(run.tags.get(FIRST_ATTEMPT, ""))
        said = {(item.subject, item.text) for item in (_failures(instance, watched, first) if first else ())}
        new = [item for item in failures if (item.subject, item.text) not in said]
        return [item for item in new if item.kind == "check_crashed"] if again else new
    words = " It is tried again by itself." if again else ""
    return [replace(item, text=item.text + words) if item.kind == "run_failed" else item for item in failures]


def _failures(instance: dg.DagsterInstance, watched: Watched, run: dg.DagsterRun) -> list[News]:
    """Checks that crashed, and steps that failed on their own; a check that gave a verdict is told as that verdict."""
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
        check_news("check_crashed", CheckRun(key, partition, run.run_id, error=failed[step]))
        for step, key in crashed.items()
        if key not in judged
    ]
    own = [f"{step}: {text}" for step, text in failed.items() if step not in crashed]
    if own or not failed:
        ends = [event.message or "" for event in events if event.event_type is Event.RUN_FAILURE]
        news.append(_run_news(run, "; ".join(own or ends)))
    return news


def _run_news(run: dg.DagsterRun, text: str) -> News:
    return _placed(News("run_failed", run.job_name, text=short(text), run_id=run.run_id), run.tags.get(PARTITION))


def _news_of_automation(instance: dg.DagsterInstance, told: Told) -> list[News]:
    news = []
    for name, tick in _last_ticks(instance).items():
        if _fails_repeatedly(tick) and name not in told.failing:
            told.failing.append(name)
            text = short(cause(tick.error) if tick.error else "")
            text = f"{tick.consecutive_failure_count} ticks in a row failed: {text}"
            news.append(News("automation_failing", name, text=text))
        elif name in told.failing and tick.status is not TickStatus.FAILURE:
            told.failing.remove(name)
            news.append(News("all_clear", name, text="it ticks without an error again"))
    return news


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
