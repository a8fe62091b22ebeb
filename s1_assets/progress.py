"""Progress of long work: lines for a run's log, and a bar where a person is watching a terminal."""

import sys
import time
from collections.abc import Callable
from typing import Any

SECONDS_BETWEEN_LINES = 10.0


def duration(seconds: float) -> str:
    """`seconds` as a person reads it: 42 s, 7 min, 3.4 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class Progress:
    """Counts `total` items and logs done / total, rate and time left, at most every ten seconds."""

    def __init__(self, title: str, total: int, log: Callable[[str], Any]):
        self._title, self._total, self._log = title, total, log
        self._done = 0
        self._began = self._last_line = time.monotonic()

    def advance(self, items: int) -> None:
        """Adds finished items."""
        self._done += items
        now = time.monotonic()
        if sys.stderr.isatty():
            self._draw(now)
        if now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._log(self.line(now))

    def line(self, now: float) -> str:
        """One line: title, done / total, rate and estimated time left."""
        rate = self._done / max(now - self._began, 1e-9)
        left = duration((self._total - self._done) / rate) if rate else "unknown"
        return f"{self._title}: {self._done:,}/{self._total:,}, {rate:,.1f}/s, ETA {left}"

    def _draw(self, now: float) -> None:
        filled = 30 * self._done // max(self._total, 1)
        end = "\n" if self._done >= self._total else ""
        sys.stderr.write(f"\r\x1b[2K{'█' * filled}{'░' * (30 - filled)} {self.line(now)}{end}")
        sys.stderr.flush()
