"""Mentions found in the real papers beside the checkout, against those that a reader found."""

import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz

from s1_assets.context.mentions import figure_mentions
from s1_assets.extraction.document import Document
from s1_assets.extraction.latex.read import read_latex
from s1_assets.extraction.unpack import Package, unpack

ALIKE = 85.0


def papers(mirror: Path) -> Iterator[tuple[str, Document]]:
    rows = [line.split("\t") for line in (mirror / "IDS.tsv").read_text().splitlines()[1:]]
    for name, _, chunk, member, *_ in rows:
        if not member.endswith(".gz"):
            continue
        with tarfile.open(mirror / chunk) as tar:
            entry = next(m for m in tar.getmembers() if m.name.endswith(member.partition("/")[2]))
            package = unpack(tar.extractfile(entry).read())
        if isinstance(package, Package) and package.kind == "latex":
            yield name, read_latex(package.files)


def pair_rows(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "pair_id": f"{figure.number}-{position}",
            "figure": figure.number,
            "panel": chr(ord("a") + position) if len(figure.graphics) > 1 else None,
            "label": figure.label,
            "caption": figure.caption,
        }
        for figure in document.figures
        for position in range(max(1, len(figure.graphics)))
    ]


def normal(text: str) -> str:
    text = re.sub(r"\[(cite|ref)\]|\\[a-z]+", " ", text.lower())
    return re.sub(r"[^0-9a-z]+", "", text)


def alike(text: str, others: list[str]) -> bool:
    return any(fuzz.ratio(normal(text), normal(other)) >= ALIKE for other in others)


def caption_matches(gold: list[dict[str, Any]], document: Document) -> Iterator[tuple[dict[str, Any], int]]:
    """Greedy, in order: papers keep their figures in order."""
    left = list(document.figures)
    for figure in gold:
        found = next((f for f in left if fuzz.ratio(normal(f.caption), normal(figure["caption"])) >= ALIKE), None)
        if found:
            left.remove(found)
            yield figure, found.number


@pytest.fixture(scope="module")
def compared(shared_data: Path) -> list[tuple[str, int, list[str], list[str], list[str]]]:
    """(paper, figure, gold mentions, acceptable range mentions, found mentions) of each figure found."""
    labelled = [json.loads(line) for line in (shared_data / "gold_latex.jsonl").read_text().splitlines()]
    gold = {paper["paper"]: paper for paper in labelled}
    rows = []
    for name, document in papers(shared_data / "mirrors" / "arxiv"):
        if name not in gold:
            continue
        pairs = pair_rows(document)
        mentions = figure_mentions([asdict(passage) for passage in document.passages], pairs)
        figures = [*gold[name]["figures"], *gold[name].get("supplement_figures", [])]
        for figure, number in caption_matches(figures, document):
            if not gold[name].get("mentions_complete", True) and not figure["mentions"]:
                continue
            found = {
                row["text"]: None for pair in pairs if pair["figure"] == number for row in mentions[pair["pair_id"]]
            }
            rows.append((name, number, figure["mentions"], figure.get("range_mentions", []), list(found)))
    return rows


def test_nearly_all_sentences_that_cite_a_figure_are_found(compared) -> None:
    missed = [
        (name, number, text) for name, number, gold, _, found in compared for text in gold if not alike(text, found)
    ]
    total = sum(len(gold) for _, _, gold, _, _ in compared)
    assert 1 - len(missed) / total >= 0.95, missed


def test_hardly_any_sentence_is_taken_for_a_mention_that_is_none(compared) -> None:
    wrong = [
        (name, number, text)
        for name, number, gold, ranges, found in compared
        for text in found
        if not alike(text, gold + ranges)
    ]
    total = sum(len(found) for *_, found in compared)
    assert 1 - len(wrong) / total >= 0.95, wrong
