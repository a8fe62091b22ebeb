"""What the API of bioRxiv and medRxiv says of preprints (https://api.biorxiv.org/details/help), as a mirror keeps it.

Its answers lie at their URL's path: `<source>/api/details/<server>/<from>/<to>/<cursor>/json` is a page of what was
posted in an interval, `<source>/api/details/<server>/<DOI>/na/json` all versions of one preprint. There is one record a
version of a preprint.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from resources.sources.articles.article import as_date
from resources.sources.mirror import Mirror, MirrorObject
from s1_assets.cells import days_of
from s1_assets.identifiers import doi_identifier

_PAGE = re.compile(r".*/(?P<first>\d{4}-\d\d-\d\d)/(?P<last>\d{4}-\d\d-\d\d)/\d+/json")
_HISTORY = re.compile(r".*/api/details/[^/]+/(?P<doi>10\..+)/na/json")
MAX_VERSION = 999
UNREADABLE = (ValueError, OverflowError, LookupError, TypeError, AttributeError, RecursionError)
_WITHDRAWN = re.compile(r"\W*withdrawn\b", re.IGNORECASE)


@dataclass(frozen=True)
class Record:
    """One version of a preprint. `published` is the DOI of the article that it became."""

    doi: str
    version: int
    posted: date
    title: str
    abstract: str
    authors: tuple[str, ...]
    category: str
    license: str
    published: str | None
    withdrawn: bool


@dataclass(frozen=True)
class Page:
    """One answer of the API: its records, and what is wrong with it or with one of them."""

    file: MirrorObject
    records: tuple[Record, ...]
    problems: tuple[str, ...]


def interval_of(path: str) -> tuple[str, str] | None:
    """The first and the last day that a page is about; None for a path that is no page's."""
    found = _PAGE.fullmatch(path)
    return (found["first"], found["last"]) if found else None


def pages(mirror: Mirror, source: str, month: str) -> Iterator[Page]:
    """The answers about intervals that meet a month ("YYYY-MM"), with their records of that month."""
    first, last = days_of(month)
    for file in mirror.objects(f"{source}/api/details/{source}"):
        interval = interval_of(file.path)
        if interval and interval[0] <= last and interval[1] >= first:
            yield _page(file, mirror.read(file.path, 0, file.size), month)


def withdrawals(mirror: Mirror, source: str, dois: Set[str]) -> dict[str, list[Record]]:
    """Versions that took one of the preprints `dois` (in lower case) back, whatever their month, by DOI.

    Only the answers about single preprints are looked at; what cannot be read there says nothing.
    """
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for file in mirror.objects(f"{source}/api/details/{source}"):
        history = _HISTORY.fullmatch(file.path)
        if history and history["doi"].lower() in dois:
            for record in _records(mirror.read(file.path, 0, file.size)):
                if record.withdrawn and record.doi.lower() in dois:
                    found[record.doi.lower()].append(record)
    return dict(found)


def _records(content: bytes) -> list[Record]:
    try:
        return [record_of(raw) for raw in json.loads(content)["collection"]]
    except UNREADABLE:
        return []


def _page(file: MirrorObject, content: bytes, month: str) -> Page:
    try:
        answer = json.loads(content)
        collection = answer.get("collection") or []
    except (ValueError, AttributeError, RecursionError) as error:
        found = "is empty" if not content.strip() else f"is no answer of the API ({error})"
        return Page(file, (), (f"{file.path} {found}; fetch it again",))
    records, problems = [], []
    for raw in collection:
        try:
            record = record_of(raw)
        except UNREADABLE as error:
            problems.append(f"{file.path}: a record that cannot be read ({type(error).__name__}: {error})")
        else:
            if f"{record.posted:%Y-%m}" == month:
                records.append(record)
    return Page(file, tuple(records), tuple(problems))


def record_of(raw: dict[str, Any]) -> Record:
    """A record from its JSON. Raises one of UNREADABLE for what is none."""
    posted = as_date(raw["date"])
    if posted is None:
        raise ValueError(f"date {raw['date']!r}")
    doi, version = doi_identifier(str(raw["doi"])), int(raw["version"])
    if doi is None or not 1 <= version <= MAX_VERSION:
        raise ValueError(f"no version of a preprint: DOI {raw['doi']!r}, version {raw['version']!r}")
    kind, title = str(raw.get("type") or ""), str(raw.get("title") or "")
    published = str(raw.get("published") or "NA")
    return Record(
        doi=doi.removeprefix("doi:"),
        version=version,
        posted=posted,
        title=title,
        abstract=str(raw.get("abstract") or ""),
        authors=tuple(_author(name) for name in str(raw.get("authors") or "").split(";") if name.strip()),
        category=str(raw.get("category") or ""),
        license=str(raw.get("license") or ""),
        published=None if published == "NA" else published,
        withdrawn="withdraw" in kind.lower() or bool(_WITHDRAWN.match(title)),
    )


def _author(name: str) -> str:
    """`Given Family` from `Family, G.`."""
    family, _, given = (part.strip() for part in name.partition(","))
    return f"{given} {family}".strip()
