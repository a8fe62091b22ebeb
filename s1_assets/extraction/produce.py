"""Papers of a cell's parts to figure pairs: this stage's work for `run_stage`."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import TYPE_CHECKING, Protocol

import obstore.exceptions

from resources.lake import Lake
from resources.live.failures import SourceDownError, SourceError
from resources.workers import Failed, OutOfReachError, UnavailableError, Workers
from s1_assets.cells import Cell
from s1_assets.extraction.confined import DiskFullError
from s1_assets.extraction.confinement import can_hide_files
from s1_assets.rejects import Reject
from s1_assets.stage import Output, Part, Produce
from s1_assets.tables import FIGURE_PAIRS, RAW_PAPERS, Row

if TYPE_CHECKING:
    from s1_assets.extraction.paper import Extraction


READERS = ("imagehash", "lxml", "numpy", "pillow", "pylatexenc", "pymupdf")
RENDERERS = ("gs", "pdflatex", "dvips")


class Archives(Protocol):
    """Where the papers' archives lie."""

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Bytes [offset, offset + size) of an archive."""


def renderers() -> dict[str, str]:
    """Which programs that render figures are at hand: configuration, as other figures come out without one."""
    usable = {name: shutil.which(name) is not None for name in RENDERERS}
    usable["pdflatex"] &= can_hide_files()
    return {name: "present" if is_usable else "absent" for name, is_usable in usable.items()}


def equipment() -> dict[str, str]:
    """What of a machine decides what a paper gives: its renderers and the libraries that read papers."""
    return renderers() | {name: metadata.version(name) for name in READERS}


def extract_parts(lake: Lake, cell: Cell, archives: Archives, workers: Workers) -> Produce:
    """A producer that extracts each paper in a worker process of its own and yields papers in the order of the part."""

    def produce(parts: Sequence[Part]) -> Iterator[Output]:
        for (part, paper), result in workers.map(_extract, tasks(parts)):
            yield _output(part, paper, result)

    def tasks(parts: Sequence[Part]) -> Iterator[tuple[tuple[str, Row | None], tuple[Archives, Row | None]]]:
        for part in parts:
            for paper in lake.rows(RAW_PAPERS, cell, part.name):
                yield (part.name, paper), (archives, paper)
            yield (part.name, None), (archives, None)  # ends the part, in its turn

    return produce


def _extract(task: tuple[Archives, Row | None]) -> "Extraction | None":
    """What a worker does; it reads the archive itself, so that only rows go through the parent."""
    from s1_assets.extraction.paper import extract_paper  # loads MuPDF, which only workers need

    archives, paper = task
    if paper is None:
        return None
    if paper["format"] == "none":
        return extract_paper(paper, b"")
    try:
        return extract_paper(paper, _archive(archives, paper))
    except DiskFullError as error:
        raise UnavailableError(f"{error}; then run the cell again") from error


def _archive(archives: Archives, paper: Row) -> bytes:
    """The paper's bytes.

    Raises UnavailableError when they cannot be read or changed since `raw_papers`, OutOfReachError when that may pass.
    """
    changed = f"{paper['archive']} changed since raw_papers read it; run the cell's whole chain again"
    try:
        archive = archives.read(paper["archive"], paper["archive_offset"], paper["archive_size"])
    except EOFError as error:
        raise UnavailableError(changed) from error
    except (OSError, ValueError, obstore.exceptions.BaseError, SourceError) as error:  # ValueError: of a setting
        passes = isinstance(error, SourceDownError | obstore.exceptions.GenericError)  # the latter: 5xx, no connection
        kind = OutOfReachError if passes else UnavailableError
        raise kind(f"{paper['archive']} cannot be read, run the cell again when it can: {error}") from error
    if hashlib.sha256(archive).hexdigest() != paper["sha256"]:
        raise UnavailableError(changed)
    return archive


def _output(part: str, paper: Row | None, result: "Extraction | Failed | None") -> Output:
    if paper is None or result is None:
        return Output(part, done=True)
    if isinstance(result, Failed):
        reject = Reject(result.reason, result.detail, source_file=paper["archive"])
        rows = {"rejects": [reject.row(paper["paper_id"], FIGURE_PAIRS.name)]}
    else:
        rows = {"figure_pairs": result.pairs, "passages": result.passages, "rejects": result.rejects}
    counts = Counter(papers=1, papers_with_pairs=int(bool(rows.get("figure_pairs"))))
    counts.update(f"rejected: {row['reason']}" for row in rows["rejects"])
    return Output(part, rows, consumed=1, counts=counts)
