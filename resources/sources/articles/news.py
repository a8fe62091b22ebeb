"""What was told of Nature Communications since: `pmc-oa/news/<YYYY-MM of the article>/<fetch>.jsonl`.

A line is a JSON object: `paper` (DOI, or PMC id without one) and `why`, `released` in PMC or `retracted`.
"""

import json

from resources.sources.harvested_lines import HarvestedLines
from resources.sources.mirror import Mirror

RELEASED, RETRACTED = "released", "retracted"


def news_line(paper: str, why: str) -> bytes:
    """The line that tells it."""
    return json.dumps({"paper": paper.lower() if paper.startswith("10.") else paper, "why": why}).encode()


def _paper_of_line(line: bytes) -> str | None:
    return str(json.loads(line)["paper"])


NEWS = HarvestedLines("pmc-oa/news", _paper_of_line)


def retracted_in(mirror: Mirror, month: str) -> frozenset[str]:
    """DOIs in lower case of a month's articles that were retracted, as far as it was told."""
    told = (json.loads(line) for line in NEWS.lines(mirror, month))
    return frozenset(str(one["paper"]) for one in told if one["why"] == RETRACTED)
