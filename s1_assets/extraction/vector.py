"""Pages of PDF and SVG files to pixels and words, by MuPDF."""

# mypy: allow-untyped-calls
# PyMuPDF says that it is typed, but its functions are not annotated.

import math
import re
from statistics import median

import pymupdf
from PIL import Image, ImageChops
from pymupdf import mupdf

from s1_assets.extraction.accents import composed
from s1_assets.extraction.picture import MAX_SIDE, Picture
from s1_assets.extraction.view import View
from s1_assets.rejects import Reason, Reject

# A drawing has no pixels of its own. 300 dpi is what journals print text in figures at; a drawing that is small at
# that is often enlarged by the page that includes it, so it gets at least half the pixels an image may have.
_DPI = 300
_MIN_SIDE = MAX_SIDE // 2
# A page that is white for the most part, such as a plot on a sheet of A4, is cut to what is drawn and a rim around it.
_MOSTLY_WHITE = 2.0  # page to drawing, in area
_RIM = 0.05  # of the drawing's long side
_SHARPER = 1.25  # a gain in resolution for which a part is drawn anew instead of being cut out
MAX_WORDS = 5_000  # maps and networks can label every node

_UNKNOWN = "\ufffd"
_MARKS = "Dingbats"  # R draws its plotting symbols as letters of ZapfDingbats
_TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP  # ligatures come as letters
_LETTER = pymupdf.Rect(0, 0, 612, 792)  # what MuPDF makes of a page whose boxes do not overlap
_PAGE_BOXES = {"mediabox": "MediaBox", "bleedbox": "BleedBox", "trimbox": "TrimBox", "artbox": "ArtBox"}
# MuPDF paints these black: gradients and patterns, and what has its colour from a style sheet.
_UNPAINTABLE = re.compile(
    rb"\b(?:fill|stroke)\s*[:=]\s*[\"']?\s*url\(|<style[^<>]*>(?:\s*<!\[CDATA\[)?[^<]*\b(?:fill|stroke)\s*:"
)

# MuPDF tells every flaw of a file on standard error; what matters comes as an exception.
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


def draw(content: bytes, filetype: str, view: View, margin: float = 0.0) -> Picture | Reject:
    """What `view` shows of a PDF or SVG ("pdf", "svg"), with the words inside it, still to be turned by its angle.

    The page is its CropBox, as pdfTeX takes it, turned by its /Rotate. Annotations are left out, as pdfTeX does.
    `margin` is how many points of the page on each side lie around the graphic: what is drawn there is shown too,
    unless the view is clipped.
    """
    if filetype == "svg" and _UNPAINTABLE.search(content):
        return Reject(Reason.UNREADABLE_IMAGE, "an SVG with gradients or a style sheet, which MuPDF does not read")
    try:
        with pymupdf.open(stream=content, filetype=filetype) as document:
            if document.needs_pass:
                return Reject(Reason.UNREADABLE_IMAGE, "encrypted, asks for a password")
            if not document.page_count:
                return Reject(Reason.UNREADABLE_IMAGE, "a file without pages")
            if view.page > document.page_count:
                return Reject(Reason.PAGE_MISSING, f"page {view.page} of a file of {document.page_count} pages")
            return _draw(_page(document, view), view, margin)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        return Reject(Reason.UNREADABLE_IMAGE, f"{type(error).__name__}: {error}")


def _page(document: pymupdf.Document, view: View) -> pymupdf.Page:
    """The page, cut to the box that the view names, or to its MediaBox where its CropBox shows nothing of that."""
    page = document[view.page - 1]
    if not document.is_pdf:
        return page
    box = "null"
    if view.page_box in _PAGE_BOXES:
        _, box = document.xref_get_key(page.xref, _PAGE_BOXES[view.page_box])
    # Without any other box the CropBox counts, and without a CropBox the MediaBox (ISO 32000-1, section 14.11.2).
    cannot_be_cut = page.rect == _LETTER and page.cropbox.bottom_right - page.cropbox.top_left != _LETTER.bottom_right
    if box == "null" and view.page_box != "mediabox" and not cannot_be_cut:
        return page
    document.xref_set_key(page.xref, "CropBox", box)
    return document.reload_page(page)


