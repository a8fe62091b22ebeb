"""A mistake in S1_ALERTS stops no paper: it is told by the sensor's ticks, by the digest and in the log."""

import logging

import dagster as dg
import pytest

from s1_assets.definitions import build_defs
from s1_assets.settings import Settings
from s1_assets_tests.alerts.on_call import FAILS, MAY, OnCall, titles
from s1_assets_tests.alerts.webhooks import answers

MISTAKE = "S1_ALERTS, channel 1 is of no known kind"
WORKS = "webhook:http://127.0.0.1:9/alerts"


def test_the_code_location_loads_and_its_log_names_the_mistake(caplog):
    with caplog.at_level(logging.WARNING):
        defs = build_defs(settings=Settings.from_environment({"S1_ALERTS": "slak:https://hooks.example.org/x"}))
    dg.Definitions.validate_loadable(defs)
    assert MISTAKE in caplog.text
    assert "hooks.example.org" not in caplog.text


def test_ticks_fail_with_the_mistake_and_what_happened_meanwhile_is_told_once_it_is_mended(instance):
    on_call = OnCall(instance, {"S1_ALERTS": "slak:x"})
    on_call.tick()  # the first one only begins
    on_call.run(MAY, verdict=FAILS)
    with pytest.raises(ValueError, match=MISTAKE):
        on_call.tick()
    on_call.environment["S1_ALERTS"] = WORKS
    assert titles(on_call.tick()) == ["Check failed: figure_pairs.images_decode (arxiv 2024-05)"]


def test_the_other_channels_are_told_and_a_quiet_tick_says_the_mistake(instance):
    on_call = OnCall(instance, {"S1_ALERTS": f"slak:x,{WORKS}"})
    on_call.tick()
    assert on_call.evaluate().skip_reason.skip_message.startswith(MISTAKE)
    on_call.run(MAY, verdict=FAILS)
    assert [request.tags["alert_channel"] for request in on_call.evaluate().run_requests] == ["webhook"]


def test_the_digest_tells_the_mistake_to_the_other_channels(instance, httpserver):
    answers(httpserver, "/alerts", 200)
    assert OnCall(instance, {"S1_ALERTS": f"slak:x,webhook:{httpserver.url_for('/alerts')}"}).digest().success
    [(request, _)] = httpserver.log
    assert f"A channel is told nothing: {MISTAKE}" in request.get_json()["text"]


def test_without_another_channel_the_digest_and_its_schedule_fail_with_the_mistake(instance):
    on_call = OnCall(instance, {"S1_ALERTS": "email:nobody"})
    [failed] = [event for event in on_call.digest().all_events if event.is_step_failure]
    assert "email: is not followed by an address" in failed.step_failure_data.error.cause.message
    with pytest.raises(ValueError, match="email: is not followed by an address"):
        on_call.alerts.schedules[0](dg.build_schedule_context(instance))
