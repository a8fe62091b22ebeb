"""How cells stand is asked of the database at once, however many cells there are."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import pytest
from dagster._core.instance_for_test import environ
from sqlalchemy import event
from sqlalchemy.engine import Engine

from s1_assets.cell_state import failed_cells
from s1_assets.cells import Cell
from s1_assets.partitions import partition_key
from s1_assets_tests.alerts.on_call import OnCall
from s1_assets_tests.operations.deployment import NOTING, configured_instance

CELLS = [Cell("arxiv", f"2024-0{month}") for month in range(1, 6)]


@pytest.fixture(params=["dagster.yaml", "dagster.postgres.yaml"])
def instance(request, tmp_path) -> Iterator[dg.DagsterInstance]:
    """An empty instance on SQLite, or on PostgreSQL."""
    variables = request.getfixturevalue("postgres") if "postgres" in request.param else {}
    with environ(variables), configured_instance(tmp_path / "home", request.param, NOTING) as instance:
        yield instance


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is sent to databases meanwhile."""
    sent: list[str] = []

    def note(connection, cursor, statement, *_) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_the_cells_that_stand_failed_are_asked_for_once(instance):
    on_call = OnCall(instance)
    for cell in CELLS:
        on_call.fail(cell)
    with statements() as sent:
        assert failed_cells(instance) == [partition_key(cell) for cell in CELLS]
    assert len([one for one in sent if one.startswith("SELECT")]) == 1
