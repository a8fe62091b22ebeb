"""The sides of the comparison of pseudo-perplexities, each run in a process of its own.

    python -m benchmarks.perplexity_sides SIDE MODEL TEXTS FOUND

SIDE is `project` or `minicons:N`, minicons with N texts a batch. MODEL is the model's folder, TEXTS a JSON file with
the texts, FOUND the JSON file to write.
"""

import json
import math
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

WARM_UP = "A short text, so that the first one measured finds everything loaded."
Score = Callable[[Sequence[str]], list[float]]


@dataclass(frozen=True)
class Run:
    """One side over all texts."""

    name: str
    seconds: float
    cpu_seconds: float  # of all threads
    peak_bytes: int  # of the whole process, the loaded model and its libraries among them
    pseudo_perplexities: list[float]


def project(folder: str) -> Score:
    """What the quality stage calls."""
    from resources.scorers.masked_language_model import MaskedLanguageModel

    model = MaskedLanguageModel(folder)

    def score(texts: Sequence[str]) -> list[float]:
        return [math.nan if one is None else one for one in model.pseudo_perplexities(texts)]

    return score


def minicons(folder: str, batch: int) -> Score:
    """Pseudo-log-likelihood of minicons, of Salazar et al.'s kind, in batches of texts.

    The texts are tokenized for it, as its own way of doing that needs transformers 4.
    """
    from minicons.scorer import MaskedLMScorer

    model = MaskedLMScorer(folder, "cpu")

    def score(texts: Sequence[str]) -> list[float]:
        found: list[float] = []
        for first in range(0, len(texts), batch):
            read = model.tokenizer(list(texts[first : first + batch]), padding=True, return_tensors="pt")
            found += [math.exp(-mean) for mean in model.sequence_score(read, PLL_metric="original")]
        return found

    return score


def main(side: str, folder: str, texts: str, found: str) -> None:
    """Measures a side and writes its `Run`."""
    name, _, batch = side.partition(":")
    score = project(folder) if name == "project" else minicons(folder, int(batch))
    score([WARM_UP])
    given = json.loads(Path(texts).read_text("utf-8"))
    began, cpu_began = time.perf_counter(), time.process_time()
    values = score(given)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    Path(found).write_text(json.dumps(asdict(Run(side, seconds, cpu_seconds, peak, values))))


if __name__ == "__main__":
    main(*sys.argv[1:])
