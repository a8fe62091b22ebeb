"""Records of the preprint servers that OSF hosts, as its API gives them (https://api.osf.io/v2/preprints/, JSON:API).

A mirror keeps the resource objects, asked for with `embed=contributors&embed=license`, one a line, and every version's
primary file as PDF under the object's id. Ids carry their version, `abcde_v2`; those from before 2024 do not.
"""

import json
import re
from datetime import date
from typing import Any

from resources.sources.preprints.record import Preprint, plain_text, texts
from s1_assets.identifiers import doi_identifier

SOURCES = ("psyarxiv", "engrxiv", "edrxiv", "metarxiv")
_ID = re.compile(r"(?P<preprint>[a-z0-9]{5,12})(?:_v(?P<version>\d{1,3}))?")


def records_path(source: str) -> str:
    """Where a mirror keeps the records of a server."""
    return f"{source}/preprints.jsonl"


def place_of_line(line: bytes) -> tuple[str, str]:
    """The month ("YYYY-MM") a record's version was published in, and its PDF. Raises ValueError, saying why not."""
    try:
        resource = json.loads(line)
        return f"{_published(resource['attributes']):%Y-%m}", _file(resource.get("id"))
    except (LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def read_record(source: str, line: bytes) -> Preprint:
    """The version of a preprint that a line of the records holds. Raises ValueError, saying why, when it holds none."""
    try:
        resource = json.loads(line)
        attributes, links = resource["attributes"], resource.get("links") or {}
        name = _ID.fullmatch(resource["id"])
        if name is None:
            raise ValueError(f"{resource['id']!r} is no id of an OSF preprint")
        own = doi_identifier(links.get("preprint_doi"))
        article = doi_identifier(attributes.get("doi"))
        identities = (("same", own), ("published_as", article))
        return Preprint(
            source=source,
            id=name["preprint"],
            version=int(attributes.get("version") or name["version"] or 1),
            posted=_published(attributes),
            title=plain_text(attributes["title"]),
            abstract=plain_text(attributes.get("description") or ""),
            authors=tuple(_authors(resource)),
            categories=tuple(_subjects(attributes)),
            doi=(own or article or "").removeprefix("doi:") or None,
            license=_licence(resource),
            file=_file(resource["id"]),
            withdrawn=bool(attributes.get("date_withdrawn")) or attributes.get("reviews_state") == "withdrawn",
            identities=tuple((relation, identifier) for relation, identifier in identities if identifier),
        )
    except (OverflowError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _file(name: str) -> str:
    return f"{name}.pdf"


def _published(attributes: dict[str, Any]) -> date:
    written = attributes.get("date_published") or attributes.get("date_created")
    if not written:
        raise ValueError("a record without a date")
    return date.fromisoformat(str(written)[:10])


def _authors(resource: dict[str, Any]) -> list[str]:
    """Names of the bibliographic contributors, in their order."""
    contributors = (resource.get("embeds") or {}).get("contributors") or {}
    ordered = sorted(contributors.get("data") or [], key=lambda one: one["attributes"].get("index") or 0)
    credited = [one for one in ordered if one["attributes"].get("bibliographic", True)]
    return [plain_text(one["embeds"]["users"]["data"]["attributes"]["full_name"]) for one in credited]


def _subjects(attributes: dict[str, Any]) -> list[str]:
    """The subjects of all paths through the taxonomy, the most general first, each once."""
    paths = attributes.get("subjects") or []
    return list(dict.fromkeys(texts(subject["text"] for path in paths for subject in path)))


def _licence(resource: dict[str, Any]) -> str | None:
    """The URL of the licence, or its name where OSF knows no URL."""
    licence = ((resource.get("embeds") or {}).get("license") or {}).get("data") or {}
    attributes = licence.get("attributes") or {}
    return next(iter(texts([attributes.get("url"), attributes.get("name")])), None)
