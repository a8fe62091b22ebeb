"""Where alerts go: Slack, any webhook, e-mail. Nothing here writes a secret into an error, a repr or a log."""

import contextlib
import logging
import re
import smtplib
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from s1_assets.alerts.messages import Message, News

SECONDS = 30.0
# Slack's limits: of blocks, of a section's text, of a header's.
BLOCKS, SECTION_CHARS, HEADER_CHARS = 50, 3000, 150
MARKS = {"error": "🔴", "warning": "🟠", "info": "🟢"}
LATE_SECONDS = 300  # a message that is sent so long after it was composed says so
FORMS = "slack:<webhook URL>, webhook:<URL> and email:<address>"


class DeliveryError(Exception):
    """A message did not reach its channel. `again` says whether trying again may help."""

    def __init__(self, text: str, *, again: bool) -> None:
        super().__init__(text)
        self.again = again


class Channel(Protocol):
    """A place that messages are sent to."""

    @property
    def name(self) -> str:
        """A name that says the kind and no secret: slack, webhook_2."""

    def send(self, message: Message) -> str:
        """Sends a message and returns what the other side said. Raises DeliveryError."""


@dataclass(frozen=True)
class Slack:
    """An incoming webhook of Slack, or of what takes the same payload (Mattermost, Rocket.Chat)."""

    name: str
    url: str = field(repr=False)

    def send(self, message: Message) -> str:
        """Posts the message as blocks."""
        return _post(self.url, slack_payload(message), {}, self.name)


@dataclass(frozen=True)
class Webhook:
    """Any server that takes JSON; the message's id goes along as `Idempotency-Key`, for those that drop repeats."""

    name: str
    url: str = field(repr=False)

    def send(self, message: Message) -> str:
        """Posts the message as its own JSON object."""
        return _post(self.url, message.as_dict(), {"Idempotency-Key": message.id}, self.name)


@dataclass(frozen=True)
class Mail:
    """An address, and the server that takes mail to it (S1_SMTP)."""

    name: str
    address: str
    server: str = field(repr=False)

    def send(self, message: Message) -> str:
        """Hands the message to the server as plain text."""
        mail = as_mail(message, self.address, _sender(self.server))
        try:
            _hand_over(mail, self.server)
        except smtplib.SMTPResponseException as error:
            temporary = 400 <= error.smtp_code < 500
            raise DeliveryError(f"{self.name}: the mail server answered {error.smtp_code}", again=temporary) from None
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _ in error.recipients.values()})
            raise DeliveryError(f"{self.name}: the address was refused ({codes})", again=min(codes) < 500) from None
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(f"{self.name}: {type(error).__name__} at the mail server", again=True) from None
        return f"taken by the mail server for {self.address}"


@dataclass(frozen=True)
class Channels:
    """The channels of S1_ALERTS that can be sent to, and what is wrong with the others, a sentence each."""

    working: tuple[Channel, ...] = ()
    mistakes: tuple[str, ...] = ()

    def require(self) -> None:
        """Raises ValueError where mistakes leave no channel that somebody could be told through."""
        if self.mistakes and not self.working:
            raise ValueError("; ".join(self.mistakes))


def open_channels(channels: str | None, smtp: str | None) -> Channels:
    """The channels of S1_ALERTS, and S1_SMTP for those that are e-mail. None is no channel.

    A mistake raises nothing, as papers go on without alerts; it names the variable and the place in it but no secret.
    """
    working: list[Channel] = []
    mistakes: list[str] = []
    kinds: Counter[str] = Counter()
    for number, text in enumerate((part.strip() for part in (channels or "").split(",")), start=1):
        if text:
            kind, _, place = text.partition(":")
            kinds[kind] += 1
            name = f"{kind}_{kinds[kind]}" if kinds[kind] > 1 else kind
            try:
                working.append(_channel(kind, place, name, smtp, number))
            except ValueError as mistake:
                mistakes.append(str(mistake))
    return Channels(tuple(working), tuple(mistakes))


def _channel(kind: str, place: str, name: str, smtp: str | None, number: int) -> Channel:
    if kind in {"slack", "webhook"}:
        if not _is_url(place, {"http", "https"}):
            raise ValueError(f"S1_ALERTS, channel {number}: {kind}: is not followed by an http:// or https:// URL")
        return Slack(name, place) if kind == "slack" else Webhook(name, place)
    if kind != "email":
        raise ValueError(f"S1_ALERTS, channel {number} is of no known kind; known are {FORMS}, separated by commas")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", place):
        raise ValueError(f"S1_ALERTS, channel {number}: email: is not followed by an address")
    if not smtp or not _is_url(smtp, {"smtp", "smtps"}):
        raise ValueError(
            "S1_ALERTS has an e-mail address, and S1_SMTP is no URL such as smtp://user:password@host:587 or "
            "smtps://user:password@host (percent-encode what is special in user and password)"
        )
    return Mail(name, place, smtp)


def _is_url(text: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname)


