"""Which published papers are one work: its versions in several months, a preprint and the article it became.

Every cell publishes what it holds. A release names, of each work that came out more than once, the paper to keep and
those that repeat it, so that a reader across cells counts every work once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import polars as pl

from s1_assets.publishing.record import POINTER_ONLY

JOURNALS = ("natcomms",)
DUPLICATES = pl.Schema(
    {
        "paper_id": pl.String,
        "source": pl.String,
        "month": pl.String,
        "kept_paper_id": pl.String,
        "kept_month": pl.String,
    }
)

Copy = Mapping[str, object]  # a paper as one cell published it


def duplicates(rows: pl.LazyFrame) -> pl.DataFrame:
    """The papers of published rows that repeat a work, one row each, with the paper of that work to keep.

    Two papers are one work when they share their `paper_id` (then the later month is kept), or a name among their
    `identifiers`. A name that several papers of one source claim proves nothing (authors give the DOI of a volume for
    each of its papers) and is passed over. Kept is a copy whose images are published rather than one whose are not,
    then the journal's, then the latest.
    """
    one = rows.group_by("paper_id", "month").agg(
        pl.col("source", "identifiers").first(), has_images=(pl.col("rights") != POINTER_ONLY).any()
    )
    papers = one.sort("paper_id", "month").collect().to_dicts()
    found = []
    for copies in _works(papers):
        kept = max(copies, key=_preference)
        found += [
            {name: copy[name] for name in ("paper_id", "source", "month")}
            | {"kept_paper_id": kept["paper_id"], "kept_month": kept["month"]}
            for copy in copies
            if copy is not kept
        ]
    return pl.DataFrame(found, schema=DUPLICATES).sort("paper_id", "month")


def _preference(copy: Copy) -> tuple[object, bool, object, object]:
    return copy["has_images"], copy["source"] in JOURNALS, copy["month"], copy["paper_id"]


def _works(papers: Sequence[Copy]) -> Iterable[list[Copy]]:
    """Papers that go together, several at a time: the connected components over the names that they share.

    A name that would make two papers of one source one work, by way of papers of others, is passed over.
    """
    leader = list(range(len(papers)))
    of_source = [{paper["source"]: paper["paper_id"]} for paper in papers]

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = place = leader[leader[place]]
        return place

    for places in _shared_names(papers):
        for one, other in pairwise(places):
            joined, kept = find(one), find(other)
            if all(of_source[kept].get(source, name) == name for source, name in of_source[joined].items()):
                leader[joined] = kept
                of_source[kept] |= of_source[joined]
    works: defaultdict[int, list[Copy]] = defaultdict(list)
    for place, paper in enumerate(papers):
        works[find(place)].append(paper)
    return [copies for copies in works.values() if len(copies) > 1]


def _shared_names(papers: Sequence[Copy]) -> Iterable[list[int]]:
    """For every name that proves papers to be one work, the places of those papers."""
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for place, paper in enumerate(papers):
        identifiers = paper["identifiers"]
        names = {str(paper["paper_id"]), *(identifiers if isinstance(identifiers, list) else ())}
        for name in sorted(names):
            by_name[name].append(place)
    for places in by_name.values():
        claimed_by = {papers[place]["paper_id"] for place in places}
        if len(places) > 1 and len(claimed_by) == len({papers[place]["source"] for place in places}):
            yield places
