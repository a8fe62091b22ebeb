"""Preprint servers on OSF as a mirror keeps them: the API's resource objects (JSON:API), a line each, and PDFs."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from samples.paper import Paper
from samples.typesetting import pdf_of

LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/legalcode": "CC-By Attribution 4.0 International",
    "https://creativecommons.org/publicdomain/zero/1.0/legalcode": "CC0 1.0 Universal",
}


@dataclass(frozen=True)
class Preprint:
    """One version of a preprint. `subjects` is a path through the taxonomy, the most general first."""

    id: str
    version: int
    doi: str
    title: str
    authors: list[str]
    subjects: list[str]
    license: str
    posted: date
    abstract: str


def lay_out(papers: Sequence[Paper]) -> dict[str, bytes]:
    """Every file of the mirror by its path."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    found: dict[str, bytes] = {}
    for paper in papers:
        preprint = Preprint(**paper.record)
        resource = _resource(paper.source, preprint)
        lines[paper.source].append(json.dumps(resource) + "\n")
        found[f"{paper.source}/pdf/{resource['id']}.pdf"] = pdf_of(paper.files())
    return {f"{source}/preprints.jsonl": "".join(records).encode() for source, records in lines.items()} | found


def _resource(source: str, preprint: Preprint) -> dict[str, Any]:
    contributors = [
        {
            "type": "contributors",
            "attributes": {"index": index, "bibliographic": True},
            "embeds": {"users": {"data": {"type": "users", "attributes": {"full_name": name}}}},
        }
        for index, name in enumerate(preprint.authors)
    ]
    licence = {"name": LICENCES[preprint.license], "url": preprint.license}
    return {
        "id": f"{preprint.id}_v{preprint.version}",
        "type": "preprints",
        "attributes": {
            "title": preprint.title,
            "description": preprint.abstract.strip(),
            "date_published": f"{preprint.posted}T12:00:00.000000",
            "version": preprint.version,
            "doi": None,
            "date_withdrawn": None,
            "subjects": [[{"text": subject} for subject in preprint.subjects]],
        },
        "relationships": {"provider": {"data": {"type": "preprint-providers", "id": source}}},
        "links": {"preprint_doi": f"https://doi.org/{preprint.doi}"},
        "embeds": {
            "contributors": {"data": contributors},
            "license": {"data": {"type": "licenses", "attributes": licence}},
        },
    }
