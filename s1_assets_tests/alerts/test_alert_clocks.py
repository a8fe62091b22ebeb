"""A clock that was ahead, of this machine or of another one, silences nothing."""

import json
import time

import dagster as dg
import pytest

from s1_assets.alerts.messages import News
from s1_assets.alerts.told import Told
from s1_assets.cells import Cell
from s1_assets_tests.alerts.on_call import MAY, OnCall, titles

DAY = 86400
NOW = 1_800_000_000.0


def fail(on_call: OnCall, cell: Cell, seconds_ahead: float = 0) -> None:
    """A run that failed on a machine whose clock is ahead."""
    run = on_call.queue(cell)
    failed = dg.DagsterEvent(event_type_value="PIPELINE_FAILURE", job_name=run.job_name, message="the process is gone")
    on_call.instance.handle_new_event(
        dg.EventLogEntry(
            error_info=None,
            level="error",
            user_message="",
            run_id=run.run_id,
            timestamp=time.time() + seconds_ahead,
            job_name=run.job_name,
            dagster_event=failed,
        )
    )


def test_a_run_that_ended_tomorrow_is_told_once_and_so_are_those_that_end_today(instance):
    on_call = OnCall(instance)
    on_call.tick()
    fail(on_call, MAY, seconds_ahead=DAY)
    assert titles(on_call.tick()) == ["Run failed: __ASSET_JOB (arxiv 2024-05)"]
    for source in ("biorxiv", "medrxiv"):
        fail(on_call, Cell(source, "2024-05"))
        assert titles(on_call.tick()) == [f"Run failed: __ASSET_JOB ({source} 2024-05)"]
    assert on_call.tick() == []


def test_a_cursor_that_is_ahead_goes_back_to_now(instance):
    on_call = OnCall(instance)
    on_call.tick()
    on_call.cursor = json.dumps(json.loads(on_call.cursor) | {"ended": time.time() + DAY})
    fail(on_call, MAY)
    assert titles(on_call.tick()) == ["Run failed: __ASSET_JOB (arxiv 2024-05)"]


@pytest.mark.parametrize("ahead", [600, 30 * DAY])
def test_a_pause_that_began_in_the_future_is_over(ahead):
    may, june = (
        News("check_failed", "figure_pairs.images_decode", "arxiv", f"arxiv 2024-{month}") for month in ("05", "06")
    )
    told = Told(0, 0.0)
    assert len(told.due([may], NOW + ahead)) == 1
    assert [group.shown for group in told.due([june], NOW)] == [(june,)]
    assert told.due([may], NOW + 599) == []
    assert len(told.due([], NOW + 600)) == 1


def test_a_group_that_was_told_in_the_future_and_is_quiet_is_forgotten():
    told = Told(0, 0.0)
    told.due([News("check_failed", "figure_pairs.images_decode", "arxiv", "arxiv 2024-05")], NOW + DAY)
    assert told.due([], NOW) == []
    assert told.pauses == {}
