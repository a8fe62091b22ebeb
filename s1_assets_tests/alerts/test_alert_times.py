"""A message has the time at which it was composed, and one that comes late says so."""

import time
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from resources.alert_channels import as_mail, slack_payload
from s1_assets.alerts.delivery import asking
from s1_assets.alerts.messages import Group, Links, Message, News, compose
from s1_assets.alerts.missed import PAUSES, missed
from s1_assets_tests.alerts.on_call import FAILS, MAY, PASSES, OnCall, messages_of
from s1_assets_tests.alerts.webhooks import answers

THEN = datetime(2026, 11, 30, 14, 5, 7, tzinfo=UTC)
FAILED = Message("1", "check_failed", "Check failed: figure_pairs.images_decode", time=THEN)


def test_messages_are_of_the_time_at_which_they_are_composed_and_keep_it(monkeypatch):
    monkeypatch.setattr("s1_assets.alerts.messages.MESSAGES", 2)
    groups = [Group(1, (News("check_failed", f"a.{name}"),)) for name in "xyz"]
    messages = compose(groups, "a tick", THEN.timestamp() + 0.9, Links("http://ui"))
    assert [message.time for message in messages] == [THEN, THEN]
    assert messages[0].as_dict()["time"] == "2026-11-30T14:05:07+00:00"
    assert [Message.from_dict(message.as_dict()) for message in messages] == messages


def test_a_message_that_was_asked_for_before_messages_had_times_can_be_sent():
    read = FAILED.as_dict()
    del read["time"]
    message = Message.from_dict(read)
    assert message.time is None
    assert slack_payload(message)["blocks"][0]["text"]["text"] == f"🔴 {FAILED.title}"
    assert as_mail(message, "a@example.org", "b@example.org")["Date"].datetime.tzinfo is not None


@pytest.mark.parametrize("text", ["2026-11-30T15:05:07+01:00", "2026-11-30T14:05:07Z"])
def test_a_time_is_read_in_any_zone_and_shown_in_utc(text):
    message = Message.from_dict(FAILED.as_dict() | {"time": text})
    assert slack_payload(message)["blocks"][1]["elements"][0]["text"] == "2026-11-30 14:05 UTC"


def test_mail_and_slack_show_the_time_and_title_what_is_late():
    mail, slack = as_mail(FAILED, "a@example.org", "b@example.org"), slack_payload(FAILED)
    assert mail["Date"].datetime == THEN
    assert mail["Subject"] == f"[S1] (late, of 2026-11-30 14:05 UTC) {FAILED.title}"
    assert slack["text"] == f"🔴 (late, of 2026-11-30 14:05 UTC) {FAILED.title}"
    header, when = slack["blocks"]
    assert header["text"]["text"] == slack["text"]
    assert when["elements"] == [{"type": "plain_text", "text": "2026-11-30 14:05 UTC", "emoji": False}]


def test_what_comes_at_once_is_not_late():
    message = Message("1", "check_failed", "Check failed", time=datetime.now(UTC) - timedelta(minutes=4))
    assert as_mail(message, "a@example.org", "b@example.org")["Subject"] == "[S1] Check failed"
    assert slack_payload(message)["text"] == "🔴 Check failed"


def test_what_a_channel_missed_has_the_time_of_the_first_try_and_so_is_known_to_be_of_before_the_all_clear(
    instance, httpserver
):
    answers(httpserver, "/alerts", 503)
    on_call = OnCall(instance, {"S1_ALERTS": f"webhook:{httpserver.url_for('/alerts')}"})
    on_call.tick()
    on_call.run(MAY, verdict=FAILS)
    asked = on_call.evaluate()
    on_call.submit(asked)
    on_call.cursor = asked.cursor
    on_call.run(MAY, verdict=PASSES)
    [_, all_clear] = sorted(on_call.tick(), key=lambda message: message["kind"] == "all_clear")
    again = missed(instance, ["webhook"], time.time() + PAUSES[0] + 60)
    [failed] = messages_of(dg.SensorResult(run_requests=list(again)))
    assert failed == messages_of(asked)[0]
    assert datetime.fromisoformat(failed["time"]) <= datetime.fromisoformat(all_clear["time"])


def test_the_digest_has_its_time_and_a_late_alert_is_titled_so_on_its_way(instance, httpserver):
    answers(httpserver, "/slack", 200)
    on_call = OnCall(instance, {"S1_ALERTS": f"slack:{httpserver.url_for('/slack')}"})
    assert on_call.digest().success
    request = dg.RunRequest(run_key="1", **asking("slack", [FAILED]))
    on_call.submit(dg.SensorResult(run_requests=[request]))
    digest, alert = (sent.get_json()["blocks"] for sent, _ in httpserver.log)
    assert digest[0]["text"]["text"].startswith("🟢 Daily digest")
    assert digest[1]["elements"][0]["text"].endswith(" UTC")
    assert alert[0]["text"]["text"].startswith("🔴 (late, of 2026-11-30 14:05 UTC) Check failed")
