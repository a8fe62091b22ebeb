"""ChemRxiv's records, as Crossref gives them for the DOI prefix 10.26434 (its REST API, type posted-content).

DOIs have had three shapes: `chemrxiv.1234567.v2` (to 2021), `chemrxiv-2024-abcde-v2` (without -v1 for the first
version) and `chemrxiv.15007608/v1` (from 2026). A preprint goes by its DOI without the version.
"""

import json
import re
from datetime import date
from typing import Any

from resources.sources.preprints.record import Preprint, plain_text, texts
from s1_assets.identifiers import doi_identifier
from s1_assets.publishing.rights import narrowest

SOURCE = "chemrxiv"
RECORDS = "chemrxiv/works.jsonl"
_DOI = re.compile(r"(?P<preprint>10\.26434/chemrxiv[.-][a-z0-9-]+?)(?:[./-]v(?P<version>\d{1,3}))?", re.IGNORECASE)
_WITHDRAWN = re.compile(r"\W*(?:withdrawn|withdrawal|retracted)\b", re.IGNORECASE)
# Crossref's vocabulary of relations between works, as far as it says that two are one.
_RELATIONS = {
    "is-preprint-of": "published_as",
    "is-version-of": "version_of",
    "has-version": "version_of",
    "is-previous-version-of": "version_of",
    "is-same-as": "same",
    "is-identical-to": "same",
}


def place_of_line(line: bytes) -> tuple[str, str]:
    """The month ("YYYY-MM") in which a record's version was posted, and its PDF. Raises ValueError, saying why not."""
    try:
        work = json.loads(line)
        return f"{_posted(work):%Y-%m}", _file(str(work.get("DOI")).lower())
    except (LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def read_record(line: bytes) -> Preprint:
    """The version of a preprint that a line of the records holds. Raises ValueError, saying why, when it holds none."""
    try:
        work = json.loads(line)
        doi = str(work["DOI"]).lower()
        name = _DOI.fullmatch(doi)
        if name is None:
            raise ValueError(f"{doi!r} is no DOI of ChemRxiv")
        title = plain_text(" ".join(work.get("title") or []))
        return Preprint(
            source=SOURCE,
            id=name["preprint"],
            version=int(name["version"] or 1),
            posted=_posted(work),
            title=title,
            abstract=plain_text(work.get("abstract") or ""),
            authors=tuple(_author(author) for author in work.get("author") or []),
            categories=texts([work.get("group-title"), *(work.get("subject") or [])]),
            doi=doi,
            license=_licence(work),
            file=_file(doi),
            withdrawn=bool(_WITHDRAWN.match(title)),
            identities=_identities(work, doi),
        )
    except (OverflowError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _file(doi: str) -> str:
    return f"{doi.partition('/')[2].replace('/', '_')}.pdf"


def _posted(work: dict[str, Any]) -> date:
    for field in ("posted", "published", "issued", "created"):
        parts = ((work.get(field) or {}).get("date-parts") or [[None]])[0]
        if parts and parts[0]:
            return date(*(int(part) for part in [*parts, 1, 1][:3]))
    raise ValueError("a record without a date")


def _licence(work: dict[str, Any]) -> str | None:
    """The licence that allows least; one for text mining counts only where there is no other."""
    stated = work.get("license") or []
    of_text = [one for one in stated if one.get("content-version") != "tdm"]
    return narrowest(str(one.get("URL")) for one in of_text or stated)


def _author(author: dict[str, Any]) -> str:
    names = (author.get("given"), author.get("family"), author.get("suffix"), author.get("name"))
    return plain_text(" ".join(name for name in names if name))


def _identities(work: dict[str, Any], doi: str) -> tuple[tuple[str, str], ...]:
    found = {("same", f"doi:{doi}"): None}
    for relation, others in (work.get("relation") or {}).items():
        for other in others if relation in _RELATIONS else ():
            if other.get("id-type") == "doi" and (identifier := doi_identifier(other.get("id"))):
                found[_RELATIONS[relation], identifier] = None
    return tuple(found)
