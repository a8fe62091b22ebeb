"""What channels send, to real servers on this machine, and what they keep to themselves."""

import logging
import re
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from werkzeug import Response

from resources.alert_channels import (
    BLOCKS,
    HEADER_CHARS,
    SECTION_CHARS,
    DeliveryError,
    Mail,
    Slack,
    Webhook,
    open_channels,
    slack_payload,
)
from s1_assets.alerts.messages import Message, News

SECRET = "T0001/B0002/xoxbsecret"
ENTRY = News(
    "check_failed",
    "figure_pairs.images_decode",
    "arxiv",
    "arxiv 2024-05",
    "3 of 200 images do not open",
    "3",
    "<= 0 images",
    "run-1",
    {"run": "http://ui/runs/run-1"},
)
MESSAGE = Message("0a1b", "check_failed", "Check failed: figure_pairs.images_decode", "", 12, (ENTRY,))


def test_channels_are_read_and_named_by_kind():
    text = (
        "slack:https://hooks.slack.com/services/x, webhook:http://a/b,webhook:http://c/d?e=1,email:on-call@example.org"
    )
    channels = open_channels(text, "smtp://mail.example.org")
    assert [(type(channel), channel.name) for channel in channels] == [
        (Slack, "slack"),
        (Webhook, "webhook"),
        (Webhook, "webhook_2"),
        (Mail, "email"),
    ]
    assert open_channels(None, None) == open_channels(" , ", None) == ()


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
def test_a_mistake_is_an_error_that_names_the_place_and_no_secret(text, smtp, words):
    with pytest.raises(ValueError, match=re.escape(words)) as raised:
        open_channels(text, smtp)
    assert "secret" not in str(raised.value)


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
    head, entry, more = request.get_json()["blocks"]
    assert head["text"] == {"type": "plain_text", "text": "🔴 Check failed: figure_pairs.images_decode"}
    assert entry["text"]["text"] == (
        "arxiv 2024-05: 3 of 200 images do not open — value 3, threshold &lt;= 0 images\n<http://ui/runs/run-1|run>"
    )
    assert more["text"]["text"] == "_and 11 more_"


def test_slack_s_limits_hold_for_any_message():
    entry = News("run_failed", "cell", text="<!channel> &" * 900, links={"run": "http://ui/" + "r" * 100})
    lines = "\n".join(["x" * 5000, *(f"line {number}" * 20 for number in range(200))])
    payload = slack_payload(Message("1", "run_failed", "t" * 500, lines, 900, (entry,) * 90))
    assert len(payload["blocks"]) == BLOCKS == 50
    assert len(payload["blocks"][0]["text"]["text"]) <= HEADER_CHARS == 150
    assert max(len(block["text"]["text"]) for block in payload["blocks"]) <= SECTION_CHARS == 3000
    assert len(payload["text"]) <= SECTION_CHARS


def test_what_comes_from_papers_cannot_mention_or_link_in_slack():
    entry = News("run_failed", "cell", text="<!channel> see <http://evil|this>")
    payload = slack_payload(Message("1", "run_failed", "Run failed: <!here>", "", 1, (entry,)))
    assert payload["blocks"][1]["text"]["text"] == "&lt;!channel&gt; see &lt;http://evil|this&gt;"
    assert payload["text"] == "🔴 Run failed: &lt;!here&gt;"


@pytest.mark.parametrize(("status", "again"), [(500, True), (503, True), (429, True), (404, False), (410, False)])
def test_a_refusal_says_whether_trying_again_may_help_and_no_secret(httpserver, caplog, status, again):
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request(f"/services/{SECRET}").respond_with_handler(lambda _: Response("no", status))
    channel = Slack("slack", httpserver.url_for(f"/services/{SECRET}"))
    with pytest.raises(DeliveryError, match=f"slack: the server answered {status}") as raised:
        channel.send(MESSAGE)
    assert raised.value.again is again
    ours = " ".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert SECRET not in f"{raised.value} {raised.value.__cause__} {channel!r} {ours}"


def test_a_server_that_is_not_there_may_be_there_later():
    with pytest.raises(DeliveryError, match="webhook: ConnectError") as raised:
        Webhook("webhook", f"http://127.0.0.1:9/{SECRET}").send(MESSAGE)
    assert raised.value.again
    assert raised.value.__suppress_context__


class MailServer(socketserver.ThreadingTCPServer):
    """An SMTP server that keeps what it is given, or refuses with a code."""

    daemon_threads = True

    def __init__(self, refusal: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), MailSession)
        self.refusal, self.taken, self.logins = refusal, [], []


class MailSession(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 ready")
        for line in self.rfile:
            command, _, rest = line.decode().strip().partition(" ")
            match command.upper():
                case "EHLO":
                    self.say("250-here\r\n250 AUTH PLAIN")
                case "AUTH":
                    self.server.logins.append(rest)
                    self.say("235 in")
                case "RCPT" if self.server.refusal:
                    self.say(self.server.refusal)
                case "DATA":
                    self.say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    self.server.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
                    self.say("250 taken")
                case "QUIT":
                    return self.say("221 bye")
                case _:
                    self.say("250 ok")
        return None

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mail_server(request) -> Iterator[MailServer]:
    with MailServer(getattr(request, "param", None)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_mail_is_plain_text_from_the_configured_sender(mail_server):
    url = f"smtp://ops%40example.org:p%3Ass@127.0.0.1:{mail_server.server_address[1]}?from=alerts@example.org"
    [channel] = open_channels("email:on-call@example.org", url)
    title = "Check failed: a title\nBcc: everyone@example.org"
    channel.send(Message("0a1b", "check_failed", title, "", 12, (ENTRY,)))
    [mail] = mail_server.taken
    assert (mail["From"], mail["To"], mail["Bcc"]) == ("alerts@example.org", "on-call@example.org", None)
    assert mail["Subject"] == "[S1] Check failed: a title Bcc: everyone@example.org"
    assert mail["Message-ID"] == "<0a1b@s1-alerts>"
    body = mail.get_content()
    assert "arxiv 2024-05: 3 of 200 images do not open — value 3, threshold <= 0 images" in body
    assert "  run: http://ui/runs/run-1" in body and "and 11 more" in body
    assert len(mail_server.logins) == 1


@pytest.mark.parametrize(
    ("mail_server", "again"), [("450 later", True), ("550 no such address", False)], indirect=["mail_server"]
)
def test_a_refused_address_is_an_error_without_the_password(mail_server, again):
    port = mail_server.server_address[1]
    channel = Mail("email", "on-call@example.org", f"smtp://u:xoxbsecret@127.0.0.1:{port}")
    with pytest.raises(DeliveryError, match="email: the address was refused") as raised:
        channel.send(MESSAGE)
    assert raised.value.again is again
    assert "xoxbsecret" not in f"{channel!r} {raised.value}"


def test_a_mail_server_that_is_not_there_may_be_there_later():
    with pytest.raises(DeliveryError, match="email: ConnectionRefusedError at the mail server") as raised:
        Mail("email", "a@b.org", "smtp://127.0.0.1:9").send(MESSAGE)
    assert raised.value.again
