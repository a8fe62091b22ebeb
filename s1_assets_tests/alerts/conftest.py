"""Fixtures of the alerts' tests."""

from collections.abc import Iterator

import dagster as dg
import pytest


@pytest.fixture
def instance(tmp_path) -> Iterator[dg.DagsterInstance]:
    """An instance that keeps its runs, events and ticks in SQLite."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance
