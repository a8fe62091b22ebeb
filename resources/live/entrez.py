"""Articles that PMC holds, found with NCBI's E-utilities (https://www.ncbi.nlm.nih.gov/books/NBK25499/).

PMC's own description of its open-access bucket (README.txt there) names ESearch with db=pmc, the filter open_access and
the field pmcrdat, the day of release in PMC, as the way to the ids of what the bucket holds.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from resources.live.access import LiveAccess
from resources.live.answers import Answer
from resources.live.crossref import contact_parameter
from resources.live.failures import SourceRefusedError
from resources.live.http import UnusableError

SERVICE = "eutils"
IDS_A_PAGE = 5000  # ESearch gives no more than the first 9,999 of a search


@dataclass(frozen=True)
class Summary:
    """What ESummary says of an article: PMC id, DOI and month ("YYYY-MM") it came out; None for what is not said."""

    pmcid: str
    doi: str | None
    month: str | None


def days_between(first: date, last: date, field: str) -> str:
    """The part of a search that asks for days, both included, in a date field such as pdat or pmcrdat."""
    return f"{first:%Y/%m/%d}:{last:%Y/%m/%d}[{field}]"


def search(live: LiveAccess, term: str) -> Iterator[list[str]]:
    """Pages of the PMC ids ("PMC123") that a search finds.

    Raises SourceDownError and SourceRefusedError as the client does, and the latter for a search in unknown fields.
    """
    received = 0
    while True:
        parameters: dict[str, str | int] = {"term": term, "retmax": IDS_A_PAGE, "retstart": received}
        found = _ask(live, "esearch.fcgi", parameters, _check_search)["esearchresult"]
        if unknown := (found.get("errorlist") or {}).get("fieldsnotfound"):
            url = live.client.address(SERVICE, "esearch.fcgi", {"term": term})
            raise SourceRefusedError(
                SERVICE, url, f"it knows no field {unknown}", "see PMC's user guide for its fields"
            )
        ids = [f"PMC{one}" for one in found["idlist"] if str(one).isdecimal()]
        received += len(found["idlist"])
        yield ids
        if not found["idlist"] or received >= int(found["count"]):
            return


def summaries(live: LiveAccess, pmcids: Sequence[str]) -> list[Summary]:
    """What is said of up to 200 articles, which is what a URL takes; those that it does not know are left out."""
    ids = ",".join(pmcid.removeprefix("PMC") for pmcid in pmcids)
    found = _ask(live, "esummary.fcgi", {"id": ids}, _check_summary)["result"]
    read = [(pmcid, found.get(pmcid.removeprefix("PMC"))) for pmcid in pmcids]
    return [_summary(pmcid, one) for pmcid, one in read if isinstance(one, dict) and "error" not in one]


def _ask(live: LiveAccess, path: str, parameters: dict[str, str | int], usable: Any) -> dict[str, Any]:
    ours = {"db": "pmc", "retmode": "json", "tool": "s1-assets", **contact_parameter(live, "email")}
    read: dict[str, Any] = json.loads(live.client.get(SERVICE, path, {**ours, **parameters}, usable=usable).body)
    return read


def _check_search(answer: Answer) -> None:
    try:
        found = json.loads(answer.body)["esearchresult"]
        usable = isinstance(found["idlist"], list) and int(found["count"]) >= 0
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise UnusableError(f"the answer is no result of a search ({type(error).__name__})") from error
    if "ERROR" in found or not usable:
        raise UnusableError(f"the search failed: {str(found.get('ERROR'))[:100]}")


def _check_summary(answer: Answer) -> None:
    try:
        usable = isinstance(json.loads(answer.body)["result"], dict)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise UnusableError(f"the answer holds no summaries ({type(error).__name__})") from error
    if not usable:
        raise UnusableError("the answer holds no summaries")


def _summary(pmcid: str, read: dict[str, Any]) -> Summary:
    ids = read.get("articleids") or []
    dois = [str(one.get("value") or "") for one in ids if isinstance(one, dict) and one.get("idtype") == "doi"]
    months = (_month(str(read.get(name) or "")) for name in ("epubdate", "pubdate"))
    return Summary(pmcid, next(filter(None, dois), "").lower() or None, next(filter(None, months), None))


def _month(written: str) -> str | None:
    """The month of a date such as `2024 Jun 18`."""
    try:
        return f"{datetime.strptime(' '.join(written.split()[:2]), '%Y %b'):%Y-%m}"
    except ValueError:
        return None
