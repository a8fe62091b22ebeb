"""What an article says of itself: identity, people, dates, licence, and its ties to other articles."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from s1_assets.extraction.jats.licence import licence_of
from s1_assets.extraction.jats.text import plain_text
from s1_assets.extraction.jats.xml import Element, href
from s1_assets.identifiers import doi_identifier

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# Names of publication dates in the DTDs and in JATS4R, electronic ones before those of print.
_PUBLISHED = ("epub", "pub", "publication", "online", "epubl", "posted", "epreprint", "preprint", "ppub", "collection")
_NOT_THE_ABSTRACT = frozenset("graphical toc teaser key-points plain-language-summary executive-summary".split())
_AUTHORS = frozenset({"author", "authors", "au"})


@dataclass(frozen=True)
class Related:
    """Another article; `kind` is its related-article-type, such as preprint, version-of-record or corrected-article."""

    kind: str
    doi: str | None
    link: str


@dataclass(frozen=True)
class Front:
    """The front matter; what an article does not say is empty or None.

    `ids` maps types of article ids (doi, pmid, pmc, publisher-id, …) to values, `journal_ids` likewise. `authors` are
    names, given name first. `license` is a URL where one can be told, else the text of the licence. `dates` maps JATS's
    names of dates (epub, received, accepted, …) to ISO 8601 dates as exact as they are given: 2024-03-09, 2024-03 or
    2024. `version` is the article version as written, such as 1.2 or version-of-record.
    """

    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    article_type: str = ""
    subjects: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    license: str | None = None
    dates: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None
    journal: str = ""
    journal_ids: Mapping[str, str] = field(default_factory=dict)
    issns: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()

    @property
    def doi(self) -> str | None:
        """The article's own DOI in lower case."""
        return _doi(self.ids.get("doi", ""))

    @property
    def published(self) -> str | None:
        """When it came out, electronically rather than in print."""
        return next((self.dates[name] for name in _PUBLISHED if name in self.dates), None)


def read_front(article: Element) -> Front:
    """Read the front matter of an `article`."""
    article_type = article.get("article-type") or ""
    meta = article.find("front/article-meta")
    if meta is None:
        return Front(article_type=article_type)
    return Front(
        title=_text_at(meta, "title-group/article-title"),
        abstract=_abstract(meta),
        authors=tuple(_authors(meta)),
        ids=_by_type(meta.iterfind("article-id"), "pub-id-type"),
        article_type=article_type,
        subjects=_texts(meta.iterfind("article-categories//subject")),
        keywords=_texts(meta.iterfind("kwd-group//kwd")),
        license=licence_of(meta),
        dates=dict(_dates(meta)),
        version=next(iter(_texts(meta.iter("article-version"))), None),
        journal=_text_at(article, "front/journal-meta//journal-title"),
        journal_ids=_by_type(article.iterfind("front/journal-meta/journal-id"), "journal-id-type"),
        issns=_texts(article.iterfind("front/journal-meta/issn")),
        related=tuple(_related(meta)),
    )


def _doi(text: str) -> str | None:
    identifier = doi_identifier(text)
    return identifier.removeprefix("doi:") if identifier else None


def _text_at(element: Element, path: str) -> str:
    found = element.find(path)
    return plain_text(found) if found is not None else ""


def _texts(elements: Iterable[Element]) -> tuple[str, ...]:
    """What elements say, each text once."""
    return tuple(dict.fromkeys(text for element in elements if (text := plain_text(element))))


def _by_type(elements: Iterable[Element], name: str) -> dict[str, str]:
    """Texts by type, the first of each type."""
    found: dict[str, str] = {}
    for element in elements:
        found.setdefault(element.get(name) or "", plain_text(element))
    return found


def _abstract(meta: Element) -> str:
    """The abstract proper, a line a paragraph; parts of a structured one begin with their titles."""
    abstracts = [found for found in meta.iterfind("abstract") if found.get("abstract-type") not in _NOT_THE_ABSTRACT]
    if not abstracts:
        return ""
    proper = next((found for found in abstracts if found.get("abstract-type") is None), abstracts[0])
    lines = []
    for paragraph in proper.iter("p"):
        part = paragraph.getparent()
        is_first = part is not None and part.tag == "sec" and paragraph is part.find("p")
        title = _text_at(part, "title").rstrip(" .:") if part is not None and is_first else ""
        lines.append(f"{title}: {plain_text(paragraph)}" if title else plain_text(paragraph))
    return "\n".join(line for line in lines if line) or plain_text(proper)


def _authors(meta: Element) -> Iterator[str]:
    """Names of the authors, groups by the name they give themselves."""
    for group in meta.iterfind("contrib-group"):
        for contrib in group.iterfind("contrib"):
            kind = contrib.get("contrib-type")
            if kind in (None, "person", "group"):
                kind = group.get("content-type") or "author"
            name = _name(contrib) if kind in _AUTHORS else ""
            if name:
                yield name


def _name(contrib: Element) -> str:
    names = [*contrib.iterfind("name"), *contrib.iterfind("name-alternatives/name")]
    if names:
        western = next((name for name in names if name.get("name-style") in (None, "western", "given-only")), names[0])
        parts = (_text_at(western, part) for part in ("prefix", "given-names", "surname", "suffix"))
        return " ".join(part for part in parts if part)
    for path in ("string-name", "name-alternatives/string-name", "collab", "collab-alternatives/collab"):
        found = contrib.find(path)
        if found is not None:
            return _name_in_words(found)
    return ""


def _name_in_words(element: Element) -> str:
    """A name written as text. A group may list its members inside its name, which they are no part of."""
    surname = _text_at(element, "surname")
    if surname:
        return f"{_text_at(element, 'given-names')} {surname}".strip()
    words = [element.text or ""]
    for child in element:
        words += [
            "" if child.tag in {"contrib-group", "contrib", "xref", "email"} else plain_text(child),
            child.tail or "",
        ]
    return " ".join("".join(words).split())


def _dates(meta: Element) -> Iterator[tuple[str, str]]:
    for date in (*meta.iterfind("pub-history/event/date"), *meta.iterfind("history/date"), *meta.iterfind("pub-date")):
        written = _iso_date(date)
        if written:
            yield date.get("pub-type") or date.get("date-type") or "pub", written


def _iso_date(date: Element) -> str | None:
    iso = (date.get("iso-8601-date") or "")[:10]
    if re.fullmatch(r"\d{4}(?:-\d\d(?:-\d\d)?)?", iso):
        return iso
    year, month, day = (_text_at(date, part) for part in ("year", "month", "day"))
    if not re.fullmatch(r"\d{4}", year):
        return None
    name = month[:3].lower()
    number = _MONTHS.index(name) + 1 if name in _MONTHS else int(month) if re.fullmatch(r"\d\d?", month) else 0
    if not 1 <= number <= 12:
        return year
    exact = re.fullmatch(r"\d\d?", day) and 1 <= int(day) <= 31
    return f"{year}-{number:02}-{int(day):02}" if exact else f"{year}-{number:02}"


def _related(meta: Element) -> Iterator[Related]:
    """Linked articles, and the preprint that the publication history names (JATS 1.3, pub-history)."""
    for link in meta.iter("related-article"):
        yield Related(link.get("related-article-type") or "", _doi(href(link) or plain_text(link)), href(link))
    for link in meta.iterfind("pub-history/event/self-uri[@content-type='preprint']"):
        yield Related("preprint", _doi(href(link)), href(link))
