"""The sensor that notices what is news, the daily digest, and the jobs that send both."""

import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster._core.storage.tags import PARENT_RUN_ID_TAG, RETRY_NUMBER_TAG, SCHEDULE_NAME_TAG

from resources.alert_channels import Channels, open_channels
from s1_assets.alerts import standing
from s1_assets.alerts.delivery import (
    CHANNEL,
    DIGEST_JOB,
    JOB,
    REQUESTED,
    RETRY,
    Addressee,
    Request,
    addressed,
    asking,
    delivery,
    outs,
    requested_messages,
    sending_job,
)
from s1_assets.alerts.messages import Links, Message, compose, grouped
from s1_assets.alerts.missed import missed
from s1_assets.alerts.poll import Watched, begin, begin_again, failing_automation, last_tick, look
from s1_assets.alerts.told import Told
from s1_assets.cell_state import failed_cells
from s1_assets.settings import Settings

SENSOR, WHAT_STANDS = "alerts", "what_stands"
EVERY_SECONDS = 15
DIGEST_AT = "0 7 * * *"  # UTC
NO_CHANNEL = "no channel: set S1_ALERTS (what happens meanwhile shows in the UI and is not told later)"


@dataclass(frozen=True)
class Alerts:
    """What Dagster loads to tell the people on call."""

    jobs: Sequence[dg.JobDefinition]
    sensors: Sequence[dg.SensorDefinition]
    schedules: Sequence[dg.ScheduleDefinition]


def alerts(settings: Settings, checks: Sequence[dg.AssetChecksDefinition], retry: dg.RetryPolicy = RETRY) -> Alerts:
    """Sensor, schedule and jobs for the checks given. A mistake in S1_ALERTS or S1_SMTP is logged, and told by them."""
    channels = open_channels(settings.alerts, settings.smtp)
    for mistake in channels.mistakes:
        logging.getLogger(__name__).warning(mistake)
    by_step = {check.node_def.name: key for check in checks for key in check.check_keys}
    watched = Watched(by_step, settings.alert_warnings, Links(settings.ui_url))
    deliveries = {channel.name: delivery(channel, retry) for channel in channels.working}
    sending = sending_job(JOB, requested_messages(channels.working), deliveries)
    daily = sending_job(DIGEST_JOB, digest_op(watched, channels), deliveries)
    return Alerts([sending, daily], [alert_sensor(sending, watched, channels)], [digest_schedule(daily, channels)])


def alert_sensor(job: dg.JobDefinition, watched: Watched, channels: Channels) -> dg.SensorDefinition:
    """The sensor. One tick asks for a run a channel, and once more for what did not reach one.

    Where mistakes leave no channel, ticks fail and keep the cursor, so that what happens meanwhile is told later.

    A tick that was killed after it asked and before its cursor was saved takes place again: it finds one of its runs
    by the run key, which follows from the cursor, asks for the same (the keys of those that are there keep them from
    being made twice) and goes on from the cursor that the run holds.
    """
    names = [channel.name for channel in channels.working]

    @dg.sensor(
        name=SENSOR,
        job=job,
        minimum_interval_seconds=EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells of failed, warned and crashed checks, failed runs and failing sensors: S1_ALERTS.",
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        instance, now = context.instance, time.time()
        if not context.cursor:
            begun = begin(instance, now).as_cursor()
            return dg.SensorResult(skip_reason="first start: what happens from now on is told", cursor=begun)
        channels.require()
        key = hashlib.sha256(context.cursor.encode()).hexdigest()[:16]
        if before := _asked_before(instance, key, names):
            requests = _ask(names, before.read(), before.cursor, key)
            return dg.SensorResult(run_requests=requests, cursor=before.cursor)
        told = Told.from_cursor(context.cursor)
        if begin_again(instance, told):
            context.log.warning("events were deleted, by `dagster run wipe`? Checks are told from now on")
        news = look(instance, watched, told, now)
        if not names:
            told.pauses.clear()
            return dg.SensorResult(skip_reason=NO_CHANNEL, cursor=told.as_cursor())
        messages, cursor = compose(told.due(news, now), key, now, watched.links), told.as_cursor()
        asked = _ask(names, messages, cursor, key) if messages else []
        asked += missed(instance, names, now)
        reason = None if asked else "; ".join([*channels.mistakes, _quiet(told)])
        return dg.SensorResult(run_requests=asked, skip_reason=reason, cursor=cursor)

    return watch


def _ask(channels: Sequence[str], messages: Sequence[Message], cursor: str, key: str) -> list[dg.RunRequest]:
    return [dg.RunRequest(run_key=f"{key} {name}", **asking(name, messages, cursor)) for name in channels]


def _asked_before(instance: dg.DagsterInstance, key: str, channels: Sequence[str]) -> Request | None:
    """What a tick of this key asked for, if it did."""
    keys = [f"{key} {name}" for name in channels]
    tags = {"dagster/run_key": keys, "dagster/sensor_name": SENSOR}
    runs = instance.get_runs(dg.RunsFilter(job_name=JOB, tags=tags), limit=1) if keys else []
    if not runs:
        return None
    config: Any = runs[0].run_config
    return Request(**config["ops"][REQUESTED]["config"])


def _quiet(told: Told) -> str:
    waiting = sum(pause.count for pause in told.pauses.values())
    return f"{waiting} more of what was told lately wait for the next message" if waiting else "nothing to tell"


def digest_op(watched: Watched, channels: Channels) -> dg.OpDefinition:
    """The op that looks at what stands as it should not."""

    @dg.op(name=WHAT_STANDS, out=outs(channels.working))
    def what_stands(context: dg.OpExecutionContext, config: Addressee) -> Iterator[dg.DynamicOutput[dict[str, Any]]]:
        """The daily digest, and a message for each source that is silent for longer than usual."""
        channels.require()
        instance, now = context.instance, time.time()
        stands = standing.Standing(
            failed_cells(instance),
            standing.checks_standing(instance, watched),
            failing_automation(instance),
            _sensor_life(instance),
            channels.mistakes,
        )
        digest = standing.digest(stands, watched.links, now, "" if _is_scheduled(context.run) else context.run_id)
        silent = grouped(standing.silent_sources(instance, now))
        messages = [digest, *compose(list(silent.values()), digest.id, now, watched.links)]
        yield from addressed(messages, config, channels.working)

    return what_stands


def _is_scheduled(run: dg.DagsterRun) -> bool:
    """Whether the schedule asked for a run, or Dagster tries such a one again, and not people."""
    again_by_hand = PARENT_RUN_ID_TAG in run.tags and RETRY_NUMBER_TAG not in run.tags
    return SCHEDULE_NAME_TAG in run.tags and not again_by_hand


def _sensor_life(instance: dg.DagsterInstance) -> str:
    tick = last_tick(instance, SENSOR)
    return f"{tick.status.value} {time.time() - tick.timestamp:.0f} s ago" if tick else "has not ticked; is it on?"


def digest_schedule(job: dg.JobDefinition, channels: Channels) -> dg.ScheduleDefinition:
    """Once a day, a run a channel."""

    @dg.schedule(name=DIGEST_JOB, job=job, cron_schedule=DIGEST_AT, default_status=dg.DefaultScheduleStatus.RUNNING)
    def daily(_: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        channels.require()
        return [_digest_to(channel.name) for channel in channels.working] or dg.SkipReason(NO_CHANNEL)

    return daily


def _digest_to(channel: str) -> dg.RunRequest:
    config = dg.RunConfig(ops={WHAT_STANDS: Addressee(channel=channel)})
    return dg.RunRequest(run_key=channel, run_config=config, tags={CHANNEL: channel})
