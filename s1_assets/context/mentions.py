"""The sentences of a paper that cite its figures, for every figure and panel; the same for every extraction route.

References that the route resolved come as anchors of a passage; those that authors typed by hand are matched
through the printed labels. The text around a reference tells which panels it means.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from s1_assets.context.literal_references import KIND, label_key, literal_references
from s1_assets.context.panels import NO_PANELS, panel_range, panels_after, panels_before, take_apart
from s1_assets.context.sentences import split_sentences
from s1_assets.tables import Row

_RANGE = re.compile(rf"\)?\s*(?:[–—-]+|\bto\b|\bthrough\b|\bthru\b)\s*(?:{KIND}\s*)?\(?")
_KIND_BEFORE = re.compile(rf"{KIND}\s*\(?$")
_PRINTED_NUMBER = re.compile(r"\d\s*([A-Za-z].*)$")
MAX_SAME_LABEL = 4  # figures that one printed label may mean; more are a broken or hostile source
MAX_BETWEEN = 50  # figures that a range may imply, as for typed ranges


@dataclass(frozen=True)
class Citation:
    """One figure cited at character `start` of a passage. No `panels`: the figure as a whole.

    `exact` panels were resolved by the route to the panel's own graphic; others are letters that were read.
    Citations are equal when they mean the same, wherever they stand.
    """

    start: int = field(compare=False)
    figure: int
    panels: frozenset[str] = NO_PANELS
    exact: bool = False


class PaperFigures:
    """Which pairs a figure, or a panel of it, stands for in one paper."""

    def __init__(self, pairs: Sequence[Row]) -> None:
        self._pairs: dict[int, dict[str | None, str]] = defaultdict(dict)
        self._enumerated: dict[int, frozenset[str]] = {}
        self._labels: dict[str, list[int]] = defaultdict(list)
        for pair in pairs:
            figure = pair["figure"]
            is_new = figure not in self._pairs
            self._pairs[figure][pair["panel"]] = pair["pair_id"]
            if is_new:
                self._enumerated[figure] = take_apart(pair["caption"] or "").letters
                key = label_key(pair["label"] or "")
                if key:
                    self._labels[key].append(figure)

    def labelled(self, key: str) -> list[int]:
        """Figures whose printed label has this key, the first MAX_SAME_LABEL of them."""
        return sorted(self._labels.get(key, ()))[:MAX_SAME_LABEL]

    def between(self, first: int, last: int) -> list[int]:
        """Figures strictly between two figure numbers; none where the two are too far apart to be a range."""
        if last - first > MAX_BETWEEN:
            return []
        return [figure for figure in range(first + 1, last) if figure in self._pairs]

    def cited_by(self, citation: Citation) -> list[str]:
        """Pairs that a citation means: those of the panels it names if each has its own pair, else all of the figure.

        Letters that were only read do not name graphics when the caption enumerates other letters than there are
        graphics: then one graphic holds several printed panels.
        """
        panels = self._pairs.get(citation.figure, {})
        enumerated = self._enumerated.get(citation.figure, NO_PANELS)
        same_letters = not enumerated or enumerated == panels.keys()
        if citation.panels and citation.panels <= panels.keys() and (citation.exact or same_letters):
            return [panels[panel] for panel in sorted(citation.panels)]
        return list(panels.values())


def figure_mentions(passages: Sequence[Row], pairs: Sequence[Row]) -> dict[str, list[Row]]:
    """The sentences that cite each pair's figure.

    Args:
        passages: rows of tables.PASSAGES of one paper.
        pairs: rows of tables.FIGURE_PAIRS of the same paper; the columns pair_id, figure, panel, label and caption
            are read.

    Returns:
        For every pair_id its mentions in reading order, rows with `text` (a complete sentence), `section` and
        `order` (0-based position of the sentence among all sentences of the passages). A sentence that stands in
        the paper several times is given once, at its first place.
    """
    figures = PaperFigures(pairs)
    mentions: dict[str, dict[str, Row]] = {pair["pair_id"]: {} for pair in pairs}
    sentences_before = 0
    for passage in sorted(passages, key=lambda row: row["order"]):
        text, anchors = passage["text"], passage["anchors"] or []
        spans = split_sentences(text)
        starts = [start for start, _ in spans]
        cited: dict[int, set[Citation]] = defaultdict(set)  # by the sentence they stand in
        for citation in (*_linked(text, anchors, figures), *_literal(text, anchors, figures)):
            cited[bisect_right(starts, citation.start) - 1].add(citation)
        for index, citations in sorted(cited.items()):
            sentence = text[slice(*spans[index])]
            without_layout = " ".join(sentence.split())
            row = {"text": sentence, "section": passage["section"], "order": sentences_before + index}
            for pair_id in {pair_id for citation in citations for pair_id in figures.cited_by(citation)}:
                mentions[pair_id].setdefault(without_layout, row)
        sentences_before += len(spans)
    return {pair_id: list(rows.values()) for pair_id, rows in mentions.items()}


def _linked(text: str, anchors: Sequence[Row], figures: PaperFigures) -> Iterator[Citation]:
    """Citations from a passage's anchors, with the figures and panels that a range between two anchors implies."""
    previous: Citation | None = None
    previous_end = 0
    for anchor in sorted(anchors, key=lambda row: (row["start"], row["end"])):
        start, end, figure = anchor["start"], anchor["end"], anchor["figure"]
        named = anchor["panel"].lower() if anchor["panel"] else None
        panels, panels_end = _panels_around(text, start, end)
        citation = Citation(start, figure, frozenset({named}) if named else panels, exact=named is not None)
        yield citation
        if previous and _RANGE.fullmatch(text[previous_end:start]):
            yield from _implied(previous, citation, figures)
        previous, previous_end = citation, panels_end


def _panels_around(text: str, start: int, end: int) -> tuple[frozenset[str], int]:
    """Panels named inside an anchor's own text ("Fig. 3b"), after it or before it, and where that ends."""
    printed = _PRINTED_NUMBER.search(text, start, end)
    panels, panels_end = panels_after(text, printed.start(1) if printed else end)
    if not panels:
        kind = _KIND_BEFORE.search(text[max(0, start - 20) : start])
        panels = panels_before(text, start - len(kind.group()) if kind else start)
    return panels, max(end, panels_end)


def _implied(first: Citation, last: Citation, figures: PaperFigures) -> Iterator[Citation]:
    if first.figure == last.figure and first.panels and last.panels:
        panels = panel_range(first.panels, last.panels)
        yield Citation(first.start, first.figure, panels, first.exact and last.exact)
    for figure in figures.between(first.figure, last.figure):
        yield Citation(first.start, figure)


def _literal(text: str, anchors: Sequence[Row], figures: PaperFigures) -> Iterator[Citation]:
    """Citations typed by hand, where no anchor stands."""
    linked = sorted((anchor["start"], anchor["end"]) for anchor in anchors)
    starts = [start for start, _ in linked]
    furthest = list(accumulate((end for _, end in linked), max))  # end among the anchors up to each
    for reference in literal_references(text):
        beginning_before = bisect_left(starts, reference.end)
        if beginning_before and furthest[beginning_before - 1] > reference.start:
            continue
        for figure in figures.labelled(reference.key):
            yield Citation(reference.start, figure, reference.panels)
