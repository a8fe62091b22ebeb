"""Papers that a service did not give, noted so that those that never come keep no other from coming.

    <path>     a JSON object of papers' names and the day (YYYY-MM-DD) on which that was seen first

A paper fails by its own when its service gave another one later in that run, which takes the day away, or when it
failed on an earlier day too. Such papers are asked for last, in another order each time, and tell nothing of the
service: not by however many of them it can be known to be down, or to refuse everybody.
"""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

from resources.live.access import LiveAccess

Paper = TypeVar("Paper")


class LeftPapers:
    """The notes at a path of the downloads mirror, during one run."""

    def __init__(self, live: LiveAccess, path: str):
        self._live, self._path = live, path
        self._since: dict[str, str] = live.downloads.state(path)
        self._today, self._now = f"{datetime.now(UTC):%Y-%m-%d}", set[str]()

    def last(self, papers: Iterable[Paper], name: Callable[[Paper], str]) -> list[Paper]:
        """The papers as they come, and those that failed before after them, in any order."""
        found = list(papers)
        before = [paper for paper in found if name(paper) in self._since]
        return [paper for paper in found if name(paper) not in self._since] + random.sample(before, len(before))

    def fails_by_its_own(self, name: str) -> bool:
        """Whether a paper is known to fail while others come."""
        return self._since.get(name, self._today) < self._today

    def note(self, name: str) -> None:
        """Notes that a paper did not come."""
        self._now.add(name)
        if name not in self._since:
            self._since[name] = self._today
            self._write()

    def came(self, name: str) -> None:
        """Notes that the service gave a paper: those that failed before it in this run did so by their own."""
        noted = self._since.pop(name, None) is not None
        failed = self._now - {name}
        self._since |= dict.fromkeys(failed, "")
        self._now.clear()
        if noted or failed:
            self._write()

    def _write(self) -> None:
        self._live.downloads.put_state(self._path, self._since)
