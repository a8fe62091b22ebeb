"""ChemRxiv: records from Crossref, PDFs from chemrxiv.org, into the downloads mirror.

Crossref's documentation tells the lists and their filters. That the PDF of a version lies at doi/pdf/<DOI> is known
from links and citations since the server moved in January 2026; a gate (Cloudflare) may refuse to give it.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from resources.live.access import LiveAccess
from resources.live.changes import Changes
from resources.live.crossref import Work, works
from resources.live.download import download
from resources.live.partial import Download
from resources.live.preprint_pdfs import MAX_PDF_BYTES, NoPdfError, harvest_pdfs
from resources.live.record_lists import ListedPage, ListedRecord, changed_records, harvest_records, kept
from resources.sources.preprints.crossref import SOURCE
from resources.sources.preprints.record import Preprint
from s1_assets.cells import Cell, days_of

PDF_SERVICE = "chemrxiv"
PATH = "prefixes/10.26434/works"
ADVICE = (
    "nothing of these papers is noted. See in a browser whether the site is up; ask ChemRxiv for access for text "
    "mining; or go on without PDFs with S1_SERVICES='{\"chemrxiv\": null}' and put those that you have into "
    "chemrxiv/pdf/ of S1_DOWNLOADS"
)
_TIME = "%Y-%m-%dT%H:%M:%S"
# What changes without anybody changing the preprint, and lists of references, which nothing here reads.
_LEFT_OUT = frozenset(
    "indexed score deposited is-referenced-by-count reference references-count reference-count".split()
)


@dataclass(frozen=True)
class ChemrxivRecords:
    """ChemRxiv's lists at Crossref. A mark is a time of indexing."""

    source: str = SOURCE

    def posted(self, live: LiveAccess, month: str, since: datetime | None) -> Iterator[list[ListedRecord]]:
        """Pages of the versions posted in a month, or of those of them that were indexed since."""
        first, last = days_of(month)
        filters = {"type": "posted-content", "from-posted-date": first, "until-posted-date": last}
        if since:
            filters["from-index-date"] = since.astimezone(UTC).strftime(_TIME)
        for page in works(live, PATH, filters):
            yield _listed(page.works)

    def begin(self, when: datetime) -> str:
        """That time."""
        return when.astimezone(UTC).strftime(_TIME)

    def changed(self, live: LiveAccess, mark: str) -> Iterator[ListedPage]:
        """Pages of what was indexed from a mark on; works of one second stay together, however many those are."""
        filters, found = {"type": "posted-content", "from-index-date": mark}, list[Work]()
        for page in works(live, PATH, filters, by_index_date=True):
            found += page.works
            reached = max([mark, *filter(None, (_time(work, "indexed") for work in page.works))])
            if page.more and reached == mark:
                continue  # a list from that mark on would begin with the same page
            yield ListedPage(_listed(found), reached, page.more)
            mark, found = reached, []


RECORDS = ChemrxivRecords()


def harvest_works(live: LiveAccess, cell: Cell) -> None:
    """Records of the month from Crossref."""
    harvest_records(live, RECORDS, cell.month)


def harvest_files(live: LiveAccess, cell: Cell) -> None:
    """The PDFs that are lacking of these."""
    if PDF_SERVICE in live.client.services:
        harvest_pdfs(live, cell, PDF_SERVICE, _open_pdf, ADVICE)


def changed_preprints(live: LiveAccess, since: str = "", pages: int = 4) -> Changes:
    """Preprints whose records came after the watermark `since`: see `changed_records`."""
    return changed_records(live, RECORDS, since, pages)


def _open_pdf(live: LiveAccess, preprint: Preprint) -> AbstractContextManager[Download]:
    if not preprint.doi:
        raise NoPdfError("its record has no DOI")
    return download(live.client, PDF_SERVICE, f"doi/pdf/{quote(preprint.doi)}", max_bytes=MAX_PDF_BYTES)


def _listed(found: Sequence[Work]) -> list[ListedRecord]:
    return [
        ListedRecord(kept({name: value for name, value in work.items() if name not in _LEFT_OUT}), stated)
        for work in found
        for stated in [_time(work, "deposited") or _time(work, "created") or ""]
    ]


def _time(work: Work, name: str) -> str:
    """One of Crossref's own dates of a work, to the second, as filters take it; empty where there is none."""
    try:
        return datetime.fromisoformat(work[name]["date-time"]).astimezone(UTC).strftime(_TIME)
    except (ValueError, LookupError, TypeError, OverflowError):
        return ""
