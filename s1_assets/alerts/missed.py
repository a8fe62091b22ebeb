"""What did not reach its channel, and when it is asked for again: after pauses that grow to an hour, for a day.

A run that failed, whether its channel was down or its process was lost, is followed by one run with what it left,
which may be followed by another. One that people or Dagster executed again is not: that run sends what is missing, or
is itself followed. Runs that follow have the tags of a re-execution, so that the UI shows them together and only the
first of them is told as failed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from s1_assets.alerts.delivery import DIGEST_JOB, JOB, NOT_DELIVERED, REQUESTED, SETTLED, Request, asking
from s1_assets.alerts.messages import Message
from s1_assets.alerts.poll import WILL_RETRY

# Seconds from a run's end to the one that follows it: together a day.
PAUSES = (300, 600, 1200, 2400, *[3600] * 22)
DAY = 86400.0
FOLLOWS, FIRST, ATTEMPT = "dagster/parent_run_id", "dagster/root_run_id", "dagster/retry_number"
Address = tuple[str, str]  # a channel, and the id of a message to it


def missed(instance: dg.DagsterInstance, channels: Collection[str], now: float) -> Iterator[dg.RunRequest]:
    """Asks for what is to be sent again now (UNIX time). What is for a channel that is no more is left."""
    due = [run for job in (JOB, DIGEST_JOB) for run in _due(instance, job, now)]
    followed = _followed(instance, [run.run_id for run in due])
    for run in due:
        if run.run_id not in followed:
            for channel, messages in _left(instance, run, channels).items():
                if channel in channels:
                    yield _again(run, channel, messages)


def _due(instance: dg.DagsterInstance, job: str, now: float) -> Iterator[dg.DagsterRun]:
    """Failed runs of a job whose pause is over; those that ended longer than a day ago are given up.

    One whose process was lost Dagster executes again, or takes back that it will.
    """
    failed = [dg.DagsterRunStatus.FAILURE]
    since = datetime.fromtimestamp(now - DAY, UTC)
    for record in instance.get_run_records(dg.RunsFilter(job_name=job, statuses=failed, updated_after=since)):
        run, ended = record.dagster_run, record.end_time or 0.0
        attempt = _attempt(run)
        if run.tags.get(WILL_RETRY) == "true":
            continue
        if attempt < len(PAUSES) and ended + PAUSES[attempt] <= now < ended + DAY:
            yield run


def _attempt(run: dg.DagsterRun) -> int:
    return int(run.tags.get(ATTEMPT, 0))


def _followed(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> set[str]:
    """Those of the runs that another run follows."""
    following = instance.get_runs(dg.RunsFilter(tags={FOLLOWS: run_ids})) if run_ids else []
    return {run.tags[FOLLOWS] for run in following}


def _left(instance: dg.DagsterInstance, run: dg.DagsterRun, channels: Collection[str]) -> dict[str, list[Message]]:
    """What a run did not deliver and may be delivered later, by channel: what was asked for and is not settled.

    What a digest has to say is in no configuration: of that only what its steps failed to send is known.
    """
    messages, settled = _asked(run, channels), set[Address]()
    for said in _said(instance, run):
        channel = str(said["channel"].value)
        if SETTLED in said:
            settled.add((channel, str(said[SETTLED].value)))
        elif NOT_DELIVERED in said:
            content: Any = said[NOT_DELIVERED].value
            message = Message.from_dict(content)
            messages[channel, message.id] = message
    left: dict[str, list[Message]] = {}
    for address, message in messages.items():
        if address not in settled:
            left.setdefault(address[0], []).append(message)
    return left


def _asked(run: dg.DagsterRun, channels: Collection[str]) -> dict[Address, Message]:
    """What a run of JOB was asked to send. Nothing where people asked for what cannot be read."""
    config: Any = run.run_config.get("ops", {})
    if REQUESTED not in config:
        return {}
    try:
        request = Request(**config[REQUESTED]["config"])
        messages = request.read()
    except ValueError:
        return {}
    to = [request.channel] if request.channel else channels
    return {(channel, message.id): message for channel in to for message in messages}


def _said(instance: dg.DagsterInstance, run: dg.DagsterRun | None) -> Iterator[Mapping[str, dg.MetadataValue[Any]]]:
    """What the steps of a run, and of those that it executes again, said of their messages.

    Without what those had refused: it is asked for once more, as the channel may have been mended since.
    """
    first = run
    while run:
        for entry in instance.all_logs(run.run_id, {dg.DagsterEventType.STEP_OUTPUT, dg.DagsterEventType.STEP_FAILURE}):
            event = entry.get_dagster_event()
            if event.is_step_failure:
                failure = event.step_failure_data.user_failure_data
                metadata = failure.metadata if failure else {}
                if SETTLED in metadata and run is not first:
                    continue
            else:
                metadata = event.step_output_data.metadata
            if "channel" in metadata:
                yield metadata
        run = instance.get_run_by_id(run.parent_run_id) if run.parent_run_id else None


def _again(run: dg.DagsterRun, channel: str, messages: Sequence[Message]) -> dg.RunRequest:
    asked = asking(channel, messages)
    tags = {FOLLOWS: run.run_id, FIRST: run.tags.get(FIRST, run.run_id), ATTEMPT: str(_attempt(run) + 1)}
    return dg.RunRequest(
        run_key=f"after {run.run_id} {channel}", run_config=asked["run_config"], tags=asked["tags"] | tags
    )
