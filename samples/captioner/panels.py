"""Draws the panels of charts with axes: lines, points, bars, histograms and heat maps."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from samples.captioner.chart import Chart, Values, profile, shade
from samples.captioner.words import NOUNS, pick

RGB = tuple[int, int, int]
INK = (34, 34, 34)
TEXT = (30, 30, 30)
FACES = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "STIXGeneral.ttf", "DejaVuSans-Bold.ttf")


@dataclass(frozen=True)
class Panel:
    """One panel: the rectangle inside its axes in pixels, the pen that draws in it, and what is drawn."""

    pen: ImageDraw.ImageDraw
    left: float
    top: float
    right: float
    bottom: float
    paints: list[RGB]
    trend: str

    def across(self, x: Values) -> Values:
        """Pixel columns of horizontal places in [0, 1]."""
        return np.asarray(self.left + x * (self.right - self.left))

    def down(self, y: Values) -> Values:
        """Pixel rows of values in [0, 1]; 0 is the bottom."""
        return np.asarray(self.bottom - y * (self.bottom - self.top))

    def points(self, x: Values, y: Values) -> Values:
        """Columns and rows, shape (points, 2), of places in [0, 1]."""
        return np.stack([self.across(x), self.down(np.clip(y, 0, 1))], axis=1)

    def values(self, series: int, count: int, rng: np.random.Generator) -> Values:
        """Values of one of the panel's series that follow the trend; several are moved apart."""
        y = profile(self.trend, count, rng)
        if len(self.paints) > 1:
            squeeze = rng.uniform(0.6, 1)
            y = y * squeeze + (1 - squeeze) * (series / (len(self.paints) - 1))
        return y


@dataclass(frozen=True)
class Stroke:
    """How lines and points look: thickness in pixels, form of the marks, and whether lines carry them or waver."""

    form: int
    thick: float
    marked: bool
    noisy: bool


@cache
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """One of matplotlib's fonts at a size in pixels."""
    from matplotlib import get_data_path

    return ImageFont.truetype(Path(get_data_path(), "fonts/ttf", face), size)


def draw_panels(image: Image.Image, chart: Chart, rng: np.random.Generator) -> None:
    """The panels of a chart, side by side, all in one style."""
    pen = ImageDraw.Draw(image)
    paints = [shade(colour, rng) for colour in chart.colours]
    style = int(rng.integers(2**32))
    width = image.width / len(chart.trends)
    for number, trend in enumerate(chart.trends):
        choices = np.random.default_rng(style)
        face, size = FACES[choices.integers(len(FACES))], int(choices.integers(8, 15))
        margin = choices.uniform(0.1, 0.2) * image.height
        left = number * width + margin * choices.uniform(0.8, 1.2)
        bar = chart.kind == "heat map" and choices.random() < 0.6
        right = (number + 1) * width - choices.uniform(4, 14) - (0.13 * width if bar else 0)
        panel = Panel(pen, left, choices.uniform(6, 22), right, image.height - margin, paints, trend)
        _axes(panel, choices, grid=chart.kind != "heat map")
        _fill(image, panel, chart.kind, rng, choices)
        if bar:
            _colour_bar(image, panel, width)
        if choices.random() < 0.75:
            type_ = font(face, size)
            pen.text(((left + right) / 2, image.height - 2), chart.x_word, TEXT, type_, anchor="mb")
            _write_upwards(image, chart.y_word, type_, (number * width + 1, panel.top))
        if choices.random() < 0.3:
            pen.text((left + 4, 2), f"({'ab'[number]})", (0, 0, 0), font(face, size + 2))
    if len(paints) > 1 and rng.random() < 0.6:
        _legend(panel, rng)


