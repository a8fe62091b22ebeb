"""What was seen of a source so far: the cursor of its sensor.

A sensor first looks and later asks. A look moves the watermark and notes the months that changed, here and nowhere
else; only then are their cells asked for, by keys that follow from what is noted. So a look that is lost is made again,
and asking again from the same cursor asks for the same.
"""

import hashlib
import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field

# Seconds between looks at a source that has no more, and between looks that fail: from the first to the longest pause.
EVERY = 900
FIRST_PAUSE, LONGEST_PAUSE = 60, 3600
# Looks in a row that fail before the sensor's ticks fail, for alerts to tell: half an hour of a source that is down.
FAILURES_TOLD = 6


@dataclass(frozen=True)
class Changed:
    """A month in which so many papers changed; `digest` tells one set of changes from another."""

    papers: int
    digest: str


@dataclass
class Seen:
    """A source's changes up to `watermark` were seen, and the months in `waiting` are to be asked for.

    They are asked for while `asking`; otherwise there is more to look at first. Before `next_look` (UNIX time) the
    source is left alone. `failures` looks in a row failed, the last one because of `why`.
    """

    watermark: str = ""
    waiting: dict[str, Changed] = field(default_factory=dict)
    asking: bool = False
    next_look: float = 0.0
    failures: int = 0
    why: str = ""

    def add(self, months: Mapping[str, Sequence[str]], watermark: str, *, complete: bool, now: float) -> None:
        """Notes a look: canonical ids of papers by month, and the watermark to look from next.

        What changed is asked for once the source has no more, or gives no more for now.
        """
        for month, papers in months.items():
            before = self.waiting.get(month, Changed(0, ""))
            text = json.dumps([before.digest, watermark, sorted(papers)])
            digest = hashlib.sha256(text.encode()).hexdigest()[:12]
            self.waiting[month] = Changed(before.papers + len(papers), digest)
        self.watermark, self.failures, self.why = watermark, 0, ""
        self.asking = bool(self.waiting) and (complete or not months)
        self.next_look = now + EVERY if complete else 0.0

    def fail(self, why: str, now: float, *, lasting: bool) -> None:
        """Notes a look that failed; one whose cause is `lasting` is told as if it had failed for long."""
        self.failures = max(self.failures + 1, FAILURES_TOLD if lasting else 0)
        self.next_look = now + min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self.why = why

    @property
    def stands_failed(self) -> bool:
        """Whether so many looks failed that somebody is to be told."""
        return self.failures >= FAILURES_TOLD

    def take(self, count: int) -> dict[str, Changed]:
        """Takes up to `count` of the waiting months, the newest first."""
        taken = {month: self.waiting.pop(month) for month in sorted(self.waiting, reverse=True)[:count]}
        self.asking = bool(self.waiting)
        return taken

    def leave_out(self, months: Collection[str]) -> None:
        """Forgets months that are not to be asked for."""
        self.waiting = {month: changed for month, changed in self.waiting.items() if month not in months}
        self.asking = self.asking and bool(self.waiting)

    def as_cursor(self) -> str:
        """The cursor that `from_cursor` reads."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "Seen":
        """What a cursor says; nothing was seen where there is none. Raises ValueError for one of another form."""
        if not cursor:
            return cls()
        try:
            read = json.loads(cursor)
            waiting = {month: Changed(**changed) for month, changed in read.pop("waiting").items()}
            return cls(**read, waiting=waiting)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(
                f"the cursor {cursor[:100]!r} cannot be read ({error!r}); reset it in the UI (Automation → sensor → "
                "Reset cursor): it then begins with what came in the last two days"
            ) from error


def clock(moment: float) -> str:
    """A UNIX time as people read it: 14:05 UTC."""
    return time.strftime("%H:%M UTC", time.gmtime(moment))
