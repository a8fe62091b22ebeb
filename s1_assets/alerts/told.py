"""What was told so far: the alert sensor's cursor.

The first news of a group goes out at once. News of the same group soon after it waits and goes out together, after
pauses that double: a night in which two thousand cells fail one check is a dozen messages.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from s1_assets.alerts.messages import SHOWN, WEIGHTS, Group, News, Weight, grouped

# Seconds between two messages of a group: from the first to the longest pause.
FIRST_PAUSE = 300
LONGEST_PAUSE: dict[Weight, int] = {"error": 3600, "warning": 86400, "info": 3600}


@dataclass
class Pause:
    """A group that was told at `until - seconds`: what came since waits until then (UNIX time)."""

    until: float
    seconds: int
    count: int = 0
    waiting: list[News] = field(default_factory=list)


@dataclass
class Told:
    """Places up to which evaluations (storage ids) and failed runs (UNIX time of their end) were told.

    Both are read again from a little before them, because storages may show events out of order; `evaluations` and
    `runs` name what was told of that overlap. `failing` names the sensors and schedules that were told as failing.
    """

    storage_id: int
    ended: float
    evaluations: list[int] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    pauses: dict[str, Pause] = field(default_factory=dict)

    def due(self, news: Sequence[News], now: float) -> list[Group]:
        """What is to be told now of this news and of what waited; the rest of it waits."""
        new = grouped(news)
        due = []
        for name in dict.fromkeys([*self.pauses, *new]):
            pause, more = self.pauses.get(name), new.get(name, Group(0, ()))
            if pause and now < pause.until:
                pause.count += more.count
                pause.waiting = [*pause.waiting, *more.shown][:SHOWN]
                continue
            count = more.count + (pause.count if pause else 0)
            shown = [*(pause.waiting if pause else ()), *more.shown][:SHOWN]
            if count:
                due.append(Group(count, tuple(shown)))
                longest = LONGEST_PAUSE[WEIGHTS[shown[0].kind]]
                seconds = min(2 * pause.seconds, longest) if pause else FIRST_PAUSE
                self.pauses[name] = Pause(now + seconds, seconds)
            elif pause and now >= pause.until + pause.seconds:
                del self.pauses[name]
        return due

    def as_cursor(self) -> str:
        """The cursor that `from_cursor` reads."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_cursor(cls, cursor: str) -> "Told":
        """What a cursor says. Raises ValueError for one that this class did not write."""
        try:
            read = json.loads(cursor)
            pauses = {
                name: Pause(**{**pause, "waiting": [News(**item) for item in pause["waiting"]]})
                for name, pause in read.pop("pauses").items()
            }
            return cls(**read, pauses=pauses)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(
                f"the alert sensor's cursor {cursor[:100]!r} cannot be read ({error!r}); reset it in the UI "
                "(Automation → alerts → Reset cursor), alerts then begin with what happens next"
            ) from error
