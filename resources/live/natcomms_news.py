"""What is new of Nature Communications: articles that PMC released, and retractions that Crossref tells of.

    pmc-oa/news/<YYYY-MM>/<fetch>.jsonl     what was told (resources/sources/articles/news.py)
    pmc-oa/news/followed.json               how far that is, and what is still to be looked up

PMC's day of release is a day: the last days are asked for again, less what was told of them. What the bucket has not
yet waits until it has, so that a run that is asked for finds it there. Crossref gives a notice of
retraction as a work that updates others; the month is that of the article, not of the notice. That files of an article
changed without either shows when its month is harvested again.
"""

import dataclasses
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from resources.live import entrez
from resources.live.access import LiveAccess
from resources.live.changes import Changes, changes_after, store_lines
from resources.live.crossref import SERVICE as CROSSREF
from resources.live.crossref import Work, contact_parameter, works
from resources.live.failures import SourceDownError, SourceError
from resources.live.natcomms import FRESH_SECONDS, JOURNAL
from resources.live.pmc_bucket import metadata_tags
from resources.sources.articles.news import NEWS, released_line, retracted_line
from s1_assets.identifiers import doi_identifier

STATE = f"{NEWS.folder}/followed.json"
NOTICES = "journals/2041-1723/works"
OVERLAP = timedelta(days=2)
LOOK_UPS = 50  # articles that are looked up at once, a request to the bucket each
GIVEN_UP = timedelta(days=30)  # of what the bucket never has; the month's later runs look for it still
_NOT_THERE = 404


@dataclass
class _Followed:
    """Until which day releases and notices were asked for, what was told since, and what waits to be looked up.

    `told` are the PMC ids of the last days that were looked up, `retracted` the DOIs that were told; `notices` is a
    time of indexing. `unanswered` are DOIs that the next look asks about again. `late` are the PMC ids that the
    bucket had not, by the day on which that was seen first. `at` is when nothing was left to do (seconds since
    1970).
    """

    released: str
    notices: str
    told: list[str] = field(default_factory=list)
    retracted: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    waiting_retracted: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    late: dict[str, str] = field(default_factory=dict)
    asked: bool = False
    at: float = 0.0


def changed_articles(live: LiveAccess, since: str = "", pages: int = 4) -> Changes:
    """Articles that were released or retracted after the watermark `since`, asking for at most about `pages` pages.

    The first look begins two days ago. While another one is at it, nothing is asked or told. When it is not complete,
    call again with the watermark that it gave. Raises SourceDownError and SourceRefusedError as the client does.
    """
    try:
        with live.alone("natcomms-news", wait=False):
            followed = _read(live)
            if time.time() - followed.at > FRESH_SECONDS:
                _follow(live, followed, max(pages, 1))
            return changes_after(live, NEWS, since, complete=bool(followed.at))
    except BlockingIOError:
        return Changes({}, since, complete=False)


def _follow(live: LiveAccess, followed: _Followed, pages: int) -> None:
    """Asks once what is new, then looks up what waits, as far as the pages go; stores after each answer."""
    followed.at = 0.0
    if not followed.asked:
        _ask_releases(live, followed)
        _ask_notices(live, followed)
        followed.asked = True
        _write(live, followed)
        pages -= 2
    while followed.waiting and pages > 0:
        _look_up(live, followed)
        pages -= 1
    while followed.waiting_retracted and pages > 0:
        _look_up_retracted(live, followed)
        pages -= 1
    if not followed.waiting and not followed.waiting_retracted:
        followed.asked, followed.at = False, time.time()
        _write(live, followed)


def _ask_releases(live: LiveAccess, followed: _Followed) -> None:
    today, since = datetime.now(UTC).date(), date.fromisoformat(followed.released) - OVERLAP
    days = entrez.days_between(since, today + timedelta(days=1), "pmcrdat")
    found = [pmcid for page in entrez.search(live, f"{JOURNAL} AND {days}") for pmcid in page]
    followed.waiting = [pmcid for pmcid in dict.fromkeys([*followed.late, *found]) if pmcid not in followed.told]
    followed.told = [pmcid for pmcid in followed.told if pmcid in found]
    followed.released = today.isoformat()


