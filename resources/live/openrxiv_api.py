"""What the API of bioRxiv and medRxiv lists, into the downloads mirror (https://api.biorxiv.org/details/biorxiv/help).

    <source>/api/details/<source>/<first day>/<last day>/0/json    all that was posted in a month, as one answer
    <source>/api/details/<source>/<DOI>/na/json                    all versions of a preprint that was taken back
    <source>/api/harvested/<YYYY-MM>.json                          when that month's list was fetched
    <source>/api/changed.json                                      when something of a month was seen to change

The API gives a list a page at a time. The pages of a month are stored together, as one answer of the API's own form:
one file is replaced in one step, so that no page of an earlier list stands beside those of a later one, and a reader
never meets half a list.
"""

import json
import random
import re
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from resources.live.access import LiveAccess
from resources.live.answers import Answer, KeptAnswers
from resources.live.failures import FailuresInARow, SourceDownError, SourceError
from resources.live.http import Client, UnusableError, not_empty
from resources.sources.articles.openrxiv import UNREADABLE, Record, interval_of, record_of
from s1_assets.cells import days_of

SERVICE = "biorxiv-api"  # of both servers
FRESH_SECONDS = 6 * 3600
SETTLED = timedelta(days=3)  # after a month's end; what is posted of it later shows as a change
PASSES = 3  # over a list that changes while it is read
KEPT_SECONDS = 3600  # of pages of a list that broke off
MAX_RECORDS = 200_000  # of one list; the largest month has some 8,000
_NOT_THERE = {400, 404, 410, 451}
_NOTHING = "no posts found"
_DOI = re.compile(r"10\.\d{4,9}(?:/[\w()-][\w.()-]*)+", re.ASCII)


@dataclass(frozen=True)
class ApiPage:
    """One answer: records as the API gave them, and how many it says the whole list has."""

    records: list[Any]
    total: int | None

    def ends_at(self, cursor: int) -> bool:
        """Whether the list has nothing from this position on."""
        return not self.records or (self.total is not None and cursor >= self.total)


@dataclass
class _Harvested:
    """When a month's list was asked for (seconds since 1970), and how long it was.

    `still` is one that held still meanwhile, and whose histories all came.
    """

    at: float = 0.0
    records: int = 0
    still: bool = False


def ask_page(
    client: Client, source: str, first: str, last: str, cursor: int, *, kept: KeptAnswers | None = None
) -> ApiPage:
    """The page of what a server posted from one day to another that begins at the absolute position `cursor`.

    Where the page ends is told by what came, 30 records in 2026, not by the 100 that are documented. An answer that is
    empty, or an error with HTTP 200, is asked for again. Raises SourceDownError and SourceRefusedError as the client.
    """
    return _ask(client, f"details/{source}/{first}/{last}/{cursor}/json", kept)


def read_page(answer: Answer) -> ApiPage:
    """The page that an answer holds; a list's end is a page without records. Raises UnusableError for what is none."""
    not_empty(answer)
    try:
        read = json.loads(answer.body)
        message, records = read["messages"][0], read.get("collection") or []
        status = str(message["status"]).strip()
    except UNREADABLE as error:
        raise UnusableError(f"the answer is none of its API ({error}), it begins with {answer.body[:80]!r}") from error
    if status.lower().startswith(_NOTHING) and not records:
        return ApiPage([], None)
    if status.lower() != "ok" or not isinstance(records, list):
        raise UnusableError(f"the answer tells an error, {status[:200]!r}")
    count = _number(message.get("count"))
    return ApiPage(records[:count] if count else records, _number(message.get("total")))


def harvest_list(live: LiveAccess, source: str, month: str) -> None:
    """Fetches the list of what was posted in a month ("YYYY-MM") when there is none, or a newer one is due.

    Due it is when something of the month changed since (`openrxiv_changes`), and every FRESH_SECONDS until the month
    is over and settled. Versions that were taken back bring the histories of their preprints, because earlier months
    have versions of them; while one does not come the list stays due. Raises SourceDownError and SourceRefusedError as
    the client; what was stored then stays.
    """
    with live.alone(f"{source}-api-{month}"):
        harvested = _Harvested(**live.downloads.state(_state_path(source, month)))
        if not _due(live, source, month, harvested):
            return
        started, kept = time.time(), _kept_pages(live, source, month)
        records, still = _whole_list(live, source, month, kept)
        if harvested.records and not records:
            why = f"it lists nothing of {month}, where it listed {harvested.records} versions before"
            advice = f"run again later; the old list stays (should it be so, remove {_state_path(source, month)})"
            raise SourceDownError(SERVICE, _address(live, source, month), why, advice)
        _store(live, source, month, records)
        live.log(f"{source}: {len(records)} versions of preprints are listed for {month}")
        taken_back, failures = [one for one in map(readable, records) if one and one.withdrawn], FailuresInARow()
        random.shuffle(taken_back)  # those whose histories never come are not always first
        histories = [fetch_history(live, source, record, failures, again=False) for record in taken_back]
        done = _Harvested(started, len(records), still and None not in histories)
        live.downloads.put_state(_state_path(source, month), asdict(done))
        kept.forget()


def mark_changed(live: LiveAccess, source: str, months: Iterable[str]) -> None:
    """Notes that something of these months ("YYYY-MM") changed by now, so that their next harvest asks again."""
    if marks := dict.fromkeys(months, time.time()):
        with live.alone(f"{source}-api-changed"):
            path = _marks_path(source)
            live.downloads.put_state(path, live.downloads.state(path) | marks)


