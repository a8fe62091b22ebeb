"""A PDF's pages as lines of text and a picture of each: what all else is found in.

The file is a stranger's. MuPDF repairs what is damaged or gives up; what it takes at all is read under limits.
"""

# mypy: allow-untyped-calls
# PyMuPDF says that it is typed, but its functions are not annotated.

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
import pymupdf
from pymupdf import mupdf

from s1_assets.extraction.accents import composed
from s1_assets.extraction.pdf.geometry import Box
from s1_assets.extraction.pdf.labels import read_label
from s1_assets.rejects import Reason, Reject

MAX_PAGES = 1000
MAX_LINES = 5_000  # on a page, the longest; a map may label every street
_MARKS = "Dingbats"  # R draws its plotting symbols as letters of ZapfDingbats
_TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_ACCURATE_BBOXES
_PIXELS_A_POINT = 1.5
_MAX_PIXELS_A_SIDE = 2400
_DIRECTIONS = {0: (1, 0), 90: (0, -1), 180: (-1, 0), 270: (0, 1)}
_PARALLEL = 0.99  # cosine
# Blanks within a line, in parts of the letters' size. Parts that follow each other are seldom of two columns.
_WIDEST_BLANK, _WIDEST_AFTER_NUMBER = 1.5, 2.2

_SUBSET = re.compile(r"^[A-Z]{6}\+")  # ISO 32000-1, section 9.6.4
_BOLD = re.compile(r"bold|black|heavy|semibd|demi|medi(?!um|ci)|cmbx|cmssbx|sfbx|-b(?:i|$)|\.b\b", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obli|cmti|cmmi|sfti|-i(?:t|$)|-bi", re.IGNORECASE)
_HEADING_NUMBER = re.compile(r"(?:\d+|[A-Z]|[IVX]+)(?:\.\d+)*\.?|[•·–—▪●◦*-]")

# A letter without a name, and what only steers typesetting.
_UNREADABLE = frozenset("\ufffd\u200b\u200c\u200d\u2060\ufeff")

_DESCENT = 0.25  # of the letters' size

_FAILURES = (RuntimeError, ValueError, IndexError, mupdf.FzErrorBase)  # by which PyMuPDF says that it cannot

Point = tuple[float, float]
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Span:
    """Letters of one font. `font` is its name without subset prefix, `size` in points to the half point."""

    text: str
    font: str
    size: float
    bold: bool
    italic: bool
    box: Box

    @property
    def style(self) -> "Style":
        """What makes one text look unlike another."""
        return self.font, self.size


Style = tuple[str, float]


@dataclass(frozen=True, eq=False)
class Line:
    """A line of text, or the part of it up to a wide gap. `box` is that of its ink, `baseline` the y it stands on.

    `direction` is by how many degrees counterclockwise it is turned; None for a slant, of which `corners` are the
    corners.
    """

    spans: tuple[Span, ...]
    box: Box
    baseline: float
    direction: int | None = 0
    corners: tuple[Point, ...] = ()

    @cached_property
    def text(self) -> str:
        """Its letters, blanks settled."""
        return " ".join("".join(span.text for span in self.spans).split())

    @cached_property
    def main(self) -> Span:
        """The span that gives the line its look: that of the style with most letters."""
        letters: dict[Style, int] = {}
        for span in self.spans:
            letters[span.style] = letters.get(span.style, 0) + len(span.text.strip())
        style = max(letters, key=letters.__getitem__)
        return next(span for span in self.spans if span.style == style)

    @property
    def style(self) -> Style:
        """Font and size of most letters."""
        return self.main.style

    @property
    def size(self) -> float:
        """Size of most letters, in points."""
        return self.main.size


@dataclass(frozen=True, eq=False)
class Page:
    """A page as a reader holds it.

    `turned` is by how many degrees clockwise it was turned for that from how the PDF shows it: tables and figures
    that are wider than a page stand on it sideways. `area` is the page's box, lines lie in the order of the file.
    """

    number: int
    area: Box
    lines: tuple[Line, ...]
    images: tuple[Box, ...]
    turned: int = 0

    def as_shown(self, box: Box) -> Box:
        """A box of this page on the page as the PDF shows it."""
        width, height = self.area.width, self.area.height
        match self.turned:
            case 90:
                return Box(box.y0, width - box.x1, box.y1, width - box.x0)
            case 180:
                return Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0)
            case 270:
                return Box(height - box.y1, box.x0, height - box.y0, box.x1)
            case _:
                return box


