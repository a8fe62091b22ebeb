"""Records of preprints that a service lists by day, harvested into the downloads mirror, a line a version.

    <source>/<records>/<YYYY-MM>/<fetch>.jsonl     what a page of a list brought of a month, never changed again
    <source>/<records>/harvested.json              when each month was looked at, and how far changes were followed

A month is listed whole once, and later what of it changed since. A page's lines are stored when they come, less those
that are known, so that a list that broke off starts again and brings nothing twice. What changed in any month is
followed in a list of its own, a few pages at a time.
"""

import dataclasses
import hashlib
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from resources.live.access import LiveAccess
from resources.live.changes import Changes, changes_after, store_lines
from resources.sources.harvested_lines import UNPLACED, lines_of
from resources.sources.preprints.records import RecordShelf

FRESH_SECONDS = 6 * 3600
# How much of what was listed before is listed again: records show up some time after the date that they bear.
OVERLAP = timedelta(days=1)
# A version of which nothing is here counts as a change only if something of it was published so long before the change
# was listed: such a list is full of old versions that were cited or counted, and months are listed whole when wanted.
NEWS = timedelta(days=7)


@dataclass(frozen=True)
class ListedRecord:
    """A record as it is kept, one line of JSON, and when its server last published something of it (UTC, ISO 8601).

    One that is not `whole` lacks something that its service did not give for now; `completed` takes that from the line
    that is here of the same version, so that nothing is lost.
    """

    line: bytes
    stated: str
    whole: bool = True
    completed: Callable[[bytes], bytes] | None = None

    def after(self, before: bytes) -> bytes:
        """The line that takes the place of the one `before`."""
        return self.completed(before) if self.completed else self.line


@dataclass(frozen=True)
class ListedPage:
    """A page of what changed: its records, the mark from which the list goes on after it, and whether it does.

    A mark begins with a day (YYYY-MM-DD), before which nothing is listed.
    """

    records: list[ListedRecord]
    mark: str
    more: bool


class RecordList(Protocol):
    """The lists that a service gives of a source's records."""

    @property
    def source(self) -> str:
        """The source whose records these are."""

    def posted(self, live: LiveAccess, month: str, since: datetime | None) -> Iterator[list[ListedRecord]]:
        """Pages of the versions posted in a month ("YYYY-MM"); with `since` only of those changed from then on."""

    def begin(self, when: datetime) -> str:
        """The mark of what changed from that time on."""

    def changed(self, live: LiveAccess, mark: str) -> Iterator[ListedPage]:
        """Pages of what changed in any month, the oldest change first, from a mark on."""


@dataclass
class _Look:
    """When a month was listed to its end: the time before (ISO 8601), and that after (seconds since 1970)."""

    since: str
    at: float


@dataclass
class _State:
    """The last look at each month, and where the list of changes goes on; `at` is when it was at its end."""

    months: dict[str, _Look] = field(default_factory=dict)
    mark: str = ""
    at: float = 0.0


def harvest_records(live: LiveAccess, records: RecordList, month: str) -> None:
    """Brings the records of a month ("YYYY-MM") up to date; asks nothing when the last look at it is fresh.

    A look that brought records which are not whole does not count: the next run lists what it listed again.
    Raises SourceDownError and SourceRefusedError as the client does; what was stored until then stays.
    """
    with live.alone(f"{records.source}-records"):
        look, begun = _read_state(live, records).months.get(month), datetime.now(UTC)
        if look and time.time() - look.at < FRESH_SECONDS:
            return
        since = datetime.fromisoformat(look.since) - OVERLAP if look else None
        came = new = lacking = 0
        for page in records.posted(live, month, since):
            came, new = came + len(page), new + _store(live, records, page)
            lacking += sum(not record.whole for record in page)
        live.log(f"{records.source} {month}: {came} records came, {new} of them new or changed")
        if lacking:
            live.log(f"{records.source} {month}: {lacking} records are not whole, and the next run asks for them again")
            return
        state = _read_state(live, records)
        state.months[month] = _Look(begun.isoformat(timespec="seconds"), time.time())
        _write_state(live, records, state)


