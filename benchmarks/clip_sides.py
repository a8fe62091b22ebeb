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
        self.seconds = 0.0

    def scores(self, pairs: Sequence[ImageText]) -> list[ClipScores | None]:
        """Scores of each pair. `seconds` sums up the time that they took."""
        import torch

        began = time.perf_counter()
        with torch.no_grad(), torch.autocast(self._device, torch.bfloat16, enabled=self._device == "cuda"):
            found: list[ClipScores | None] = [self._of_pair(pair) for pair in pairs]
        self.seconds += time.perf_counter() - began
        return found

    def _of_pair(self, pair: ImageText) -> ClipScores:
        opened = Image.open(io.BytesIO(pair.image))
        image = self._model.encode_image(self._preprocess(opened).unsqueeze(0).to(self._device))
        image = image / image.norm(dim=-1, keepdim=True)

        def cosines(rows: Any) -> list[float]:
            texts = self._model.encode_text(rows.to(self._device))
            texts = texts / texts.norm(dim=-1, keepdim=True)
            return [float(value) for value in (texts.float() @ image.float().T)[:, 0]]

        def score(text: str | None) -> float | None:
            return cosines(self._tokenizer([text]))[0] if text else None

        def windows(text: str | None) -> float | None:
            parts = list(self._windows(self._tokenizer.encode(text or "")))
            if not parts:
                return None
            each = cosines(self._rows(parts))
            return sum(len(part) * value for part, value in zip(parts, each, strict=True)) / sum(map(len, parts))

        raw, recaption = (self._tokenizer.encode(text or "") for text in (pair.raw, pair.recaption))
        matched, room = recaption[: len(raw)][: self._room], self._room
        return ClipScores(
            raw=score(pair.raw),
            recaption=score(pair.recaption),
            coverage=min(len(recaption), room) / len(recaption) if recaption else None,
            raw_windows=windows(pair.raw),
            recaption_windows=windows(pair.recaption),
            matched=cosines(self._rows([matched]))[0] if matched else None,
            shuffled=score(pair.another),
        )

    @property
    def _room(self) -> int:
        return int(self._tokenizer.context_length) - 2

    def _windows(self, tokens: list[int]) -> Iterator[list[int]]:
        for start in range(0, len(tokens), self._room):
            yield tokens[start : start + self._room]

    def _rows(self, texts: Sequence[list[int]]) -> Any:
        import torch

        rows = torch.zeros(len(texts), self._tokenizer.context_length, dtype=torch.long)
        for row, text in zip(rows, texts, strict=True):
            marked = [self._tokenizer.sot_token_id, *text, self._tokenizer.eot_token_id]
            row[: len(marked)] = torch.tensor(marked)
        return rows


def measure_cell(folder: Path, scorer: ClipScorer, cell: Cell) -> tuple[float, Mapping[str, Sequence[float | None]]]:
    """Runs the quality stage on a cell: seconds and the scores of each pair."""
    lake = Lake(str(folder / "lake"))
    upstream = [Part.of(file) for file in lake.parts(ENHANCED_CAPTIONS, cell)]
    produce = measure_parts(lake, cell, Scorers(clip=scorer))
    began = time.perf_counter()
    run_stage(STAGE, lake, cell, upstream, produce=produce, log=lambda _: None)
    seconds = time.perf_counter() - began
    names = [f"clip_{name}" for name in ClipScores.__dataclass_fields__]
    found = {row["pair_id"]: [row[name] for name in names] for row in lake.cell_rows(QUALITY_METRICS, cell)}
    for part in upstream:
        lake.delete(lake.path(QUALITY_METRICS, cell, part.name))
    return seconds, found


def main(side: str, folder: Path) -> None:
    """Measures one side."""
    weights = str(folder / WEIGHTS)
    scorer = PlainLoop(ARCHITECTURE, weights) if side == LOOP else OpenClipScorer(ARCHITECTURE, weights)
    measure_cell(folder, scorer, WARM_UP)
    with GpuWatch() as watch:
        if isinstance(scorer, PlainLoop):
            scorer.seconds = 0.0
        seconds, scores = measure_cell(folder, scorer, MEASURED)
        if isinstance(scorer, PlainLoop):
            seconds = scorer.seconds  # of the loop alone; ours is all that the stage does
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    run = Run(len(scores), seconds, peak, scores, watch.waiting)
    (folder / f"{side}.json").write_text(json.dumps(asdict(run)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