_BLANK = Span(" ", "", 0.0, bold=False, italic=False, box=Box(0.0, 0.0, 0.0, 0.0))


class Pdf:
    """An open PDF."""

    def __init__(self, document: pymupdf.Document) -> None:
        self._document = document
        self.metadata_title = str((document.metadata or {}).get("title") or "")
        self.page_count = document.page_count

    def pages(self) -> Iterator[Page | Reject]:
        """Every page in turn; a reject for one that MuPDF cannot read."""
        for index in range(self.page_count):
            try:
                yield _read_page(self._document[index])
            except _FAILURES as error:
                yield Reject(Reason.PARSE_ERROR, f"page {index + 1} cannot be read: {type(error).__name__}: {error}")

    def picture(self, page: Page) -> tuple[Pixels, float] | Reject:
        """The page as RGB pixels (height, width, 3), and how many of them are a point; a reject if it is not drawn.

        A damaged file may lose pages while MuPDF repairs it, after they were read.
        """
        scale = min(_PIXELS_A_POINT, _MAX_PIXELS_A_SIDE / max(page.area.width, page.area.height))
        try:
            with _turned(self._document[page.number - 1], page.turned) as shown:
                pixmap = shown.get_displaylist(annots=False).get_pixmap(
                    matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False
                )
        except _FAILURES as error:
            return Reject(Reason.PARSE_ERROR, f"page {page.number} cannot be drawn: {type(error).__name__}: {error}")
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3), scale


@contextmanager
def open_pdf(content: bytes) -> Iterator[Pdf | Reject]:
    """The PDF, or why it is not read: damaged, encrypted, without pages or with more than MAX_PAGES."""
    try:
        document = pymupdf.open(stream=content, filetype="pdf")
    except _FAILURES as error:
        yield Reject(Reason.ARCHIVE_UNREADABLE, f"MuPDF cannot open it: {type(error).__name__}: {error}")
        return
    with document:
        yield _opened(document)


def _opened(document: pymupdf.Document) -> Pdf | Reject:
    try:
        return _fault(document) or Pdf(document)
    except _FAILURES as error:
        return Reject(Reason.ARCHIVE_UNREADABLE, f"MuPDF cannot count its pages: {type(error).__name__}: {error}")


def _fault(document: pymupdf.Document) -> Reject | None:
    if document.needs_pass:
        return Reject(Reason.ENCRYPTED, "asks for a password")
    if not document.is_pdf or not document.page_count:
        return Reject(Reason.ARCHIVE_UNREADABLE, "a PDF without pages, damaged or cut off")
    if document.page_count > MAX_PAGES:
        return Reject(Reason.READING_LIMIT, f"{document.page_count} pages, more than {MAX_PAGES}")
    return None


def _read_page(shown: pymupdf.Page) -> Page:
    """One page, turned so that most of its letters stand upright."""
    number = shown.number + 1
    page = _read_as_shown(shown, 0)
    if turned := _turn(page.lines):
        with _turned(shown, turned):
            page = _read_as_shown(shown, turned)
    return replace(page, number=number)


@contextmanager
def _turned(shown: pymupdf.Page, degrees: int) -> Iterator[pymupdf.Page]:
    """A page turned clockwise for a while; one that is to stay as it is is not touched."""
    rotation = shown.rotation
    if degrees:
        shown.set_rotation((rotation + degrees) % 360)
    try:
        yield shown
    finally:
        if degrees:
            shown.set_rotation(rotation)


def _read_as_shown(shown: pymupdf.Page, turned: int) -> Page:
    display = shown.get_displaylist(annots=False)
    content = _structured(display, shown.rect, _TEXT_FLAGS).extractDICT()
    images = _structured(display, shown.rect, _TEXT_FLAGS | pymupdf.TEXT_PRESERVE_IMAGES).extractIMGINFO()
    found = [line for block in content["blocks"] for part in block["lines"] if (line := _line(part))]
    if len(found) > MAX_LINES:
        found = sorted(found, key=lambda line: -len(line.text))[:MAX_LINES]
    return Page(
        number=0,
        area=Box(0.0, 0.0, shown.rect.width, shown.rect.height),
        lines=tuple(_join_parts(found)),
        images=tuple(Box(*image["bbox"]) for image in images),
        turned=turned,
    )