def _fill(image: Image.Image, panel: Panel, kind: str, rng: np.random.Generator, choices: np.random.Generator) -> None:
    """What is between the axes; `choices` gives the style that all panels of a chart share."""
    if kind == "heat map":
        _heat_map(image, panel, rng)
    elif kind == "histogram":
        _histogram(panel, rng, choices)
    elif kind == "bar chart":
        _bars(panel, rng, choices)
    else:
        form, thick = int(choices.integers(3)), float(choices.uniform(1.2, 4.5))
        stroke = Stroke(form, thick, bool(choices.random() < 0.35), bool(choices.random() < 0.35))
        for series in range(len(panel.paints)):
            if kind == "scatter plot":
                _cloud(panel, series, stroke, rng)
            else:
                _line(panel, series, stroke, rng, choices)


def _axes(panel: Panel, choices: np.random.Generator, *, grid: bool) -> None:
    """Grid, spines or a box, ticks and their numbers."""
    ink = INK if choices.random() < 0.7 else (0, 0, 0)
    pen, width = panel.pen, int(choices.integers(1, 3))
    ticks = (np.arange(5) + 0.5) / 5
    lined = grid and choices.random() < 0.3
    box, numbers = choices.random() < 0.5, choices.random() < 0.8
    small = font(FACES[0], int(choices.integers(7, 12)))
    step = float(choices.choice([0.1, 0.5, 1, 2, 5, 20]))
    for number, (x, y) in enumerate(panel.points(ticks, ticks).tolist()):
        if lined:
            pen.line((x, panel.top, x, panel.bottom), (222, 222, 222))
            pen.line((panel.left, y, panel.right, y), (222, 222, 222))
        pen.line((x, panel.bottom, x, panel.bottom + 3), ink)
        pen.line((panel.left - 3, y, panel.left, y), ink)
        if numbers:
            pen.text((x, panel.bottom + 4), f"{number * step:g}", ink, small, anchor="mt")
            pen.text((panel.left - 4, y), f"{number * step:g}", ink, small, anchor="rm")
    pen.line((panel.left, panel.top, panel.left, panel.bottom, panel.right, panel.bottom), ink, width)
    if box:
        pen.line((panel.left, panel.top, panel.right, panel.top, panel.right, panel.bottom), ink, width)


def _cloud(panel: Panel, series: int, stroke: Stroke, rng: np.random.Generator) -> None:
    """Points that scatter around the trend."""
    count = int(rng.integers(40, 110))
    y = panel.values(series, count, rng)
    x = np.linspace(0, 1, count) + rng.normal(0, 0.01, count)
    y = y + rng.normal(0, rng.uniform(0.02, 0.07), count)
    points = panel.points(0.03 + 0.94 * x, y)
    _marks(panel.pen, points, panel.paints[series], stroke.form, max(1.8, stroke.thick))


def _line(panel: Panel, series: int, stroke: Stroke, rng: np.random.Generator, choices: np.random.Generator) -> None:
    """A line, smooth or wavering, whole or in dashes, or through a few marked points."""
    count = int(rng.integers(7, 14)) if stroke.marked else 90
    y = panel.values(series, count, rng)
    if stroke.noisy:
        y = y + rng.normal(0, 0.02, count)
    points = panel.points(np.linspace(0.02, 0.98, count) if stroke.marked else np.linspace(0, 1, count), y)
    dashed = not stroke.marked and series > 0 and choices.random() < 0.25
    pieces = [points[start : start + 4] for start in range(0, count - 3, 6)] if dashed else [points]
    for piece in pieces:
        panel.pen.line(piece.ravel().tolist(), panel.paints[series], max(1, round(stroke.thick)))
    if stroke.marked:
        _marks(panel.pen, points, panel.paints[series], stroke.form, stroke.thick + 1.2)


def _marks(pen: ImageDraw.ImageDraw, points: Values, paint: RGB, form: int, radius: float) -> None:
    """Circles, squares or crosses (form 0, 1 or 2) around points in pixels."""
    for x, y in points.tolist():
        corners = (x - radius, y - radius, x + radius, y + radius)
        if form == 0:
            pen.ellipse(corners, paint)
        elif form == 1:
            pen.rectangle(corners, paint)
        else:
            pen.line(corners, paint, 2)
            pen.line((corners[0], corners[3], corners[2], corners[1]), paint, 2)


