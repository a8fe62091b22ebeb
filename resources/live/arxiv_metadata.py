"""arXiv's metadata, harvested by OAI-PMH into the downloads mirror as lines in the snapshot's format.

    arxiv/oai/<YYYY-MM of the papers>/<fetch>.jsonl     what one step of a harvest brought, never changed again
    arxiv/oai/harvested.json                            what was harvested, and where a harvest stopped

A harvest is a list of everything modified since a day. It goes in steps of a few pages; after each the lines and then
the state are stored, so that a killed harvest goes on where it was. Datestamps are days: the next harvest begins with
the day of the last one's answer, and leaves out what it brought already.
"""

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
from resources.live.changes import Changes, changes_after
from resources.live.oai import OaiList, OaiPage
from resources.sources.arxiv.harvested import HARVESTED
from resources.sources.arxiv.ids import canonical_id, month_of
from resources.sources.arxiv.snapshot import snapshot_until
from resources.sources.harvested_lines import UNPLACED, fetch_name

SERVICE = "arxiv-oai"
STATE = f"{HARVESTED.folder}/harvested.json"
EARLIEST = date(2005, 9, 16)
PAGES_A_STEP = 16  # of 2,500 records, whose lines are held in memory: about 100 MB
FRESH_SECONDS = 6 * 3600  # arXiv announces once a day
# Ids name the month of announcement in New York; a day before it in Greenwich is soon enough.
_MARGIN = timedelta(days=2)


@dataclass
class _Open:
    """A harvest under way, of what was modified from the day `first` on, until the day `until` (None is open).

    It goes on with `token`, or from the day `reached` should that have expired; `started` is the day of its first
    answer. `seen` has the hash of each line of that day and later, by id: the next harvest lists them again.
    """

    first: str
    until: str | None = None
    reached: str = ""
    token: str = ""
    started: str = ""
    seen: dict[str, str] = field(default_factory=dict)


@dataclass
class _State:
    """What was harvested: everything modified from `first` to `last` (days), `at` that time (seconds since 1970).

    `seen` is what the harvest until `last` left for the next one.
    """

    first: str = ""
    last: str = ""
    at: float = 0.0
    open: _Open | None = None
    seen: dict[str, str] = field(default_factory=dict)


def harvest_metadata(live: LiveAccess, month: str) -> None:
    """Brings the records of a month's papers ("YYYY-MM") up to date, and with them all that was modified since.

    What a snapshot in the same place holds is not asked for. Nothing is asked at all when the last harvest reaches
    that far back and is not older than FRESH_SECONDS. Raises SourceDownError and SourceRefusedError as the client
    does; what was stored until then stays.
    """
    begin = max(date.fromisoformat(f"{month}-01") - _MARGIN, EARLIEST)
    with live.alone(SERVICE):
        if until := snapshot_until(live.downloads.mirror, live.cache):
            begin = max(begin, until - _MARGIN)
        while _step(live, begin, PAGES_A_STEP):
            pass


def changed_months(live: LiveAccess, since: str = "", pages: int = 4) -> Changes:
    """Papers whose records came after the watermark `since`, asking arXiv for at most `pages` pages of records.

    For their authors as many pages again are asked for, or a few more. The first call, with nothing harvested before,
    begins yesterday. What was harvested by others counts too; nothing is asked or told while they are at it. When it is
    not complete, call again with the watermark that it gave. Raises as `harvest_metadata` does.
    """
    try:
        with live.alone(SERVICE, wait=False):
            more = _step(live, datetime.now(UTC).date() - _MARGIN, pages)
            return changes_after(live.downloads.mirror, HARVESTED, since, complete=not more)
    except BlockingIOError:
        return Changes({}, since, complete=False)


def _step(live: LiveAccess, begin: date, pages: int) -> bool:
    """One step of the harvest under way, or the first of one that is due; returns whether there is more to do."""
    state = _read_state(live)
    harvest = state.open or _due(state, begin)
    if harvest is None:
        return False
    got = _pages(live, harvest, pages)
    lines = _lines(live, got)
    _store(live, lines, known=state.seen if harvest.until is None else {})
    _advance(harvest, got, lines)
    state.open = harvest
    if not harvest.token:
        _close(state, harvest)
    live.downloads.put_state(STATE, dataclasses.asdict(state))
    return bool(state.open) or _due(state, begin) is not None


def _pages(live: LiveAccess, harvest: _Open, count: int) -> list[OaiPage]:
    until = date.fromisoformat(harvest.until) if harvest.until else None
    listing = OaiList(SERVICE, "arXivRaw", date.fromisoformat(harvest.reached or harvest.first), until)
    return list(itertools.islice(listing.pages(live.client, harvest.token), count))


def _advance(harvest: _Open, pages: list[OaiPage], lines: dict[str, bytes]) -> None:
    harvest.started = harvest.started or pages[0].day
    harvest.token = pages[-1].token
    harvest.reached = max(_days(pages), default=harvest.reached or harvest.first)
    recent = {paper_of(record) for page in pages for record in page.records if record.datestamp >= harvest.started}
    harvest.seen |= {paper: _digest(lines[paper]) for paper in recent}


def _due(state: _State, begin: date) -> _Open | None:
    """The harvest to do next: further back than before, or what came since the last one."""
    if not state.first:
        return _Open(begin.isoformat())
    if begin.isoformat() < state.first:
        return _Open(begin.isoformat(), state.first)
    return _Open(state.last) if time.time() - state.at > FRESH_SECONDS else None


def _close(state: _State, harvest: _Open) -> None:
    state.open = None
    state.first = min(state.first or harvest.first, harvest.first)
    if harvest.until is None:
        state.last, state.at, state.seen = harvest.started, time.time(), harvest.seen


def _days(pages: list[OaiPage]) -> list[str]:
    return [record.datestamp[:10] for page in pages for record in page.records]


def _lines(live: LiveAccess, pages: list[OaiPage]) -> dict[str, bytes]:
    """A line for each record, by the id that its header names; of several records of a paper the last one."""
    days = _days(pages)
    if not days:
        return {}
    records = {paper_of(record): record for page in pages for record in page.records}
    first, last = max(min(days), EARLIEST.isoformat()), max(days)
    authors = _authors(live, first, last, records.keys(), most_pages=2 * len(pages) + 2)
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
    """Stores the lines as one file a month of papers, without those that are known."""
    name = fetch_name(datetime.now(UTC))
    by_month: defaultdict[str, list[bytes]] = defaultdict(list)
    for paper, line in lines.items():
        if known.get(paper) != _digest(line):
            by_month[_month(paper)].append(line)
    for month, month_lines in by_month.items():
        live.downloads.put(HARVESTED.path(month, name), b"\n".join(month_lines) + b"\n")
    live.log(f"arXiv metadata: {len(lines)} records came, {sum(map(len, by_month.values()))} of them new or changed")


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:16]


def _month(paper: str) -> str:
    try:
        return month_of(canonical_id(paper))
    except ValueError:
        return UNPLACED


def _read_state(live: LiveAccess) -> _State:
    read = live.downloads.state(STATE)
    return _State(**{**read, "open": _Open(**read["open"]) if read.get("open") else None})
