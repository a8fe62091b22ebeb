"""A daemon of its own on the project's workspace: a real cell's warning reaches a webhook exactly once."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import dagster as dg
import pytest

from s1_assets.alerts.delivery import JOB
from s1_assets.alerts.watch import SENSOR
from s1_assets.settings import PROJECT

CELL = ("engrxiv", "2024-05")
# How long to wait for what takes seconds on a machine with nothing else to do.
PATIENCE = 240


@pytest.fixture
def environment(tmp_path, sample_mirror, httpserver) -> dict[str, str]:
    """The environment of one deployment: its home with the project's dagster.yaml, lake, mirror and webhook."""
    (tmp_path / "home").mkdir()
    shutil.copy(PROJECT / "dagster_home/dagster.yaml", tmp_path / "home")
    httpserver.expect_request("/alerts").respond_with_data("ok")
    return os.environ | {
        "DAGSTER_HOME": str(tmp_path / "home"),
        "S1_LAKE": str(tmp_path / "lake"),
        "S1_MIRROR": str(sample_mirror),
        "S1_CACHE": str(tmp_path / "cache"),
        "S1_ALERTS": f"webhook:{httpserver.url_for('/alerts')}",
    }


@pytest.fixture
def instance(environment, monkeypatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", environment["DAGSTER_HOME"])
    with dg.DagsterInstance.get() as instance:
        yield instance


@pytest.fixture
def start_daemon(environment, tmp_path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts the daemon, with the code server that it starts itself; both end with the test."""
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        log = (tmp_path / f"daemon-{len(started)}.log").open("wb")
        command = [sys.executable, "-m", "dagster._daemon", "run", "-w", str(PROJECT / "workspace.yaml")]
        process = subprocess.Popen(
            command, env=environment, cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def comes(happened: Callable[[], object]) -> bool:
    """Waits until something has happened, and says whether it has."""
    deadline = time.monotonic() + PATIENCE
    while not (found := happened()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(found)


def cursor_of(instance: dg.DagsterInstance) -> str | None:
    states = [state for state in instance.all_instigator_state() if state.instigator_name == SENSOR]
    return states[0].instigator_data.cursor if states and states[0].instigator_data else None


def test_a_warning_reaches_the_webhook_once_though_the_daemon_is_killed_as_it_asks(
    environment, instance, start_daemon, httpserver, tmp_path
):
    daemon = start_daemon()
    if not comes(lambda: cursor_of(instance)):
        pytest.skip(f"no daemon ticks here: {(tmp_path / 'daemon-0.log').read_text()[-2000:]}")
    before = cursor_of(instance)
    command = [sys.executable, "-m", "s1_assets", "cell", *CELL]
    ran = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "WARN  quality_metrics.recaption_length" in ran.stdout
    asked = dg.RunsFilter(job_name=JOB)
    assert comes(lambda: instance.get_runs(asked, limit=1))
    daemon.kill()
    daemon.wait()
    start_daemon()
    assert comes(lambda: httpserver.log)
    assert comes(lambda: cursor_of(instance) != before)
    assert comes(lambda: all(run.is_finished for run in instance.get_runs(asked)))
    titles = [request.get_json()["title"] for request, _ in httpserver.log]
    assert titles.count(f"Check warns: quality_metrics.recaption_length ({' '.join(CELL)})") == 1
    assert len(titles) == len(set(titles))
    assert [run.status for run in instance.get_runs(asked)] == [dg.DagsterRunStatus.SUCCESS]
