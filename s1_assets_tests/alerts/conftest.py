"""Fixtures of the alerts' tests."""

from collections.abc import Iterator

import dagster as dg
import pytest

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
