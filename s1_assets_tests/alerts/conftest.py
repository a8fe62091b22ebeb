"""Fixtures of the alerts' tests."""

import time
from collections.abc import Callable, Iterator

import dagster as dg
import pytest

from s1_assets.cells import Cell
from s1_assets_tests.alerts.on_call import FAILS, MAY, OnCall

NO_TELEMETRY = {"telemetry": {"enabled": False}}


@pytest.fixture(scope="session")
def sqlite_instance(tmp_path_factory) -> Iterator[dg.DagsterInstance]:
    """An instance that keeps its runs, events and ticks in SQLite, as `make dev` does."""
    folder = tmp_path_factory.mktemp("instance")
    with dg.DagsterInstance.local_temp(str(folder), overrides=NO_TELEMETRY) as instance:
        yield instance


@pytest.fixture
def instance(sqlite_instance) -> dg.DagsterInstance:
    """The instance, empty."""
    sqlite_instance.wipe()
    sqlite_instance.wipe_all_schedules()
    return sqlite_instance


@pytest.fixture
def two_webhooks(instance, httpserver) -> OnCall:
    """Someone with two webhooks and a failed check in each of two sources."""
    channels = f"webhook:{httpserver.url_for('/one')},webhook:{httpserver.url_for('/two')}"
    on_call = OnCall(instance, {"S1_ALERTS": channels})
    on_call.tick()
    on_call.run(MAY, Cell("biorxiv", "2024-05"), verdict=FAILS)
    return on_call


@pytest.fixture
def on_call(instance) -> OnCall:
    """Someone whose first tick is over."""
    on_call = OnCall(instance)
    on_call.tick()
    return on_call


def set_clock(monkeypatch: pytest.MonkeyPatch, now: Callable[[], float]) -> None:
    """Lets `now` say what time it is (UNIX time), to sensors and runs.

    The end of a run is dated by its log record: by `time`, or by `time_ns` once anything has imported Ray.
    """
    monkeypatch.setattr(time, "time", now)
    monkeypatch.setattr(time, "time_ns", lambda: int(now() * 1e9))


class Clock:
    """The time of day, which passes when a test says so."""

    def __init__(self) -> None:
        self.time = time.time()

    def pass_by(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    set_clock(monkeypatch, lambda: clock.time)
    return clock
