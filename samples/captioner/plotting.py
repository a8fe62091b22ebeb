"""Draws charts with matplotlib, as most authors do; twenty times slower than Pillow, so a pool is drawn just once."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from samples.captioner.chart import COLOURS, Chart, profile, shade
from samples.captioner.drawing import pie_shares
from samples.captioner.words import NOUNS, pick

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOTTED_KINDS = ("line chart", "bar chart", "scatter plot", "histogram", "heat map", "pie chart")
Paint = tuple[float, float, float]


@dataclass(frozen=True)
class Plot:
    """One set of axes and what it shows; `unit` is the value that the chart's 1 stands for."""

    axes: "Axes"
    chart: Chart
    paints: list[Paint]
    trend: str
    unit: float


def plot(chart: Chart, rng: np.random.Generator) -> Image.Image:
    """The chart as an RGB picture, about 300 x 220 pixels, one or two panels wide."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    open_frame = bool(rng.random() < 0.6)
    settings: Any = {
        "font.size": float(rng.uniform(7, 11)),
        "axes.spines.top": not open_frame,
        "axes.spines.right": not open_frame,
        "legend.frameon": not open_frame,
        "axes.grid": bool(rng.random() < 0.15),
    }
    panels = max(1, len(chart.trends))
    with rc_context(settings):
        figure = Figure(figsize=(rng.uniform(2.4, 4.6) * panels**0.7, rng.uniform(2.0, 3.0)), dpi=90)
        figure.subplots_adjust(left=0.22 / panels + 0.02, bottom=0.2, right=0.96, top=0.92, wspace=0.4)
        paints = [_paint(colour, rng) for colour in chart.colours]
        style = int(rng.integers(2**32))
        for axes, trend in zip(figure.subplots(1, panels, squeeze=False).flat, chart.trends or ("",), strict=True):
            choices = np.random.default_rng(style)
            if chart.kind == "pie chart":
                _pie(axes, chart, paints[0], rng)
            else:
                _panel(Plot(axes, chart, paints, trend, float(choices.choice([1, 10, 100]))), rng, choices)
        pixels = io.BytesIO()
        figure.savefig(pixels, format="rgba")
    size = (int(figure.bbox.width), int(figure.bbox.height))
    return Image.frombytes("RGBA", size, pixels.getvalue()).convert("RGB")


def _paint(colour: str, rng: np.random.Generator) -> Paint:
    red, green, blue = shade(colour, rng, spread=4)
    return red / 255, green / 255, blue / 255


def _panel(plot: Plot, rng: np.random.Generator, choices: np.random.Generator) -> None:
    """One set of axes in the style that `choices` gives to all panels of a chart."""
    if plot.chart.kind == "heat map":
        _map(plot, rng, bar=choices.random() < 0.6)
    elif plot.chart.kind == "histogram":
        _histogram(plot, rng, choices)
    elif plot.chart.kind == "bar chart":
        _bars(plot, rng, choices)
    else:
        _series(plot, rng, choices)
    if choices.random() < 0.9:
        plot.axes.set(xlabel=plot.chart.x_word.capitalize(), ylabel=plot.chart.y_word.capitalize())
    if len(plot.paints) > 1 and choices.random() < 0.7:
        plot.axes.legend(fontsize=6)


def _series(plot: Plot, rng: np.random.Generator, choices: np.random.Generator) -> None:
    """Lines, with or without marks, or clouds of points."""
    scatter, unit = plot.chart.kind == "scatter plot", plot.unit
    marked = not scatter and choices.random() < 0.4
    mark, size = pick(choices, ("o", "o", "s", "^", "D")), float(choices.uniform(3, 6))
    thick = float(choices.uniform(0.8, 2.2))
    for place, paint in enumerate(plot.paints):
        count = int(rng.integers(40, 110)) if scatter else 11 if marked else 120
        x, y = np.linspace(0, 1, count), profile(plot.trend, count, rng)
        if len(plot.paints) > 1:
            squeeze = rng.uniform(0.6, 1)
            y = y * squeeze + (1 - squeeze) * place / (len(plot.paints) - 1)
        line, label = ("--" if place and choices.random() < 0.2 else "-"), pick(rng, NOUNS)
        if scatter:
            x, y = x + rng.normal(0, 0.01, count), y + rng.normal(0, rng.uniform(0.02, 0.07), count)
        style = mark if scatter else mark + line if marked else line
        plot.axes.plot(x * unit, y * unit, style, color=paint, markersize=size, linewidth=thick, label=label)
    plot.axes.set_ylim(rng.uniform(-0.1, 0) * unit, rng.uniform(1.0, 1.25) * unit)


def _histogram(plot: Plot, rng: np.random.Generator, choices: np.random.Generator) -> None:
    edge = pick(choices, ("#222222", "none", "white"))
    heights = profile(plot.trend, 24, rng) * (1 + rng.normal(0, 0.05, 24))
    places = np.arange(24) * plot.unit
    plot.axes.bar(places, np.clip(heights, 0.01, 1), plot.unit, color=plot.paints[0], edgecolor=edge)


def _bars(plot: Plot, rng: np.random.Generator, choices: np.random.Generator) -> None:
    edge = pick(choices, ("#222222", "none", "white"))
    count = int(rng.integers(8 if plot.trend == "oscillates" else 5, 12))
    width = choices.uniform(0.5, 0.8) / len(plot.paints)
    for series, paint in enumerate(plot.paints):
        heights = np.clip(profile(plot.trend, count, rng), 0.03, 1) * plot.unit
        places = np.arange(count) + series * width
        plot.axes.bar(places, heights, width, color=paint, edgecolor=edge, label=pick(rng, NOUNS))


def _map(plot: Plot, rng: np.random.Generator, *, bar: bool) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    columns, rows = int(rng.integers(12, 40)), int(rng.integers(6, 24))
    level = profile(plot.trend, columns, rng)[None, :] + rng.normal(0, rng.uniform(0, 0.05), (rows, columns))
    scale = LinearSegmentedColormap.from_list("drawn", [(0.98, 0.98, 0.98), plot.paints[0]])
    extent = (0, plot.unit, 0, plot.unit)
    shown = plot.axes.imshow(level, cmap=scale, vmin=0, vmax=1, aspect="auto", extent=extent, origin="lower")
    if bar:
        plot.axes.figure.colorbar(shown, ax=plot.axes)


def _pie(axes: "Axes", chart: Chart, paint: Paint, rng: np.random.Generator) -> None:
    others = [name for name in COLOURS if name not in chart.colours]
    rng.shuffle(others)
    shares = pie_shares(rng)
    paints = [paint, *(_paint(name, rng) for name in others)]
    names = [pick(rng, NOUNS) for _ in shares] if rng.random() < 0.6 else None
    axes.pie(shares, colors=paints[: len(shares)], labels=names, startangle=float(rng.uniform(0, 360)))
