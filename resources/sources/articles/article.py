"""From the front matter of a JATS article to its row of `raw_papers` and its rows of `identities`."""

import hashlib
from datetime import date

from resources.sources.part import PartContents
from s1_assets.extraction.jats.front import Front
from s1_assets.identifiers import doi_identifier
from s1_assets.publishing.rights import rights_of
from s1_assets.tables import RAW_PAPERS, Row
from s1_assets.taxonomy import discipline_of

# JATS's names for articles that are the same work (related-article-type), and what they say of this one.
_SAME_WORK = {
    "preprint": "has_preprint",
    "published-article": "published_as",
    "version-of-record": "published_as",
    "article-version": "version_of",
}


def part_of(source: str, month: str, name: str) -> str:
    """The part that a paper belongs to, told by its name alone: a month's papers spread over 256 parts.

    Papers that arrive later do not move the others, and versions of a paper meet in one part.
    """
    return f"{source}_{month}_{hashlib.sha256(name.lower().encode()).hexdigest()[:2]}"


def article_row(source: str, month: str, paper_id: str, front: Front) -> Row:
    """The columns that an article's front matter gives; it is live, of version 1 and has no archive yet."""
    categories = list(front.subjects)
    return {
        **dict.fromkeys(RAW_PAPERS.schema.names),
        "paper_id": paper_id,
        "source": source,
        "month": month,
        "version": 1,
        "title": front.title,
        "abstract": front.abstract,
        "authors": list(front.authors),
        "categories": categories,
        "discipline": discipline_of(categories, source),
        "doi": front.doi,
        "license": front.license,
        "rights": rights_of(front.license),
        "status": "live",
        "submitted": as_date(front.dates.get("received")) or as_date(front.published),
        "updated": as_date(front.published),
        "format": "none",
    }


def identify(contents: PartContents, paper_id: str, front: Front) -> None:
    """Notes the other names that an article gives of itself and of the same work."""
    ids = front.ids
    pmc = ids.get("pmc") or ids.get("pmcid") or ""
    contents.identify(paper_id, "same", doi_identifier(front.doi))
    contents.identify(paper_id, "same", f"pmid:{ids['pmid']}" if "pmid" in ids else None)
    contents.identify(paper_id, "same", f"pmc:PMC{pmc.upper().removeprefix('PMC')}" if pmc else None)
    for related in front.related:
        if related.kind in _SAME_WORK:
            contents.identify(paper_id, _SAME_WORK[related.kind], doi_identifier(related.doi))


def month_of(written: str | None) -> str | None:
    """The month ("YYYY-MM") of a date, None where it is not as exact as that."""
    return written[:7] if written and as_date(written) and written[4:5] == "-" else None


def as_date(written: str | None) -> date | None:
    """A date as exact as it is written (2024, 2024-03 or 2024-03-09), the first day where it leaves that open."""
    try:
        return date.fromisoformat((written + "-01-01")[:10]) if written else None
    except ValueError:
        return None
