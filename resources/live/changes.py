"""What a live source has that is new: the answer that sensors work from."""

from collections import defaultdict
from dataclasses import dataclass

from resources.sources.harvested_lines import HarvestedLines
from resources.sources.mirror import Mirror


@dataclass(frozen=True)
class Changes:
    """What changed: canonical paper ids by month, the watermark to ask from next, and whether there is more by now."""

    months: dict[str, list[str]]
    watermark: str
    complete: bool


def changes_after(mirror: Mirror, harvested: HarvestedLines, since: str, *, complete: bool) -> Changes:
    """What fetches brought after the one that the watermark `since` names; everything for an empty one."""
    months: defaultdict[str, set[str]] = defaultdict(set)
    watermark = since
    for fetch in harvested.after(mirror, since):
        months[fetch.month].update(fetch.papers)
        watermark = max(watermark, fetch.name)
    return Changes({month: sorted(papers) for month, papers in sorted(months.items())}, watermark, complete)
