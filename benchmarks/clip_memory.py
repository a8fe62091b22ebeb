"""Does the memory of the quality stage grow with the pairs that it scores? One part of 50,000 of them.

    make bench NAME=clip_memory

The images are thumbnails and the model is tiny, so that what is measured is the stage and the scorer. Every pair has
words of its own, for a tokenizer that remembers them. Prints the resident memory at each tenth of the pairs; the ratio
is that at the first tenth over that at the last: 1 is flat. PAIRS sets the number of pairs.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.clip_pairs import STAGE, TINY_CLIP, small_pairs, write_cell, write_config, write_weights
from benchmarks.memory import resident
from resources.lake import Lake
from resources.scorers.clip import OpenClipScorer
from s1_assets.cells import Cell
from s1_assets.quality.produce import measure_parts
from s1_assets.quality.scorers import Scorers
from s1_assets.stage import Output, Part, Produce, run_stage

PAIRS = int(os.environ.get("PAIRS", "50000"))
CELL = Cell("arxiv", "2024-01")


class Watched:
    """A producer whose process is looked at whenever another tenth of the pairs is done."""

    def __init__(self, produce: Produce, pairs: int) -> None:
        self._produce, self._pairs = produce, pairs
        self.seen: list[tuple[int, int, float]] = []  # pairs, resident bytes, seconds since the start

    def __call__(self, parts: Sequence[Part]) -> Iterator[Output]:
        """What the producer yields."""
        began, done, process = time.perf_counter(), 0, psutil.Process()
        for output in self._produce(parts):
            yield output
            done += output.consumed
            if done * 10 >= (len(self.seen) + 1) * self._pairs:
                self.seen.append((done, resident(process), time.perf_counter() - began))


def main() -> None:
    """Scores the part and prints the table."""
    table = Table("pairs", "resident memory (MB)", "pairs/s", title="Memory of the quality stage with CLIP scores")
    with tempfile.TemporaryDirectory(prefix="clip-") as name:
        folder = Path(name)
        lake, config, weights = Lake(name), folder / "tiny.json", folder / "tiny.safetensors"
        upstream = write_cell(lake, CELL, small_pairs(CELL, PAIRS))
        write_config(config, TINY_CLIP)
        write_weights(weights, str(config))
        scorer = OpenClipScorer(str(config), str(weights))
        watched = Watched(measure_parts(lake, CELL, Scorers(clip=scorer)), PAIRS)
        run_stage(STAGE, lake, CELL, upstream, produce=watched, log=lambda _: None)
    for pairs, resident_bytes, seconds in watched.seen:
        table.add_row(f"{pairs:,}", f"{resident_bytes / 1e6:,.0f}", f"{pairs / seconds:,.0f}")
    Console().print(table)
    print(f"ratio {watched.seen[0][1] / watched.seen[-1][1]:.2f}")


if __name__ == "__main__":
    main()
