"""Pictures of the microgrid: topology, step response, efficiency, the bench and an author."""

from pathlib import Path

import numpy as np

from samples.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    Pixels,
    arrow,
    box,
    chart,
    diagram,
    lettered,
    pixel_grid,
    save_pixels,
    texture,
    tinted,
)


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    _topology(folder / "topology.pdf")
    _step(folder)
    _efficiency(folder / "efficiency.png")
    save_pixels(folder / "bench.jpg", _bench())
    save_pixels(folder / "abernathy.png", _portrait())


def _topology(path: Path) -> None:
    with chart(path, 4.0, 2.2) as axes:
        diagram(axes, 10, 5.4)
        box(axes, (1.4, 4.2), "Battery A\n1 kW", size=(2, 1.2))
        box(axes, (1.4, 1.2), "Battery B\n0.5 kW", size=(2, 1.2))
        box(axes, (4.8, 4.2), "Converter A", colour="#fde3c8", size=(2.2, 1))
        box(axes, (4.8, 1.2), "Converter B", colour="#fde3c8", size=(2.2, 1))
        box(axes, (8.6, 2.7), "Load\n20 A", colour="#d9efd9", size=(1.6, 1.2))
        for row in (4.2, 1.2):
            arrow(axes, (2.5, row), (3.6, row))
            arrow(axes, (6.0, row), (7.0, row))
        axes.plot([7, 7], [0.6, 4.8], color=INK, linewidth=3)
        axes.text(7, 5.0, "48 V bus", ha="center", fontsize=8)
        arrow(axes, (7.05, 2.7), (7.7, 2.7))


def _step(folder: Path) -> None:
    """Exponential settling with a time constant of 4 ms after a step of the load at 10 ms."""
    time = np.linspace(0, 50, 500)
    rise = np.where(time > 10, 1 - np.exp(-(time - 10) / 4), 0.0)
    with chart(folder / "step_voltage.pdf", 3.2, 2.3) as axes:
        axes.plot(time, 48 - 1.5 * rise, color=BLUE)
        axes.axvline(10, color=GREY, linestyle=":")
        axes.set(xlabel="Time (ms)", ylabel="Bus voltage (V)", ylim=(46, 48.5), xlim=(0, 50))
    with chart(folder / "step_current.pdf", 3.2, 2.3) as axes:
        axes.plot(time, 40 / 3 * rise, color=ORANGE, label="converter A")
        axes.plot(time, 20 / 3 * rise, color=GREEN, linestyle="--", label="converter B")
        axes.axvline(10, color=GREY, linestyle=":")
        axes.set(xlabel="Time (ms)", ylabel="Current (A)", ylim=(0, 16), xlim=(0, 50))
        axes.legend(loc="lower right")


def _efficiency(path: Path) -> None:
    """Bars on a transparent ground, as a screen tool exports them."""
    load = ["10", "25", "50", "75", "100"]
    with chart(path, 3.4, 2.4) as axes:
        axes.figure.patch.set_alpha(0.0)
        bars = axes.bar(load, [81, 90, 94, 92, 89], color=GREEN, edgecolor=INK)
        axes.bar_label(bars)
        axes.set(xlabel="Load (%)", ylabel="Efficiency (%)", ylim=(70, 98))


def _bench() -> Pixels:
    """Two grey boxes with green lamps and a red cable between them on a wooden table; a date line below 300 pixels."""
    rows, columns = pixel_grid(340, 520)
    image = tinted(0.55 + 0.25 * texture(340, 520, 9.0, seed=31) + 0.03 * np.sin(rows / 3), (0.85, 0.62, 0.42))
    cable = np.abs(rows - (230 + 40 * np.sin((columns - 190) / 45))) < 5
    image[cable & (columns > 190) & (columns < 330)] = (0.75, 0.1, 0.1)
    for left in (60, 330):
        image[90:230, left : left + 130] = (0.45, 0.46, 0.48)
        image[100:150, left + 12 : left + 80] = (0.1, 0.15, 0.12)
        image[np.hypot(rows - 125, columns - left - 105) < 9] = (0.2, 0.95, 0.3)
    image = lettered(lettered(image, (170, 110), "A", size=34), (170, 380), "B", size=34)
    image[300:] = 0.0
    return lettered(image, (310, 10), "IMG_0042   bench camera   f/2.8", size=16)


def _portrait() -> Pixels:
    """A grey silhouette of head and shoulders."""
    rows, columns = pixel_grid(250, 200)
    head = np.hypot((rows - 95) / 1.2, columns - 100) < 42
    shoulders = np.hypot((rows - 260) / 1.1, columns - 100) < 92
    return np.asarray(np.where(head | shoulders, 0.35, 0.85))
