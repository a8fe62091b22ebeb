"""What a source hands to `raw_papers`: the parts of a cell, and what each part holds."""

from dataclasses import dataclass, field

from s1_assets.tables import Row


@dataclass(frozen=True)
class SourcePart:
    """One unit of work of a source's cell, named by how its papers arrive.

    `version` is a hash of everything its rows are made from. `papers` is how many papers the source promises,
    for progress only. `paper_ids` are those that are known before the part is read.
    """

    name: str
    version: str
    papers: int
    paper_ids: frozenset[str] = frozenset()


@dataclass
class PartContents:
    """The rows of one part for `raw_papers` and `identities`, and for `rejects` what its source could not give."""

    papers: list[Row] = field(default_factory=list)
    identities: list[Row] = field(default_factory=list)
    rejects: list[Row] = field(default_factory=list)

    def identify(self, paper_id: str, relation: str, *identifiers: str | None) -> None:
        """Notes under which other names a paper is known; None and names that are no identifier are left out."""
        for identifier in identifiers:
            if identifier:
                self.identities.append({"paper_id": paper_id, "relation": relation, "identifier": identifier})
