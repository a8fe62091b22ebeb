"""What the PDF route saw on each page, drawn on the page: for a reader who asks "why this crop?".

    make overlay PDF=paper.pdf

A figure and its caption have one colour and the figure's number; a picture without a caption is red. Running text is
grey, what captions of tables and the like may take is hatched in brown; what is left white counts for nothing.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from s1_assets.extraction.pdf.geometry import Box
from s1_assets.extraction.pdf.pages import Page, open_pdf
from s1_assets.extraction.pdf.read import Layout, lay_out
from s1_assets.rejects import Reject
from s1_assets.settings import PROJECT

_COLOURS = ("#1f77b4", "#2ca02c", "#9467bd", "#e07b00", "#17a2b8", "#c2409b", "#7f7f00")
_LONE, _TEXT, _OTHER = "#d62728", "#808080", "#8c564b"
_FAINT, _CLEAR = 28, 60  # of 255
_LINE, _TAG, _HATCH = 2, 15, 9  # pixels

Rectangle = tuple[float, float, float, float]


def draw_pages(content: bytes) -> Iterator[tuple[int, Image.Image]]:
    """Every page that can be read and drawn: its number, and its picture upright as read (RGB, 1.5 pixels a point).

    Raises ValueError for a PDF that the route rejects as a whole, with the reason.
    """
    with open_pdf(content) as pdf:
        if isinstance(pdf, Reject):
            raise ValueError(f"{pdf.reason}: {pdf.detail}")
        pages = [page for page in pdf.pages() if isinstance(page, Page)]
        layout = lay_out(pdf, pages)
        if isinstance(layout, Reject):
            raise ValueError(f"{layout.reason}: {layout.detail}")
        for page in pages:
            picture = pdf.picture(page)
            if not isinstance(picture, Reject) and page.number in layout.surroundings:
                yield page.number, _draw(_Sheet(Image.fromarray(picture[0]), picture[1]), page.number, layout)


def _draw(sheet: "_Sheet", page: int, layout: Layout) -> Image.Image:
    around = layout.surroundings[page]
    for line in around.running:
        sheet.tint(line.box, _TEXT, _FAINT)
    for part in around.parts:
        if part.kind != "picture":
            sheet.hatch(part.box, _OTHER)
    for number, caption in enumerate(layout.captions, 1):
        colour = _COLOURS[(number - 1) % len(_COLOURS)]
        for line in caption.lines.get(page, ()):
            sheet.tint(line.box, colour, _CLEAR)
        for region in layout.regions.get(caption, ()):
            if region.page == page:
                sheet.frame(region.box, colour, f"{number}: {caption.label.printed}")
    for box in layout.lone.get(page, ()):
        sheet.frame(box, _LONE, "no caption")
    return sheet.image


class _Sheet:
    """A picture of a page to draw on, in points of the page."""

    def __init__(self, image: Image.Image, scale: float) -> None:
        self.image = image
        self._scale = scale
        self._draw = ImageDraw.Draw(image, "RGBA")
        self._font = ImageFont.load_default(_TAG)

    def tint(self, box: Box, colour: str, opacity: int) -> None:
        self._draw.rectangle(self._pixels(box), fill=f"{colour}{opacity:02x}")

    def frame(self, box: Box, colour: str, tag: str) -> None:
        x0, y0, x1, y1 = self._pixels(box)
        self._draw.rectangle((x0, y0, x1, y1), outline=colour, width=_LINE)
        place = (max(x0, 0.0), max(y0 - _TAG - 2, 0.0))
        self._draw.rectangle(self._draw.textbbox(place, tag, self._font), fill=colour)
        self._draw.text(place, tag, "white", self._font)

    def hatch(self, box: Box, colour: str) -> None:
        x0, y0, x1, y1 = self._pixels(box)
        height = y1 - y0
        for x in range(int(x0 - height), int(x1), _HATCH):
            start, end = max(x, x0), min(x + height, x1)
            self._draw.line((start, y0 + start - x, end, y0 + end - x), fill=f"{colour}{_CLEAR:02x}")
        self._draw.rectangle((x0, y0, x1, y1), outline=f"{colour}{_CLEAR:02x}")

    def _pixels(self, box: Box) -> Rectangle:
        x0, y0, x1, y1 = (self._scale * side for side in box)
        return x0, y0, max(x0, x1), max(y0, y1)


def main() -> int:
    """Writes a PNG a page and says where; returns 1 when the PDF cannot be read."""
    parser = argparse.ArgumentParser(prog="make overlay", description="Draws what the PDF route saw on each page.")
    parser.add_argument("pdf", type=Path, help="the PDF: make overlay PDF=…")
    path = parser.parse_args().pdf
    folder = PROJECT / "build/overlay" / path.stem
    try:
        for number, picture in draw_pages(path.read_bytes()):
            folder.mkdir(parents=True, exist_ok=True)
            picture.save(folder / f"page-{number:03}.png")
    except (OSError, ValueError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    print(f"{folder}/page-*.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
