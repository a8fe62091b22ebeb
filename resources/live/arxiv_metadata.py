"""arXiv's metadata, harvested by OAI-PMH into the downloads mirror as lines in the snapshot's format.

    arxiv/oai/<YYYY-MM of the papers>/<fetch>.jsonl     what one step of a harvest brought, never changed again
    arxiv/oai/harvested.json                            what was harvested, and where a harvest stopped

A harvest is a list of everything modified since a day. It goes in steps of a few pages; after each the lines and then
the state are stored, so that a killed harvest goes on where it was, and others get their turn. What was modified of
late is harvested first, whatever else is under way; what was modified before that only as far back as a month needs
it, and a slice of days at a time, the latest first. Datestamps are days, and answers may be some days old: the next
harvest begins a day before the oldest answer of the last one, and leaves out what it brought already.

A token says how many records to skip. A record that is modified gets a new datestamp, and goes from its place to the
list's end: when that happens between two pages, all after it move up, and the next page passes one over. So a list is
read again when a record that came is found to have a later datestamp since.
"""

import contextlib
import dataclasses
import hashlib
import itertools
import time
from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from resources.live.access import LiveAccess
from resources.live.arxiv_lines import Authors, paper_of, parsed_authors, snapshot_line
from resources.live.changes import Changes, changes_after, store_lines
from resources.live.failures import SourceDownError
from resources.live.oai import OaiList, OaiPage, OaiRecord
from resources.sources.arxiv.harvested import HARVESTED
from resources.sources.arxiv.ids import canonical_id, month_of
from resources.sources.arxiv.snapshot import snapshot_until
from resources.sources.harvested_lines import UNPLACED

SERVICE = "arxiv-oai"
STATE = f"{HARVESTED.folder}/harvested.json"
EARLIEST = date(2005, 9, 16)
PAGES_A_STEP = 8  # of 2,500 records, whose lines are held in memory: about 50 MB, and some minutes
MOST_PAGES = 2000  # of one harvest, five million records: more than arXiv has
PASSES = 3  # over a list that changes while it is read
FRESH_SECONDS = 6 * 3600  # arXiv announces once a day
# Ids name the month of announcement in New York; a day before it in Greenwich is soon enough.
_MARGIN = timedelta(days=2)
_SLICE = timedelta(days=31)
_DAY = timedelta(days=1)


@dataclass
class _Open:
    """A harvest under way, of what was modified from the day `first` on, until the day `until` (None is open).

    It goes on with `token`, or from the day `reached` should that have expired; `pages` came so far. `started` is the
    day of its oldest answer. `seen` has the hash of each line of `resumes` and later, by id: the next one lists them
    again. `listed` has the datestamp of each record that came, by id; `moved` says that one of them has another since.
    """

    first: str
    until: str | None = None
    reached: str = ""
    token: str = ""
    started: str = ""
    pages: int = 0
    seen: dict[str, str] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    moved: bool = False
    passes: int = 1

    @property
    def resumes(self) -> str:
        """The day with which the next harvest is to begin."""
        return _before(self.started, _DAY)

    def take(self, pages: list[OaiPage]) -> list[OaiRecord]:
        """Moves on by some pages; returns their records, less those that came before and have not changed since."""
        self.started = min(filter(None, [self.started, *(page.day for page in pages)]))
        self.token = pages[-1].token
        self.pages += len(pages)
        records = [record for page in pages for record in page.records]
        self.reached = max((record.datestamp[:10] for record in records), default=self.reached or self.first)
        return [record for record in records if self._is_news(record)]

    def _is_news(self, record: OaiRecord) -> bool:
        """Whether a record did not come before as it is; notes that it came."""
        before = self.listed.get(paper_of(record))
        self.compare(record)
        self.listed[paper_of(record)] = record.datestamp
        return record.datestamp != before or record.datestamp >= self.resumes  # a day may bring several changes

    def compare(self, record: OaiRecord) -> None:
        """Notes whether a record, as it is now, came with an earlier datestamp."""
        before = self.listed.get(paper_of(record))
        if before is not None and before < record.datestamp:
            self.listed[paper_of(record)], self.moved = record.datestamp, True

    def begin_again(self) -> None:
        """Goes back to the list's begin; what came stays known."""
        self.token, self.reached, self.pages, self.moved = "", "", 0, False
        self.passes += 1


