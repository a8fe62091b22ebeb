"""Papers whose full text was there and is not any more, in a run that full texts are lacking for.

A service that does not give them over an empty or moved S1_DOWNLOADS, or a chunk that arXiv made anew and that does not
come, is no reason to drop what was read of them before: their rows stay as they are until the full texts come.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resources.lake import Lake
from resources.sources.part import PartContents, SourcePart
from s1_assets.cells import Cell
from s1_assets.rejects import Reason
from s1_assets.tables import IDENTITIES, RAW_PAPERS, Row


@dataclass(frozen=True)
class KeptPapers:
    """The papers of a cell that have an archive in the lake: rows and identities by paper_id.

    `gone` has those that the plan does not know, by the part that they are in.
    """

    papers: Mapping[str, Row]
    identities: Mapping[str, Sequence[Row]]
    gone: Mapping[str, Sequence[str]]

    @classmethod
    def none(cls) -> "KeptPapers":
        """What is kept when no full text is lacking."""
        return cls({}, {}, {})

    @classmethod
    def of(cls, lake: Lake, cell: Cell, planned: Iterable[SourcePart]) -> "KeptPapers":
        """Those of the lake, beside the plan of a run that full texts are lacking for."""
        known = frozenset[str]().union(*(part.paper_ids for part in planned))
        papers: dict[str, Row] = {}
        gone: defaultdict[str, list[str]] = defaultdict(list)
        for part in lake.parts(RAW_PAPERS, cell):
            for row in lake.rows(RAW_PAPERS, cell, part.name):
                if row["archive"] is not None:
                    papers[row["paper_id"]] = row
                    if row["paper_id"] not in known:
                        gone[part.name].append(row["paper_id"])
        identities: defaultdict[str, list[Row]] = defaultdict(list)
        for row in lake.cell_rows(IDENTITIES, cell):
            identities[row["paper_id"]].append(row)
        return cls(papers, identities, gone)

    def beside(self, planned: Sequence[SourcePart]) -> list[SourcePart]:
        """The planned parts, with what is kept of papers that the plan does not know."""
        names = {part.name for part in planned}
        parts = [replace(part, paper_ids=part.paper_ids | set(self.gone.get(part.name, ()))) for part in planned]
        return parts + [
            SourcePart(name, "kept", len(papers), frozenset(papers))
            for name, papers in self.gone.items()
            if name not in names
        ]

    def complete(self, part: str, found: PartContents) -> int:
        """Puts the rows that are kept in the place of those without an archive, and returns how many.

        What the source tells by its records, that a paper is withdrawn or retracted, counts at once.
        """
        status = {row["paper_id"]: row["status"] for row in found.papers if row["archive"] is None}
        kept = dict.fromkeys(paper for paper in (*status, *self.gone.get(part, ())) if paper in self.papers)
        found.papers = [row for row in found.papers if row["paper_id"] not in kept]
        found.identities = [row for row in found.identities if row["paper_id"] not in kept]
        found.rejects = [
            row for row in found.rejects if row["paper_id"] not in kept or row["reason"] != Reason.SOURCE_MISSING
        ]
        for paper in kept:
            told = status.get(paper, "live")
            found.papers.append(self.papers[paper] | ({} if told == "live" else {"status": told}))
            found.identities += self.identities.get(paper, [])
        return len(kept)
