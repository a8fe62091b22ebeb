"""What a caption may speak of: the pictures and tables on a page, in parts that belong together for sure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from s1_assets.extraction.pdf.flow import paragraphs
from s1_assets.extraction.pdf.formulae import is_formula
from s1_assets.extraction.pdf.geometry import Box, hull
from s1_assets.extraction.pdf.headings import headings_beside_pictures
from s1_assets.extraction.pdf.ink import Ink
from s1_assets.extraction.pdf.pages import Line, Page
from s1_assets.extraction.pdf.typography import Typography

_RULE = 3.0  # points: what is thinner is a line drawn between parts of a page
_SPECK = 8.0  # points: what is smaller is a mark
_STROKES_OF_LETTERS = 2.0  # points around a line of text in which ink is part of it: bars, roots, underlines
_TOGETHER = 3.0  # points between pieces of one picture
_LABEL = 1.8  # letters' sizes between a picture and its labels
_FORMULA_AS_LABEL = 0.7  # letters' sizes, where it could as well be a formula of the text
_NAME_OF_PANEL = 4.0  # letters' sizes between a picture and what stands under it as "(a) Top view"
_ROWS = 1.6  # lines from row to row of a table
_CELLS = 5.0  # lines between the cells of a row
_LONG = 3.0  # lines: a rule between rows
_DELIMITER = 3.0  # letters' sizes around a formula in which thin ink is a bracket or an integral sign of it
_BOX_OF_TEXT = 0.4  # of a box, covered by running text
_LINES_OF_TEXT = 4
_DEPTH = 3  # of boxes within boxes
_TEXT_OF_TABLE = 0.08  # of its area
_RULE_OF_TABLE = 0.8  # of its width
_PRIVATE = "Co"  # Unicode category of what fonts of icons hold: links, licences, ORCID
_PANEL = re.compile(r"\(?(?:[a-zA-Z]|[ivx]{1,4})\)\s*\S")

PartKind = Literal["picture", "diagram", "tabular", "text"]


@dataclass(frozen=True)
class Piece:
    """Connected ink. `is_grid` says that it is rules or shading as of a table."""

    box: Box
    is_grid: bool

    @property
    def is_mark(self) -> bool:
        """Whether it is too small or too thin to be a picture of its own."""
        return min(self.box.width, self.box.height) <= _RULE or max(self.box.width, self.box.height) <= _SPECK


@dataclass(frozen=True, eq=False)
class Part:
    """Something that a caption may speak of.

    It is a picture, a diagram (text with lines drawn between), a table, or text by itself that is not running.
    """

    kind: PartKind
    box: Box


@dataclass(frozen=True, eq=False)
class Surroundings:
    """One page taken apart.

    `running` are lines of running text, `captions` those of captions, `loose` all others. `parts` are what captions
    may speak of; `marks` are small pieces and thin rules, which count only beside a picture.
    """

    page: Page
    running: Collection[Line]
    captions: Collection[Line]
    loose: Collection[Line]
    parts: Sequence[Part]
    marks: Sequence[Box]

    def region(self, parts: Iterable[Part], others: Iterable[Box], typography: Typography) -> Box:
        """The box around parts with their labels, kept clear of text and of the boxes of others."""
        obstacles = [line.box for line in (*self.running, *self.captions)] + list(others)
        box = hull(part.box for part in parts)
        near = [(line.box, _reach(line, typography)) for line in self.loose]
        near += [(mark, _LABEL * typography.body[1]) for mark in self.marks]
        while True:
            grown = box
            for label, reach in list(near):
                if label.distance(grown) <= reach:
                    with_label = grown.joined(label)
                    if not any(_runs_into(with_label, grown, obstacle) for obstacle in obstacles):
                        grown = with_label
                        near.remove((label, reach))
            if grown == box:
                return _clear_of(box, obstacles)
            box = grown


def find_pieces(
    ink: Ink,
    page: Page,
    running: Collection[Line],
    captions: Collection[Line],
    loose: Collection[Line],
    *,
    typography: Typography,
) -> list[Piece]:
    """The ink of a page that is no decoration of its text. Boxes around text are opened for what else is in them."""
    text = [line.box.grown(_STROKES_OF_LETTERS) for line in (*running, *captions)]
    formulae = [line for line in loose if is_formula(line)]
    text += [line.box.grown(_STROKES_OF_LETTERS, line.size) for line in formulae]
    delimiters = [line.box.grown(_DELIMITER * line.size) for line in formulae]

    def within(area: Box, depth: int) -> Iterator[Piece]:
        for box in ink.pieces(area, inside=depth < _DEPTH):
            if any(line.holds(box, 0.7) for line in text):
                continue
            if box.width < 2 * typography.body[1] and any(line.holds(box, 0.7) for line in delimiters):
                continue
            if depth and (_holds_any(box, captions) or _is_box_of_text(box, running)):
                yield from within(box.grown(-_RULE), depth - 1)
            else:
                yield Piece(box, ink.is_grid(box))

    return list(within(page.area, _DEPTH))


def survey(
    page: Page,
    pieces: Sequence[Piece],
    running: Collection[Line],
    captions: Collection[Line],
    loose: Collection[Line],
    *,
    typography: Typography,
) -> Surroundings:
    """Take a page apart.

    Running text that stands inside a picture or names its panels is loose after all, a heading beside one is running.
    """
    solid = [piece for piece in pieces if not piece.is_mark]
    inside = {line for line in running if any(piece.box.holds(line.box, 0.8) for piece in solid)}
    inside |= _labels([line for line in running if line not in inside], solid, typography)
    edges = [line for line in (*running, *captions) if line not in inside]
    headings = headings_beside_pictures([*running, *loose], edges, [piece.box for piece in solid], typography)
    running = [line for line in (*running, *loose) if line in headings or (line in running and line not in inside)]
    loose = [line for line in (*loose, *inside) if line not in headings]
    marks = [piece.box for piece in pieces if piece.is_mark]
    pictures = _pictures(page, solid, [line.box for line in (*running, *captions)], [line.box for line in loose])
    return Surroundings(
        page, running, captions, loose, [*pictures, *_tables(loose, marks, pictures, typography)], marks
    )


def _holds_any(box: Box, lines: Iterable[Line]) -> bool:
    return any(box.holds(line.box, 0.8) for line in lines)


def _is_box_of_text(box: Box, running: Iterable[Line]) -> bool:
    words = [line for line in running if box.holds(line.box, 0.8)]
    covered = sum(line.box.width * line.size for line in words)
    return len(words) >= _LINES_OF_TEXT and covered > _BOX_OF_TEXT * box.area


def _labels(running: Sequence[Line], solid: Sequence[Piece], typography: Typography) -> set[Line]:
    """Lines right beside a picture that are a short line by themselves, or a paragraph such as "(a) Top view"."""
    found: set[Line] = set()
    reach = _LABEL * typography.body[1]
    for block in paragraphs(running, typography):
        box = hull(line.box for line in block)
        is_name = _PANEL.match(block[0].text) is not None
        short = len(block) == 1 and box.width < typography.column / 3
        down = _NAME_OF_PANEL * typography.body[1] if is_name else reach
        if (is_name or short) and any(_is_near(box, piece.box, reach, down) for piece in solid):
            found.update(block)
    return found


def _pictures(page: Page, solid: Sequence[Piece], text: Sequence[Box], loose: Sequence[Box]) -> list[Part]:
    """Pieces that touch or nearly do, or that are in one image, as one. A grid that holds much text is a table."""
    images = [image.common(page.area) for image in page.images]
    images = [image for image in images if image.area and not any(image.holds(box, 0.5) for box in text)]
    is_grid = {piece.box: piece.is_grid for piece in solid}
    parts = []
    for group in gathered([*is_grid, *images], _TOGETHER, _TOGETHER):
        inked = [box for box in group if box in is_grid]
        if not inked:
            continue
        around = hull(inked)
        words = sum(box.area for box in loose if around.holds(box, 0.8))
        is_table = all(is_grid[box] for box in inked) and words > _TEXT_OF_TABLE * around.area
        parts.append(Part("tabular" if is_table else "picture", around))
    return parts


def _tables(
    loose: Iterable[Line], marks: Iterable[Box], pictures: Sequence[Part], typography: Typography
) -> list[Part]:
    """Loose text away from pictures, with the lines drawn between, by rows and cells. Formulae are none."""
    reach = _LABEL * typography.body[1]
    seen = [part.box for part in pictures if part.kind == "picture"]
    away = [line for line in loose if not any(box.distance(line.box) <= reach for box in seen)]
    drawn = {mark for mark in marks if max(mark.width, mark.height) > _LONG * typography.pitch}
    formulae = {line.box for line in away if is_formula(line)}
    parts = []
    across, down = _CELLS * typography.pitch, (_ROWS - 1) * typography.pitch
    for group in gathered([*(line.box for line in away), *drawn], across, down):
        lines = [box for box in group if box in drawn]
        around = hull(group)
        if len(group) > len(lines) and any(line.width > _RULE_OF_TABLE * around.width for line in lines):
            parts.append(Part("tabular", around))
        elif len(group) > 1 and formulae.isdisjoint(group):
            parts.append(Part("diagram" if lines else "text", around))
    return parts


def gathered(boxes: Iterable[Box], across: float, down: float) -> list[list[Box]]:
    """Boxes in groups: whatever is as near as that to the box around a group is of the group."""
    groups: list[tuple[Box, list[Box]]] = []
    for box in boxes:
        around, group = box, [box]
        while near := [other for other in groups if _is_near(around, other[0], across, down)]:
            groups = [other for other in groups if other not in near]
            around = hull([around, *(other for other, _ in near)])
            group = [*group, *(member for _, members in near for member in members)]
        groups.append((around, group))
    return [group for _, group in groups]


def _is_near(box: Box, other: Box, across: float, down: float) -> bool:
    return box.gap_across(other) <= across and box.gap_down(other) <= down


def _reach(line: Line, typography: Typography) -> float:
    """How far from a picture a line may stand to be one of its labels, in points."""
    if line.style in typography.headings or all(unicodedata.category(letter) == _PRIVATE for letter in line.text):
        return 0.0
    if is_formula(line) and all(span.style in typography.inline for span in line.spans if span.text.strip()):
        return _FORMULA_AS_LABEL * typography.body[1]
    return _LABEL * typography.body[1]


def _runs_into(box: Box, before: Box, obstacle: Box) -> bool:
    """Whether a box that has grown covers more of an obstacle than before."""
    return box.grown(-1).common(obstacle).area > max(before.grown(-1).common(obstacle).area, 0.0) + 1


def _clear_of(box: Box, obstacles: Iterable[Box]) -> Box:
    """The box without the rims that lie on obstacles, such as the lines of its caption."""
    for obstacle in obstacles:
        common = box.common(obstacle)
        if common.width <= 0 or common.height <= 0 or common.area > box.area / 4:
            continue
        if common.height <= common.width:
            below = obstacle.middle[1] > box.middle[1]
            box = box._replace(y1=common.y0) if below else box._replace(y0=common.y1)
        else:
            right = obstacle.middle[0] > box.middle[0]
            box = box._replace(x1=common.x0) if right else box._replace(x0=common.x1)
    return box
