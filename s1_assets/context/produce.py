"""Figure pairs to context bundles: this stage's work for `run_stage`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.context.bundle import bundle
from s1_assets.stage import Output, Part, Produce
from s1_assets.tables import FIGURE_PAIRS, PASSAGES, RAW_PAPERS, Row

PAIR_COLUMNS = ["pair_id", "paper_id", "figure", "panel", "label", "caption"]


def bundle_parts(lake: Lake, cell: Cell) -> Produce:
    """A producer that gathers, paper by paper, what the paper says about each of its figures."""

    def produce(parts: Sequence[Part]) -> Iterator[Output]:
        for part in parts:
            papers = {
                row["paper_id"]: row
                for row in lake.rows(RAW_PAPERS, cell, part.name, ["paper_id", "title", "abstract"])
            }
            passages: dict[str, list[Row]] = defaultdict(list)
            for row in lake.rows(PASSAGES, cell, part.name):
                passages[row["paper_id"]].append(row)
            pairs = lake.rows(FIGURE_PAIRS, cell, part.name, PAIR_COLUMNS)
            for paper_id, group in groupby(pairs, key=lambda pair: str(pair["paper_id"])):
                rows = bundle(papers[paper_id], list(group), passages[paper_id])
                mentions = sum(len(row["mentions"]) for row in rows)
                yield Output(part.name, {"context_bundles": rows}, len(rows), counts={"mentions": mentions})
            yield Output(part.name, done=True)

    return produce
