"""What channels send, to real servers on this machine, and what they keep to themselves."""

import logging
import re

import pytest
from werkzeug import Response

from resources.alert_channels import (
    BLOCKS,
    HEADER_CHARS,
    SECTION_CHARS,
    Channels,
    DeliveryError,
    Mail,
    Slack,
    Webhook,
    open_channels,
    slack_payload,
)
from s1_assets.alerts.messages import Message, News
from s1_assets_tests.resources.alert_message import MESSAGE

SECRET = "T0001/B0002/xoxbsecret"


def test_channels_are_read_and_named_by_kind():
    text = (
        "slack:https://hooks.slack.com/services/x, webhook:http://a/b,webhook:http://c/d?e=1,email:on-call@example.org"
    )
    channels = open_channels(text, "smtp://mail.example.org")
    assert [(type(channel), channel.name) for channel in channels.working] == [
        (Slack, "slack"),
        (Webhook, "webhook"),
        (Webhook, "webhook_2"),
        (Mail, "email"),
    ]
    assert open_channels(None, None) == open_channels(" , ", None) == Channels()


@pytest.mark.parametrize(
    ("text", "smtp", "words"),
    [
        (f"slack:{SECRET}", None, "S1_ALERTS, channel 1: slack: is not followed by an http"),
        (f"webhook:http://a/b,pager:{SECRET}", None, "S1_ALERTS, channel 2 is of no known kind"),
        ("webhook:http://a:x/xoxbsecret", None, "channel 1: webhook: is not followed"),
        ("email:nobody", "smtp://h", "channel 1: email: is not followed by an address"),
        ("email:a@b.org", None, "S1_SMTP is no URL such as smtp://"),
        ("email:a@b.org", "http://u:xoxbsecret@h", "S1_SMTP is no URL such as smtp://"),
    ],
)
def test_a_mistake_names_the_place_and_no_secret(text, smtp, words):
    [mistake] = open_channels(text, smtp).mistakes
    assert words in mistake
    assert "secret" not in mistake


def test_a_mistaken_channel_leaves_the_others_as_they_are_with_the_names_that_they_have_beside_it():
    channels = open_channels("webhook:a/b,webhook:http://c/d", None)
    assert [channel.name for channel in channels.working] == ["webhook_2"]
    assert len(channels.mistakes) == 1
    channels.require()


def test_where_mistakes_leave_no_channel_they_are_an_error_with_all_of_them():
    with pytest.raises(ValueError, match=r"channel 1: slack: .*; S1_ALERTS, channel 2: webhook: "):
        open_channels("slack:x,webhook:y", None).require()


def test_a_webhook_gets_the_message_as_json_with_its_id(httpserver):
    httpserver.expect_request("/alerts", "POST", json=MESSAGE.as_dict()).respond_with_data("ok")
    assert Webhook("webhook", httpserver.url_for("/alerts")).send(MESSAGE) == "200"
    [(request, _)] = httpserver.log
    assert request.headers["Idempotency-Key"] == "0a1b"
    assert Message.from_dict(request.get_json()) == MESSAGE


def test_slack_gets_blocks_that_say_what_where_and_how_many_more(httpserver):
    httpserver.expect_request("/hook", "POST").respond_with_data("ok")
    Slack("slack", httpserver.url_for("/hook")).send(MESSAGE)
    [(request, _)] = httpserver.log
    head, entry, links, more = request.get_json()["blocks"]
    assert text_of(head) == "🔴 Check failed: figure_pairs.images_decode"
    assert text_of(entry) == "arxiv 2024-05: 3 of 200 images do not open — value 3, threshold <= 0 images"
    assert text_of(links) == "<http://ui/runs/run-1|run>"
    assert text_of(more) == "and 11 more"


def text_of(block: dict) -> str:
    """What a block says."""
    return block["text"]["text"] if "text" in block else block["elements"][0]["text"]


