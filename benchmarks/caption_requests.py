"""Figures of made-up papers with what their papers say of them: rows of the lake as the caption stage finds them.

Titles, abstracts, captions and citing sentences are put together from sentences of our own and have the lengths of real
ones; pictures are drawn. The number of a paper decides all of it.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from resources.lake import Lake, PartWriter
from s1_assets.captioning.request import CaptionRequest
from s1_assets.cells import Cell
from s1_assets.tables import CONTEXT_BUNDLES, FIGURE_PAIRS, Row, Table

PAPERS_A_PART = 3
FIGURES = (4, 6)  # of a paper, fewest and most
MENTIONS = (3, 8)  # of a figure

_THINGS = (
    "moss on roof tiles|paper kites|clay bricks|garden snails|bicycle bells|tidal pools|apple orchards|copper wires|"
    "harbour cranes|bread doughs|street lamps|woollen threads|snow fences|beehives|sand ripples|church bells"
).split("|")
_QUANTITIES = (
    "the water content|the drying time|the mean height|the surface temperature|the daily count|the ringing time|"
    "the sideways drift|the crust thickness|the salt load|the breaking force|the growth rate|the reflected light"
).split("|")
_DRIVERS = (
    "the hours of shade|the speed of the wind|the age of the material|the distance to the shore|the weekday|"
    "the height above ground|the rainfall of the week before|the number of neighbours|the season|the width of the gap"
).split("|")
_SITES = (
    "three villages on a river terrace|a disused quarry|the yard of a school|two islands with one ferry|"
    "a covered market|an allotment beside a railway|the roof of a weather station|a row of barns"
).split("|")
_TITLE = (
    "How {quantity} of {thing} follows {driver}: measurements from {site}",
    "Is {quantity} of {thing} set by {driver}? A year of observations in {site}",
    "A simple account of {quantity} of {thing}, and what {driver} adds to it",
)
_ABSTRACT = (
    "What decides {quantity} of {thing} has been argued about for as long as anybody has kept notes on it.",
    "Most earlier accounts name {driver} first, but they rest on single visits and on samples that were small.",
    "Here we follow {n} specimens in {site} over {m} months and read {quantity} on every one of them twice a day.",
    "The readings were taken by two observers who did not know of each other, and they agree within {p} per cent.",
    "We find that {quantity} rises with {driver} until about {x} units and stays level from there on.",
    "Below that point a straight line with a slope of {y} describes the readings as well as any curve that we tried.",
    "Above it the spread between specimens, which is {p} per cent at the start, shrinks to less than a third of that.",
    "A model with only {k} constants, each of which can be measured by itself, gives the same level and the same bend.",
    "When we moved {k} specimens to a sheltered place the level fell within {m} days and came back after their return.",
    "Weather explains a smaller part of the differences than the literature would have it, about {p} per cent in all.",
    "We discuss how far the finding carries over to other places, and give the readings so that others can check it.",
)
_CAPTION = (
    "{Quantity} of {thing} against {driver} for the {n} specimens in {site}.",
    "Filled circles are means of {k} readings, open circles single ones; bars show one standard error of the mean.",
    "The solid line is the fit with a slope of {y}, the dashed line the model with {k} constants and no adjustment.",
    "The grey band covers the readings of the {m} months before the specimens were moved.",
    "Colours tell the groups apart: blue for the sheltered ones, orange for those in the open, green for the controls.",
    "The inset shows the same readings on logarithmic axes, with the bend at {x} units marked by an arrow.",
)
_MENTION = (
    "As {label} shows, {quantity} climbs steeply at first and then levels off near {x} units.",
    "The slope in {label} is {y} within {p} per cent, most of which comes from {m} days of a cold instrument.",
    "The specimens of the sheltered group (blue in {label}) stay below the others at every value of {driver}.",
    "Leaving out the {k} specimens that were damaged by frost changes nothing that can be seen in {label}.",
    "In {label} the dashed line of the model was not fitted but follows from {k} constants that were measured apart.",
    "Two of the {n} specimens in {label} lie far from the line; both had been painted, as we learned only later.",
    "The bend that is marked in {label} comes at the same place in all {m} months, whatever the weather was like.",
    "{label} also holds the controls, of which {quantity} does not depend on {driver} within its error.",
    "It is tempting to read the second rise in {label} as an effect of the season, but single weeks have it, too.",
    "To see whether the observers matter, {label} gives their readings side by side; the mean difference is {y}.",
)
_SECTIONS = ("Introduction", "Methods > Readings", "Results", "Results > The bend", "Discussion")
_AXIS_WORDS = ("time (days)", "height (cm)", "load (N)", "count", "shade (h)", "sheltered", "open", "controls", "model")


def write_papers(lake: Lake, cell: Cell, papers: int) -> None:
    """Writes figures and context of `papers` papers into a cell, part by part."""
    for first in range(0, papers, PAPERS_A_PART):
        some = range(first, min(first + PAPERS_A_PART, papers))
        pairs, contexts = zip(*(rows for paper in some for rows in paper_rows(cell, paper)), strict=True)
        for table, rows in ((FIGURE_PAIRS, pairs), (CONTEXT_BUNDLES, contexts)):
            _write(lake, table, cell, f"part-{first // PAPERS_A_PART:05d}", rows)


def read_requests(lake: Lake, cell: Cell) -> Iterator[CaptionRequest]:
    """All requests of a cell in the order in which the caption stage sends them: paper by paper."""
    for part in lake.parts(CONTEXT_BUNDLES, cell):
        for pair, context in lake.pairs(cell, part.name, {FIGURE_PAIRS: None, CONTEXT_BUNDLES: None}):
            yield CaptionRequest.from_rows(pair, context)


def paper_rows(cell: Cell, number: int) -> list[tuple[Row, Row]]:
    """One paper: for each figure its rows of tables.FIGURE_PAIRS and tables.CONTEXT_BUNDLES."""
    random = Random(f"{cell} {number}")
    words = {
        "thing": random.choice(_THINGS),
        "quantity": random.choice(_QUANTITIES),
        "driver": random.choice(_DRIVERS),
        "site": random.choice(_SITES),
    }
    paper = {
        "paper_id": f"{cell.source}:{cell.month}.{number:05d}",
        "title": _sentence(random, random.choice(_TITLE), words),
        "abstract": _text(random, random.sample(_ABSTRACT, 9), words),
    }
    return [_figure_rows(random, paper, figure, words) for figure in range(1, random.randint(*FIGURES) + 1)]


def _figure_rows(random: Random, paper: Row, figure: int, words: dict[str, str]) -> tuple[Row, Row]:
    label, pair_id = f"Figure {figure}", f"{paper['paper_id']}#{figure}"
    image, image_format, (width, height) = _picture(random, photograph=figure % 3 == 0)
    sentences = random.sample(_MENTION, random.randint(*MENTIONS))
    mentions = [
        {"text": _sentence(random, sentence, words, label), "section": random.choice(_SECTIONS), "order": order}
        for order, sentence in enumerate(sentences, 10 * figure)
    ]
    pair = {
        "pair_id": pair_id,
        "paper_id": paper["paper_id"],
        "figure": figure,
        "label": label,
        "caption": _text(random, random.sample(_CAPTION, random.randint(2, 5)), words),
        "image": image,
        "image_format": image_format,
        "width": width,
        "height": height,
        "image_sha256": hashlib.sha256(image).hexdigest(),
        "figure_text": [*random.sample(_AXIS_WORDS, 5), *(str(10 * step) for step in range(8))],
    }
    return pair, paper | {"pair_id": pair_id, "mentions": mentions}


def _text(random: Random, sentences: Sequence[str], words: dict[str, str]) -> str:
    return " ".join(_sentence(random, sentence, words) for sentence in sentences)


def _sentence(random: Random, sentence: str, words: dict[str, str], label: str = "") -> str:
    """A sentence with its words and with numbers of its own."""
    numbers = {
        "n": str(random.randint(12, 480)),
        "m": str(random.randint(2, 24)),
        "p": f"{random.uniform(0.5, 30):.1f}",
        "x": f"{random.uniform(1, 90):.1f}",
        "y": f"{random.uniform(0.01, 3):.3f}",
        "k": str(random.randint(3, 9)),
    }
    filled = sentence.format(**words, **numbers, label=label, Quantity=words["quantity"])
    return filled[0].upper() + filled[1:]


def _picture(random: Random, photograph: bool) -> tuple[bytes, str, tuple[int, int]]:
    """A chart as PNG or a grainy field as JPEG: bytes, format, and width and height in pixels."""
    size = random.randrange(880, 1200, 40), random.randrange(640, 840, 40)
    drawn, saved = _field(random, size) if photograph else _chart(random, size), io.BytesIO()
    image_format = "jpeg" if photograph else "png"
    drawn.save(saved, image_format)
    return saved.getvalue(), image_format, size


def _chart(random: Random, size: tuple[int, int]) -> Image.Image:
    width, height = size
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.line([(80, 40), (80, height - 70), (width - 40, height - 70)], fill="black", width=3)
    x = np.linspace(0, 1, 200)
    noise = np.random.default_rng(random.getrandbits(32))
    for colour in ("#1f77b4", "#ff7f0e", "#2ca02c"):
        rise = random.uniform(0.3, 0.9) * (1 - np.exp(-x * random.uniform(1, 8)))
        y = np.clip(rise + noise.normal(0, 0.02, x.size), 0, 1)
        points = list(zip(80 + x * (width - 120), height - 70 - y * (height - 110), strict=True))
        draw.line([(float(a), float(b)) for a, b in points], fill=colour, width=4)
    for tick in range(10):
        draw.text((80 + tick * (width - 120) // 10, height - 55), str(10 * tick), fill="black")
    return image


def _field(random: Random, size: tuple[int, int]) -> Image.Image:
    coarse = np.random.default_rng(random.getrandbits(32)).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def _write(lake: Lake, table: Table, cell: Cell, part: str, rows: Iterable[Row]) -> None:
    writer = PartWriter(lake, {table: lake.path(table, cell, part)})
    writer.append({table.name: list(rows)})
    writer.commit(fingerprint=f"{cell} {part}", stats={})
