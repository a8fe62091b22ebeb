"""PDFs of a preprint server's versions, one by one into the downloads mirror.

    <source>/pdf/<file>                          the PDF of a version
    <source>/no-pdf/<YYYY-MM>/<day>/<file>       the server gave none for it on that day; the file says why
    <source>/left/<YYYY-MM>.json                 which did not come otherwise (left_papers.py)

Servers behind a gate may refuse a paper, or everybody: a paper without a PDF is asked for again by a run some days
later, and a run that gets nothing but refusals says so and ends; the server is left alone for an hour then.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from resources.live.access import LiveAccess
from resources.live.download import is_web_page
from resources.live.failures import (
    BrokenPromiseError,
    FailuresInARow,
    SourceError,
    TooLargeError,
)
from resources.live.left_papers import LeftPapers
from resources.live.partial import Download
from resources.live.refusals import RefusalsInARow
from resources.sources.preprints.cell import PreprintCell
from resources.sources.preprints.record import Preprint
from s1_assets.cells import Cell

PDFS_A_RUN = 2000  # half an hour at one a second
MAX_PDF_BYTES = 512 << 20
ASK_AGAIN = timedelta(days=7)
_REFUSED = {401, 403}
_NOT_THERE = {400, 404, 410, 451}

# The PDF of a version, received to a local file; raises as `download` does, and NoPdfError where there is none.
OpenPdf = Callable[[LiveAccess, Preprint], AbstractContextManager[Download]]


class NoPdfError(Exception):
    """A version has no PDF, for the time being; the message says why."""


class _RefusedError(Exception):
    """The server refused one paper, or sent a web page in its place."""


def harvest_pdfs(
    live: LiveAccess, cell: Cell, service: str, open_pdf: OpenPdf, advice: str, *, limit: int = PDFS_A_RUN
) -> None:
    """Fetches up to `limit` PDFs that are lacking of a month's newest versions, each once; `service` gives the files.

    What keeps one paper from coming keeps no other (left_papers.py). Raises SourceRefusedError with `advice` when
    nothing but refusals comes, and SourceDownError when the server is down or left alone; what was stored until then
    stays.
    """
    with live.alone(f"{cell.source}-pdfs"):
        lacking = list(_lacking(live, cell))
        if len(lacking) > limit:
            live.log(f"{cell.source} {cell.month}: {len(lacking)} PDFs are lacking; {limit} of them are fetched now")
        run = _Run(live, cell, service, open_pdf, advice)
        for preprint in run.left.last(lacking, lambda one: one.file)[:limit]:
            run.take(preprint)
            if run.enough:
                live.log(f"{cell.source} {cell.month}: PDFs that did not come before do not now; the rest is left")
                break
        run.note_refused()


def _lacking(live: LiveAccess, cell: Cell) -> Iterator[Preprint]:
    """Versions whose PDF is not here and that were not asked for of late, by the day of posting."""
    mirror, folder = live.downloads.mirror, f"{cell.source}/no-pdf/{cell.month}"
    begin = f"{datetime.now(UTC) - ASK_AGAIN:%Y-%m-%d}"
    notes = [found.path.removeprefix(f"{folder}/").partition("/") for found in mirror.objects(folder)]
    noted = {file for day, _, file in notes if day > begin}
    for posted in PreprintCell.open(mirror, cell, live.cache).days.values():
        for one in posted:
            wanted = one.pdf is None and one.superseded_by is None and not one.preprint.withdrawn
            if wanted and one.preprint.file not in noted:
                yield one.preprint


class _Run:
    """The fetches of one run; refusals wait until one that succeeds shows that not everything is refused."""

    def __init__(self, live: LiveAccess, cell: Cell, service: str, open_pdf: OpenPdf, advice: str):
        self._live, self._cell, self._open_pdf = live, cell, open_pdf
        self._refused: list[tuple[Preprint, str]] = []
        self._refusals, self._failures = RefusalsInARow(live.client, service, advice), FailuresInARow()
        self.left = LeftPapers(live, f"{cell.source}/left/{cell.month}.json")

    @property
    def enough(self) -> bool:
        """Whether no more is to be asked for."""
        return self._failures.enough or self._refusals.enough

    def take(self, preprint: Preprint) -> None:
        """Fetches one PDF, or notes why there is none."""
        try:
            self._fetch(preprint)
        except (NoPdfError, TooLargeError) as error:
            self._note(preprint, str(error))
        except BrokenPromiseError as error:
            self._leave(preprint, error)
        except _RefusedError as error:
            self._refuse(preprint, str(error))
            return
        except SourceError as error:
            if error.status in _REFUSED:
                self._refuse(preprint, str(error))
                return
            if error.status not in _NOT_THERE:
                self._fail(preprint, error)
                return
            self._note(preprint, str(error))
        self._failures.end()
        self._refusals.end()
        self.left.came(preprint.file)
        self.note_refused()

    def note_refused(self) -> None:
        """Notes that the papers refused so far have no PDF for now."""
        for preprint, why in self._refused:
            self._note(preprint, why)
        self._refused.clear()

    def _fetch(self, preprint: Preprint) -> None:
        with self._open_pdf(self._live, preprint) as file:
            with file.path.open("rb") as content:
                head = content.read(1024)
            if head.startswith(b"%PDF-"):
                self._live.downloads.put(f"{self._cell.source}/pdf/{preprint.file}", file.path)
                return
        if is_web_page(head):
            raise _RefusedError("a web page came in its place")
        raise NoPdfError(f"the file is no PDF, it begins with {head[:16]!r}")

    def _fail(self, preprint: Preprint, error: SourceError) -> None:
        self._leave(preprint, error)
        self._failures.add(error, telling=self._tells(preprint))

    def _refuse(self, preprint: Preprint, why: str) -> None:
        self._refused.append((preprint, why))
        telling = self._tells(preprint)
        if not telling:
            self.note_refused()
        self._refusals.add(f"{self._cell.source}/pdf/{preprint.file}", why, telling=telling)

    def _tells(self, preprint: Preprint) -> bool:
        """Whether that a paper does not come may be the server's failure; it is noted."""
        telling = not self.left.fails_by_its_own(preprint.file)
        self.left.note(preprint.file)
        return telling

    def _leave(self, preprint: Preprint, error: SourceError) -> None:
        self._live.log(f"{self._cell.source}: {preprint.file} is left for another run: {error}")

    def _note(self, preprint: Preprint, why: str) -> None:
        self._live.log(f"{self._cell.source}: no PDF of {preprint.file}: {why}")
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        path = f"{self._cell.source}/no-pdf/{self._cell.month}/{day}/{preprint.file}"
        self._live.downloads.put(path, why.encode("utf-8", "replace"))
