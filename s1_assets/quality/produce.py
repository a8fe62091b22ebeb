"""Captions to quality metrics: this stage's work for `run_stage`."""

from collections.abc import Iterator, Sequence

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.quality.measure import measure
from s1_assets.stage import Output, Part, Produce
from s1_assets.tables import CONTEXT_BUNDLES, ENHANCED_CAPTIONS, FIGURE_PAIRS

PAIR_COLUMNS = ["pair_id", "caption", "subcaption", "figure_text"]


def measure_parts(lake: Lake, cell: Cell) -> Produce:
    """A producer that measures every pair."""

    def produce(parts: Sequence[Part]) -> Iterator[Output]:
        for part in parts:
            wanted = {FIGURE_PAIRS: PAIR_COLUMNS, CONTEXT_BUNDLES: None, ENHANCED_CAPTIONS: None}
            for pair, context, caption in lake.pairs(cell, part.name, wanted):
                yield Output(part.name, {"quality_metrics": [measure(pair, context, caption)]}, consumed=1)
            yield Output(part.name, done=True)

    return produce
