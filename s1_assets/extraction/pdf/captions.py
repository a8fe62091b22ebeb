"""Captions, found by their form and their font.

A caption begins a block of text with the name and number of what it describes. What tells "Figure 3. Response ..." from
a sentence that a line break left with "Figure 3 shows ..." at its start is weighed: the mark behind the number, a font
unlike the body's, white space above, and what other captions of the document look like (Clark and Divvala 2016,
section 3.1).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from s1_assets.extraction.pdf.caption_text import (
    ENDS_SENTENCE,
    UprightLines,
    extent,
    in_next_column,
    on_next_page,
    would_fit,
)
from s1_assets.extraction.pdf.geometry import Box, hull
from s1_assets.extraction.pdf.labels import Kind, Label, read_label
from s1_assets.extraction.pdf.pages import Line, Page
from s1_assets.extraction.pdf.typography import Typography

_ACCEPTED = 2
_SENTENCE = 4  # against a line that reads on as a sentence
_AGREES = 1  # for a form that most captions of its kind in the document share
_LEADERS = re.compile(r"(?:\.\s?){5,}\s*\d*$")  # of a list of figures


@dataclass(frozen=True, eq=False)
class Caption:
    """A caption and its lines, by the page that they stand on; the first page is that where it begins."""

    label: Label
    lines: Mapping[int, tuple[Line, ...]]

    @property
    def kind(self) -> Kind:
        """Of what it is."""
        return self.label.kind

    @property
    def page(self) -> int:
        """Number of the page where it begins."""
        return next(iter(self.lines))

    @property
    def box(self) -> Box:
        """Around its lines on the page where it begins, without those that run on at the top of the next column."""
        first, *_ = own = self.lines[self.page]
        return hull(line.box for line in takewhile(lambda line: line.box.y1 > first.box.y0, own))


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A line that may begin a caption. `form` is what the captions of one document have in common."""

    line: Line
    label: Label
    score: int
    form: tuple[str, str, bool, float]


def find_captions(pages: Sequence[Page], furniture: Collection[Line], typography: Typography) -> list[Caption]:
    """Captions of figures, tables and other things that have captions, in the order of the pages."""
    upright = {page.number: UprightLines(page, furniture) for page in pages}
    begun = [
        (number, candidate)
        for number, candidates in _accepted(
            {number: list(_candidates(page, typography)) for number, page in upright.items()}
        ).items()
        for candidate in candidates
    ]
    taken = {candidate.line for _, candidate in begun}
    lines = [
        extent(candidate.line, candidate.label.kind, taken, upright[number], typography) for number, candidate in begun
    ]
    taken.update(line for own in lines for line in own)
    captions = []
    for (number, candidate), own in zip(begun, lines, strict=True):
        on_pages = {number: own}
        beside = in_next_column(own, taken, upright[number], typography)
        if beside is not None:
            own.extend(extent(beside, candidate.label.kind, taken, upright[number], typography))
        follow = upright.get(number + 1)
        over = on_next_page(own, taken, upright[number], follow, typography) if follow else None
        if follow and over is not None:
            on_pages[number + 1] = extent(over, candidate.label.kind, taken, follow, typography)
        taken.update(line for part in on_pages.values() for line in part)
        if not any(_LEADERS.search(line.text) for line in own):
            captions.append(Caption(candidate.label, {page: tuple(part) for page, part in on_pages.items()}))
    return captions


def _accepted(candidates: Mapping[int, Sequence[_Candidate]]) -> dict[int, list[_Candidate]]:
    """Of the candidates of each page those that are captions, knowing what most captions of the document look like."""
    usual = _usual_forms([candidate for found in candidates.values() for candidate in found])
    return {
        number: [
            candidate
            for candidate in found
            if candidate.score + _AGREES * (candidate.form == usual.get(candidate.label.kind)) >= _ACCEPTED
        ]
        for number, found in candidates.items()
    }


def _candidates(page: UprightLines, typography: Typography) -> Iterator[_Candidate]:
    begins: set[Line] = set()
    for line in sorted(page.lines, key=lambda line: line.baseline):
        label = read_label(line.text)
        if label is None:
            continue
        score = _score_of_form(line, label, typography) + _score_of_place(line, page, begins, typography)
        if score >= _ACCEPTED:
            begins.add(line)
        word = label.printed.rstrip("0123456789.-– ")
        yield _Candidate(line, label, score, (word, label.mark, _stands_out(line), line.size))


def _score_of_form(line: Line, label: Label, typography: Typography) -> int:
    score = {"": 0, ".": 1}.get(label.mark, 2)
    if not label.rest and not label.mark:
        score = 1
    score += 2 * _stands_out(line)
    if line.style == typography.body:
        return score - _SENTENCE * label.reads_on
    return score + 1 - _SENTENCE // 2 * label.reads_on


def _stands_out(line: Line) -> bool:
    """Whether the label is set off from the words behind it, or in capitals."""
    first = next(span for span in line.spans if span.text.strip())
    word = first.text.split()[0]
    return first.bold or first.style != line.style or (len(word) > 3 and word.isupper())


def _score_of_place(line: Line, page: UprightLines, begins: Collection[Line], typography: Typography) -> int:
    """1 for the start of a block, -3 for a line within a paragraph."""
    for above in page.above[line]:
        if not typography.follows(line, above) or above.style != line.style:
            continue
        if would_fit(line, above, max(typography.column, line.box.width)):
            continue  # the paragraph above has ended
        if ENDS_SENTENCE.search(above.text) and _first_of_block(above, page, typography) in begins:
            continue  # captions listed one under the other
        return -3
    return 1


def _first_of_block(line: Line, page: UprightLines, typography: Typography) -> Line:
    while True:
        above = next((other for other in page.above[line] if typography.follows(line, other)), None)
        if above is None:
            return line
        line = above


def _usual_forms(candidates: Sequence[_Candidate]) -> dict[Kind, tuple[str, str, bool, float]]:
    forms: defaultdict[Kind, Counter[tuple[str, str, bool, float]]] = defaultdict(Counter)
    for candidate in candidates:
        if candidate.score >= _ACCEPTED - _AGREES:
            forms[candidate.label.kind][candidate.form] += 1
    return {kind: counts.most_common(1)[0][0] for kind, counts in forms.items()}
