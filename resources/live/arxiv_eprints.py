"""Sources of arXiv's papers that no chunk has yet as they are now, one by one from export.arxiv.org into the mirror.

Layout: `resources/sources/arxiv/eprints.py`. What answers look like: https://info.arxiv.org/help/mimetypes.html.
"""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

from resources.live.access import LiveAccess
from resources.live.download import download, is_web_page
from resources.live.failures import FailuresInARow, SourceError, SourceRefusedError, TooLargeError
from resources.live.left_papers import LeftPapers
from resources.live.refusals import RefusalsInARow, leave_alone
from resources.sources.arxiv.cell import ArxivCell
from resources.sources.arxiv.eprints import eprint_path, without_source
from resources.sources.arxiv.ids import item_of, yymm_of
from resources.sources.arxiv.records import Record

SERVICE = "arxiv-export"
EPRINTS_A_RUN = 4000  # half an hour; whole months are for the chunks
MAX_EPRINT_BYTES = 1 << 30
ASK_AGAIN = timedelta(days=7)  # for a source that was not there: a new version may be listed before it can be had
ADVICE = "nothing is asked there for an hour; see that nothing else on this network asks arXiv"
_WEB_PAGE = "a web page came in its place"
_DENIED = 403
_NO_SOURCE = {400, 404, 410, 451}


def harvest_eprints(live: LiveAccess, month: str, limit: int = EPRINTS_A_RUN) -> None:
    """Fetches up to `limit` sources of a month's papers ("YYYY-MM") whose last version is in no chunk, each once.

    A paper that arXiv gives no source for, or a web page in its place, is noted and asked for again by a run some days
    later; what keeps one paper from coming keeps no other (left_papers.py). Raises SourceRefusedError when arXiv denies
    access altogether or sends nothing but web pages, which closes the service for an hour, and SourceDownError when it
    is down or closed.
    """
    with live.alone(f"{SERVICE}-{month}"):
        day, lacking = f"{datetime.now(UTC):%Y-%m-%d}", _lacking(live, month)
        if len(lacking) > limit:
            live.log(f"arXiv: {len(lacking)} sources of {month} are lacking; {limit} of them are fetched now")
        run = _Run(live, month, day)
        for record in run.left.last(lacking, _name)[:limit]:
            run.take(record)
            if run.enough:
                live.log(f"arXiv: sources of {month} that did not come before do not now; the rest is left")
                break
        if run.some_came:
            run.note_refused()


def _lacking(live: LiveAccess, month: str) -> list[Record]:
    """Papers whose last version is not here and was not asked for of late."""
    mirror, since = live.downloads.mirror, f"{datetime.now(UTC) - ASK_AGAIN:%Y-%m-%d}"
    noted = without_source(mirror, month, since)
    lacking = ArxivCell.open(mirror, month, live.cache).lacking()
    return [record for record in lacking if (record.paper, record.version) not in noted]


def _name(record: Record) -> str:
    return f"e-print/{record.paper}v{record.version}"


class _Run:
    """The fetches of one run, of papers of a month ("YYYY-MM") on a day.

    Web pages wait until a paper that comes shows that they are not all that there is.
    """

    def __init__(self, live: LiveAccess, month: str, day: str):
        self._live, self._yymm, self._day = live, yymm_of(month), day
        self._failures, self._refusals = FailuresInARow(), RefusalsInARow(live.client, SERVICE, ADVICE)
        self._refused: list[tuple[Record, str]] = []
        self.some_came = False
        self.left = LeftPapers(live, f"arxiv/left/{month}.json")

    @property
    def enough(self) -> bool:
        """Whether no more is to be asked for."""
        return self._failures.enough or self._refusals.enough

    def take(self, record: Record) -> None:
        """Fetches the source of one paper, or notes why there is none."""
        name = _name(record)
        try:
            came = self._fetch(record, name)
        except SourceError as error:
            if error.status == _DENIED:
                self._deny(record, name, error)
                return
            if not isinstance(error, TooLargeError) and error.status not in _NO_SOURCE:
                self._fail(name, error)
                return
            self._note(record, str(error))
            came = True
        self._failures.end()
        if not came:
            self._refuse(record, name, _WEB_PAGE)
            return
        self._refusals.end()
        self.left.came(name)
        self.some_came = True
        self.note_refused()

    def note_refused(self) -> None:
        """Notes that the papers that were refused so far have no source for now."""
        for record, why in self._refused:
            self._note(record, why)
        self._refused.clear()

    def _fail(self, name: str, error: SourceError) -> None:
        self._live.log(f"arXiv: {name} is left for another run: {error}")
        self._failures.add(error, telling=self._tells(name))

    def _deny(self, record: Record, name: str, error: SourceError) -> None:
        if not self.left.fails_by_its_own(name):
            self.left.note(name)
            leave_alone(self._live.client, SERVICE)
            why = f"arXiv denies access: {error.why}"
            raise SourceRefusedError(SERVICE, error.url, why, ADVICE, _DENIED) from error
        self._refuse(record, name, str(error))

    def _refuse(self, record: Record, name: str, why: str) -> None:
        self._live.log(f"arXiv: {name} was refused: {why}")
        self._refused.append((record, why))
        telling = self._tells(name)
        if not telling:
            self.note_refused()
        self._refusals.add(self._live.client.address(SERVICE, name), why, telling=telling)

    def _tells(self, name: str) -> bool:
        """Whether that a paper does not come may be the service's failure; it is noted."""
        telling = not self.left.fails_by_its_own(name)
        self.left.note(name)
        return telling

    def _note(self, record: Record, why: str) -> None:
        self._live.log(f"arXiv: no source of {_name(record)}: {why}")
        self._put(record, "none", why.encode())

    def _fetch(self, record: Record, name: str) -> bool:
        """Fetches a source; returns False for a web page in its place."""
        with download(self._live.client, SERVICE, name, max_bytes=MAX_EPRINT_BYTES) as file:
            suffix, content = _as_member(file.path)
            if suffix == "html":
                return False
            self._put(record, suffix, content)
        return True

    def _put(self, record: Record, suffix: str, content: bytes | Path) -> None:
        path = eprint_path(item_of(record.paper), record.version, self._yymm, self._day, suffix)
        self._live.downloads.put(path, content)


def _as_member(path: Path) -> tuple[str, bytes | Path]:
    """Suffix and content as a member of a chunk would have them; suffix `html` for a page that is no source."""
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(b"\x1f\x8b"):
        return "gz", path
    if head.startswith(b"%PDF-"):
        return "pdf", path
    if is_web_page(head):
        return "html", path
    return "gz", gzip.compress(path.read_bytes(), mtime=0)