def _bars(panel: Panel, rng: np.random.Generator, choices: np.random.Generator) -> None:
    """Bars with gaps, side by side where there are several series; some have an outline or an error bar."""
    least = {"oscillates": 8, "peaks": 5, "dips": 5}.get(panel.trend, 4)
    every = len(panel.paints)
    count = int(rng.integers(least, 12 if every == 1 else 10))
    share = choices.uniform(0.5, 0.82)
    outline, error = choices.random() < 0.4, choices.random() < 0.2
    for series, paint in enumerate(panel.paints):
        heights = np.clip(profile(panel.trend, count, rng) + rng.normal(0, 0.01, count), 0.03, 1)
        for number, (height, top) in enumerate(zip(heights, panel.down(heights), strict=True)):
            start = (number + (1 - share) / 2 + share * series / every) / count
            left, right = panel.across(np.array([start, start + share / every / count])).tolist()
            panel.pen.rectangle((left, top, right, panel.bottom), paint, INK if outline else None)
            if error:
                middle, half = (left + right) / 2, 4 + 6 * height
                panel.pen.line((middle, top - half, middle, top + half), INK)


def _histogram(panel: Panel, rng: np.random.Generator, choices: np.random.Generator) -> None:
    """Many touching bars, at times with an outline that tells them apart."""
    count = int(rng.integers(14, 32))
    heights = np.clip(profile(panel.trend, count, rng) * (1 + rng.normal(0, 0.05, count)), 0.01, 1)
    edges = panel.across(np.linspace(0.02, 0.98, count + 1)).tolist()
    outline = (255, 255, 255) if choices.random() < 0.4 else INK if choices.random() < 0.5 else None
    for (left, right), top in zip(pairwise(edges), panel.down(heights), strict=True):
        panel.pen.rectangle((left, top, right, panel.bottom), panel.paints[0], outline)


def _heat_map(image: Image.Image, panel: Panel, rng: np.random.Generator) -> None:
    """Cells whose shade follows the trend from left to right and wavers from top to bottom."""
    columns, rows = int(rng.integers(12, 40)), int(rng.integers(4, 24))
    level = profile(panel.trend, columns, rng)[None, :] + rng.normal(0, rng.uniform(0.01, 0.06), (rows, columns))
    cells = Image.fromarray(_ramp(panel.paints[0], np.clip(level, 0, 1)).astype(np.uint8))
    box = (round(panel.right - panel.left), round(panel.bottom - panel.top))
    smooth = Image.Resampling.NEAREST if rng.random() < 0.6 else Image.Resampling.BILINEAR
    image.paste(cells.resize(box, smooth), (round(panel.left), round(panel.top)))


def _ramp(paint: RGB, level: Values) -> Values:
    """Colours of a map that runs from white at level 0 to the paint at level 1; shape (*level.shape, 3)."""
    return np.asarray(250 + (np.asarray(paint) - 250) * level[..., None])


def _colour_bar(image: Image.Image, panel: Panel, width: float) -> None:
    scale = _ramp(panel.paints[0], np.linspace(1, 0, 32)[:, None]).astype(np.uint8)
    bar = Image.fromarray(scale).resize((max(3, round(0.04 * width)), round(panel.bottom - panel.top)))
    image.paste(bar, (round(panel.right + 0.03 * width), round(panel.top)))


def _legend(panel: Panel, rng: np.random.Generator) -> None:
    for number, paint in enumerate(panel.paints):
        left, top = panel.left + 6, panel.top + 4 + 10 * number
        panel.pen.line((left, top + 5, left + 12, top + 5), paint, 3)
        panel.pen.text((left + 15, top), pick(rng, NOUNS)[:6], TEXT, font(FACES[0], 8))


def _write_upwards(image: Image.Image, text: str, face: ImageFont.FreeTypeFont, corner: tuple[float, float]) -> None:
    box = face.getbbox(text)
    label = Image.new("L", (int(box[2]) + 1, int(box[3]) + 1))
    ImageDraw.Draw(label).text((0, 0), text, 255, face)
    image.paste(TEXT, (round(corner[0]), round(corner[1])), label.rotate(90, expand=True))
