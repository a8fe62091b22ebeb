"""What bioRxiv and medRxiv have that is new: a look at a server and its bucket, for a sensor.

The API lists what was posted on a day. A look lists the days since the last one, and again the OVERLAP_DAYS before it:
versions are entered later than the day that they bear, and positions move while a list is read. What was seen of those
days is in the watermark, so that a version is told once, and once more when its record changes. A look that needs more
pages than it may ask for goes on in the next call.

The bucket gets an archive after the API lists its version, so a look that has come to today lists the folders of the
current and the last month too, and tells of archives that are newer than those of the last look and that the mirror
lacks: their month's cell is to be run again, which fetches them. What comes into the folder of an older month is
fetched when that cell is run for another reason.
"""

import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from resources.live.access import LiveAccess
from resources.live.changes import Changes
from resources.live.failures import FailuresInARow
from resources.live.meca_archives import NewestArchives, new_archives, service_of
from resources.live.openrxiv_api import ask_page, fetch_history, mark_changed, readable
from resources.sources.articles.openrxiv import Record
from s1_assets.cells import FIRST_MONTH

LOOK_SECONDS = 3600  # between two looks
OVERLAP_DAYS = 3
_WITHOUT_HISTORY = "?"  # of a hash: the record was told, and the other versions of its preprint are to be


@dataclass
class _Watermark:
    """Where a look is: the day that it lists and the position there; `looked` is when the last one ended.

    `seen` has a hash of each record by the day that it was listed for, `archives` what was seen of the bucket.
    """

    day: str
    cursor: int = 0
    looked: float = 0.0
    seen: dict[str, list[str]] = field(default_factory=dict)
    archives: NewestArchives = field(default_factory=lambda: NewestArchives(time.time()))

    @classmethod
    def read(cls, text: str) -> "_Watermark":
        if not text:
            return cls((_today() - timedelta(days=1)).isoformat())
        try:
            read = json.loads(text)
            date.fromisoformat(read["day"])
            return cls(**{**read, "archives": NewestArchives(**read["archives"])})
        except (ValueError, LookupError, TypeError) as error:
            raise ValueError(f"{text[:80]!r} is no watermark of this source; clear it to look from now on") from error


def changed_preprints(source: str, live: LiveAccess, since: str = "", pages: int = 4) -> Changes:
    """Preprints that were posted, revised or taken back after the watermark `since`, and archives that came, by month.

    The month is that of the cell which reads them: the one in which a version was posted, or in whose folder an archive
    lies. Preprints go by DOI in lower case, archives by file name. One that was taken back counts in the months of all
    its versions; while these do not come, in its own, and looks of the next OVERLAP_DAYS ask for them again.
    The months' lists are marked, so that their next harvest asks for them again.

    Asks for at most `pages` pages, and for the history of each preprint that was taken back; nothing is asked within
    LOOK_SECONDS of a finished look. The first call begins yesterday. When it is not complete, call again with the
    watermark that it gave. Raises SourceDownError and SourceRefusedError as the client and the bucket do, and
    ValueError for a watermark that is none; the same call later loses nothing then.
    """
    mark, months = _Watermark.read(since), defaultdict[str, set[str]](set)
    if time.time() - mark.looked < LOOK_SECONDS:
        return Changes({}, since, complete=True)
    complete = any(_next_page(live, source, mark, months) for _ in range(pages))
    mark_changed(live, source, months)
    if complete:
        mark = _Watermark(_overlap(), 0, time.time(), _listed_again(mark.seen), mark.archives)
        if service_of(source) in live.client.services:
            archives, mark.archives = new_archives(live, source, mark.archives)
            for month, names in archives.items():
                months[month].update(names)
    found = {month: sorted(papers) for month, papers in sorted(months.items())}
    return Changes(found, json.dumps(asdict(mark)), complete)


def _next_page(live: LiveAccess, source: str, mark: _Watermark, months: defaultdict[str, set[str]]) -> bool:
    """Lists one page more, notes what is new there, and moves the watermark on; returns whether that was the last."""
    page = ask_page(live.client, source, mark.day, mark.day, mark.cursor)
    seen, failures = dict.fromkeys(mark.seen.get(mark.day, [])), FailuresInARow()
    for raw in random.sample(page.records, len(page.records)):  # those that fail are not always first
        for record in _untold(live, source, raw, seen, failures):
            month = f"{record.posted:%Y-%m}"
            if FIRST_MONTH[source] <= month <= f"{_today():%Y-%m}":
                months[month].add(record.doi.lower())
    mark.seen[mark.day] = [*seen]
    mark.cursor += len(page.records)
    if not page.ends_at(mark.cursor):
        return False
    if mark.day >= _today().isoformat():
        return True
    mark.day, mark.cursor = (date.fromisoformat(mark.day) + timedelta(days=1)).isoformat(), 0
    mark.seen = _listed_again(mark.seen)
    return False


def _overlap() -> str:
    """The day that the next look begins with."""
    return (_today() - timedelta(days=OVERLAP_DAYS)).isoformat()


def _listed_again(seen: dict[str, list[str]]) -> dict[str, list[str]]:
    return {day: hashes for day, hashes in seen.items() if day >= _overlap()}


def _untold(
    live: LiveAccess, source: str, raw: Any, seen: dict[str, None], failures: FailuresInARow
) -> Iterator[Record]:
    """The versions whose months a record changes, as far as `seen` has none of it, which gets its hash.

    These are itself, and all others of a preprint that it takes back.
    """
    digest, record = _digest(raw), readable(raw)
    if digest in seen:
        return
    if record and digest + _WITHOUT_HISTORY not in seen:
        yield record
    history = fetch_history(live, source, record, failures) if record and record.withdrawn else []
    seen[digest + _WITHOUT_HISTORY if history is None else digest] = None
    yield from history or []


def _digest(raw: Any) -> str:
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:12]


def _today() -> date:
    return datetime.now(UTC).date()