def changed_records(live: LiveAccess, records: RecordList, since: str, pages: int) -> Changes:
    """Papers whose records came after the watermark `since`, asking for at most `pages` pages of what changed.

    The first list begins a day ago. What month harvests brought counts too; while one is at it, nothing is asked or
    told. When it is not complete, call again with the watermark that it gave. Raises as `harvest_records` does.
    """
    try:
        with live.alone(f"{records.source}-records", wait=False):
            more = _follow(live, records, pages)
            harvested = RecordShelf.of(records.source).harvested
            return changes_after(live, harvested, since, complete=not more)
    except BlockingIOError:
        return Changes({}, since, complete=False)


def _follow(live: LiveAccess, records: RecordList, pages: int) -> bool:
    """Follows what changed for some pages; returns whether there is more."""
    state = _read_state(live, records)
    if time.time() - state.at < FRESH_SECONDS:
        return False
    again = records.begin(datetime.now(UTC) - OVERLAP)  # once this list is at its end
    mark = state.mark or again
    news_since = (date.fromisoformat(mark[:10]) - NEWS).isoformat()
    for page in itertools.islice(records.changed(live, mark), pages):
        _store(live, records, page.records, news_since)
        state.mark, state.at = (page.mark, 0.0) if page.more else (again, time.time())
        _write_state(live, records, state)
    return not state.at


def _store(live: LiveAccess, records: RecordList, listed: Iterable[ListedRecord], news_since: str = "") -> int:
    """Stores what is new or changed, a file a month, and returns how many lines that is.

    A version of which nothing is here and nothing was published since the day `news_since` is left out.
    """
    shelf = RecordShelf.of(records.source)
    by_month: defaultdict[str, dict[str, ListedRecord]] = defaultdict(dict)
    for record in listed:
        month, name = _place(shelf, record.line)
        if record.whole or name not in by_month[month]:  # a version may be listed twice
            by_month[month][name] = record
    new: dict[str, list[bytes]] = {}
    for month, found in by_month.items():
        known = {_place(shelf, line)[1]: line for line in _known(live, shelf, month)}
        fresh = [record.line for name, record in found.items() if name not in known and record.stated >= news_since]
        again = [(record, known[name]) for name, record in found.items() if name in known]
        lines = fresh + [line for record, before in again if (line := record.after(before)) != before]
        if lines:
            new[month] = lines
    store_lines(live, shelf.harvested, new)
    return sum(map(len, new.values()))


def _known(live: LiveAccess, shelf: RecordShelf, month: str) -> Iterable[bytes]:
    """Each line that is here of a month, those that count last."""
    mirror = live.downloads.mirror
    if month == UNPLACED:
        found = mirror.objects(f"{shelf.harvested.folder}/{UNPLACED}")
        return (line for file in found for line in lines_of(mirror, file))
    return shelf.lines(mirror, month, live.cache)


def _place(shelf: RecordShelf, line: bytes) -> tuple[str, str]:
    """The month that a line belongs to, and what tells it from other lines: its PDF."""
    try:
        month, file = shelf.place_of_line(line)
    except ValueError:
        return UNPLACED, _digest(line)
    return month, file or _digest(line)


def kept(record: dict[str, Any]) -> bytes:
    """A record as a line, the same for the same content."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:16]


def _state_path(records: RecordList) -> str:
    return f"{RecordShelf.of(records.source).harvested.folder}/harvested.json"


def _read_state(live: LiveAccess, records: RecordList) -> _State:
    read = live.downloads.state(_state_path(records))
    return _State(**{**read, "months": {month: _Look(**look) for month, look in read.get("months", {}).items()}})


def _write_state(live: LiveAccess, records: RecordList, state: _State) -> None:
    live.downloads.put_state(_state_path(records), dataclasses.asdict(state))
