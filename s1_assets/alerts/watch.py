"""The sensor that notices what is news, the daily digest, and the jobs that send both."""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from resources.alert_channels import Channel, open_channels
from s1_assets.alerts import standing
from s1_assets.alerts.delivery import (
    DIGEST_JOB,
    JOB,
    REQUESTED,
    RETRY,
    Request,
    delivery,
    one_by_one,
    requested_messages,
    sending_job,
)
from s1_assets.alerts.messages import Links, compose, grouped
from s1_assets.alerts.poll import Watched, begin, begin_again, failing_automation, last_tick, look
from s1_assets.alerts.told import Told
from s1_assets.cell_state import failed_cells
from s1_assets.settings import Settings

SENSOR = "alerts"
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
    """Sensor, schedule and jobs for the checks given. Raises ValueError for a mistake in S1_ALERTS or S1_SMTP."""
    channels = open_channels(settings.alerts, settings.smtp)
    by_step = {check.node_def.name: key for check in checks for key in check.check_keys}
    watched = Watched(by_step, settings.alert_warnings, Links(settings.ui_url))
    deliveries = [delivery(channel, retry) for channel in channels]
    sending = sending_job(JOB, requested_messages, deliveries)
    daily = sending_job(DIGEST_JOB, digest_op(watched), deliveries)
    return Alerts([sending, daily], [alert_sensor(sending, watched, channels)], [digest_schedule(daily, channels)])


def alert_sensor(job: dg.JobDefinition, watched: Watched, channels: Sequence[Channel]) -> dg.SensorDefinition:
    """The sensor. One tick asks for at most one run, so that a tick is told as a whole or not at all.

    A tick that asked for its run and was killed before its cursor was saved takes place again: it finds that run by
    the run key, which follows from the cursor, and goes on from the cursor that the run holds.
    """

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
        key = hashlib.sha256(context.cursor.encode()).hexdigest()[:16]
        if (reached := _reached(instance, key)) is not None:
            return dg.SensorResult(skip_reason="this was asked for before the cursor was saved", cursor=reached)
        told = Told.from_cursor(context.cursor)
        if begin_again(instance, told):
            context.log.warning("events were deleted, by `dagster run wipe`? Checks are told from now on")
        news = look(instance, watched, told)
        if not channels:
            told.pauses.clear()
            return dg.SensorResult(skip_reason=NO_CHANNEL, cursor=told.as_cursor())
        messages = compose(told.due(news, now), key)
        if not messages:
            return dg.SensorResult(skip_reason=_quiet(told), cursor=told.as_cursor())
        content = json.dumps([message.as_dict() for message in messages])
        asked = dg.RunConfig(ops={REQUESTED: Request(messages=content, cursor=told.as_cursor())})
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=key, run_config=asked)], cursor=told.as_cursor())

    return watch


def _reached(instance: dg.DagsterInstance, run_key: str) -> str | None:
    """The cursor of the run that a tick of this key asked for, if it did."""
    tags = {"dagster/run_key": run_key, "dagster/sensor_name": SENSOR}
    runs = instance.get_runs(dg.RunsFilter(job_name=JOB, tags=tags), limit=1)
    if not runs:
        return None
    config: Any = runs[0].run_config
    return str(config["ops"][REQUESTED]["config"]["cursor"])


def _quiet(told: Told) -> str:
    waiting = sum(pause.count for pause in told.pauses.values())
    return f"{waiting} more of what was told lately wait for the next message" if waiting else "nothing to tell"


def digest_op(watched: Watched) -> dg.OpDefinition:
    """The op that looks at what stands as it should not."""

    @dg.op(name="what_stands", out=dg.DynamicOut(dict))
    def what_stands(context: dg.OpExecutionContext) -> Iterator[dg.DynamicOutput[dict[str, Any]]]:
        """The daily digest, and a message for each source that is silent for longer than usual."""
        instance, now = context.instance, time.time()
        stands = standing.Standing(
            failed_cells(instance),
            standing.checks_standing(instance, watched),
            failing_automation(instance),
            _sensor_life(instance),
        )
        digest = standing.digest(stands, watched.links, now)
        silent = standing.silent_sources(instance, now, watched.links)
        yield from one_by_one([digest, *compose(list(grouped(silent).values()), digest.id)])

    return what_stands


def _sensor_life(instance: dg.DagsterInstance) -> str:
    tick = last_tick(instance, SENSOR)
    return f"{tick.status.value} {time.time() - tick.timestamp:.0f} s ago" if tick else "has not ticked; is it on?"


def digest_schedule(job: dg.JobDefinition, channels: Sequence[Channel]) -> dg.ScheduleDefinition:
    """Once a day, channels provided."""

    @dg.schedule(name=DIGEST_JOB, job=job, cron_schedule=DIGEST_AT, default_status=dg.DefaultScheduleStatus.RUNNING)
    def daily(_: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return dg.RunRequest() if channels else dg.SkipReason(NO_CHANNEL)

    return daily
