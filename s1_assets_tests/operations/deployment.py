"""Dagster instances as the project's own files configure them, with the daemons' work done in the test's process."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import yaml
from dagster._core.instance_for_test import environ
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster._daemon.monitoring.concurrency import execute_concurrency_slots_iteration
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon

from s1_assets.backfill import LOCATION
from s1_assets.definitions import defs
from s1_assets.settings import PROJECT

# Dagster's own launcher for tests of queues: it notes what it is asked to launch and launches nothing.
NOTING = {"run_launcher": {"module": "dagster._core.test_utils", "class": "MockedRunLauncher"}}


@contextmanager
def configured_instance(
    home: Path, file: str, more: Mapping[str, object] | None = None
) -> Iterator[dg.DagsterInstance]:
    """The instance of a fresh DAGSTER_HOME with one of the project's configuration files and `more` of its keys."""
    configuration = yaml.safe_load((PROJECT / "dagster_home" / file).read_text())
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text(yaml.safe_dump(configuration | dict(more or {})))
    with environ({"DAGSTER_HOME": str(home)}), dg.DagsterInstance.get() as instance:
        yield instance


class Daemons:
    """What the Dagster daemon does between two ticks, over the project's definitions."""

    def __init__(self, instance: dg.DagsterInstance):
        target = LoadableTargetOrigin(module_name="s1_assets.definitions", working_directory=str(PROJECT))
        origin = InProcessCodeLocationOrigin(target, location_name=LOCATION)
        self.instance = instance
        self.workspace = WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget(origin))

    def submit_backfills(self) -> None:
        """Makes queued runs of the backfills that were asked for."""
        list(execute_backfill_iteration(self.workspace, logging.getLogger("test")))

    def queue(self, job: str, tags: Mapping[str, str]) -> str:
        """Puts a run of a job into the queue, as a sensor does; returns its id."""
        request = self.workspace.create_request_context()
        remote = request.get_code_location(LOCATION).get_repository("__repository__").get_full_job(job)
        run = self.instance.create_run_for_job(
            defs().resolve_job_def(job),
            tags=dict(tags),
            remote_job_origin=remote.get_remote_origin(),
            job_code_origin=remote.get_python_origin(),
        )
        self.instance.submit_run(run.run_id, request)
        return run.run_id

    def start_runs(self) -> list[dg.DagsterRun]:
        """Takes from the queue what may start now; returns it in the order in which it was started."""
        launcher = self.instance.run_launcher
        before = len(launcher.queue())
        with QueuedRunCoordinatorDaemon(interval_seconds=5) as daemon:
            list(daemon.run_iteration(self.workspace))
        return launcher.queue()[before:]

    def free_slots(self) -> None:
        """Takes back what runs that ended hold of the pools."""
        list(execute_concurrency_slots_iteration(self.workspace, logging.getLogger("test"), None))

    def finish(self, run: dg.DagsterRun) -> None:
        """Ends a started run."""
        self.instance.report_run_canceled(self.instance.get_run_by_id(run.run_id))
