"""Lines of metadata that harvests brought, one file a month of papers and fetch: `<folder>/<YYYY-MM>/<fetch>.jsonl`."""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from resources.sources.inventory import Inventory
from resources.sources.mirror import Mirror, MirrorObject

UNPLACED = "unplaced"  # in the place of a month: lines that name no paper
_NAME = "%Y%m%dT%H%M%S%fZ"
_FETCH = re.compile(r"(?P<month>\d{4}-\d\d)/(?P<name>[^/]+)\.jsonl")


@dataclass(frozen=True)
class Fetch:
    """What one fetch brought of one month: canonical ids. Names of fetches sort by time."""

    month: str
    name: str
    papers: frozenset[str]


@dataclass(frozen=True)
class HarvestedLines:
    """The lines of a source, in a folder of the mirror; `paper_of_line` gives the canonical id that a line names."""

    folder: str
    paper_of_line: Callable[[bytes], str | None]

    def path(self, month: str, name: str) -> str:
        """Where the lines of a month ("YYYY-MM" or UNPLACED) lie that a fetch of this name brought."""
        return f"{self.folder}/{month}/{name}.jsonl"

    def lines(self, mirror: Mirror, month: str) -> list[bytes]:
        """The lines of a month's papers, in the order in which they came; none where nothing was harvested."""
        found = mirror.objects(f"{self.folder}/{month}")
        return [line for file in found if self._fetch(file) for line in lines_of(mirror, file)]

    def files(self, mirror: Mirror) -> list[MirrorObject]:
        """The files of all months."""
        return [found for found in mirror.objects(self.folder) if self._fetch(found)]

    def after(self, mirror: Mirror, name: str) -> Iterator[Fetch]:
        """What fetches brought whose name follows `name` (all for an empty one), by month and time."""
        for found in mirror.objects(self.folder):
            fetch = self._fetch(found)
            if fetch and fetch["name"] > name:
                papers = frozenset(paper for line in lines_of(mirror, found) if (paper := self.paper_of_line(line)))
                yield Fetch(fetch["month"], fetch["name"], papers)

    def next_name(self, mirror: Mirror) -> str:
        """The name of a fetch that stores its lines now: later than all others, even where the clock was set back."""
        names = (fetch["name"] for found in mirror.objects(self.folder) if (fetch := self._fetch(found)))
        times = [datetime.now(UTC)]
        for name in names:
            with contextlib.suppress(ValueError):  # a file that somebody put there
                times.append(datetime.strptime(name, _NAME).replace(tzinfo=UTC) + timedelta(microseconds=1))
        return fetch_name(max(times))

    def add_to(self, inventory: Inventory, mirror: Mirror) -> None:
        """Adds what was harvested to an inventory: a file counts once, and each line that names no paper."""
        for found in mirror.objects(self.folder):
            if fetch := self._fetch(found):
                inventory.add(found.path, fetch["month"], "")
            elif found.path.startswith(f"{self.folder}/{UNPLACED}/"):
                for line in lines_of(mirror, found):
                    inventory.add(found.path, None, f"it names no paper and begins with {line[:40]!r}")

    def _fetch(self, found: MirrorObject) -> re.Match[str] | None:
        return _FETCH.fullmatch(found.path.removeprefix(f"{self.folder}/"))


def fetch_name(when: datetime) -> str:
    """The name of a fetch that stores its lines at that time (UTC)."""
    return when.strftime(_NAME)


def lines_of(mirror: Mirror, file: MirrorObject) -> list[bytes]:
    """The lines of one file, without their ends."""
    return b"".join(mirror.stream(file.path)).splitlines()
