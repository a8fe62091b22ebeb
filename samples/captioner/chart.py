"""What a drawn chart shows: kind, colours and trends, chosen at random but evenly, and the numbers that are drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samples.captioner.words import AXIS_WORDS, pick

Values = NDArray[np.float64]

COLOURS = {
    "blue": (31, 119, 180),
    "orange": (255, 127, 14),
    "green": (44, 160, 44),
    "red": (214, 39, 40),
    "purple": (128, 70, 190),
    "grey": (127, 127, 127),
    "black": (34, 34, 34),
    "pink": (230, 90, 180),
}
TRENDS = ("rises", "falls", "stays flat", "peaks", "dips", "oscillates")
TREND_KINDS = ("line chart", "bar chart", "scatter plot", "histogram", "heat map")
KINDS = (*TREND_KINDS, "pie chart", "micrograph", "diagram")
SERIES_KINDS = ("line chart", "bar chart", "scatter plot")  # may hold several series, each in a colour of its own


@dataclass(frozen=True)
class Chart:
    """What is drawn. `colours` are in the order of COLOURS; `trends` has one entry a panel, none for kinds without one.

    `flipped` means a bright ground under a micrograph, and a diagram that leads downwards.
    """

    kind: str
    colours: tuple[str, ...]
    trends: tuple[str, ...]
    x_word: str
    y_word: str
    flipped: bool


def random_chart(rng: np.random.Generator, doubles: float = 0.15) -> Chart:
    """A chart whose kind, colours and trends are equally likely; `doubles` is the share of two panels among trends."""
    kind = pick(rng, KINDS)
    series = int(rng.choice([1, 2, 3], p=[0.8, 0.15, 0.05])) if kind in SERIES_KINDS else 1
    palette = [colour for colour in COLOURS if (kind, colour) != ("heat map", "black")]  # a pale black is grey
    chosen = set(rng.choice(palette, series, replace=False).tolist())
    panels = 0 if kind not in TREND_KINDS else 2 if rng.random() < doubles else 1
    x_word = pick(rng, AXIS_WORDS)
    y_word = pick(rng, [word for word in AXIS_WORDS if word != x_word])
    return Chart(
        kind=kind,
        colours=tuple(colour for colour in COLOURS if colour in chosen),
        trends=tuple(pick(rng, TRENDS) for _ in range(panels)),
        x_word=x_word,
        y_word=y_word,
        flipped=bool(rng.random() < 0.5) or (kind == "micrograph" and "black" in chosen),
    )


def shade(colour: str, rng: np.random.Generator, spread: float = 14) -> tuple[int, int, int]:
    """An RGB colour of 0 to 255 near the named one, as authors' palettes differ."""
    shared = rng.normal(0, spread) * (colour not in {"black"})
    own = rng.normal(0, 2 if colour in {"grey", "black"} else spread / 2, 3)
    red, green, blue = np.clip(np.asarray(COLOURS[colour]) + shared + own, 0, 235).round().astype(int).tolist()
    return red, green, blue


def profile(trend: str, count: int, rng: np.random.Generator) -> Values:
    """`count` values in [0, 1] from left to right that follow `trend`, before any noise."""
    x = np.linspace(0, 1, count)
    low, high = rng.uniform(0.04, 0.25), rng.uniform(0.7, 0.97)
    if trend == "stays flat":
        return np.asarray(rng.uniform(0.3, 0.8) + rng.uniform(-0.04, 0.04) * (x - 0.5))
    if trend in {"rises", "falls"}:
        shape = _climb(x, rng)
        return np.asarray(low + (high - low) * (shape if trend == "rises" else shape[::-1]))
    if trend == "oscillates":
        periods = rng.uniform(2, min(5.5, count / 3.5)) if count > 7 else 2
        wave = np.sin(2 * np.pi * (periods * x + rng.uniform(0, 1)))
        return np.asarray((low + high) / 2 + (high - low) / 2 * wave)
    hump = _hump(x, rng, widest=0.2)
    return np.asarray(low + (high - low) * (hump if trend == "peaks" else 1 - hump))


def _climb(x: Values, rng: np.random.Generator) -> Values:
    """A monotone curve from 0 to 1: a power, a saturation or a step as a logistic function."""
    choice = rng.integers(3)
    if choice == 0:
        return np.asarray(x ** np.exp(rng.uniform(-0.8, 1.0)))
    if choice == 1:
        rate = rng.uniform(0.5, 5)
        return np.asarray(np.expm1(-rate * x) / np.expm1(-rate))
    steps = 1 / (1 + np.exp(-(x - rng.uniform(0.3, 0.7)) / rng.uniform(0.04, 0.18)))
    return np.asarray((steps - steps[0]) / np.ptp(steps))


def _hump(x: Values, rng: np.random.Generator, widest: float) -> Values:
    """A single bump of height 1 away from the ends: Gaussian, Lorentzian or a tent."""
    away = np.abs(x - rng.uniform(0.3, 0.7)) / rng.uniform(0.09, widest)
    choice = rng.integers(3)
    if choice == 0:
        hump = np.exp(-(away**2) / 2)
    elif choice == 1:
        hump = 1 / (1 + away**2)
    else:
        hump = np.clip(1 - away / 2, 0, 1)
    return np.asarray(hump / hump.max())
