"""Draws charts with Pillow in a few milliseconds each, in many styles, so that training never waits for a picture.

Where a figure of a paper has a choice (frame, grid, ticks, marks, type, line width, paper, JPEG), chance decides.
"""

import io
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from samples.captioner.chart import COLOURS, Chart, Values, shade
from samples.captioner.panels import FACES, INK, RGB, TEXT, draw_panels, font
from samples.captioner.words import NOUNS, coined, pick

Place = tuple[float, float]


def draw(chart: Chart, rng: np.random.Generator) -> Image.Image:
    """The chart as an RGB picture of about 200 to 400 pixels a side."""
    height = int(rng.integers(170, 300))
    aspect = rng.uniform(1.7, 2.5) if len(chart.trends) > 1 else rng.uniform(0.95, 1.65)
    size = (int(height * aspect), height)
    if chart.kind == "micrograph":
        return _printed(_micrograph(chart, size, rng), rng)
    paper = (255, 255, 255) if rng.random() < 0.8 else tuple(int(c) for c in rng.integers(236, 256, 3))
    image = Image.new("RGB", size, paper)
    if chart.kind == "pie chart":
        _pie(image, chart, rng)
    elif chart.kind == "diagram":
        _diagram(image, chart, rng)
    else:
        draw_panels(image, chart, rng)
    return _printed(image, rng)


def _printed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """What happens to a picture on its way into a paper: at times noise, at times JPEG."""
    if rng.random() < 0.15:
        noise = rng.normal(0, rng.uniform(1, 7), (image.height, image.width, 1))
        image = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
    if rng.random() < 0.2:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=int(rng.integers(50, 95)))
        image = Image.open(stream).convert("RGB")
    return image


def pie_shares(rng: np.random.Generator) -> list[float]:
    """Shares of three to five slices, the first by far the largest."""
    largest = rng.uniform(0.45, 0.7)
    return [largest, *(rng.dirichlet(np.full(rng.integers(2, 5), 4.0)) * (1 - largest)).tolist()]


def _pie(image: Image.Image, chart: Chart, rng: np.random.Generator) -> None:
    """A disc whose largest slice has the chart's colour, at times with names around it."""
    pen, radius = ImageDraw.Draw(image), min(image.size) * rng.uniform(0.32, 0.46)
    x, y = image.width / 2 + rng.uniform(-10, 10), image.height / 2
    others = [name for name in COLOURS if name not in chart.colours]
    rng.shuffle(others)
    shares, start = pie_shares(rng), rng.uniform(0, 360)
    edge = (255, 255, 255) if rng.random() < 0.5 else None
    for share, colour in zip(shares, [chart.colours[0], *others], strict=False):
        box = (x - radius, y - radius, x + radius, y + radius)
        pen.pieslice(box, start, start + 360 * share, shade(colour, rng), edge, width=2)
        start += 360 * share
    if rng.random() < 0.4:
        for angle in rng.uniform(0, 2 * np.pi, 3):
            place = (x + 1.1 * radius * np.cos(angle), y + 1.1 * radius * np.sin(angle))
            pen.text(place, pick(rng, NOUNS)[:7], TEXT, font(FACES[0], 9), anchor="mm")


def _micrograph(chart: Chart, size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Bodies in the chart's colour over an uneven bright or dark ground, computed at half the size."""
    rows, columns = size[1] // 2, size[0] // 2
    coarse = Image.fromarray(rng.normal(0, 1, (5, 7)).astype(np.float32))
    cloud = np.asarray(coarse.resize((columns, rows), Image.Resampling.BICUBIC))
    ground = (225 if chart.flipped else 25) + rng.uniform(2, 8) * cloud
    ground = ground + rng.normal(0, rng.uniform(1, 8), (rows, columns))
    cover = _bodies(rows, columns, rng)[..., None]
    paint = np.asarray(shade(chart.colours[0], rng)) * (1 + 0.08 * cloud[..., None])
    pixels = ground[..., None] * (1 - cover) + paint * cover
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)


def _bodies(rows: int, columns: int, rng: np.random.Generator) -> Values:
    """How far round or oval bodies, soft at the rim, cover each pixel, in [0, 1]."""
    down, across = np.mgrid[0:rows, 0:columns]
    cover = np.zeros((rows, columns))
    for _ in range(rng.integers(5, 26)):
        row, column = rng.uniform(0, rows), rng.uniform(0, columns)
        radius, stretch = rng.uniform(0.03, 0.12) * rows, rng.uniform(0.7, 1.4)
        distance = np.hypot((down - row) / stretch, (across - column) * stretch)
        cover = np.maximum(cover, 1 / (1 + np.exp(np.clip((distance - radius) / rng.uniform(0.5, 2), -30, 30))))
    return cover


def _diagram(image: Image.Image, chart: Chart, rng: np.random.Generator) -> None:
    """Boxes with a word each, filled or outlined in the chart's colour, joined by arrows along one direction."""
    paint, face = shade(chart.colours[0], rng), font(FACES[rng.integers(2)], int(rng.integers(8, 12)))
    along, beside = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    filled, oval = rng.random() < 0.6, rng.random() < 0.2
    length, breadth = (image.height, image.width) if chart.flipped else image.size
    half = (0.5 * length / along * rng.uniform(0.55, 0.72), 0.5 * breadth / beside * rng.uniform(0.4, 0.7))
    pen = ImageDraw.Draw(image)

    def place(along: float, beside: float) -> Place:
        return (beside, along) if chart.flipped else (along, beside)

    stages = [(number + 0.5) / along * length for number in range(along)]
    rows = [(number + 0.5) / beside * breadth for number in range(beside)]
    for before, after in pairwise(stages):
        for row in rows:
            _arrow(pen, place(before + half[0], row), place(after - half[0], rows[int(rng.integers(beside))]))
    for stage in stages:
        for row in rows:
            box = (*place(stage - half[0], row - half[1]), *place(stage + half[0], row + half[1]))
            _outline(pen, box, paint, filled=filled, oval=oval)
            word = coined(rng) if rng.random() < 0.3 else pick(rng, NOUNS)
            ink = (255, 255, 255) if filled and sum(paint) < 330 else (20, 20, 20)
            pen.text(place(stage, row), word[:9], ink, face, anchor="mm")


def _outline(
    pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], paint: RGB, *, filled: bool, oval: bool
) -> None:
    shape = pen.ellipse if oval else pen.rectangle
    if filled:
        shape(box, paint, INK, 1)
    else:
        shape(box, (255, 255, 255), paint, 3)


def _arrow(pen: ImageDraw.ImageDraw, start: Place, end: Place) -> None:
    pen.line((*start, *end), INK, 2)
    angle = np.arctan2(end[1] - start[1], end[0] - start[0])
    wings = [(end[0] - 8 * np.cos(angle + turn), end[1] - 8 * np.sin(angle + turn)) for turn in (-0.45, 0.45)]
    pen.polygon([end, *wings], INK)
