"""How fast the configured captioner is, measured on pairs of the lake."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from resources.lake import Lake
from s1_assets.captioning.plan import Rate
from s1_assets.captioning.request import Captioner, CaptionRequest, CaptionResult, Status
from s1_assets.cells import Cell
from s1_assets.tables import CONTEXT_BUNDLES, FIGURE_PAIRS

MOST_FAILED = 0.01  # share of the pairs; more mean that something is wrong, and failures are quick


@dataclass(frozen=True)
class Measured:
    """One timed run: how many pairs in how many seconds, and how many of them failed.

    Tokens are those of a pair that did not fail, on average; None where none is known.
    """

    pairs: int
    seconds: float
    failed: int
    prompt_tokens: float | None
    completion_tokens: float | None

    def per_gpu(self, gpus: int) -> Rate:
        """The rate of one of the `gpus` GPUs that ran it, of pairs that did not fail.

        Raises ValueError when more than 1 % failed.
        """
        if self.failed > MOST_FAILED * self.pairs:
            raise ValueError(
                f"{self.failed} of {self.pairs} pairs of the calibration failed, more than {MOST_FAILED:.0%}; a rate "
                "of failures plans nothing. Run a cell, mend what status_detail says of its failed rows, measure again"
            )
        return Rate((self.pairs - self.failed) / self.seconds / gpus, self.prompt_tokens, self.completion_tokens)


def sample_requests(lake: Lake, count: int) -> list[CaptionRequest]:
    """Up to `count` requests from all cells of the lake, as many of each, in the order in which a run sends them.

    Neighbours stay together: the figures of a paper share what a prefix cache keeps.
    """
    sizes = {cell: sum(part.rows for part in lake.parts(CONTEXT_BUNDLES, cell)) for cell in lake.cells(CONTEXT_BUNDLES)}
    shares: dict[Cell, int] = {}
    for cell in sorted(sizes, key=lambda cell: sizes[cell]):  # what small cells cannot give, the larger ones do
        left = count - sum(shares.values())
        shares[cell] = min(sizes[cell], -(-left // (len(sizes) - len(shares))))
    return [request for cell in sizes for request in islice(_requests(lake, cell), shares[cell])]


def _requests(lake: Lake, cell: Cell) -> Iterator[CaptionRequest]:
    for part in lake.parts(CONTEXT_BUNDLES, cell):
        for pair, context in lake.pairs(cell, part.name, {FIGURE_PAIRS: None, CONTEXT_BUNDLES: None}):
            yield CaptionRequest.from_rows(pair, context)


def measure(captioner: Captioner, requests: Sequence[CaptionRequest], warm_up: int) -> Measured:
    """Captions all requests and times those after the first `warm_up`, from the first sent to the last answered.

    Filling and draining the engine count, so few requests give too low a rate, never too high a one. Raises
    ValueError when there are not more requests than the warm-up takes.
    """
    if len(requests) <= warm_up:
        raise ValueError(f"{len(requests)} pairs are too few to measure: {warm_up} are spent on warming up")
    for _ in captioner.caption(requests[:warm_up]):
        pass
    began = time.perf_counter()
    results = list(captioner.caption(requests[warm_up:]))
    seconds = time.perf_counter() - began
    done = [result for result in results if result.status is not Status.FAILED]
    tokens = _mean(done, "prompt_tokens"), _mean(done, "completion_tokens")
    return Measured(len(results), seconds, len(results) - len(done), *tokens)


def _mean(results: Sequence[CaptionResult], count: str) -> float | None:
    """Of all `results`, those that no model was asked for among them; None where none has a count."""
    known = [tokens for result in results if (tokens := getattr(result, count)) is not None]
    return sum(known) / len(results) if known else None