@dataclass
class _State:
    """What was harvested: everything modified from `first` to `last` (days), `at` that time (seconds since 1970).

    `open` is a harvest under way of what came since, `older` one of what was modified before. `seen` is what the
    harvest until `last` left for the next one.
    """

    first: str = ""
    last: str = ""
    at: float = 0.0
    open: _Open | None = None
    older: _Open | None = None
    seen: dict[str, str] = field(default_factory=dict)


def harvest_metadata(live: LiveAccess, month: str) -> None:
    """Brings the records of a month's papers ("YYYY-MM") up to date, and with them all that was modified since.

    What a snapshot in the same place holds is not asked for. Nothing is asked at all when the last harvest is not
    older than FRESH_SECONDS and harvests reach that far back. Raises SourceDownError and SourceRefusedError as the
    client does; what was stored until then stays.
    """
    more = True
    while more:
        with live.alone(SERVICE):
            more = _step(live, _begin(live, month), PAGES_A_STEP)


def changed_months(live: LiveAccess, since: str = "", pages: int = 4) -> Changes:
    """Papers whose records came after the watermark `since`, asking arXiv for at most `pages` pages of records.

    For their authors as many pages again are asked for, or a few more. The first call, with nothing harvested before,
    begins the day before yesterday. What others harvested counts too; nothing is asked while they are at it. When it is
    not complete, call again with the watermark that it gave. Raises as `harvest_metadata` does.
    """
    complete = False
    with contextlib.suppress(BlockingIOError), live.alone(SERVICE, wait=False):
        complete = not _step(live, datetime.now(UTC).date(), pages)
    try:
        return changes_after(live, HARVESTED, since, complete=complete)
    except BlockingIOError:
        return Changes({}, since, complete=False)


def _begin(live: LiveAccess, month: str) -> date:
    """The day from which on all that was modified is wanted for a month."""
    begin = date.fromisoformat(f"{month}-01") - _MARGIN
    until = snapshot_until(live.downloads.mirror, live.cache)
    return max(begin, EARLIEST, until - _MARGIN if until else EARLIEST)


def _step(live: LiveAccess, begin: date, pages: int) -> bool:
    """One step of the harvest to do next, back to the day `begin`; returns whether there is more to do."""
    state = _read_state(live)
    harvest = _next(state, begin)
    if harvest is None:
        return False
    got = _pages(live, harvest, pages)
    new = harvest.take(got)
    lines = _lines(live, new, len(got))
    _store(live, lines, known=(state.seen if harvest.until is None else {}) | harvest.seen)
    recent = {paper_of(record) for record in new if record.datestamp >= harvest.resumes}
    harvest.seen |= {paper: _digest(lines[paper]) for paper in recent}
    _keep(state, harvest, under_way=bool(harvest.token) or _is_read_again(live, harvest))
    endless = bool(harvest.token) and harvest.pages >= MOST_PAGES
    if endless:
        harvest.token, harvest.pages = "", 0
    live.downloads.put_state(STATE, dataclasses.asdict(state))
    if endless:
        why = f"its list from {harvest.first} on does not end after {MOST_PAGES} pages"
        raise SourceDownError(SERVICE, live.client.address(SERVICE, ""), why, "the next run begins it anew")
    return _next(state, begin) is not None


def _next(state: _State, begin: date) -> _Open | None:
    """The harvest to go on with: of what came of late, else of what was modified earlier, from `begin` on."""
    if state.open:
        return state.open
    if not state.last:
        return _Open(_before(f"{datetime.now(UTC):%Y-%m-%d}", _MARGIN))
    if time.time() - state.at > FRESH_SECONDS:
        return _Open(state.last)
    if begin.isoformat() >= state.first:
        return None
    first = max(begin.isoformat(), _before(state.first, _SLICE))
    return state.older or _Open(first, until=_before(state.first, _DAY))


def _pages(live: LiveAccess, harvest: _Open, count: int) -> list[OaiPage]:
    until = date.fromisoformat(harvest.until) if harvest.until else None
    listing = OaiList(SERVICE, "arXivRaw", date.fromisoformat(harvest.reached or harvest.first), until)
    return list(itertools.islice(listing.pages(live.client, harvest.token), count))


