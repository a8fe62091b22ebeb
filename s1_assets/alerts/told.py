"""What was told so far: the alert sensor's cursor.

The first news of a group goes out at once. News of the same group soon after it waits and goes out together, after
pauses that double: a night in which two thousand cells fail one check is a dozen messages. What is newer takes the
place of what waits: a failure that is mended before it was told is not told, and neither is that it was mended.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from s1_assets.alerts.messages import SHOWN, WEIGHTS, Group, Kind, News, Weight

# Seconds between two messages of a group: from the first to the longest pause.
FIRST_PAUSE = 300
LONGEST_PAUSE: dict[Weight, int] = {"error": 3600, "warning": 86400, "info": 3600}
# News that says how something is, and not only that something happened: the newest of it is all that counts.
OPENING = {"check_failed", "check_warned", "check_crashed", "automation_failing"}
STATES = OPENING | {"all_clear"}
FIRST_YEAR = 1991  # of any source
# Every tick and every alert run stores the cursor. Of a group that waits it keeps all cells, a bit each, the runs of
# those that are shown, and of only so many what was found in them.
KEPT = 3


@dataclass
class Pause:
    """A group that was told at `until - seconds`: what came since waits until `until` (UNIX time).

    Told later than now, by a clock that was ahead, is no pause. `waiting` are the first of `count` news, `cells` the
    cells of all of them.
    """

    until: float = 0.0
    seconds: int = 0
    count: int = 0
    waiting: list[News] = field(default_factory=list)
    cells: int = 0

    def holds(self, now: float) -> bool:
        """Whether what came since still waits."""
        return 0 < self.until - now <= self.seconds

    def is_remembered(self, now: float) -> bool:
        """Whether the next pause is to be longer than this one."""
        return -self.seconds < self.until - now <= self.seconds

    def add(self, item: News) -> None:
        """Lets news wait."""
        self.count += 1
        self.cells |= as_bit(item.cell)
        self.waiting = [*self.waiting, item][:SHOWN]

    def forget(self, cell: str) -> None:
        """Drops what waits of a cell."""
        if self.cells & as_bit(cell):
            self.count -= 1
            self.cells ^= as_bit(cell)
            self.waiting = [item for item in self.waiting if item.cell != cell]

    def shown(self, group: str) -> tuple[News, ...]:
        """What a message shows of what waits: what there are words for, and then cells without."""
        without = self.cells
        for item in self.waiting:
            without &= ~as_bit(item.cell)
        return (*self.waiting, *_without_words(group, without))[:SHOWN]

    def as_dict(self) -> dict[str, Any]:
        """The pause as JSON types, which `from_dict` reads. What the group has in common is left to its name."""
        rows = [[item.cell, item.text, item.value, item.threshold, item.run_id] for item in self.waiting[:KEPT]]
        wordless = [[item.cell, "", None, None, item.run_id] for item in self.waiting[KEPT:]]
        return {**asdict(self), "waiting": rows + wordless}

    @classmethod
    def from_dict(cls, group: str, read: dict[str, Any]) -> "Pause":
        """The pause of a group from what `as_dict` gave, or from a cursor that had all of the news."""
        waiting = [News(**row) if isinstance(row, dict) else _of_group(group, *row) for row in read["waiting"]]
        return cls(**{**read, "waiting": waiting})


@dataclass
class Told:
    """Places up to which evaluations (storage ids) and failed runs (UNIX time of their end) were told.

    Both are read again from a little before them, because storages may show events out of order; `evaluations` and
    `runs` name what was told of that overlap. `failing` names the sensors and schedules that were seen failing.
    `uncleared` are the cells, by subject and source, of which a failure was told and no all clear since.
    """

    storage_id: int
    ended: float
    evaluations: list[int] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    pauses: dict[str, Pause] = field(default_factory=dict)
    uncleared: dict[str, int] = field(default_factory=dict)

    def due(self, news: Sequence[News], now: float) -> list[Group]:
        """What is to be told now of this news, oldest first, and of what waited; the rest of it waits."""
        for item in news:
            self._hear(item)
        due = []
        for name, pause in list(self.pauses.items()):
            if pause.count and not pause.holds(now):
                due.append(self._tell(name, pause, now))
            elif not pause.count and not pause.is_remembered(now):
                del self.pauses[name]
        return due

    def _hear(self, item: News) -> None:
        if item.kind in STATES:
            for name, pause in self.pauses.items():
                kind, about = _parts(name)
                if kind in STATES and about == item.about:
                    pause.forget(item.cell)
        if item.kind != "all_clear" or self.uncleared.get(item.about, 0) & as_bit(item.cell):
            self.pauses.setdefault(item.group, Pause()).add(item)

    def _tell(self, name: str, pause: Pause, now: float) -> Group:
        kind, about = _parts(name)
        if kind in OPENING:
            self.uncleared[about] = self.uncleared.get(about, 0) | pause.cells
        elif kind == "all_clear":
            self.uncleared[about] = self.uncleared.get(about, 0) & ~pause.cells
        self.uncleared = {about: cells for about, cells in self.uncleared.items() if cells}
        seconds = min(2 * pause.seconds, LONGEST_PAUSE[WEIGHTS[kind]]) or FIRST_PAUSE
        self.pauses[name] = Pause(now + seconds, seconds)
        return Group(pause.count, pause.shown(name))

    def as_cursor(self) -> str:
        """The cursor that `from_cursor` reads."""
        pauses = {name: pause.as_dict() for name, pause in self.pauses.items()}
        return json.dumps({**asdict(self), "pauses": pauses}, separators=(",", ":"))

    @classmethod
    def from_cursor(cls, cursor: str) -> "Told":
        """What a cursor says. Raises ValueError for one that this class did not write."""
        try:
            read = json.loads(cursor)
            pauses = {name: Pause.from_dict(name, pause) for name, pause in read.pop("pauses").items()}
            return cls(**read, pauses=pauses)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(
                f"the alert sensor's cursor {cursor[:100]!r} cannot be read ({error!r}); reset it in the UI "
                "(Automation → alerts → Reset cursor), alerts then begin with what happens next"
            ) from error


def as_bit(cell: str) -> int:
    """A cell ("arxiv 2024-05", or "" for none) as a bit in a set of cells of one source."""
    if not cell:
        return 1
    year, month = map(int, cell.split()[1].split("-"))
    return 1 << ((year - FIRST_YEAR) * 12 + month)


def _without_words(group: str, cells: int) -> Iterator[News]:
    """News of a set of cells of which is not kept what was found in them."""
    _, _, source = group.rpartition("|")
    bits = [bit for bit in range(1, cells.bit_length()) if cells >> bit & 1]
    for bit in bits[:SHOWN]:
        year, month = divmod(bit - 1, 12)
        yield _of_group(group, f"{source} {FIRST_YEAR + year}-{month + 1:02}")


def _of_group(group: str, *particulars: Any) -> News:
    kind, about = _parts(group)
    subject, source = about.split("|")
    return News(kind, subject, source, *particulars)


def _parts(group: str) -> tuple[Kind, str]:
    kind, about = group.split("|", maxsplit=1)
    return cast("Kind", kind), about
