"""Figures by pdfplumber: images, rectangles, lines and curves in clusters, each with the nearest caption."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pdfplumber
from pdfplumber.page import Page

from benchmarks.caption_pairing import caption_text, paired
from benchmarks.pdf_scores import FoundFigure
from s1_assets.extraction.pdf.geometry import Box, hull
from s1_assets.extraction.pdf.regions import gathered

_TOGETHER = 15.0  # points between what is drawn of one picture
_LEAST = 30.0  # points: the shorter side of a picture
_BLANK = 6.0  # points between words of one line, and less than between columns
_SAME_LINE = 3.0  # points between the feet of its words
_PITCH = 1.6  # of the letters' height, from line to line
_MOST_OBJECTS = 3000  # on a page; of more, those that stand in the same cell of a grid count as one
_CELL = 10.0  # points


def read_pdfplumber(path: Path) -> list[FoundFigure]:
    """Captions with the clusters near them, each cluster with the words inside."""
    found = []
    with pdfplumber.open(path) as document:
        for page in document.pages:
            blocks = [(caption_text(text, marked=True), box) for text, box in _blocks(page)]
            captions = [(text, box) for text, box in blocks if text is not None]
            found += paired(page.page_number, captions, _pictures(page))
            page.close()
    return found


def _pictures(page: Page) -> Iterator[Box]:
    drawn = [_box(item) for item in (*page.images, *page.rects, *page.curves, *page.lines)]
    area = Box(*page.bbox)
    drawn = [box for box in drawn if area.holds(box, 0.5) and box.area < 0.9 * area.area]
    if len(drawn) > _MOST_OBJECTS:
        drawn = list(_by_cell(drawn))
    for group in gathered(drawn, _TOGETHER, _TOGETHER):
        around = hull(group)
        if min(around.width, around.height) >= _LEAST:
            words = [_box(word) for word in page.extract_words()]
            yield hull([around, *(box for box in words if around.holds(box, 0.5))])


def _by_cell(boxes: Iterable[Box]) -> Iterator[Box]:
    cells: dict[tuple[int, int], Box] = {}
    for box in boxes:
        x, y = box.middle
        cell = int(x // _CELL), int(y // _CELL)
        cells[cell] = cells[cell].joined(box) if cell in cells else box
    return iter(cells.values())


def _blocks(page: Page) -> list[tuple[str, Box]]:
    """Lines that stand below each other as one text with the box around it."""
    blocks: list[tuple[str, Box]] = []
    parts = page.extract_words(keep_blank_chars=True, x_tolerance=_BLANK, use_text_flow=False)
    for part in sorted(parts, key=lambda part: (round(float(part["bottom"]) / _SAME_LINE), part["x0"])):
        box = _box(part)
        starts = caption_text(part["text"], marked=True) is not None
        above = None if starts else _above(box, blocks)
        if above is None:
            blocks.append((part["text"], box))
        else:
            text, around = blocks[above]
            blocks[above] = f"{text} {part['text']}", around.joined(box)
    return blocks


def _above(line: Box, blocks: Sequence[tuple[str, Box]]) -> int | None:
    """The block that a line goes on with."""
    for place, (_, box) in enumerate(blocks):
        goes_on = line.y1 - box.y1 < _SAME_LINE and line.gap_across(box) < line.height
        if goes_on or (line.gap_across(box) < 0 and line.y1 - box.y1 < _PITCH * line.height):
            return place
    return None


def _box(item: dict[str, Any]) -> Box:
    return Box(float(item["x0"]), float(item["top"]), float(item["x1"]), float(item["bottom"]))
