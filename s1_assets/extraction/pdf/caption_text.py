"""Where captions end: over lines, columns and pages."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from s1_assets.extraction.pdf.geometry import Box, hull
from s1_assets.extraction.pdf.labels import Kind
from s1_assets.extraction.pdf.pages import Line, Page
from s1_assets.extraction.pdf.typography import Typography, next_below

ENDS_SENTENCE = re.compile(r"[.!?:][)\]”\"'’]*$")
_WIDEST_PART = 2.0  # of the letters' size: blank between two parts of a caption's line
_SAME_TOP = 3.0  # points
_WIDEST_GUTTER = 5.0  # of the letters' size
_FAMILY = re.compile(r"^(?:(cm|sf|lm)[a-z]*\d*|([a-z]+))", re.IGNORECASE)


class UprightLines:
    """The upright lines of a page and which stands below and above which."""

    def __init__(self, page: Page, furniture: Collection[Line]) -> None:
        self.lines = [line for line in page.lines if line.direction == 0 and line not in furniture]
        self.above: defaultdict[Line, list[Line]] = defaultdict(list)
        for line, below in next_below(self.lines):
            self.above[below].append(line)


def extent(first: Line, kind: Kind, starts: Collection[Line], page: UprightLines, typography: Typography) -> list[Line]:
    """The lines of the caption that begins with a line."""
    lines = _row(first, starts, page)
    pitch: float | None = None
    while True:
        last = lines[-1]
        around = hull(line.box for line in lines)
        below = _line_below(last, around, page, typography, pitch)
        if below is None or below in starts or not _goes_on(lines, below, typography):
            return lines
        if kind != "figure" and would_fit(below, lines[-1], max(around.width, typography.column)):
            return lines  # a table's rows, in the caption's font
        pitch = max(pitch or 0.0, below.baseline - last.baseline)
        lines += _row(below, starts, page)


def _row(line: Line, starts: Collection[Line], page: UprightLines) -> list[Line]:
    """A line with the parts of it that stand behind wide blanks, which follow it in the file."""
    row = [line]
    for part in page.lines[page.lines.index(line) + 1 :]:
        beside = part.box.x0 - row[-1].box.x1
        if part in starts or abs(part.baseline - line.baseline) > line.size / 4 or part.size > line.size + 1:
            break
        if not 0 <= beside <= _WIDEST_PART * line.size:
            break
        row.append(part)
    return row


def _line_below(
    last: Line, around: Box, page: UprightLines, typography: Typography, pitch: float | None
) -> Line | None:
    usual = typography.pitch_of(last.style)
    reach = 1.25 * min(usual, pitch or usual) + 1 if last.style == typography.body else 1.7 * usual
    below = [
        line
        for line in page.lines
        if last.size / 2 < line.baseline - last.baseline <= reach and line.box.gap_across(around) < 0
    ]
    return min(below, key=lambda line: (round(line.baseline), line.box.x0), default=None)


def _goes_on(lines: Sequence[Line], below: Line, typography: Typography) -> bool:
    """Whether a line below is of the caption, by its font and by how the caption's last line ends."""
    size = max(line.size for line in lines)
    if abs(below.size - size) > 1 and below.size > 0.75 * size:
        return False
    styles = {line.style for line in lines}
    if below.style in styles and below.style != typography.body:
        return True
    if below.style == typography.body and typography.body not in styles:
        return False
    if _family(below) not in {_family(line) for line in lines}:
        return False
    around = hull(line.box for line in lines)
    ended = ENDS_SENTENCE.search(lines[-1].text) and lines[-1].box.x1 < around.x1 - 3 * size
    return not ended


def would_fit(line: Line, above: Line, width: float) -> bool:
    """Whether a line's first word had room on the line above: then it does not go on with the same paragraph."""
    first = len(line.text.split(" ")[0]) + 1
    return above.box.width + line.box.width * first / len(line.text) < width - line.size if line.text else False


def _family(line: Line) -> str:
    match = _FAMILY.match(line.main.font)
    return (match[1] or match[2]).lower() if match else line.main.font


def in_next_column(
    lines: Sequence[Line], taken: Collection[Line], page: UprightLines, typography: Typography
) -> Line | None:
    """The line in the next column that a caption goes on with.

    Some journals set captions in two columns that begin at one height. Others let one run on, in mid-sentence, where
    the next column begins.
    """
    around = hull(line.box for line in lines)
    beside = [line for line in page.lines if line.box.x0 >= around.x1 and _is_set_like(line, lines, typography)]
    for line in beside:
        near = line.box.x0 - around.x1 < _WIDEST_GUTTER * line.size
        if near and abs(line.box.y0 - around.y0) <= _SAME_TOP and line not in taken and not page.above[line]:
            return line
    if _is_cut_off(lines[-1], page):
        first = min(beside, key=lambda line: (round(line.baseline), line.box.x0), default=None)
        return first if first is not None and first not in taken and not page.above[first] else None
    return None


def on_next_page(
    lines: Sequence[Line], taken: Collection[Line], page: UprightLines, follow: UprightLines, typography: Typography
) -> Line | None:
    """The line at the top of the next page that a caption at the foot of its page goes on with in mid-sentence."""
    last = lines[-1]
    if not _is_cut_off(last, page):
        return None
    first = min(follow.lines, key=lambda line: (round(line.baseline), line.box.x0), default=None)
    if first is None or first in taken:
        return None
    goes_on = _is_set_like(first, lines, typography) or (first.style == last.style and first.text[:1].islower())
    return first if goes_on else None


def _is_cut_off(last: Line, page: UprightLines) -> bool:
    """Whether a caption's last line, at the foot of its column, ends in mid-sentence."""
    lower = (line for line in page.lines if line.baseline > last.baseline + 1 and line.box.gap_across(last.box) < 0)
    return not ENDS_SENTENCE.search(last.text) and next(lower, None) is None


def _is_set_like(line: Line, lines: Iterable[Line], typography: Typography) -> bool:
    """Whether a line is in the font of a caption's lines, and that is not the body's."""
    return line.style != typography.body and line.style in {other.style for other in lines}
