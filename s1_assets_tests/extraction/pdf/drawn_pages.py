"""Pages drawn for a test: prose, pictures, charts and captions at places that the test knows. Lengths are in points."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pymupdf
from PIL import Image

from s1_assets.extraction.document import Document
from s1_assets.extraction.pdf.read import read_pdf

WIDTH, HEIGHT = 612.0, 792.0
MARGIN = 60.0
GUTTER = 18.0
ROMAN, ITALIC, BOLD, SANS, SANS_BOLD = "tiro", "tiit", "tibo", "helv", "hebo"

_WORDS = (
    "the of a in to and water basin gauge slowly rises after rain while upstream valley soil holds back part what "
    "falls measure level hourly compare model season winter summer flow peak height bridge station record error small "
    "large value between under over because channel width depth rough bed stone gravel sand bank tree root shade"
).split()

Box = tuple[float, float, float, float]


def sentences(chance: random.Random) -> Iterator[str]:
    """Sentences without end, that speak of no figure."""
    while True:
        words = chance.choices(_WORDS, k=chance.randint(8, 20))
        yield " ".join(words).capitalize() + "."


def prose(letters: int, seed: int) -> str:
    """Sentences of at least so many letters in all."""
    text = ""
    for sentence in sentences(random.Random(seed)):
        text += sentence + " "
        if len(text) >= letters:
            return text.strip()
    raise AssertionError("sentences never end")


def lines_of(text: str, width: float, font: str, size: float) -> list[str]:
    """A text broken into lines no wider than `width`."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pymupdf.get_text_length(longer, font, size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def column(number: int, columns: int) -> tuple[float, float]:
    """Left and right edge of a column, counted from 0."""
    width = (WIDTH - 2 * MARGIN - (columns - 1) * GUTTER) / columns
    left = MARGIN + number * (width + GUTTER)
    return left, left + width


@dataclass
class DrawnPaper:
    """A PDF under the pen; what is drawn goes to its last page."""

    seed: int = 0
    size: float = 10.0
    ink: tuple[float, float, float] = (0.0, 0.0, 0.0)
    document: pymupdf.Document = field(default_factory=pymupdf.open)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.turn_page()

    @property
    def page(self) -> pymupdf.Page:
        return self.document[-1]

    def turn_page(self, width: float = WIDTH, height: float = HEIGHT) -> None:
        self.document.new_page(width=width, height=height)

    def write(self, x: float, y: float, *lines: str, font: str = ROMAN, size: float | None = None) -> float:
        """Write lines below a height; the height below them comes back."""
        size = size or self.size
        for line in lines:
            y += 1.2 * size
            self.page.insert_text((x, y - 0.3 * size), line, fontname=font, fontsize=size, color=self.ink)
        return y

    def fill(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Fill a box with paragraphs of prose, the last one cut short."""
        while y1 - y0 >= 1.2 * self.size:
            lines = lines_of(prose(500, self.chance.randrange(1 << 30)), x1 - x0, ROMAN, self.size)
            *lines, last = lines[: int((y1 - y0) / (1.2 * self.size))]
            y0 = self.write(x0, y0, *lines, f"{last.rstrip('.')}.")

    def caption(
        self, box: Box, label: str, text: str, *, font: str = ROMAN, label_font: str = BOLD, size: float | None = None
    ) -> float:
        """Write a caption, its label in a font of its own, from the top of a box on; the height below comes back."""
        size = size or self.size - 1
        x0, y0, x1, _ = box
        if font == label_font:
            return self.write(x0, y0, *lines_of(f"{label} {text}", x1 - x0, font, size), font=font, size=size)
        indent = pymupdf.get_text_length(label + " ", label_font, size)
        self.write(x0, y0, label, font=label_font, size=size)
        words = text.split()
        first = lines_of(text, x1 - x0 - indent, font, size)[0]
        self.write(x0 + indent, y0, first, font=font, size=size)
        rest = " ".join(words[len(first.split()) :])
        y0 += 1.2 * size
        return self.write(x0, y0, *lines_of(rest, x1 - x0, font, size), font=font, size=size) if rest else y0

    def photograph(self, box: Box) -> None:
        """An image of soft colours with a dark rim, filling a box."""
        pixels = np.random.default_rng(self.chance.randrange(1 << 30)).integers(30, 200, (12, 16, 3), np.uint8)
        image = Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC)
        stream = io.BytesIO()
        image.save(stream, "PNG")
        self.page.insert_image(pymupdf.Rect(box), stream=stream.getvalue(), keep_proportion=False)

    def chart(self, box: Box) -> None:
        """A line chart: axes, ticks with numbers, two curves and a legend, all inside a box."""
        x0, y0, x1, y1 = box
        left, bottom = x0 + 22, y1 - 12
        self.page.draw_rect(pymupdf.Rect(x0, y0, x1, y1), color=(0, 0, 0), width=0.7)
        self.page.draw_line((left, y0 + 4), (left, bottom), width=0.7)
        self.page.draw_line((left, bottom), (x1 - 4, bottom), width=0.7)
        for tick in range(4):
            share = tick / 4
            self.page.insert_text((left + share * (x1 - left - 10), y1 - 3), str(10 * tick), fontname=SANS, fontsize=6)
            self.page.insert_text(
                (x0 + 3, bottom - share * (bottom - y0 - 8)), f"{share:.1f}", fontname=SANS, fontsize=6
            )
        for colour in ((0.8, 0.1, 0.1), (0.1, 0.1, 0.8)):
            heights = [self.chance.uniform(y0 + 6, bottom - 2) for _ in range(9)]
            points = [(left + step * (x1 - left - 6) / 8, height) for step, height in enumerate(heights)]
            self.page.draw_polyline(points, color=colour, width=1)
        self.page.insert_text((left + 12, y0 + 12), "upstream", fontname=SANS, fontsize=6)

    def read(self) -> Document:
        """What the PDF route reads of it."""
        return read_pdf(self.document.tobytes(), "main.pdf")


def shown(document: Document) -> list[tuple[str | None, str, int]]:
    """Label, caption and number of pictures of each figure."""
    return [(figure.label, figure.caption, len(figure.graphics)) for figure in document.figures]


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    a, b = pymupdf.Rect(one), pymupdf.Rect(other)
    common = abs(a & b) if a.intersects(b) else 0.0
    return common / (abs(a) + abs(b) - common)
