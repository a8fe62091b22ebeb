"""A daemon of its own on the project's workspace: a real cell's warning reaches a webhook exactly once."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import dagster as dg
import pytest

from s1_assets.alerts.delivery import CHANNEL, JOB, REQUESTED
from s1_assets.alerts.watch import SENSOR
from s1_assets.settings import PROJECT
from s1_assets_tests.operations.daemon import comes, cursor_of, fresh_deployment

CELL = ("engrxiv", "2024-05")


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def environment(tmp_path, sample_mirror, httpserver, silent) -> dict[str, str]:
    """The environment of one deployment: home with the project's dagster.yaml, lake, mirror, and two channels.

    The first of them, `webhook`, hangs; `webhook_2` takes what it is sent.
    """
    channels = f"webhook:{silent},webhook:{httpserver.url_for('/alerts')}"
    return fresh_deployment(tmp_path, httpserver, S1_MIRROR=str(sample_mirror), S1_ALERTS=channels)


def runs_to(deployed, channel: str) -> list[dg.DagsterRun]:
    return deployed.get_runs(dg.RunsFilter(job_name=JOB, tags={CHANNEL: channel}))


def test_a_warning_comes_once_though_another_channel_hangs_and_the_daemon_is_killed_before_its_cursor_is_saved(
    environment, deployed, start_daemon, httpserver, tmp_path
):
    daemon = start_daemon(dies_in=SENSOR)
    assert comes(lambda: cursor_of(deployed, SENSOR)), (tmp_path / "daemon-0.log").read_text()[-2000:]
    command = [sys.executable, "-m", "s1_assets", "cell", *CELL]
    ran = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "WARN  quality_metrics.recaption_length" in ran.stdout
    assert comes(lambda: daemon.poll() == -signal.SIGKILL), (tmp_path / "daemon-0.log").read_text()[-2000:]
    saved, [asked], [hangs] = cursor_of(deployed, SENSOR), runs_to(deployed, "webhook_2"), runs_to(deployed, "webhook")
    assert asked.run_config["ops"][REQUESTED]["config"]["cursor"] != saved
    start_daemon()
    assert comes(lambda: httpserver.log)
    assert not deployed.get_run_by_id(hangs.run_id).is_finished
    assert comes(lambda: cursor_of(deployed, SENSOR) != saved)
    assert comes(lambda: all(run.is_finished for run in runs_to(deployed, "webhook_2")))
    titles = [request.get_json()["title"] for request, _ in httpserver.log]
    assert titles.count(f"Check warns: quality_metrics.recaption_length ({' '.join(CELL)})") == 1
    assert len(titles) == len(set(titles))
    assert [run.status for run in runs_to(deployed, "webhook_2")] == [dg.DagsterRunStatus.SUCCESS]
    assert len(runs_to(deployed, "webhook")) == 1