def _structured(display: pymupdf.DisplayList, area: pymupdf.Rect, flags: int) -> pymupdf.TextPage:
    content = mupdf.FzStextPage(mupdf.FzRect(area.x0, area.y0, area.x1, area.y1))
    device = mupdf.fz_new_stext_device(content, mupdf.FzStextOptions(flags))
    everywhere = mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE)
    mupdf.fz_run_display_list(display.this, device, mupdf.FzMatrix(), everywhere, mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return pymupdf.TextPage(content)


def _line(part: dict[str, Any]) -> Line | None:
    """A line as MuPDF tells it; None when nothing of it can be seen."""
    seen = [span for span in part["spans"] if _MARKS not in span["font"]]
    if not any(span["text"].strip() for span in seen):
        return None
    spans = [_span(span) for span in seen]
    direction = next((degrees for degrees, vector in _DIRECTIONS.items() if _is_along(part["dir"], vector)), None)
    baselines = [span["origin"][1] for span in seen if span["text"].strip()]
    is_slanted = direction is None and any(part["dir"])  # letters of no extent run nowhere
    corners = _corners(seen[0]["origin"], part["dir"], part["bbox"], spans[0].size) if is_slanted else ()
    return Line(tuple(spans), Box(*part["bbox"]), median(baselines), direction, corners)


def _corners(origin: Point, direction: Point, box: Sequence[float], size: float) -> tuple[Point, ...]:
    """The corners of a line of text that begins at a point and runs in a slanted direction through a box."""
    (x, y), (across, down) = origin, direction
    length = max((box[2] - box[0]) * abs(across), (box[3] - box[1]) * abs(down)) / max(across**2, down**2)
    along, over = (across * length, down * length), (down * size, -across * size)
    start = (x - over[0] * _DESCENT, y - over[1] * _DESCENT)
    upper = (start[0] + over[0] * (1 + _DESCENT), start[1] + over[1] * (1 + _DESCENT))
    return start, upper, (upper[0] + along[0], upper[1] + along[1]), (start[0] + along[0], start[1] + along[1])


def _is_along(vector: tuple[float, float], other: tuple[int, int]) -> bool:
    return vector[0] * other[0] + vector[1] * other[1] > _PARALLEL


def _span(span: dict[str, Any]) -> Span:
    font = _SUBSET.sub("", span["font"])
    return Span(
        text=_readable(span["text"]),
        font=font,
        size=round(2 * span["size"]) / 2,
        bold=bool(span["flags"] & pymupdf.TEXT_FONT_BOLD) or _BOLD.search(font) is not None,
        italic=bool(span["flags"] & pymupdf.TEXT_FONT_ITALIC) or _ITALIC.search(font) is not None,
        box=Box(*span["bbox"]),
    )


def _readable(text: str) -> str:
    """Letters of formulae in their own Unicode block as plain ones; what no reader can name is left out."""
    return "".join(
        unicodedata.normalize("NFKC", letter) if _is_styled(letter) else letter
        for letter in composed(text).replace("\u00ad", "-")
        if letter not in _UNREADABLE
    )


def _is_styled(letter: str) -> bool:
    return "\U0001d400" <= letter <= "\U0001d7ff" or "\ufb00" <= letter <= "\ufb06"


def _turn(lines: Sequence[Line]) -> int:
    """By how many degrees clockwise the page is to be turned for most letters to stand upright."""
    letters = Counter[int | None]()
    for line in lines:
        letters[line.direction] += len(line.text)
    most, count = max(letters.items(), key=lambda item: item[1], default=(0, 0))
    return most if most and 2 * count > letters.total() else 0


def _join_parts(parts: Sequence[Line]) -> list[Line]:
    """Lines whole again where MuPDF parted them at a wide blank."""
    lines: list[Line] = []
    for part in parts:
        if lines and _belongs_behind(lines[-1], part):
            line = lines[-1]
            lines[-1] = replace(line, spans=(*line.spans, _BLANK, *part.spans), box=line.box.joined(part.box))
        else:
            lines.append(part)
    return lines


def _belongs_behind(line: Line, part: Line) -> bool:
    """Whether a part goes on with the line: on its baseline, behind a blank, and not with a caption of its own."""
    size = max(line.size, part.size)
    if line.direction != 0 or part.direction != 0 or abs(line.baseline - part.baseline) > size / 4:
        return False
    widest = _WIDEST_AFTER_NUMBER if _HEADING_NUMBER.fullmatch(line.text) else _WIDEST_BLANK
    return -size / 2 < part.box.x0 - line.box.x1 < widest * size and read_label(part.text) is None