def test_slack_s_limits_hold_for_any_message():
    entry = News("run_failed", "cell", text="<!channel> &" * 900, links={"run": "http://ui/" + "r" * 100})
    lines = "\n".join(["x" * 5000, *(f"line {number}" * 20 for number in range(200))])
    payload = slack_payload(Message("1", "run_failed", "t" * 500, lines, 900, (entry,) * 90))
    assert len(payload["blocks"]) == BLOCKS == 50
    assert len(payload["blocks"][0]["text"]["text"]) <= HEADER_CHARS == 150
    assert max(len(text_of(block)) for block in payload["blocks"]) <= SECTION_CHARS == 3000
    assert len(payload["text"]) <= SECTION_CHARS


@pytest.mark.parametrize(("cell", "says"), [("", "no details"), ("arxiv 2024-05", "arxiv 2024-05")])
def test_no_block_is_empty_though_nothing_is_said_of_what_happened(cell, says):
    entry = News("check_failed", "figure_pairs.images_decode", cell=cell)
    _, section = slack_payload(Message("1", "check_failed", "Check failed", entries=(entry,)))["blocks"]
    assert text_of(section) == says


HOSTILE = "<!channel> @channel see <http://evil|this> or http://evil.example, `rm` *now* _please_ :fire:"


def test_what_comes_from_papers_cannot_mention_link_or_format_in_slack():
    entry = News("run_failed", "cell", text=HOSTILE, links={"run": "http://ui/runs/1"})
    message = Message("1", "run_failed", "Run failed: <!here>", HOSTILE, 1, (entry,), {"failed runs": "http://ui/runs"})
    payload = slack_payload(message)
    texts = [block["text"] for block in payload["blocks"] if "text" in block]
    assert [text["text"] for text in texts[1:]] == [HOSTILE, HOSTILE]
    assert {(text["type"], text["emoji"]) for text in texts} == {("plain_text", False)}
    links = [element for block in payload["blocks"] for element in block.get("elements", ())]
    assert [link["text"] for link in links] == ["<http://ui/runs|failed runs>", "<http://ui/runs/1|run>"]
    assert all(link["verbatim"] for link in links)
    assert payload["text"] == "🔴 Run failed: &lt;!here&gt;"
    assert not payload["unfurl_links"]


@pytest.mark.parametrize(("status", "again"), [(500, True), (503, True), (429, True), (404, False), (410, False)])
def test_a_refusal_says_whether_trying_again_may_help_and_no_secret(httpserver, status, again):
    httpserver.expect_request(f"/services/{SECRET}").respond_with_handler(lambda _: Response("no", status))
    channel = Slack("slack", httpserver.url_for(f"/services/{SECRET}"))
    with pytest.raises(DeliveryError, match=f"slack: the server answered {status}") as raised:
        channel.send(MESSAGE)
    assert raised.value.again is again
    assert SECRET not in f"{raised.value} {raised.value.__cause__} {channel!r}"


def test_no_log_has_the_url_however_httpx_spells_it(httpserver, caplog):
    for name in (None, "httpx"):  # whose level the live clients set for the whole process
        caplog.set_level(logging.DEBUG, name)
    httpserver.expect_request(re.compile("/services/.*")).respond_with_data("ok")
    for path in (SECRET, f"{SECRET} |é"):  # the second goes out as …%20%7C%C3%A9
        Slack("slack", httpserver.url_for("") + f"services/{path}").send(MESSAGE)
    assert len(httpserver.log) == 2
    ours = " ".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert SECRET not in ours
    logging.getLogger("httpx").info("what others do")
    assert "what others do" in caplog.text


def test_a_server_that_is_not_there_may_be_there_later():
    with pytest.raises(DeliveryError, match="webhook: ConnectError") as raised:
        Webhook("webhook", f"http://127.0.0.1:9/{SECRET}").send(MESSAGE)
    assert raised.value.again
    assert raised.value.__suppress_context__
