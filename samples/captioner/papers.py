"""What the sample papers say: titles, captions and sentences that cite figures, all of them our own English."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class PaperTexts:
    """Texts of all sample papers, each kind in the papers' order; sentences hold [REF] and [CITE]."""

    titles: tuple[str, ...]
    captions: tuple[str, ...]
    sentences: tuple[str, ...]


@cache
def paper_texts() -> PaperTexts:
    """The texts, from what the samples say their papers hold."""
    papers = [json.loads(line) for line in (SAMPLES / "expected.jsonl").read_text("utf-8").splitlines()]
    figures = [figure for paper in papers for figure in paper["figures"]]
    return PaperTexts(
        titles=tuple(paper["title"] for paper in papers if paper.get("title")),
        captions=tuple(figure["caption"] for figure in figures if figure.get("caption")),
        sentences=tuple(sentence for figure in figures for sentence in figure["mentions"]),
    )
