"""Sources of arXiv's papers that no chunk has yet, one by one from export.arxiv.org into the downloads mirror.

Layout: `resources/sources/arxiv/eprints.py`. What answers look like: https://info.arxiv.org/help/mimetypes.html.
"""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from resources.live.access import LiveAccess
from resources.live.download import download, is_web_page
from resources.live.failures import SourceRefusedError, TooLargeError
from resources.sources.arxiv.cell import ArxivCell
from resources.sources.arxiv.eprints import eprint_path, eprints_of
from resources.sources.arxiv.ids import item_of, yymm_of
from resources.sources.arxiv.records import Record

SERVICE = "arxiv-export"
EPRINTS_A_RUN = 4000  # half an hour; whole months are for the chunks
MAX_EPRINT_BYTES = 1 << 30
_DENIED = 403
_NO_SOURCE = {400, 404, 410, 451}


def harvest_eprints(live: LiveAccess, month: str, limit: int = EPRINTS_A_RUN) -> None:
    """Fetches up to `limit` sources of a month's papers ("YYYY-MM") that are in no chunk, each version once.

    A paper that arXiv gives no source for is noted and not asked for again; what keeps one paper from coming keeps
    no other. Raises SourceRefusedError when arXiv denies access altogether, and SourceDownError when it is down.
    """
    with live.alone(SERVICE):
        day, lacking = f"{datetime.now(UTC):%Y-%m-%d}", list(_lacking(live, month))
        if len(lacking) > limit:
            live.log(f"arXiv: {len(lacking)} papers of {month} are in no chunk; {limit} of them are fetched now")
        for record in lacking[:limit]:
            _fetch(live, record, yymm_of(month), day)


def _lacking(live: LiveAccess, month: str) -> Iterator[Record]:
    """Papers of no chunk whose latest version was not fetched, in id order."""
    mirror = live.downloads.mirror
    cell, fetched = ArxivCell.open(mirror, month, live.cache), eprints_of(mirror, month)
    for part, records in sorted(cell.records.items()):
        if cell.chunks.get(part):
            continue
        for record in records.values():
            if isinstance(record, Record) and not record.says_withdrawn:
                eprint = fetched.get(item_of(record.paper))
                if eprint is None or eprint.version < record.version:
                    yield record


def _fetch(live: LiveAccess, record: Record, yymm: str, day: str) -> None:
    item, name = item_of(record.paper), f"e-print/{record.paper}v{record.version}"
    try:
        with download(live.client, SERVICE, name, max_bytes=MAX_EPRINT_BYTES) as file:
            suffix, content = _as_member(file.path)
            if suffix == "html":
                live.log(f"arXiv: {name} is left for another run: a web page came in its place")
                return
            live.downloads.put(eprint_path(item, record.version, yymm, day, suffix), content)
    except SourceRefusedError as error:
        if error.status == _DENIED:
            advice = "it stops this run; let an hour pass, and see that nothing else on this network asks arXiv"
            raise SourceRefusedError(
                SERVICE, error.url, f"arXiv denies access: {error.why}", advice, _DENIED
            ) from error
        if not isinstance(error, TooLargeError) and error.status not in _NO_SOURCE:
            raise
        live.log(f"arXiv: no source of {name}: {error}")
        live.downloads.put(eprint_path(item, record.version, yymm, day, "none"), str(error).encode())


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
