"""Deployments whose Dagster processes a test starts and may kill, and what they tell the webhook."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dagster as dg
from pytest_httpserver import HTTPServer

from s1_assets.settings import PROJECT

# How long to wait for what takes seconds on a machine with nothing else to do.
PATIENCE = 240


def fresh_deployment(folder: Path, httpserver: HTTPServer, **settings: str) -> dict[str, str]:
    """The environment of a deployment with nothing in it, and of nobody's settings but these.

    Its home has the project's dagster.yaml; home, lake and cache lie in `folder`; alerts go to `/alerts` of the server.
    """
    (folder / "home").mkdir()
    shutil.copy(PROJECT / "dagster_home/dagster.yaml", folder / "home")
    httpserver.expect_request("/alerts").respond_with_data("ok")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("S1_")}
    return kept | {
        "DAGSTER_HOME": str(folder / "home"),
        "S1_LAKE": str(folder / "lake"),
        "S1_CACHE": str(folder / "cache"),
        "S1_WORKERS": "local:1",
        "S1_ALERTS": f"webhook:{httpserver.url_for('/alerts')}",
        **settings,
    }


def told(httpserver: HTTPServer, subject: str) -> list[tuple[str, str]]:
    """Cell and weight of each entry about a subject, such as a check, that the webhook was told of."""
    messages = [request.get_json() for request, _ in httpserver.log if request.path == "/alerts"]
    return [
        (entry["cell"], message["weight"])
        for message in messages
        for entry in message["entries"]
        if entry["subject"] == subject
    ]


@contextlib.contextmanager
def dagster(module: str, *arguments: str, environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen]:
    """A Dagster process on the project's workspace, which ends with all that it started."""
    command = [sys.executable, "-m", module, *arguments, "-w", str(PROJECT / "workspace.yaml")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=PROJECT, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def daemons(environment: Mapping[str, str], folder: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Gives what starts a daemon, with the code server that it starts itself; all end with the context.

    With the name of a sensor, the daemon dies there: see `dying_daemon.py`. The log of the n-th is `daemon-<n>.log` in
    `folder`, from 0 on.
    """
    with contextlib.ExitStack() as stack:
        logs = (folder / f"daemon-{number}.log" for number in itertools.count())

        def start(dies_in: str = "") -> subprocess.Popen:
            module = "s1_assets_tests.operations.dying_daemon" if dies_in else "dagster._daemon"
            own = {**environment, "DIES_IN": dies_in}
            return stack.enter_context(dagster(module, "run", environment=own, log=next(logs)))

        yield start


def comes(happened: Callable[[], object]) -> bool:
    """Waits until something has happened, and says whether it has."""
    deadline = time.monotonic() + PATIENCE
    while not (found := happened()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return bool(found)


def cursor_of(instance: dg.DagsterInstance, sensor: str) -> str | None:
    """The cursor that a sensor saved last."""
    states = [state for state in instance.all_instigator_state() if state.instigator_name == sensor]
    return states[0].instigator_data.cursor if states and states[0].instigator_data else None
