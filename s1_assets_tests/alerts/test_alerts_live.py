"""A daemon of its own on the project's workspace: a real cell's warning reaches a webhook exactly once."""

import subprocess
import sys

import dagster as dg
import pytest

from s1_assets.alerts.delivery import JOB
from s1_assets.alerts.watch import SENSOR
from s1_assets.settings import PROJECT
from s1_assets_tests.operations.daemon import comes, cursor_of, fresh_deployment

CELL = ("engrxiv", "2024-05")


@pytest.fixture
def environment(tmp_path, sample_mirror, httpserver) -> dict[str, str]:
    """The environment of one deployment: its home with the project's dagster.yaml, lake, mirror and webhook."""
    return fresh_deployment(tmp_path, httpserver, S1_MIRROR=str(sample_mirror))


def test_a_warning_reaches_the_webhook_once_though_the_daemon_is_killed_as_it_asks(
    environment, deployed, start_daemon, httpserver, tmp_path
):
    daemon = start_daemon()
    assert comes(lambda: cursor_of(deployed, SENSOR)), (tmp_path / "daemon-0.log").read_text()[-2000:]
    before = cursor_of(deployed, SENSOR)
    command = [sys.executable, "-m", "s1_assets", "cell", *CELL]
    ran = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "WARN  quality_metrics.recaption_length" in ran.stdout
    asked = dg.RunsFilter(job_name=JOB)
    assert comes(lambda: deployed.get_runs(asked, limit=1))
    daemon.kill()
    daemon.wait()
    start_daemon()
    assert comes(lambda: httpserver.log)
    assert comes(lambda: cursor_of(deployed, SENSOR) != before)
    assert comes(lambda: all(run.is_finished for run in deployed.get_runs(asked)))
    titles = [request.get_json()["title"] for request, _ in httpserver.log]
    assert titles.count(f"Check warns: quality_metrics.recaption_length ({' '.join(CELL)})") == 1
    assert len(titles) == len(set(titles))
    assert [run.status for run in deployed.get_runs(asked)] == [dg.DagsterRunStatus.SUCCESS]
