"""Ticks of the alert sensor: the first, those that are killed, and those that cannot tell anybody."""

import json

import dagster as dg
import pytest

from s1_assets.cells import Cell
from s1_assets_tests.alerts.on_call import FAILS, JUNE, MAY, PASSES, OnCall, titles


def test_the_first_start_tells_nothing_of_before(instance):
    on_call = OnCall(instance)
    on_call.run(MAY, verdict=FAILS)
    on_call.broken.add(JUNE)
    on_call.run(JUNE)
    assert on_call.tick() == []
    assert on_call.tick() == []
    on_call.run(JUNE)
    assert [message["kind"] for message in on_call.tick()] == ["run_failed"]


def test_an_event_that_shows_up_late_is_told_all_the_same(on_call):
    on_call.judge(MAY, FAILS)
    on_call.judge(Cell("biorxiv", "2024-05"), FAILS)
    late = on_call.evaluate()
    told = json.loads(late.cursor)
    early, last = told["evaluations"][-2:]
    assert told["storage_id"] == last
    told["evaluations"].remove(early)  # as if it had not been committed when the tick looked
    told["pauses"] = {}
    on_call.cursor = json.dumps(told)
    assert titles(on_call.tick()) == ["Check failed: figure_pairs.images_decode (arxiv 2024-05)"]


def test_the_same_tick_twice_asks_for_the_same_run(on_call):
    on_call.run(MAY, verdict=FAILS)
    first, second = on_call.evaluate(), on_call.evaluate()
    assert first.run_requests[0].run_key == second.run_requests[0].run_key


def test_a_tick_that_was_killed_before_its_cursor_was_saved_goes_on_from_its_run(on_call):
    on_call.run(MAY, verdict=FAILS)
    asked = on_call.evaluate()
    on_call.submit(asked)
    on_call.run(JUNE, verdict=FAILS)  # between the kill and the restart
    again = on_call.evaluate()
    assert again.cursor == asked.cursor
    assert on_call.submit(again) == {}
    on_call.cursor = again.cursor
    assert titles(on_call.tick()) == ["Run failed: alerts"]  # nobody listens at its channel
    told = json.loads(on_call.cursor)
    assert told["pauses"]["check_failed|figure_pairs.images_decode|arxiv"]["count"] == 1  # June waits, May does not


def test_a_tick_that_was_killed_between_two_channels_asks_for_what_is_missing(two_webhooks):
    asked = two_webhooks.evaluate()
    first, second = asked.run_requests
    two_webhooks.submit(dg.SensorResult(run_requests=[first]))
    two_webhooks.run(JUNE, verdict=FAILS)
    again = two_webhooks.evaluate()
    assert again.cursor == asked.cursor
    assert set(two_webhooks.submit(again)) == {second.tags["alert_channel"]}
    assert again.run_requests[1].run_config == second.run_config


def test_without_a_channel_the_place_moves_and_the_tick_says_what_to_set(instance):
    on_call = OnCall(instance, {"S1_ALERTS": ""})
    on_call.tick()
    on_call.run(MAY, verdict=FAILS)
    result = on_call.evaluate()
    assert result.skip_reason.skip_message.startswith("no channel: set S1_ALERTS")
    on_call.cursor = result.cursor
    on_call.environment = {}
    assert on_call.tick() == []
    on_call.run(MAY, verdict=PASSES)
    on_call.run(JUNE, verdict=FAILS)
    assert [message["kind"] for message in on_call.tick()] == ["check_failed"]


def test_a_cursor_that_cannot_be_read_is_an_error_that_says_what_to_do(on_call):
    on_call.cursor = '{"storage_id": 7}'
    with pytest.raises(Exception, match="reset it in the UI"):
        on_call.evaluate()
