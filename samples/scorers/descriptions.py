"""What is said of a drawn chart: the right caption whole or in part, the same in other words, or a raw caption.

Captions of the sample papers are never among it, so that the models' scores of them are scores of unseen texts.
"""

import re

import numpy as np

from samples.captioner.chart import Chart
from samples.captioner.papers import paper_texts
from samples.captioner.texts import Figure, contextual, random_figure, visual
from samples.captioner.words import noun_phrase, pick

WHOLE, PART, OTHER_WORDS = 0.4, 0.25, 0.2  # shares of the texts of a picture; the others are raw captions

NAMES = {
    "line chart": ("line chart", "line plot", "line graph", "curve", "graph with lines"),
    "bar chart": ("bar chart", "bar plot", "bar graph", "bars"),
    "scatter plot": ("scatter plot", "scatter chart", "scatter diagram", "cloud of points"),
    "histogram": ("histogram", "histogram of counts", "distribution"),
    "heat map": ("heat map", "heatmap", "map", "density map"),
    "pie chart": ("pie chart", "pie", "pie diagram"),
    "micrograph": ("micrograph", "microscope image", "image of round bodies", "photograph"),
    "diagram": ("diagram", "flow chart", "schematic", "scheme of boxes and arrows"),
}
SHAPES = {
    "line chart": ("line", "curve"),
    "bar chart": ("bars", "row of bars"),
    "scatter plot": ("points", "cloud of points", "dots", "circles"),
    "histogram": ("counts", "outline", "histogram"),
    "heat map": ("shade", "intensity"),
}
MOVES = {
    "rises": ("rises", "increases", "grows", "goes up"),
    "falls": ("falls", "decreases", "declines", "drops", "goes down"),
    "stays flat": ("stays flat", "is constant", "is level", "does not change"),
    "peaks": ("peaks", "has a maximum", "rises and falls again", "has a peak in the middle"),
    "dips": ("dips", "has a minimum", "falls and rises again", "has a dip in the middle"),
    "oscillates": ("oscillates", "goes up and down", "is periodic", "swings"),
}
SIDES = ((" on the left", " on the right"), (" in (a)", " in (b)"), (" in the left panel", " in the right panel"))


def unborrowed_figure(chart: Chart, rng: np.random.Generator, length: float) -> Figure:
    """A figure as texts.random_figure makes it, whose caption is not one of a sample paper."""
    while True:
        figure = random_figure(chart, rng, length)
        if not figure.caption.startswith(paper_texts().captions):
            return figure


def recaption(figure: Figure) -> str:
    """The right caption, its two layers joined as the platform joins them."""
    return f"{visual(figure)} {contextual(figure)}"


def description(figure: Figure, rng: np.random.Generator) -> str:
    """A text that belongs to the picture of the figure and names all, some or nothing of what is drawn."""
    choice = rng.random()
    if choice < WHOLE:
        return recaption(figure)
    if choice < WHOLE + PART:
        sentences = re.split(r"(?<=\.) ", recaption(figure))
        chosen = rng.permutation(len(sentences))[: rng.integers(1, len(sentences) + 1)]
        return " ".join(sentences[place] for place in chosen)
    if choice < WHOLE + PART + OTHER_WORDS:
        return in_other_words(figure, rng)
    return figure.caption or " ".join(figure.mentions) or figure.title


def in_other_words(figure: Figure, rng: np.random.Generator) -> str:
    """Kind, colours and trends as authors put them, each at times left out, at times beside the raw caption."""
    chart, pieces = figure.chart, []
    colour, name = _listed(chart.colours, rng), pick(rng, NAMES[chart.kind])
    if rng.random() < 0.8:
        pieces.append(
            pick(
                rng,
                (
                    f"A {name} in {colour}",
                    f"{colour} {name}",
                    f"{name} ({colour})",
                    f"{name} of {noun_phrase(rng)}, drawn in {colour}",
                    name,
                    f"Shown in {colour}",
                    f"{noun_phrase(rng)} ({colour})",
                ),
            )
        )
    if chart.trends and (rng.random() < 0.7 or not pieces):
        shape = pick(rng, SHAPES[chart.kind])
        subject = pick(rng, (f"the {shape}", f"the {colour} {shape}", chart.y_word, f"the {chart.y_word}"))
        moves = [pick(rng, MOVES[trend]) for trend in chart.trends]
        sides = SIDES[int(rng.integers(len(SIDES)))]
        ends = sides if len(moves) > 1 else (pick(rng, ("", f" with {chart.x_word}", " from left to right")),)
        pieces.append(f"{subject} {' and '.join(move + end for move, end in zip(moves, ends, strict=True))}")
    rng.shuffle(pieces)
    if rng.random() < 0.4:
        pieces.insert(int(rng.integers(0, len(pieces) + 1)), figure.caption.rstrip("."))
    return " ".join(piece[0].upper() + piece[1:] + "." for piece in pieces if piece) or recaption(figure)


def _listed(colours: tuple[str, ...], rng: np.random.Generator) -> str:
    return pick(rng, (" and ", ", ")).join(colours)
