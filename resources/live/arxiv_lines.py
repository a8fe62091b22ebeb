"""arXiv's OAI-PMH records as lines of its metadata snapshot, the format that Kaggle hosts.

The snapshot is made from `arXivRaw` (versions, licence, source types) with the authors parsed, as `arXiv` has them.
"""

import json
import re
from typing import Any

from resources.live.oai import OaiRecord
from s1_assets.extraction.jats.xml import Element

_FIELDS = (
    "submitter authors title comments journal-ref doi report-no categories license abstract".split()
)  # of arXivRaw, by the names that the snapshot has too
_PREFIX = "oai:arXiv.org:"
_BETWEEN_AUTHORS = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")
_AFFILIATION = re.compile(r"\s*\([^()]*\)")

Authors = list[list[str]]  # family name, given names, suffix


def paper_of(record: OaiRecord) -> str:
    """The id that a record's header names, not checked."""
    return record.identifier.removeprefix(_PREFIX)


def parsed_authors(record: OaiRecord) -> Authors:
    """The authors of a record in the format `arXiv`."""
    if record.metadata is None:
        return []
    authors = record.metadata.iterfind("authors/author")
    return [[_text(author, name) or "" for name in ("keyname", "forenames", "suffix")] for author in authors]


def snapshot_line(record: OaiRecord, authors: Authors | None) -> bytes:
    """One line of JSON, without its end, from a record in the format `arXivRaw` and its authors as parsed elsewhere.

    Beside the snapshot's own fields, `withdrawn` says whether the last version has source type I. `update_date` is the
    record's datestamp. Of a record that arXiv deleted there is no more than that.
    """
    fields: dict[str, Any] = {"id": paper_of(record)}
    if record.metadata is None:
        return _dumped({**fields, "update_date": record.datestamp, "deleted": True})
    fields |= {name: _text(record.metadata, name) for name in _FIELDS}
    versions = [_version(element) for element in record.metadata.iterfind("version")]
    fields["versions"] = versions
    fields["update_date"] = record.datestamp
    fields["authors_parsed"] = _split(fields["authors"] or "") if authors is None else authors
    if versions:
        fields["withdrawn"] = "I" in max(versions, key=_number).get("source_type", "")
    return _dumped(fields)


def _version(element: Element) -> dict[str, str]:
    version = {"version": str(element.get("version") or ""), "created": _text(element, "date") or ""}
    source_type = _text(element, "source_type")
    return {**version, "source_type": source_type} if source_type else version


def _number(version: dict[str, str]) -> int:
    digits = version["version"].removeprefix("v")
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _split(authors: str) -> Authors:
    """Whole names, for a record that only `arXivRaw` gave: one string, with commas, `and` and (affiliations)."""
    names = _BETWEEN_AUTHORS.split(_AFFILIATION.sub("", authors))
    return [[name, "", ""] for name in names if name]


def _text(element: Element, name: str) -> str | None:
    child = element.find(name)
    return None if child is None else child.text


def _dumped(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
