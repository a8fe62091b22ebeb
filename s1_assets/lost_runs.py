"""Runs whose process is gone are failed, so that the daemon starts them again and nothing waits for them.

Runs are children of the code server and end with it, or run in a process of their own (`make cell`). When that is
killed, nobody is left to say so: such a run would stand as started for ever, and hold its cell, its place in the queue
and its slot of the pool `gpu`. The run monitoring of Dagster 1.13 does not ask for runs of its default launcher; this
sensor does.
"""

import json
from collections.abc import Iterator

import dagster as dg
import grpc
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DagsterGrpcClient
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._serdes import deserialize_value
from dagster._time import get_current_timestamp

from s1_assets.run_process import PROCESS_TAG, has_ended

# A run that is being cancelled is not here: Dagster's own monitoring ends it, as cancelled, and not for another try.
ACTIVE = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
PATIENCE = 10  # seconds that a server has for its answer
SETTLED = 60.0  # seconds since the run's last change of state, after which its server must know of it


@dg.sensor(minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def lost_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Fails the runs whose process is gone, for the daemon to start again."""
    lost = list(find_lost_runs(context.instance, get_current_timestamp()))
    for run in lost:
        why = "The process of this run is gone: it, its code server or its machine was killed or restarted."
        context.instance.report_run_failed(run, why)
    return dg.SkipReason(
        f"{len(lost)} lost runs: {', '.join(run.run_id for run in lost)}" if lost else "no run is lost"
    )


def find_lost_runs(instance: dg.DagsterInstance, now: float) -> Iterator[dg.DagsterRun]:
    """Active runs that no server and no process executes. `now` is UNIX time.

    What cannot be known counts as alive, since a run must never be started beside itself: a server that does not
    answer in time (it may be busy), and a process of another machine.
    """
    for record in instance.get_run_records(dg.RunsFilter(statuses=ACTIVE)):
        settled = now - record.update_timestamp.timestamp() > SETTLED
        if settled and _is_lost(record.dagster_run):
            current = instance.get_run_by_id(record.dagster_run.run_id)
            if current and current.status in ACTIVE:
                yield current


def _is_lost(run: dg.DagsterRun) -> bool:
    server, process = run.tags.get(GRPC_INFO_TAG), run.tags.get(PROCESS_TAG)
    if server:  # asked first: a run that is tried again in the UI keeps the tag of the process that it was in
        return not _executes(DagsterGrpcClient(**json.loads(server)), run.run_id)
    return process is not None and has_ended(process)


def _executes(server: DagsterGrpcClient, run_id: str) -> bool:
    """Whether a server executes a run that nobody has asked it to cancel."""
    try:
        answer = server.can_cancel_execution(CanCancelExecutionRequest(run_id=run_id), timeout=PATIENCE)
    except DagsterUserCodeUnreachableError as unreachable:
        cause = unreachable.__cause__
        return not (isinstance(cause, grpc.RpcError) and cause.code() is grpc.StatusCode.UNAVAILABLE)
    return deserialize_value(answer, CanCancelExecutionResult).can_cancel
