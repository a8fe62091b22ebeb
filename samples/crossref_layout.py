"""ChemRxiv as a mirror keeps it: Crossref's records of its DOI prefix, a line each, and the PDF of every version."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from samples.paper import Paper
from samples.typesetting import locked, pdf_of


@dataclass(frozen=True)
class Work:
    """One version of a preprint. `abstract` is JATS; `relation` maps Crossref's relations to DOIs.

    A `protected` PDF asks for a password.
    """

    doi: str
    title: str
    authors: list[str]
    group_title: str
    license: str
    posted: date
    abstract: str
    relation: dict[str, str] = field(default_factory=dict)
    protected: bool = False


def lay_out(papers: Sequence[Paper]) -> dict[str, bytes]:
    """Every file of the mirror by its path; a paper without files has a record only."""
    lines: list[str] = []
    found: dict[str, bytes] = {}
    for paper in papers:
        work = Work(**paper.record)
        lines.append(json.dumps(_record(work)) + "\n")
        if files := paper.files():
            pdf = pdf_of(files)
            name = work.doi.partition("/")[2].replace("/", "_")
            found[f"chemrxiv/pdf/{name}.pdf"] = locked(pdf) if work.protected else pdf
    return {"chemrxiv/works.jsonl": "".join(lines).encode(), **found}


def _record(work: Work) -> dict[str, Any]:
    names = [author.rpartition(" ") for author in work.authors]
    day = {"date-parts": [[work.posted.year, work.posted.month, work.posted.day]]}
    return {
        "DOI": work.doi,
        "URL": f"https://doi.org/{work.doi}",
        "prefix": "10.26434",
        "type": "posted-content",
        "subtype": "preprint",
        "institution": [{"name": "ChemRxiv"}],
        "group-title": work.group_title,
        "title": [work.title],
        "author": [{"given": given, "family": family} for given, _, family in names],
        "abstract": work.abstract.strip(),
        "posted": day,
        "license": [{"URL": work.license, "start": day, "content-version": "unspecified"}],
        "relation": {kind: [{"id": doi, "id-type": "doi"}] for kind, doi in work.relation.items()},
    }