def _draw(page: pymupdf.Page, view: View, margin: float) -> Picture | Reject:
    display = page.get_displaylist(annots=False)
    graphic = _grown(page.rect, -margin)
    if not page.parent.is_pdf:
        # An SVG shows what is drawn on its page, as LaTeX's svg package does unless told otherwise.
        graphic = _extent(display) & page.rect
    if graphic.is_empty or graphic.is_infinite:
        return Reject(
            Reason.UNREADABLE_IMAGE, f"nothing to show: a page of {page.rect.width} x {page.rect.height} points"
        )
    left, bottom, right, top = view.region(graphic.width, graphic.height, margin)
    region = pymupdf.Rect(graphic.x0 + left, graphic.y1 - top, graphic.x0 + right, graphic.y1 - bottom)
    within = region if view.clipped or not margin else region | (_extent(display) & page.rect)
    pixels, shown = _drawing(display, region, within)
    return Picture(
        pixels=pixels,
        angle=view.angle,
        reflected=view.reflected,
        page=view.page if page.parent.is_pdf else None,
        words=_words(display, shown, view.angle),
    )


def _drawing(
    display: pymupdf.DisplayList, region: pymupdf.Rect, within: pymupdf.Rect
) -> tuple[Image.Image, pymupdf.Rect]:
    """Pixels of the region, and of what is drawn beyond it as far as `within`; and the part of the page they show."""
    pixels, to_pixels = _pixels(display, within)
    ink = ImageChops.invert(pixels).getbbox()
    if ink is None:
        return pixels, within
    drawn = pymupdf.Rect(ink) * ~to_pixels
    shown = region | drawn
    if abs(shown) > _MOSTLY_WHITE * abs(drawn):
        shown = _grown(drawn, _RIM * max(drawn.width, drawn.height)) & within
    if _scale(shown) > _SHARPER * _scale(within):
        return _pixels(display, shown)[0], shown
    cut = (shown * to_pixels).round() & (0, 0, *pixels.size)
    return pixels.crop(tuple(cut)), shown


def _grown(area: pymupdf.Rect, by: float) -> pymupdf.Rect:
    return pymupdf.Rect(area.x0 - by, area.y0 - by, area.x1 + by, area.y1 + by)


def _pixels(display: pymupdf.DisplayList, area: pymupdf.Rect) -> tuple[Image.Image, pymupdf.Matrix]:
    """An area of the page on white, and how points of the page become pixels of it."""
    scale = _scale(area)
    pixmap = display.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False, clip=area)
    pixels = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples_mv)
    return pixels, pymupdf.Matrix(scale, 0, 0, scale, -pixmap.x, -pixmap.y)


def _scale(area: pymupdf.Rect) -> float:
    """Pixels a point."""
    long_side = max(area.width, area.height)
    # The pixel grid may take one pixel more than the area's size, at its two edges.
    return float(min(max(_DPI / 72, _MIN_SIDE / long_side), (MAX_SIDE - 1) / long_side))


def _extent(display: pymupdf.DisplayList) -> pymupdf.Rect:
    """The part of the page that anything is painted on, be it white."""
    extent = mupdf.FzRect(mupdf.FzRect.Fixed_EMPTY)
    _run(display, mupdf.fz_new_bbox_device(extent))
    return pymupdf.Rect(extent)


def _words(display: pymupdf.DisplayList, area: pymupdf.Rect, angle: float) -> list[str]:
    """The words that lie in the area, line by line as a reader of the turned image meets them."""
    text = mupdf.FzStextPage(mupdf.FzRect(area.x0, area.y0, area.x1, area.y1))
    _run(display, mupdf.fz_new_stext_device(text, mupdf.FzStextOptions(_TEXT_FLAGS)))
    turned = pymupdf.Matrix(-angle)
    lines = []
    for line in (line for block in pymupdf.TextPage(text).extractDICT()["blocks"] for line in block.get("lines", ())):
        letters = "".join(span["text"] for span in line["spans"] if _MARKS not in span["font"])
        words = [word for word in composed(letters).split() if word.isprintable() and _UNKNOWN not in word]
        if words:
            lines.append((pymupdf.Rect(line["bbox"]) * turned, words))
    return [word for words in _reading_order(lines) for word in words][:MAX_WORDS]


def _run(display: pymupdf.DisplayList, device: mupdf.FzDevice) -> None:
    everywhere = mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE)
    mupdf.fz_run_display_list(display.this, device, mupdf.FzMatrix(), everywhere, mupdf.FzCookie())
    mupdf.fz_close_device(device)


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
