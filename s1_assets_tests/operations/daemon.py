"""Daemons of one deployment, each a process that a test may kill."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dagster as dg

from s1_assets.settings import PROJECT

# How long to wait for what takes seconds on a machine with nothing else to do.
PATIENCE = 240


@contextlib.contextmanager
def daemons(environment: Mapping[str, str], folder: Path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Gives what starts a daemon, with the code server that it starts itself; all end with the context.

    The log of the n-th is `daemon-<n>.log` in `folder`, from 0 on.
    """
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        log = (folder / f"daemon-{len(started)}.log").open("wb")
        command = [sys.executable, "-m", "dagster._daemon", "run", "-w", str(PROJECT / "workspace.yaml")]
        process = subprocess.Popen(
            command, env=environment, cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        started.append(process)
        return process

    try:
        yield start
    finally:
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


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
