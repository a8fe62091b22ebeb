"""What was told of Nature Communications since: `pmc-oa/news/<YYYY-MM of the article>/<fetch>.jsonl`.

A line is a JSON object: `paper` (DOI, or PMC id without one), `why`, `released` in PMC or `retracted`, and of what was
released its `pmcid`.
"""

import json

from resources.sources.harvested_lines import HarvestedLines
from resources.sources.mirror import Mirror

RELEASED, RETRACTED = "released", "retracted"


def released_line(pmcid: str, doi: str | None) -> bytes:
    """The line that tells that PMC released an article."""
    return json.dumps({"paper": doi.lower() if doi else pmcid, "why": RELEASED, "pmcid": pmcid}).encode()


def retracted_line(doi: str) -> bytes:
    """The line that tells that an article was retracted."""
    return json.dumps({"paper": doi.lower(), "why": RETRACTED}).encode()


def _paper_of_line(line: bytes) -> str | None:
    return str(json.loads(line)["paper"])


NEWS = HarvestedLines("pmc-oa/news", _paper_of_line)


def released_in(mirror: Mirror, month: str) -> frozenset[str]:
    """PMC ids of a month's articles that were released, as far as it was told."""
    told = (json.loads(line) for line in NEWS.lines(mirror, month))
    return frozenset(str(one["pmcid"]) for one in told if one["why"] == RELEASED and "pmcid" in one)


def retracted_in(mirror: Mirror, month: str) -> frozenset[str]:
    """DOIs in lower case of a month's articles that were retracted, as far as it was told."""
    told = (json.loads(line) for line in NEWS.lines(mirror, month))
    return frozenset(str(one["paper"]) for one in told if one["why"] == RETRACTED)
