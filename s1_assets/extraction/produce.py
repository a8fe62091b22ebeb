"""Papers of a cell's parts to figure pairs: this stage's work for `run_stage`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from resources.lake import Lake
from resources.workers import Failed, Workers
from s1_assets.cells import Cell
from s1_assets.extraction.paper import Extraction, extract_paper
from s1_assets.rejects import Reject
from s1_assets.stage import Output, Part, Produce
from s1_assets.tables import RAW_PAPERS, Row


class Archives(Protocol):
    """Where the papers' archives lie."""

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Bytes [offset, offset + size) of an archive."""


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


def _extract(task: tuple[Archives, Row | None]) -> Extraction:
    """What a worker does; it reads the archive itself, so that only rows go through the parent."""
    archives, paper = task
    if paper is None:
        return Extraction()
    archive = b"" if paper["format"] == "none" else archives.read(
        paper["archive"], paper["archive_offset"], paper["archive_size"]
    )
    return extract_paper(paper, archive)


def _output(part: str, paper: Row | None, result: Extraction | Failed) -> Output:
    if paper is None:
        return Output(part, done=True)
    if isinstance(result, Failed):
        reject = Reject(result.reason, result.detail, source_file=paper["archive"])
        result = Extraction(rejects=[reject.row(paper["paper_id"], "figure_pairs")])
    counts = Counter(papers=1, papers_with_pairs=int(bool(result.pairs)))
    counts.update(f"rejected: {row['reason']}" for row in result.rejects)
    rows = {"figure_pairs": result.pairs, "passages": result.passages, "rejects": result.rejects}
    return Output(part, rows, consumed=1, counts=counts)