def _ask_notices(live: LiveAccess, followed: _Followed) -> None:
    begun = datetime.now(UTC) - OVERLAP
    filters = {"update-type": "retraction", "from-index-date": followed.notices}
    found = [doi for page in works(live, NOTICES, filters) for notice in page.works for doi in _retracted_by(notice)]
    asked_for = dict.fromkeys([*found, *followed.unanswered])
    followed.waiting_retracted, followed.unanswered = [doi for doi in asked_for if doi not in followed.retracted], []
    followed.notices = f"{begun:%Y-%m-%dT%H:%M:%S}"


def _retracted_by(notice: Work) -> list[str]:
    """DOIs in lower case of the works that a notice retracts."""
    updates = notice.get("update-to")
    found = [one for one in updates if isinstance(one, dict)] if isinstance(updates, list) else []
    dois = (doi_identifier(str(one.get("DOI"))) for one in found if one.get("type") == "retraction")
    return [doi.removeprefix("doi:") for doi in dois if doi]


def _look_up(live: LiveAccess, followed: _Followed) -> None:
    batch = followed.waiting[:LOOK_UPS]
    here = [pmcid for pmcid in batch if metadata_tags(live, pmcid)]
    found = entrez.summaries(live, here) if here else []
    dated = [(one.month, released_line(one.pmcid, one.doi)) for one in found if one.month]
    if unknown := len(here) - len(dated):
        live.log(f"natcomms: of {len(here)} articles that PMC released, {unknown} have no date; they are left out")
    _tell(live, dated)
    followed.told += here
    _wait_for(live, followed, [pmcid for pmcid in batch if pmcid not in here])
    followed.waiting = followed.waiting[len(batch) :]
    _write(live, followed)


def _wait_for(live: LiveAccess, followed: _Followed, absent: list[str]) -> None:
    """Notes which articles are to be looked for again; those that are absent for too long are given up."""
    today = datetime.now(UTC).date()
    since = {pmcid: followed.late.get(pmcid, today.isoformat()) for pmcid in absent}
    given_up = [pmcid for pmcid, day in since.items() if date.fromisoformat(day) < today - GIVEN_UP]
    followed.told += given_up
    followed.late = {pmcid: day for pmcid, day in (followed.late | since).items() if pmcid not in followed.told}
    if absent:
        live.log(f"natcomms: {len(absent)} articles that PMC released are not in its bucket, {len(given_up)} given up")


def _look_up_retracted(live: LiveAccess, followed: _Followed) -> None:
    doi, *followed.waiting_retracted = followed.waiting_retracted
    try:
        month = _published(live, doi)
    except SourceError as error:
        if isinstance(error, SourceDownError) and error.is_out_of_reach:
            raise
        live.log(f"natcomms: {doi} was retracted; when it came out is asked again by the next look: {error}")
        followed.unanswered.append(doi)
        _write(live, followed)
        return
    if month:
        _tell(live, [(month, retracted_line(doi))])
        live.log(f"natcomms: {doi} of {month} was retracted")
    else:
        live.log(f"natcomms: {doi} was retracted; Crossref does not say when it came out")
    followed.retracted.append(doi)
    _write(live, followed)


def _published(live: LiveAccess, doi: str) -> str | None:
    """The month in which a work came out online, as Crossref has it."""
    expected = frozenset({_NOT_THERE})
    answer = live.client.get(CROSSREF, f"works/{quote(doi)}", contact_parameter(live, "mailto"), expected=expected)
    try:
        work = json.loads(answer.body)["message"]
        dates = [work[name]["date-parts"][0] for name in ("published-online", "published") if name in work]
        year, month = next((int(parts[0]), int(parts[1])) for parts in dates if len(parts) > 1)
        return f"{date(year, month, 1):%Y-%m}"
    except (ValueError, LookupError, TypeError, StopIteration, OverflowError, RecursionError):
        return None


def _tell(live: LiveAccess, dated: Iterable[tuple[str, bytes]]) -> None:
    by_month: defaultdict[str, list[bytes]] = defaultdict(list)
    for month, line in dated:
        by_month[month].append(line)
    store_lines(live, NEWS, by_month)


def _read(live: LiveAccess) -> _Followed:
    now = datetime.now(UTC)
    begin = {"released": f"{now:%Y-%m-%d}", "notices": f"{now - OVERLAP:%Y-%m-%dT%H:%M:%S}"}
    return _Followed(**{**begin, **live.downloads.state(STATE)})


def _write(live: LiveAccess, followed: _Followed) -> None:
    live.downloads.put_state(STATE, dataclasses.asdict(followed))
