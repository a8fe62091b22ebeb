"""A restart of the code server costs no run that waits in the queue."""

import re

import dagster as dg
from dagster._core.instance_for_test import environ
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon

from s1_assets_tests.operations.code_server import UNIT, free_port
from s1_assets_tests.operations.deployment import Daemons, configured_instance
from s1_assets_tests.operations.test_deploy_files import DEPLOY, compose


def test_runs_wait_in_the_queue_while_the_code_server_is_down(tmp_path):
    target = WorkspaceFileTarget([str(DEPLOY / "workspace.yaml")])
    nobody = {"DAGSTER_CODE_HOST": "127.0.0.1", "DAGSTER_CODE_PORT": str(free_port())}
    with configured_instance(tmp_path / "home", "dagster.yaml") as instance:
        run = Daemons(instance).queue("make_release", {})
        with environ(nobody), WorkspaceProcessContext(instance, target) as workspace:
            for _ in range(3):
                with QueuedRunCoordinatorDaemon(interval_seconds=5) as daemon:
                    list(daemon.run_iteration(workspace))
        tries = instance.all_logs(run, dg.DagsterEventType.PIPELINE_ENQUEUED)
        assert (instance.get_run_by_id(run).status, len(tries)) == (dg.DagsterRunStatus.QUEUED, 1 + 3)


def test_the_code_server_ends_at_once_and_so_takes_no_run_that_it_would_fail():
    assert re.findall(r"^KillSignal=(.+)$", UNIT.read_text(), re.MULTILINE) == ["SIGKILL"]
    assert compose()["services"]["code"]["stop_signal"] == "SIGKILL"