def _is_read_again(live: LiveAccess, harvest: _Open) -> bool:
    """Whether a list that came to its end begins again, because a record went from its place meanwhile."""
    shows_changes = harvest.until is None or harvest.pages == 1  # at its end, or there was no time for any
    if (shows_changes or _compare_with_now(live, harvest)) and not harvest.moved:
        return False
    what = f"arXiv metadata: records changed while those modified from {harvest.first} on were listed"
    if harvest.passes == PASSES:
        live.log(f"{what}, {PASSES} times; one that was passed over may be lacking")
        return False
    live.log(f"{what}; they are listed again")
    harvest.begin_again()
    return True


def _compare_with_now(live: LiveAccess, harvest: _Open) -> bool:
    """Compares what a harvest listed with what was modified since it started; returns whether all of that was seen."""
    now = OaiList(SERVICE, "arXivRaw", date.fromisoformat(harvest.started))
    try:
        for page in itertools.islice(now.pages(live.client), PAGES_A_STEP):
            for record in page.records:
                harvest.compare(record)
            if not page.token:
                return True
    except SourceDownError as error:
        live.log(f"arXiv metadata: what was modified meanwhile is not known: {error}")
    return False


def _keep(state: _State, harvest: _Open, *, under_way: bool) -> None:
    """Notes how far a harvest is: under way, or at its end."""
    if harvest.until is None:
        state.open = harvest if under_way else None
    else:
        state.older = harvest if under_way else None
    if under_way:
        return
    state.first = min(state.first or harvest.first, harvest.first)
    if harvest.until is None:
        state.last, state.at, state.seen = harvest.resumes, time.time(), harvest.seen


def _before(day: str, span: timedelta) -> str:
    return (date.fromisoformat(day) - span).isoformat()


def _lines(live: LiveAccess, listed: list[OaiRecord], pages: int) -> dict[str, bytes]:
    """A line for each record of some pages, by the id that its header names; of several of a paper the last one."""
    if not listed:
        return {}
    days = [record.datestamp[:10] for record in listed]
    records = {paper_of(record): record for record in listed}
    first, last = max(min(days), EARLIEST.isoformat()), max(days)
    authors = _authors(live, first, last, records.keys(), most_pages=2 * pages + 2)
    return {paper: snapshot_line(record, authors.get(paper)) for paper, record in records.items()}


def _authors(live: LiveAccess, first: str, last: str, wanted: Set[str], most_pages: int) -> dict[str, Authors]:
    """Parsed authors of the wanted papers among those modified from one day to another, as far as the pages reach.

    A single day can have a hundred thousand records; names that are not reached are split from one string instead.
    """
    listing = OaiList(SERVICE, "arXiv", date.fromisoformat(first), date.fromisoformat(max(first, last)))
    found: dict[str, Authors] = {}
    for page in itertools.islice(listing.pages(live.client), most_pages):
        found |= {paper: parsed_authors(record) for record in page.records if (paper := paper_of(record)) in wanted}
        if len(found) == len(wanted):
            break
    return found


def _store(live: LiveAccess, lines: dict[str, bytes], known: dict[str, str]) -> None:
    """Stores the lines, without those that are known."""
    by_month: defaultdict[str, list[bytes]] = defaultdict(list)
    for paper, line in lines.items():
        if known.get(paper) != _digest(line):
            by_month[_month(paper)].append(line)
    store_lines(live, HARVESTED, by_month)
    if lines:
        new = sum(map(len, by_month.values()))
        live.log(f"arXiv metadata: {len(lines)} records came, {new} of them new or changed")


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:16]


def _month(paper: str) -> str:
    try:
        return month_of(canonical_id(paper))
    except ValueError:
        return UNPLACED


def _read_state(live: LiveAccess) -> _State:
    read = live.downloads.state(STATE)
    harvests = [_Open(**read.pop(name)) for name in ("open", "older") if read.get(name)]
    under_way = {harvest.until is None: harvest for harvest in harvests}
    return _State(**{**read, "open": under_way.get(True), "older": under_way.get(False)})
