"""Captions to quality metrics: this stage's work for `run_stage`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.quality.length import raw_caption
from s1_assets.quality.measure import measure
from s1_assets.quality.scorers import ClipScores, FluencyScorer, ImageText, Scorers, sampled
from s1_assets.stage import Output, Part, Produce
from s1_assets.tables import CONTEXT_BUNDLES, ENHANCED_CAPTIONS, FIGURE_PAIRS, Row

PAIR_COLUMNS = ["pair_id", "paper_id", "panel", "caption", "subcaption", "figure_text"]
BATCH = 256  # pairs whose images are in memory at once
Joined = tuple[Row, Row, Row]  # a pair, its context and its caption


def measure_parts(lake: Lake, cell: Cell, scorers: Scorers) -> Produce:
    """A producer that measures every pair, and with `scorers` what only a model can measure."""
    columns = [*PAIR_COLUMNS, "image"] if scorers.clip else PAIR_COLUMNS
    wanted = {FIGURE_PAIRS: columns, CONTEXT_BUNDLES: None, ENHANCED_CAPTIONS: None}

    def produce(parts: Sequence[Part]) -> Iterator[Output]:
        for part in parts:
            chosen = fluency_sample(part.name)
            for batch in _batches(lake.pairs(cell, part.name, wanted)):
                rows = [measure(*joined) for joined in batch]
                if scorers.clip:
                    _add_clip(rows, scorers.clip.scores(_image_texts(batch)))
                if scorers.fluency:
                    _add_fluency(rows, batch, chosen, scorers.fluency)
                yield Output(part.name, {"quality_metrics": rows}, consumed=len(rows))
            yield Output(part.name, done=True)

    def fluency_sample(part: str) -> frozenset[str]:
        if not scorers.fluency:
            return frozenset()
        captions = lake.rows(ENHANCED_CAPTIONS, cell, part, ["pair_id", "status"])
        return sampled((row["pair_id"] for row in captions if row["status"] != "failed"), scorers.sample)

    return produce


def _batches(joined: Iterator[tuple[Row, ...]]) -> Iterator[list[Joined]]:
    batch: list[Joined] = []
    for pair, context, caption in joined:
        batch.append((pair, context, caption))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _image_texts(batch: Sequence[Joined]) -> list[ImageText]:
    others = _of_another_paper([pair["paper_id"] for pair, _, _ in batch])
    recaptions = [caption["recaption"] or None for _, _, caption in batch]
    return [
        ImageText(pair["image"], raw_caption(pair), recaption, None if other is None else recaptions[other])
        for (pair, _, _), recaption, other in zip(batch, recaptions, others, strict=True)
    ]


def _of_another_paper(papers: Sequence[str]) -> list[int | None]:
    """For each pair the place of one of another paper, half a batch away or the next behind that; None in one paper."""
    count = len(papers)
    return [
        next(
            (place for step in range(count) if papers[place := (here + count // 2 + step) % count] != papers[here]),
            None,
        )
        for here in range(count)
    ]


def _add_clip(rows: Sequence[Row], found: Sequence[ClipScores | None]) -> None:
    for row, scores in zip(rows, found, strict=True):
        if scores is None:
            row["flags"].append("unreadable_image")
        else:
            for name, value in asdict(scores).items():
                _set(row, f"clip_{name}", value)


def _add_fluency(rows: Sequence[Row], batch: Sequence[Joined], chosen: frozenset[str], scorer: FluencyScorer) -> None:
    """Both captions of the chosen pairs, in one call, so that texts of like length share a batch of the model."""
    places = [place for place, row in enumerate(rows) if row["pair_id"] in chosen]
    texts = [text for place in places for text in (raw_caption(batch[place][0]), batch[place][2]["recaption"])]
    found = iter(scorer.pseudo_perplexities(texts))
    for place in places:
        _set(rows[place], "pppl_raw", next(found))
        _set(rows[place], "pppl_recaption", next(found))


def _set(row: Row, column: str, value: float | None) -> None:
    """A score that is no number, or too large for its column, is none, and is told."""
    if value is not None and not np.isfinite(np.float32(value)):
        row["flags"].append(f"not_finite:{column}")
    else:
        row[column] = value
