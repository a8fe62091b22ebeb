"""What a live source has that is new: lines that harvests store, and the answer that sensors work from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from resources.live.access import LiveAccess
from resources.sources.harvested_lines import HarvestedLines, fetch_name

LATELY = timedelta(days=2)  # a first look is not at all that was ever harvested


@dataclass(frozen=True)
class Changes:
    """What changed: canonical paper ids by month, the watermark to ask from next, and whether there is more by now."""

    months: dict[str, list[str]]
    watermark: str
    complete: bool


def store_lines(live: LiveAccess, harvested: HarvestedLines, by_month: Mapping[str, Sequence[bytes]]) -> None:
    """Stores the lines that a fetch brought, a file a month, under a name that follows those of all other fetches."""
    if not by_month:
        return
    with live.alone(_lock(harvested)):
        name = harvested.next_name(live.downloads.mirror)
        for month, lines in sorted(by_month.items()):
            live.downloads.put(harvested.path(month, name), b"\n".join(lines) + b"\n")


def changes_after(live: LiveAccess, harvested: HarvestedLines, since: str, *, complete: bool) -> Changes:
    """What fetches brought after the one that the watermark `since` names; of the last LATELY for an empty one.

    Raises BlockingIOError while lines are stored: of a fetch of which some files are missing all would count as seen.
    """
    months: defaultdict[str, set[str]] = defaultdict(set)
    watermark = since or fetch_name(datetime.now(UTC) - LATELY)
    with live.alone(_lock(harvested), wait=False):
        for fetch in harvested.after(live.downloads.mirror, watermark):
            months[fetch.month].update(fetch.papers)
            watermark = max(watermark, fetch.name)
    return Changes({month: sorted(papers) for month, papers in sorted(months.items())}, watermark, complete)


def _lock(harvested: HarvestedLines) -> str:
    return f"{harvested.folder.replace('/', '-')}-lines"
