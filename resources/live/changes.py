"""What a live source has that is new: the answer that sensors work from."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from resources.sources.harvested_lines import HarvestedLines, fetch_name
from resources.sources.mirror import Mirror

LATELY = timedelta(days=2)  # a first look is not at all that was ever harvested


@dataclass(frozen=True)
class Changes:
    """What changed: canonical paper ids by month, the watermark to ask from next, and whether there is more by now."""

    months: dict[str, list[str]]
    watermark: str
    complete: bool


def changes_after(mirror: Mirror, harvested: HarvestedLines, since: str, *, complete: bool) -> Changes:
    """What fetches brought after the one that the watermark `since` names; of the last LATELY for an empty one.

    Nothing may be stored meanwhile: a fetch is a file a month, and one of which some are missing would count as seen.
    """
    months: defaultdict[str, set[str]] = defaultdict(set)
    watermark = since or fetch_name(datetime.now(UTC) - LATELY)
    for fetch in harvested.after(mirror, watermark):
        months[fetch.month].update(fetch.papers)
        watermark = max(watermark, fetch.name)
    return Changes({month: sorted(papers) for month, papers in sorted(months.items())}, watermark, complete)