def fetch_history(
    live: LiveAccess, source: str, record: Record, failures: FailuresInARow, *, again: bool = True
) -> list[Record] | None:
    """All versions of a preprint, which are stored too; nothing is asked for the only version of one.

    None where they do not come for now, which is counted among `failures` and raised when the service is out of reach;
    after some in a row nothing is asked. Without `again` the answer that is stored is not asked for a second time, and
    nothing is returned.
    """
    if record.version == 1 or not _DOI.fullmatch(record.doi):
        return []
    path = f"{source}/api/details/{source}/{record.doi}/na/json"
    if not again and live.downloads.mirror.exists(path):
        return []
    if failures.enough:
        return None
    try:
        page = _ask(live.client, f"details/{source}/{quote(record.doi, safe='/')}/na/json")
    except SourceError as error:
        if error.status in _NOT_THERE:
            failures.end()
            live.log(f"{source}: earlier versions of {record.doi}, which was withdrawn, are not known: {error}")
            return []
        failures.add(error, telling=False)
        live.log(f"{source}: earlier versions of {record.doi}, which was withdrawn, are left for later: {error}")
        return None
    failures.end()
    live.downloads.put(path, _answer(page.records))
    return [found for raw in page.records if (found := readable(raw)) and found.doi == record.doi]


def readable(raw: Any) -> Record | None:
    """A record from its JSON; None for what is none, which planning tells of."""
    try:
        return record_of(raw)
    except UNREADABLE:
        return None


def _ask(client: Client, path: str, kept: KeptAnswers | None = None) -> ApiPage:
    read: list[ApiPage] = []
    client.get(SERVICE, path, usable=lambda answer: read.append(read_page(answer)), kept=kept)
    return read[-1]


def _number(said: object) -> int | None:
    """What the API writes as a number or as a string."""
    text = str(said).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _kept_pages(live: LiveAccess, source: str, month: str) -> KeptAnswers:
    """The pages of a month's list that a run before this one got, if it broke off and nothing changed since."""
    changed = live.downloads.state(_marks_path(source)).get(month, 0.0)
    return KeptAnswers(live.cache / "answers" / f"{source}-{month}", max(changed, time.time() - KEPT_SECONDS))


def _whole_list(live: LiveAccess, source: str, month: str, kept: KeptAnswers) -> tuple[list[Any], bool]:
    """A month's list, and whether it held still: each page told the same length, and so much came.

    Positions move when a list changes while it is read; it is read again then, PASSES times at most.
    """
    for attempt in range(1, PASSES + 1):
        records, totals = _one_pass(live, source, month, kept)
        if totals <= {len(records)}:
            return records, True
        kept.forget()
        told = ", ".join(map(str, sorted(totals)))
        live.log(f"{source}: {len(records)} versions came for {month} and {told} were told, in pass {attempt}")
    return records, False


def _one_pass(live: LiveAccess, source: str, month: str, kept: KeptAnswers) -> tuple[list[Any], set[int]]:
    first, last = days_of(month)
    records, totals = list[Any](), set[int]()
    while len(records) < MAX_RECORDS:
        page = ask_page(live.client, source, first, last, len(records), kept=kept)
        records += page.records
        totals |= {page.total} - {None}  # type: ignore[arg-type]
        if page.ends_at(len(records)):
            return records, totals
    why = f"its list of {month} has no end after {len(records)} versions"
    raise SourceDownError(SERVICE, _address(live, source, month), why, "run again later")


def _due(live: LiveAccess, source: str, month: str, harvested: _Harvested) -> bool:
    if not live.downloads.mirror.exists(_list_path(source, month)):
        return True
    if live.downloads.state(_marks_path(source)).get(month, 0.0) >= harvested.at:
        return True
    settled = datetime.fromisoformat(days_of(month)[1]).replace(tzinfo=UTC) + timedelta(days=1) + SETTLED
    may_change = not (harvested.still and harvested.records) or harvested.at < settled.timestamp()
    return may_change and time.time() - harvested.at > FRESH_SECONDS


def _store(live: LiveAccess, source: str, month: str, records: list[Any]) -> None:
    """Puts the list in its place, and removes whatever else the mirror had about days of that month alone."""
    path, (first, last) = _list_path(source, month), days_of(month)
    live.downloads.put(path, _answer(records))
    folder = f"{source}/api/details/{source}"
    others = [found.path for found in live.downloads.mirror.objects(folder) if found.path != path]
    intervals = {other: interval_of(other) for other in others}
    live.downloads.remove([other for other, days in intervals.items() if days and first <= days[0] and days[1] <= last])


def _answer(records: list[Any]) -> bytes:
    message = {"status": "ok", "cursor": 0, "count": len(records), "total": str(len(records))}
    return json.dumps({"messages": [message if records else {"status": _NOTHING}], "collection": records}).encode()


def _list_path(source: str, month: str) -> str:
    return f"{source}/api/details/{source}/{'/'.join(days_of(month))}/0/json"


def _address(live: LiveAccess, source: str, month: str) -> str:
    return live.client.address(SERVICE, f"details/{source}/{'/'.join(days_of(month))}/0/json")


def _state_path(source: str, month: str) -> str:
    return f"{source}/api/harvested/{month}.json"


def _marks_path(source: str) -> str:
    return f"{source}/api/changed.json"
