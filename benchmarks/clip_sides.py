"""One side of the comparison of CLIP scorers, in a process of its own.

    python -m benchmarks.clip_sides SIDE FOLDER

FOLDER holds a lake and the weights. The side loads the model, scores the cell WARM_UP and is then timed on MEASURED.
What was measured is written to FOLDER/SIDE.json.
"""

import io
import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.clip_pairs import STAGE
from benchmarks.gpu_waiting import GpuWatch
from resources.lake import Lake
from resources.scorers.clip import OpenClipScorer
from s1_assets.cells import Cell
from s1_assets.quality.produce import measure_parts
from s1_assets.quality.scorers import ClipScorer, ClipScores, ImageText, Scorers
from s1_assets.stage import Part, run_stage
from s1_assets.tables import ENHANCED_CAPTIONS, QUALITY_METRICS

ARCHITECTURE, WEIGHTS = "ViT-B-32", "weights.safetensors"
MEASURED, WARM_UP = Cell("arxiv", "2024-01"), Cell("arxiv", "2023-12")
LOOP, OURS = "loop", "stage"


@dataclass(frozen=True)
class Run:
    """What was measured of a side."""

    pairs: int
    seconds: float
    cpu_seconds: float  # of all threads
    peak_bytes: int  # of the process, model and libraries included
    scores: Mapping[str, Sequence[float | None]]  # by pair
    gpu_waiting: float | None  # share of the time; None without a GPU


class PlainLoop:
    """The scores as one writes them down with open_clip: pair by pair, image and texts encoded one after the other."""

    identity: Mapping[str, str] = {"clip": "a plain loop"}

    def __init__(self, architecture: str, weights: str) -> None:
        import open_clip
        import torch

        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model, _, self._preprocess = open_clip.create_model_and_transforms(
            architecture, weights, device=self._device
        )
        self._model.eval()
        self._tokenizer = open_clip.get_tokenizer(architecture)

    def scores(self, pairs: Sequence[ImageText]) -> list[ClipScores | None]:
        """Scores of each pair."""
        import torch

        with torch.no_grad(), torch.autocast(self._device, torch.bfloat16, enabled=self._device == "cuda"):
            return [self._of_pair(pair) for pair in pairs]

    def _of_pair(self, pair: ImageText) -> ClipScores:
        opened = Image.open(io.BytesIO(pair.image))
        image = self._model.encode_image(self._preprocess(opened).unsqueeze(0).to(self._device))
        image = image / image.norm(dim=-1, keepdim=True)

        def cosine(row: Any) -> float:
            text = self._model.encode_text(row.to(self._device))
            text = text / text.norm(dim=-1, keepdim=True)
            return float(text.float() @ image.float().T)

        def score(text: str | None) -> float | None:
            return cosine(self._tokenizer([text])) if text else None

        def windows(text: str | None) -> float | None:
            parts = list(self._windows(self._tokenizer.encode(text or "")))
            total = sum(len(part) * cosine(self._row(part)) for part in parts)
            return total / sum(map(len, parts)) if parts else None

        raw, recaption = (self._tokenizer.encode(text or "") for text in (pair.raw, pair.recaption))
        matched = recaption[: min(len(raw), self._room)]
        return ClipScores(
            raw=score(pair.raw),
            recaption=score(pair.recaption),
            coverage=min(len(recaption), self._room) / len(recaption) if recaption else None,
            raw_windows=windows(pair.raw),
            recaption_windows=windows(pair.recaption),
            matched=cosine(self._row(matched)) if matched else None,
            shuffled=score(pair.another),
        )

    @property
    def _room(self) -> int:
        return int(self._tokenizer.context_length) - 2

    def _windows(self, tokens: list[int]) -> Iterator[list[int]]:
        for start in range(0, len(tokens), self._room):
            yield tokens[start : start + self._room]

    def _row(self, tokens: list[int]) -> Any:
        import torch

        row = torch.zeros(1, self._tokenizer.context_length, dtype=torch.long)
        marked = [self._tokenizer.sot_token_id, *tokens, self._tokenizer.eot_token_id]
        row[0, : len(marked)] = torch.tensor(marked)
        return row


def run_cell(folder: Path, scorer: ClipScorer, cell: Cell) -> Run:
    """The quality stage on a cell, with this scorer."""
    lake = Lake(str(folder / "lake"))
    upstream = [Part.of(file) for file in lake.parts(ENHANCED_CAPTIONS, cell)]
    produce = measure_parts(lake, cell, Scorers(clip=scorer))
    with GpuWatch() as watch:
        began, cpu_began = time.perf_counter(), time.process_time()
        run_stage(STAGE, lake, cell, upstream, produce=produce, log=lambda _: None)
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    names = [f"clip_{name}" for name in ClipScores.__dataclass_fields__]
    scores = {row["pair_id"]: [row[name] for name in names] for row in lake.cell_rows(QUALITY_METRICS, cell)}
    for part in upstream:
        lake.delete(lake.path(QUALITY_METRICS, cell, part.name))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Run(len(scores), seconds, cpu_seconds, peak, scores, watch.waiting)


def main(side: str, folder: Path) -> None:
    """Measures one side."""
    weights = str(folder / WEIGHTS)
    scorer = PlainLoop(ARCHITECTURE, weights) if side == LOOP else OpenClipScorer(ARCHITECTURE, weights)
    run_cell(folder, scorer, WARM_UP)
    (folder / f"{side}.json").write_text(json.dumps(asdict(run_cell(folder, scorer, MEASURED))))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