def _post(url: str, payload: dict[str, Any], headers: dict[str, str], name: str) -> str:
    import httpx

    try:
        with _unlogged():
            response = httpx.post(url, json=payload, headers=headers, timeout=SECONDS)
    except httpx.TimeoutException as error:
        raise DeliveryError(f"{name}: {type(error).__name__} after {SECONDS:g} s", again=True) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryError(f"{name}: {type(error).__name__}", again=True) from None
    if not response.is_success:
        code = response.status_code
        raise DeliveryError(f"{name}: the server answered {code}", again=code >= 500 or code in {408, 425, 429})
    return f"{response.status_code}"


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """Keeps httpx's line about each request, which has the URL in it in some spelling, out of this thread's log."""
    posting = threading.get_ident()

    def is_of_others(record: logging.LogRecord) -> bool:
        return record.thread != posting

    logging.getLogger("httpx").addFilter(is_of_others)
    try:
        yield
    finally:
        logging.getLogger("httpx").removeFilter(is_of_others)


def slack_payload(message: Message) -> dict[str, Any]:
    """A message for Slack's incoming webhooks: at most BLOCKS blocks, and texts within its limits.

    All texts are plain: what stands in them may be from papers, and is to mention, link and format nothing. Links are
    ours, and stand in blocks of their own.
    """
    head = f"{MARKS[message.weight]} {heading(message)}"
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(_cut(head, HEADER_CHARS))}]
    if message.time:
        blocks.append({"type": "context", "elements": [_plain(_minute(message.time))]})
    blocks += [_section(piece) for piece in _pieces(message.text)] + _links(message.links)
    for entry in message.entries:
        blocks += [_section(_cut(entry_text(entry), SECTION_CHARS)), *_links(entry.links)]
    if (rest := message.count - len(message.entries)) and message.entries:
        blocks.append(_section(f"and {rest} more"))
    if len(blocks) > BLOCKS:
        blocks = [*blocks[: BLOCKS - 1], _section("and more that does not fit")]
    # `text` is what a notification shows.
    return {"text": _escaped(_cut(head, HEADER_CHARS)), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def heading(message: Message) -> str:
    """The title, with the time before it where the message comes late: later ones may have come before it."""
    if message.time and (datetime.now(UTC) - message.time).total_seconds() > LATE_SECONDS:
        return f"(late, of {_minute(message.time)}) {message.title}"
    return message.title


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def entry_text(entry: News) -> str:
    """One thing of a message in a line, which is never empty: Slack takes no empty text."""
    measured = [
        f"{name} {value}"
        for name, value in (("value", entry.value), ("threshold", entry.threshold))
        if value is not None
    ]
    found = " — ".join(part for part in (entry.text, ", ".join(measured)) if part)
    return ": ".join(part for part in (entry.cell, found) if part) or "no details"


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _plain(text)}


def _links(links: Mapping[str, str]) -> list[dict[str, Any]]:
    text = " · ".join(f"<{url}|{name}>" for name, url in links.items())
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}] if links else []


def _pieces(text: str) -> list[str]:
    """A text in pieces of whole lines that fit a section each."""
    pieces = [""]
    for line in (_cut(line, SECTION_CHARS) for line in text.split("\n")):
        if len(pieces[-1]) + len(line) + 1 > SECTION_CHARS:
            pieces.append("")
        pieces[-1] += f"\n{line}" if pieces[-1] else line
    return [piece for piece in pieces if piece]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars else f"{text[: chars - 1]}…"


def as_mail(message: Message, address: str, sender: str) -> EmailMessage:
    """A message as plain-text mail, dated when it was composed.

    Its Message-ID follows from its id, so that a repeat can be told.
    """
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, address
    mail["Subject"] = " ".join(f"[S1] {heading(message)}".split())
    mail["Date"] = message.time or datetime.now(UTC)
    mail["Message-ID"] = f"<{message.id}@s1-alerts>"
    mail["Auto-Submitted"] = "auto-generated"
    lines = [message.text, *_link_lines(message.links)]
    for entry in message.entries:
        lines += ["", entry_text(entry), *_link_lines(entry.links)]
    if message.entries and message.count > len(message.entries):
        lines += ["", f"and {message.count - len(message.entries)} more"]
    mail.set_content("\n".join(lines).strip() + "\n")
    return mail


def _link_lines(links: Mapping[str, str]) -> list[str]:
    return [f"  {name}: {url}" for name, url in links.items()]


def _sender(server: str) -> str:
    """Who mail is from: `?from=` of S1_SMTP, else its user, else a name at its host."""
    parts = urlsplit(server)
    user = unquote(parts.username or "")
    return parse_qs(parts.query).get("from", [user if "@" in user else f"s1-alerts@{parts.hostname}"])[0]


def _hand_over(mail: EmailMessage, server: str) -> None:
    """Sends by TLS from the start (smtps://), or upgraded to where offered; a password never goes in the clear."""
    parts = urlsplit(server)
    host, secure = parts.hostname or "", parts.scheme == "smtps"
    with _connection(host, parts.port, secure=secure) as connection:
        connection.ehlo()
        if not secure and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo()
            secure = True
        if parts.username:
            if not secure and host not in {"localhost", "127.0.0.1", "::1"}:
                raise DeliveryError("the mail server offers no TLS, and S1_SMTP has a password", again=False)
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        connection.send_message(mail)


def _connection(host: str, port: int | None, *, secure: bool) -> smtplib.SMTP:
    if secure:
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port or 25, timeout=SECONDS)
