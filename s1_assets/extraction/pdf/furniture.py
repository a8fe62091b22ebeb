"""What stands on a page without being of the paper: running heads, page numbers, line numbers, stamps."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from s1_assets.extraction.pdf.geometry import Box
from s1_assets.extraction.pdf.labels import read_label
from s1_assets.extraction.pdf.pages import Line, Page

_MARGIN = 0.12  # of the page's height, where running heads and feet stand
_SIDE = 0.1  # of the page's width, where stamps stand
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—|\s]*(?:[A-Z]{0,2}\d{1,5}|[ivxl]{1,6})[-–—|\s]*(?:(?:of|/)\s*\d+)?", re.IGNORECASE
)
_FEWEST_REPEATS, _SHARE_OF_PAGES, _MOST_PAGES = 2, 0.15, 0.6
_FEWEST_NUMBERED_LINES = 5
_MOST_SKIPPED = 10  # lines from one that has a number to the next
_SHORTEST_LINE = 20  # letters of a line that is counted
_BANDS = (-1, 0, 1)
_SMALL = 0.05  # of the page's area; a picture larger than that, with no text set over it, is no furniture
_LETTERS_IN_TEXT = 40  # of a line that is none of a picture's labels


def find_furniture(pages: Sequence[Page]) -> set[Line]:
    """Lines of these pages that are not of the paper."""
    repeats = _repeated(pages)
    found: set[Line] = set()
    for page in pages:
        found.update(_outermost(page, repeats))
        found.update(_line_numbers(page))
        found.update(line for line in page.lines if _is_stamp(line, page, repeats))
    return found


def repeated_boxes(pages: Sequence[Page], boxes: Sequence[Collection[Box]]) -> list[set[Box]]:
    """Of the ink of each page what returns at the same place of other pages: logos, the bars of running heads."""
    pages_with = Counter(place for on_page in boxes for place in {_place(box) for box in on_page})
    in_margin, anywhere = (max(_FEWEST_REPEATS, share * len(pages)) for share in (_SHARE_OF_PAGES, _MOST_PAGES))
    return [
        {
            box
            for box in on_page
            if pages_with[_place(box)] >= (in_margin if _is_in_margin(box, page) else anywhere)
            and not _is_large_picture(box, page)
        }
        for page, on_page in zip(pages, boxes, strict=True)
    ]


def _is_large_picture(box: Box, page: Page) -> bool:
    """Whether it shows too much to be decoration: manuscripts give each figure the same place of a page of its own."""
    texts = (line.box for line in page.lines if len(line.text) >= _LETTERS_IN_TEXT)
    return box.area > _SMALL * page.area.area and not any(box.holds(text, 0.5) for text in texts)


def _place(box: Box) -> tuple[int, ...]:
    return tuple(round(side / 4) for side in box)


def _repeated(pages: Sequence[Page]) -> set[tuple[str, int]]:
    """Texts that return in the margins of other pages, or turned, numbers aside, with their heights on the page."""
    seen: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for page in pages:
        for line in page.lines:
            if (line.direction != 0 or _is_in_margin(line.box, page)) and read_label(line.text) is None:
                text, height = _repeating(line)
                for band in _BANDS:
                    seen[text, height + band].add(page.number)
    fewest = max(_FEWEST_REPEATS, _SHARE_OF_PAGES * len(pages))
    return {place for place, numbers in seen.items() if len(numbers) >= fewest}


def _repeating(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text), round(line.box.y0 / 4)


def _outermost(page: Page, repeats: Collection[tuple[str, int]]) -> Iterator[Line]:
    """Running heads and page numbers, from the page's edges inwards as far as there is nothing else."""
    lines = sorted((line for line in page.lines if line.direction == 0), key=lambda line: line.box.y0)
    for inwards in (lines, sorted(lines, key=lambda line: -line.box.y1)):
        edge: Line | None = None
        for line in inwards:
            if edge is not None and line.box.gap_down(edge.box) >= 0:
                break
            if _is_in_margin(line.box, page) and (_repeating(line) in repeats or _PAGE_NUMBER.fullmatch(line.text)):
                yield line
            elif edge is None:
                edge = line


def _is_in_margin(box: Box, page: Page) -> bool:
    _, y = box.middle
    return y < _MARGIN * page.area.height or y > (1 - _MARGIN) * page.area.height


def _line_numbers(page: Page) -> Iterator[Line]:
    """Numbers that count the lines of text beside them: rising down the page in a column of their own."""
    numbers = [line for line in page.lines if line.direction == 0 and line.text.isdigit()]
    text = [line for line in page.lines if line.direction == 0 and len(line.text) > _SHORTEST_LINE]
    for edge in {round(line.box.x1) for line in numbers}:
        column = [line for line in numbers if abs(line.box.x1 - edge) <= 1]
        column.sort(key=lambda line: line.baseline)
        values = [int(line.text) for line in column]
        rising = all(0 < after - before <= _MOST_SKIPPED for before, after in pairwise(values))
        beside = sum(any(abs(line.baseline - other.baseline) < 2 for other in text) for line in column)
        if len(column) >= _FEWEST_NUMBERED_LINES and rising and beside > len(column) / 2:
            yield from column


def _is_stamp(line: Line, page: Page, repeats: Collection[tuple[str, int]]) -> bool:
    """Whether it runs along a side of the page, as arXiv's number does, or returns across pages, as watermarks do."""
    x, _ = line.box.middle
    at_side = x < _SIDE * page.area.width or x > (1 - _SIDE) * page.area.width
    long = line.box.height > page.area.height / 6
    return long and line.direction != 0 and (at_side or _repeating(line) in repeats)
