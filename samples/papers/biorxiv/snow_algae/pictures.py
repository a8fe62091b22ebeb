"""Pictures of the snow algae: cells, their depth over the day, and how fast they swim.

The parts that the journal article shows again are functions of their own.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from samples.drawing import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    RED,
    Pixels,
    chart,
    lettered,
    pixel_grid,
    save_pixels,
    texture,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Row, column, radius and whether the cell is in focus.
CELLS = [
    (70, 90, 30, True),
    (95, 240, 27, True),
    (60, 380, 24, False),
    (190, 150, 29, True),
    (215, 320, 31, True),
    (170, 430, 26, False),
    (290, 70, 25, False),
    (300, 230, 30, True),
    (285, 400, 28, True),
]
HOURS = np.linspace(0, 24, 97)
DAYS = {"clear": (1.0, BLUE), "cloudy": (0.42, ORANGE), "fresh snow": (0.06, GREY)}


def draw(folder: Path) -> None:
    """Draw the pictures of the preprint into `folder`."""
    save_pixels(folder / "fig1.tif", cells(), "I;16")
    save_pixels(folder / "fig1.jpg", cells())
    for name, curves in {"fig2a.png": depth, "fig2b.png": light, "fig3a.png": speed, "fig3b.png": tracks}.items():
        with chart(folder / name, 3.4, 2.6) as axes:
            curves(axes)
    rng = np.random.default_rng(103)
    with chart(folder / "figS1.png", 3.2, 2.4) as axes:
        axes.plot(rng.normal(20, 2, 60), rng.normal(24, 6, 60), "o", color=GREY, markersize=4)
        axes.set(xlabel="Diameter (µm)", ylabel="Speed (µm/s)", ylim=(0, 45))
    save_pixels(folder / "eq1.gif", lettered(np.ones((40, 160)), (8, 12), "v = k (I - I₀)", shade=0.0))
    save_pixels(folder / "table1.gif", _table())


def cells() -> Pixels:
    """A bright field with nine round cells, each with a dark rim; those out of focus are paler and softer."""
    rows, columns = pixel_grid(360, 480)
    image = 0.85 + 0.08 * (texture(360, 480, 6, seed=101) - 0.5)
    for row, column, radius, in_focus in CELLS:
        distance = np.hypot(rows - row, columns - column)
        edge = 1.2 if in_focus else 5.0
        cover = 1 / (1 + np.exp((distance - radius) / edge))
        inside = 0.35 + 0.15 * np.cos(distance / 5) if in_focus else np.full_like(distance, 0.62)
        image = image * (1 - cover) + inside * cover
    image[335:341, 310:460] = 0
    return np.asarray(image)


def depth(axes: "Axes") -> None:
    """Mean depth of the cells over the day, the surface on top."""
    for name, (strength, colour) in DAYS.items():
        sun = np.clip(np.sin((HOURS - 6.7) * np.pi / 12), 0, None)
        axes.plot(HOURS, 1 + 5 * strength * sun, color=colour, label=name)
    axes.set(xlabel="Hour", ylabel="Depth (cm)", xlim=(0, 24), xticks=range(0, 25, 6), ylim=(7, 0))
    axes.legend(loc="lower left")


def light(axes: "Axes") -> None:
    """Light at a depth of 2 cm over the day."""
    for name, (strength, colour) in DAYS.items():
        sun = np.clip(np.sin((HOURS - 6) * np.pi / 12), 0, None)
        axes.plot(HOURS, 900 * strength * sun, color=colour, label=name)
    axes.set(xlabel="Hour", ylabel="Light (µmol/m²/s)", xlim=(0, 24), xticks=range(0, 25, 6), ylim=(0, 1000))


def speed(axes: "Axes") -> None:
    """Speed of 60 cells against light, and the line above the threshold."""
    rng = np.random.default_rng(102)
    received = rng.uniform(0, 900, 60)
    swum = 0.05 * np.clip(received - 120, 0, None)
    axes.plot(received, np.abs(swum + rng.normal(0, 2.5, 60)), "o", color=BLUE, markersize=4)
    axes.plot([0, 120, 900], [0, 0, 39], color=INK)
    axes.set(xlabel="Light (µmol/m²/s)", ylabel="Speed (µm/s)", xlim=(0, 900), ylim=(0, 45))


def tracks(axes: "Axes") -> None:
    """Twelve tracks that lead down, away from the lamp."""
    rng = np.random.default_rng(104)
    for start in np.linspace(0.4, 9.6, 12):
        sideways = start + np.cumsum(rng.normal(0, 0.06, 40))
        axes.plot(sideways, np.linspace(0.3, rng.uniform(5, 9), 40), color=RED, linewidth=1)
    axes.set(xlabel="Width (mm)", ylabel="Depth (mm)", xlim=(0, 10), ylim=(10, 0))


def _table() -> Pixels:
    """A table as preprint servers keep it: a picture."""
    image = np.ones((110, 300))
    rows = [("Day", "Sky", "Snow"), ("1, 2", "clear", "old"), ("3, 4", "cloudy", "old"), ("5", "clear", "fresh")]
    for number, cells_of_row in enumerate(rows):
        for column, text in enumerate(cells_of_row):
            image = lettered(image, (6 + 26 * number, 10 + 100 * column), text, size=15, shade=0.0)
    image[30, 8:292] = 0
    return image
