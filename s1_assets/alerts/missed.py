"""What did not reach its channel, and when it is asked for again: after pauses that grow to an hour, for a day.

A run that could not deliver is followed by one run with what it left, which may be followed by another. One that
people or Dagster executed again is not: that run sends what is missing, or is itself followed. Runs that follow have
the tags of a re-execution, so that the UI shows them together and only the first of them is told as failed.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from s1_assets.alerts.delivery import DIGEST_JOB, JOB, NOT_DELIVERED, asking
from s1_assets.alerts.messages import Message

# Seconds from a run's end to the one that follows it: together a day.
PAUSES = (300, 600, 1200, 2400, *[3600] * 22)
DAY = 86400.0
FOLLOWS, FIRST, ATTEMPT = "dagster/parent_run_id", "dagster/root_run_id", "dagster/retry_number"


def missed(instance: dg.DagsterInstance, channels: Collection[str], now: float) -> Iterator[dg.RunRequest]:
    """Asks for what is to be sent again now (UNIX time). What is for a channel that is no more is left."""
    due = [run for job in (JOB, DIGEST_JOB) for run in _due(instance, job, now)]
    followed = _followed(instance, [run.run_id for run in due])
    for run in due:
        if run.run_id not in followed:
            for channel, messages in _left(instance, run).items():
                if channel in channels:
                    yield _again(run, channel, messages)


def _due(instance: dg.DagsterInstance, job: str, now: float) -> Iterator[dg.DagsterRun]:
    """Failed runs of a job whose pause is over; those that ended longer than a day ago are given up."""
    failed = [dg.DagsterRunStatus.FAILURE]
    since = datetime.fromtimestamp(now - DAY, UTC)
    for record in instance.get_run_records(dg.RunsFilter(job_name=job, statuses=failed, updated_after=since)):
        attempt, ended = _attempt(record.dagster_run), record.end_time or 0.0
        if attempt < len(PAUSES) and ended + PAUSES[attempt] <= now < ended + DAY:
            yield record.dagster_run


def _attempt(run: dg.DagsterRun) -> int:
    return int(run.tags.get(ATTEMPT, 0))


def _followed(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> set[str]:
    """Those of the runs that another run follows."""
    following = instance.get_runs(dg.RunsFilter(tags={FOLLOWS: run_ids})) if run_ids else []
    return {run.tags[FOLLOWS] for run in following}


def _left(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dict[str, list[Message]]:
    """What a run did not deliver and may be delivered later, by channel."""
    left: dict[str, list[Message]] = {}
    for entry in instance.all_logs(run.run_id, dg.DagsterEventType.STEP_FAILURE):
        failure = entry.dagster_event.step_failure_data.user_failure_data if entry.dagster_event else None
        if failure and NOT_DELIVERED in failure.metadata:
            message: Any = failure.metadata[NOT_DELIVERED].value
            left.setdefault(str(failure.metadata["channel"].value), []).append(Message.from_dict(message))
    return left


def _again(run: dg.DagsterRun, channel: str, messages: Sequence[Message]) -> dg.RunRequest:
    asked = asking(channel, messages)
    tags = {FOLLOWS: run.run_id, FIRST: run.tags.get(FIRST, run.run_id), ATTEMPT: str(_attempt(run) + 1)}
    return dg.RunRequest(
        run_key=f"after {run.run_id} {channel}", run_config=asked["run_config"], tags=asked["tags"] | tags
    )
