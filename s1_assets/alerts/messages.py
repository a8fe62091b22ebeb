"""News of the line, and the messages that tell it: grouped, bounded in length, with links into the UI."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from s1_assets.cells import Cell
from s1_assets.partitions import partition_key
from s1_assets.tables import RAW_PAPERS

Kind = Literal[
    "check_failed",
    "check_warned",
    "check_crashed",
    "all_clear",
    "run_failed",
    "automation_failing",
    "source_silent",
    "digest",
    "many",
]
Weight = Literal["error", "warning", "info"]

WEIGHTS: dict[Kind, Weight] = {
    "check_failed": "error",
    "check_warned": "warning",
    "check_crashed": "error",
    "all_clear": "info",
    "run_failed": "error",
    "automation_failing": "error",
    "source_silent": "warning",
    "digest": "info",
    "many": "error",
}
VERBS: dict[Kind, str] = {
    "check_failed": "Check failed",
    "check_warned": "Check warns",
    "check_crashed": "Check crashed",
    "all_clear": "All clear, check passes again",
    "run_failed": "Run failed",
    "automation_failing": "Sensor or schedule fails again and again",
    "source_silent": "Source is silent",
}
# Cells that a message shows one by one, the characters of each text, and messages that one tick may send.
SHOWN, TEXT_CHARS, MESSAGES = 10, 300, 20


@dataclass(frozen=True)
class News:
    """One thing that happened. `subject` is a check (`asset.check`), a job, a sensor or a source.

    `source` and `cell` ("arxiv 2024-05") are empty where the news is of no cell, `run_id` where no run is behind it.
    `links` are URLs by what they lead to, which news has once it is in a message.
    """

    kind: Kind
    subject: str
    source: str = ""
    cell: str = ""
    text: str = ""
    value: str | None = None
    threshold: str | None = None
    run_id: str = ""
    links: dict[str, str] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """What it is about, whatever became of it."""
        return f"{self.subject}|{self.source}"

    @property
    def group(self) -> str:
        """News of one group goes into one message."""
        return f"{self.kind}|{self.about}"


@dataclass(frozen=True)
class Message:
    """What a channel sends. `count` is how much happened, `entries` the part of it that is shown.

    `id` is the same each time the same message is sent, for receivers that drop repeats. `links` are URLs by what they
    lead to. `time` is when it was composed, which may be long before it is sent; None where people asked without one.
    """

    id: str
    kind: Kind
    title: str
    text: str = ""
    count: int = 1
    entries: tuple[News, ...] = ()
    links: dict[str, str] = field(default_factory=dict)
    time: datetime | None = None

    @property
    def weight(self) -> Weight:
        """How much it matters."""
        return WEIGHTS[self.kind]

    def as_dict(self) -> dict[str, Any]:
        """The message as JSON types."""
        time = self.time.isoformat() if self.time else None
        entries = [asdict(entry) for entry in self.entries]
        return {**asdict(self), "weight": self.weight, "entries": entries, "time": time}

    @classmethod
    def from_dict(cls, read: dict[str, Any]) -> "Message":
        """A message from what `as_dict` gave, after JSON or not."""
        fields = {name: value for name, value in read.items() if name not in {"weight", "entries", "time"}}
        time = datetime.fromisoformat(read["time"]).astimezone(UTC) if read.get("time") else None
        return cls(**fields, entries=tuple(News(**entry) for entry in read["entries"]), time=time)


@dataclass(frozen=True)
class Links:
    """Pages of the Dagster UI. `ui` is its base URL (S1_UI_URL)."""

    ui: str

    def run(self, run_id: str) -> str:
        """The page of a run."""
        return f"{self.ui}/runs/{quote(run_id)}"

    def partition(self, asset: str, key: str) -> str:
        """The page of one partition of an asset."""
        return f"{self.ui}/assets/{quote(asset)}?view=partitions&partition={quote(key, safe='')}"

    def check(self, asset: str, check: str) -> str:
        """The page of a check."""
        return f"{self.ui}/assets/{quote(asset)}?view=checks&checkDetail={quote(check)}"

    def automation(self) -> str:
        """The page of sensors and schedules."""
        return f"{self.ui}/automation"

    def runs(self) -> str:
        """The page of failed runs."""
        return f"{self.ui}/runs?q[0]=status%3AFAILURE"

    def of(self, news: News) -> dict[str, str]:
        """The pages to look at for news, by what they are of."""
        links = {}
        asset, _, check = news.subject.rpartition(".")
        if asset:
            links["check"] = self.check(asset, check)
            if news.cell:
                links["partition"] = self.partition(asset, partition_key(Cell(*news.cell.split())))
        elif news.kind == "source_silent":
            links = {"asset": f"{self.ui}/assets/{RAW_PAPERS.name}", "automation": self.automation()}
        elif news.kind != "run_failed":
            links["automation"] = self.automation()
        return links | ({"run": self.run(news.run_id)} if news.run_id else {})


@dataclass(frozen=True)
class Group:
    """News of one kind, subject and source: how much there is, and the part of it that a message shows."""

    count: int
    shown: tuple[News, ...]


def compose(groups: Sequence[Group], occasion: str, now: float, links: Links) -> list[Message]:
    """A message a group, the weightiest first; what is over MESSAGES becomes one message that names the groups.

    Args:
        groups: news to tell, none of them empty.
        occasion: what the messages are sent for; it enters their ids: the same words tomorrow are another message.
        now: UNIX time.
        links: pages of the UI, for what the messages show.
    """
    time = composed_at(now)
    order: tuple[Weight, ...] = ("error", "warning", "info")
    groups = sorted(groups, key=lambda group: order.index(WEIGHTS[group.shown[0].kind]))
    alone, rest = (groups, []) if len(groups) <= MESSAGES else (groups[: MESSAGES - 1], groups[MESSAGES - 1 :])
    messages = [_message(group, occasion, time, links) for group in alone]
    if rest:
        lines = "\n".join(f"- {_title(group)}" for group in rest)
        title = f"{len(rest)} more groups of alerts at once"
        count = sum(group.count for group in rest)
        messages.append(Message(_id(occasion, title), "many", title, lines, count, time=time))
    return messages


def composed_at(now: float) -> datetime:
    """The time of a message that is composed now (UNIX time), to the second."""
    return datetime.fromtimestamp(int(now), UTC)


def grouped(news: Sequence[News]) -> dict[str, Group]:
    """News by group, in order of appearance."""
    found: dict[str, list[News]] = {}
    for item in news:
        found.setdefault(item.group, []).append(item)
    return {name: Group(len(items), tuple(items[:SHOWN])) for name, items in found.items()}


def short(text: str | None) -> str:
    """A text on one line, cut to TEXT_CHARS characters.

    A file's name that is no UTF-8 comes with lone surrogates, which no channel can encode: they are spelled out.
    """
    line = " ".join((text or "").encode("utf-8", "backslashreplace").decode().split())
    return line if len(line) <= TEXT_CHARS else f"{line[: TEXT_CHARS - 1]}…"


def _message(group: Group, occasion: str, time: datetime, links: Links) -> Message:
    first = group.shown[0]
    entries = tuple(replace(item, links=links.of(item)) for item in group.shown)
    return Message(_id(occasion, first.group), first.kind, _title(group), "", group.count, entries, time=time)


def _title(group: Group) -> str:
    first = group.shown[0]
    cells = {item.cell for item in group.shown}
    where = first.cell if group.count == 1 or len(cells) == 1 == len(group.shown) == group.count else first.source
    many = f", {group.count} times" if group.count > 1 else ""
    return f"{VERBS[first.kind]}: {first.subject}{f' ({where})' if where else ''}{many}"


def _id(occasion: str, what: str) -> str:
    return hashlib.sha256(f"{occasion}\n{what}".encode()).hexdigest()[:16]
