"""Pages of PDF and SVG files to pixels and words, by MuPDF."""

# mypy: allow-untyped-calls
# PyMuPDF says that it is typed, but its functions are not annotated.

import math
from statistics import median

import pymupdf
from PIL import Image

from s1_assets.extraction.picture import MAX_SIDE, Picture
from s1_assets.extraction.view import View
from s1_assets.rejects import Reason, Reject

# A drawing has no pixels of its own. 300 dpi is what journals print text in figures at; a drawing that is small at
# that is often enlarged by the page that includes it, so it gets at least half the pixels an image may have.
_DPI = 300
_MIN_SIDE = MAX_SIDE // 2
MAX_WORDS = 5_000  # maps and networks can label every node

_UNKNOWN = "\ufffd"
_MARKS = "Dingbats"  # R draws its plotting symbols as letters of ZapfDingbats
_TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP  # ligatures come as letters

# MuPDF tells every flaw of a file on standard error; what matters comes as an exception.
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


def draw(content: bytes, filetype: str, view: View) -> Picture | Reject:
    """What `view` shows of a PDF or SVG ("pdf", "svg"), with the words inside it, still to be turned by its angle.

    The page is its CropBox, as pdfTeX takes it, turned by its /Rotate. Annotations are left out, as pdfTeX does.
    """
    try:
        with pymupdf.open(stream=content, filetype=filetype) as document:
            if document.needs_pass:
                return Reject(Reason.UNREADABLE_IMAGE, "encrypted, asks for a password")
            if not document.page_count:
                return Reject(Reason.UNREADABLE_IMAGE, "a file without pages")
            if view.page > document.page_count:
                return Reject(Reason.PAGE_MISSING, f"page {view.page} of a file of {document.page_count} pages")
            page = document[view.page - 1]
            area = page.rect if document.is_pdf else _drawing_area(page)
            return _draw(page, area, view, view.page if document.is_pdf else None)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        return Reject(Reason.UNREADABLE_IMAGE, f"{type(error).__name__}: {error}")


def _drawing_area(page: pymupdf.Page) -> pymupdf.Rect:
    """The part of an SVG's page that is drawn on, which is what LaTeX's svg package shows unless told otherwise."""
    area: pymupdf.Rect = pymupdf.EMPTY_RECT()
    for _, box in page.get_bboxlog():
        area.include_rect(box)
    area.intersect(page.rect)
    return area


def _draw(page: pymupdf.Page, area: pymupdf.Rect, view: View, page_number: int | None) -> Picture | Reject:
    if area.is_empty or area.is_infinite:
        return Reject(
            Reason.UNREADABLE_IMAGE, f"nothing to show: a page of {page.rect.width} x {page.rect.height} points"
        )
    left, bottom, right, top = view.region(area.width, area.height)
    region = pymupdf.Rect(area.x0 + left, area.y1 - top, area.x0 + right, area.y1 - bottom)
    long_side = max(region.width, region.height)
    # The pixel grid may take one pixel more than the region's size, at its two edges.
    scale = min(max(_DPI / 72, _MIN_SIDE / long_side), (MAX_SIDE - 1) / long_side)
    pixmap = page.get_pixmap(
        matrix=pymupdf.Matrix(scale, scale), clip=region, colorspace=pymupdf.csRGB, alpha=False, annots=False
    )
    return Picture(
        pixels=Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples),
        angle=view.angle,
        page=page_number,
        words=_words(page, region, view.angle),
    )


def _words(page: pymupdf.Page, region: pymupdf.Rect, angle: float) -> list[str]:
    """The words that lie in the region, line by line as a reader of the turned image meets them."""
    # MuPDF gives text as it lies on the page before /Rotate.
    text = page.get_text("dict", clip=region * page.derotation_matrix, flags=_TEXT_FLAGS)
    placed = page.rotation_matrix * pymupdf.Matrix(-angle)
    lines = []
    for line in (line for block in text["blocks"] for line in block.get("lines", ())):
        letters = "".join(span["text"] for span in line["spans"] if _MARKS not in span["font"])
        words = [word for word in letters.split() if word.isprintable() and _UNKNOWN not in word]
        if words:
            lines.append((pymupdf.Rect(line["bbox"]) * placed, words))
    return [word for words in _reading_order(lines) for word in words][:MAX_WORDS]


def _reading_order(lines: list[tuple[pymupdf.Rect, list[str]]]) -> list[list[str]]:
    """Lines in rows from top to bottom, each row from left to right; a row is half a line high."""
    if not lines:
        return []
    tolerance = median(min(box.width, box.height) for box, _ in lines) / 2
    rows: list[list[tuple[float, list[str]]]] = []
    first = -math.inf
    for middle, left, words in sorted(((box.y0 + box.y1) / 2, box.x0, words) for box, words in lines):
        if middle > first + tolerance:
            rows.append([])
            first = middle
        rows[-1].append((left, words))
    return [words for row in rows for _, words in sorted(row)]
