"""Sources that cite without end: what they may come to has bounds."""

import re

from s1_assets.context.mentions import MAX_BETWEEN, MAX_SAME_LABEL, Citation, figure_mentions
from s1_assets.extraction.latex.read import MAX_TARGETS, read_latex
from s1_assets.tables import Row


def pairs(count: int, label: str | None = None) -> list[Row]:
    return [
        {"pair_id": str(n), "figure": n, "panel": None, "label": label or f"Figure {n}", "caption": "A pump."}
        for n in range(1, count + 1)
    ]


def test_a_key_that_many_figures_define_points_to_the_first_few() -> None:
    figure = r"\begin{figure}\includegraphics{a}\caption{c}\label{f}\end{figure} see Fig.~\ref{f} here. "
    document = read_latex({"a.tex": rb"\documentclass{article}\begin{document}" + figure.encode() * 50})
    anchors = [anchor for passage in document.passages for anchor in passage.anchors]
    assert len(document.figures) == 50
    assert len(anchors) == 50 * MAX_TARGETS
    assert {anchor.figure for anchor in anchors} == set(range(1, MAX_TARGETS + 1))


def test_citations_that_mean_the_same_are_looked_up_once() -> None:
    assert {Citation(5, 1, frozenset("a")), Citation(90, 1, frozenset("a"))} == {Citation(0, 1, frozenset("a"))}
    assert Citation(5, 1, frozenset("a")) != Citation(5, 1, frozenset("b"))


def test_a_printed_label_that_many_figures_bear_means_the_first_few() -> None:
    row = {"text": "Water rises (Fig. 1).", "order": 0, "section": "", "anchors": []}
    found = figure_mentions([row], pairs(20, "Figure 1"))
    assert [pair_id for pair_id, rows in found.items() if rows] == [str(n) for n in range(1, MAX_SAME_LABEL + 1)]


def test_figures_far_apart_are_no_range() -> None:
    text = "Water rises in Figs. [REF]–[REF]."
    starts = [match.start() for match in re.finditer(r"\[REF\]", text)]
    for last, expected in ((MAX_BETWEEN + 1, MAX_BETWEEN + 1), (MAX_BETWEEN + 2, 2)):
        anchors = [
            {"start": start, "end": start + 5, "figure": figure, "panel": None}
            for start, figure in zip(starts, (1, last), strict=True)
        ]
        found = figure_mentions([{"text": text, "order": 0, "section": "", "anchors": anchors}], pairs(100))
        assert sum(map(bool, found.values())) == expected
