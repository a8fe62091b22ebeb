"""Papers that an operator takes down: `takedowns.txt` in the lake, one `paper_id reason…` a line, `#` for comments."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resources.lake import Lake
from resources.sources.part import SourcePart
from s1_assets.rejects import Reason, Reject
from s1_assets.tables import RAW_PAPERS, Row

FILE = "takedowns.txt"


@dataclass(frozen=True)
class Takedowns:
    """The papers to take down, each with the reason that the operator gave."""

    reasons: Mapping[str, str]

    @classmethod
    def read(cls, lake: Lake) -> "Takedowns":
        """The lake's list; empty when there is none. Raises ValueError for a line that names no paper_id."""
        reasons = {}
        for number, line in enumerate((lake.text(FILE) or "").splitlines(), 1):
            paper_id, _, reason = line.partition("#")[0].strip().partition(" ")
            if paper_id and ":" not in paper_id:
                raise ValueError(
                    f"{lake.url}/{FILE}, line {number}: {paper_id!r} is no paper_id such as arxiv:2401.00001"
                )
            if paper_id:
                reasons[paper_id] = reason.strip()
        return cls(reasons)

    def version(self, part: SourcePart) -> str:
        """The version of a source's part, changed when a paper of it joins or leaves the list."""
        listed = sorted(part.paper_ids & self.reasons.keys())
        return hashlib.sha256(" ".join([part.version, *listed]).encode()).hexdigest() if listed else part.version

    def apply(self, papers: Iterable[Row]) -> list[Row]:
        """Marks the listed papers among `papers` as withdrawn, and returns a row of `rejects` for each."""
        rejects = []
        for paper in papers:
            if paper["paper_id"] in self.reasons:
                paper["status"] = "withdrawn"
                reject = Reject(Reason.TAKEN_DOWN, self.reasons[paper["paper_id"]] or "no reason given")
                rejects.append(reject.row(paper["paper_id"], RAW_PAPERS.name))
        return rejects
