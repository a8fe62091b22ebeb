"""The sentences of a paper that cite its figures, for every figure and panel; the same for every extraction route.

References that the route resolved come as anchors of a passage; those that authors typed by hand are matched
through the printed labels. The text around a reference tells which panels it means.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from s1_assets.context.literal_references import KIND, RANGE_SIGN, label_key, literal_references
from s1_assets.context.panels import NO_PANELS, panel_range, panels_after, panels_before
from s1_assets.context.sentences import Span, split_sentences
from s1_assets.extraction.panel_captions import take_apart
from s1_assets.tables import Row

_RANGE = re.compile(
    rf"\)?,?\s*(?:{RANGE_SIGN}|…|\.\.\.|\$\\[lc]?dots\$|(?P<to>to)\b|through\b|thru\b|until\b|bis\b|à\b),?"
    rf"\s*(?:{KIND}\s*)?\(?"
)
# "Comparing Fig. 2 to Fig. 5" is no range.
_RELATED = re.compile(
    r"\b(?:compar|relat|contrast|similar|analog|correspond|oppos|equivalent|identical|refer)\w*\s"
    r"(?:[^.;,]|(?<=[Ff]ig)\.|(?<=[Ff]igs)\.)*$",
    re.IGNORECASE,
)
_REACH = 60  # characters before a reference that may relate it to another
_KIND_BEFORE = re.compile(rf"{KIND}\s*\(?$")
_NUMBER = r"[A-Z]{0,2}[\d.-]*\d"
_PRINTED_LABEL = re.compile(rf"(?:.*{KIND}\s*{_NUMBER}\s*|{_NUMBER})([A-Za-z(].*)")
# A figure beside its panel, or around it, is not cited as a whole: "[REF]([REF]", "[REF] of Fig. [REF]".
_PANEL_BEHIND = re.compile(r"\s?[(\[]?")
_FIGURE_BEHIND = re.compile(rf"[)\]]?\s*(?:of|in|from)\s+(?:{KIND}\s*)?\(?")
_LIST_OF_CAPTIONS = re.compile(r"\bfigures?\s+(?:captions?|legends?)|\bcaptions\b|\blist of figures", re.IGNORECASE)
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
        first, last = sorted((first, last))
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
    linked = {anchor["figure"] for passage in passages for anchor in passage["anchors"] or []}
    sentences_before = 0
    for passage in sorted(passages, key=lambda row: row["order"]):
        spans = split_sentences(passage["text"])
        for index, citations in sorted(_by_sentence(passage, spans, figures, linked).items()):
            sentence = passage["text"][slice(*spans[index])]
            without_layout = " ".join(sentence.split())
            row = {"text": sentence, "section": passage["section"], "order": sentences_before + index}
            for pair_id in {pair_id for citation in citations for pair_id in figures.cited_by(citation)}:
                mentions[pair_id].setdefault(without_layout, row)
        sentences_before += len(spans)
    return {pair_id: list(rows.values()) for pair_id, rows in mentions.items()}


def _by_sentence(
    passage: Row, spans: Sequence[Span], figures: PaperFigures, linked: set[int]
) -> dict[int, set[Citation]]:
    """What each sentence of a passage cites, by its position.

    `linked` are the figures that the paper cites by anchors somewhere: who types their number beside a citation means
    the figure of the cited work.
    """
    text = passage["text"]
    starts = [start for start, _ in spans]
    cited: dict[int, set[Citation]] = defaultdict(set)
    anchored = [_citation(text, anchor) for anchor in passage["anchors"] or []]
    typed = [
        (citation, end)
        for citation, end in _typed(passage, figures)
        if citation.figure not in linked
        or "[CITE]" not in text[slice(*spans[bisect_right(starts, citation.start) - 1])]
    ]
    in_order = sorted(anchored + typed, key=lambda found: (found[0].start, found[1]))
    for citation in _with_ranges(text, in_order, figures):
        cited[bisect_right(starts, citation.start) - 1].add(citation)
    return cited


def _with_ranges(text: str, found: Sequence[tuple[Citation, int]], figures: PaperFigures) -> Iterator[Citation]:
    """Citations in the order of the text, each with its end, and the figures and panels that ranges of two imply."""
    superseded: set[int] = set()
    for index, ((first, end), (second, second_end)) in enumerate(pairwise(found)):
        between = text[end : second.start] if end <= second.start else None
        if first.figure == second.figure and (first.start, end) != (second.start, second_end):
            if second.panels and not first.panels and (between is None or _PANEL_BEHIND.fullmatch(between)):
                superseded.add(index)
            elif first.panels and not second.panels and (between is None or _FIGURE_BEHIND.fullmatch(between)):
                superseded.add(index + 1)
        if between is not None and _is_range(text, first.start, between):
            yield from _implied(first, second, figures)
    yield from (citation for index, (citation, _) in enumerate(found) if index not in superseded)


def _citation(text: str, anchor: Row) -> tuple[Citation, int]:
    """What an anchor cites, and where it ends together with the panels named behind it."""
    start, end = anchor["start"], anchor["end"]
    panels, panels_end = _panels_around(text, start, end)
    if anchor["panel"]:
        return Citation(start, anchor["figure"], frozenset({anchor["panel"].lower()}), exact=True), panels_end
    return Citation(start, anchor["figure"], panels), panels_end


def _is_range(text: str, start: int, between: str) -> bool:
    """Whether the text between two references, of which the first begins at `start`, means those between as well."""
    link = _RANGE.fullmatch(between)
    return link is not None and not (link["to"] and _RELATED.search(text[max(0, start - _REACH) : start]))


def _panels_around(text: str, start: int, end: int) -> tuple[frozenset[str], int]:
    """Panels named inside an anchor's own text ("Fig. 3b"), after it or before it, and where that ends."""
    printed = _PRINTED_LABEL.fullmatch(text, start, end)
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


def _typed(passage: Row, figures: PaperFigures) -> Iterator[tuple[Citation, int]]:
    """Citations typed by hand, where no anchor stands, and their ends; none in captions and lists of captions."""
    if _LIST_OF_CAPTIONS.search(passage["section"] or ""):
        return
    text = passage["text"]
    linked = sorted((anchor["start"], anchor["end"]) for anchor in passage["anchors"] or [])
    starts = [start for start, _ in linked]
    furthest = list(accumulate((end for _, end in linked), max))  # end among the anchors up to each
    for reference in literal_references(text):
        begins_caption = reference.start == 0 and text[reference.end : reference.end + 1] in {".", ":"}
        beginning_before = bisect_left(starts, reference.end)
        if begins_caption or (beginning_before and furthest[beginning_before - 1] > reference.start):
            continue
        for figure in figures.labelled(reference.key):
            yield Citation(reference.start, figure, reference.panels), reference.end
