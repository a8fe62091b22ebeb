"""Pictures of the two wakes: a contour map, three snapshots, the drag and a spectrum that lies on its side."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, GREY, INK, ORANGE, Pixels, chart, save_pixels


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    _speed(folder / "speed.png")
    for name, stagger, phase in [("none", 0.0, np.pi), ("some", 0.4, np.pi / 2), ("full", 1.0, 0.0)]:
        _snapshot(folder / f"wake_{name}.pdf", stagger, phase)
    _drag(folder / "drag.pdf")
    _spectrum(folder / "spectrum.png")


def _speed(path: Path) -> None:
    """Contours of the mean speed behind the cylinders: two slow wakes that merge."""
    x, y = np.meshgrid(np.linspace(0, 10, 160), np.linspace(-4, 4, 120))
    width = 0.5 + 0.08 * x
    wakes = sum(np.exp(-((y - side) ** 2) / (2 * width**2)) for side in (-1.5, 1.5))
    with chart(path, 4.2, 2.6) as axes:
        filled = axes.contourf(x, y, 1 - 0.7 * wakes * np.exp(-x / 12), levels=12, cmap="coolwarm_r")
        axes.contour(x, y, 1 - 0.7 * wakes * np.exp(-x / 12), levels=[0.5], colors="black")
        axes.figure.colorbar(filled, label="$u/U$")
        for side in (-1.5, 1.5):
            axes.plot([0], [side], "o", color=GREY, markersize=14, markeredgecolor=INK, clip_on=False)
        axes.set(xlabel="$x/D$", ylabel="$y/D$")


def _snapshot(path: Path, stagger: float, phase: float) -> None:
    """Vortices as dots, blue clockwise and orange anticlockwise; `phase` is the lag of the lower wake."""
    with chart(path, 2.6, 1.8) as axes:
        for side, lag, shift in [(1.5, 0.0, 0.0), (-1.5, phase, stagger)]:
            for number in range(8):
                x = 1 + shift + number + lag / np.pi
                up = number % 2 == 0
                y = side + (0.35 if up else -0.35)
                axes.plot([x], [y], "o", color=BLUE if up else ORANGE, markersize=9 - 0.6 * number)
            axes.plot([shift], [side], "o", color=GREY, markersize=13, markeredgecolor=INK)
        axes.set(xlabel="$x/D$", ylabel="$y/D$", xlim=(-1, 11), ylim=(-3, 3))


def _drag(path: Path) -> None:
    stagger = np.linspace(0, 1, 11)
    step = 1 / (1 + np.exp(-(stagger - 0.4) / 0.05))
    with chart(path, 3.2, 2.4) as axes:
        axes.plot(stagger, np.full(11, 1.2), "s-", color=BLUE, label="front")
        axes.plot(stagger, 1.2 - 0.4 * step, "o-", color=ORANGE, label="rear")
        axes.set(xlabel="Stagger ($D$)", ylabel="Drag coefficient", ylim=(0.6, 1.4))
        axes.legend(loc="lower left")


def _spectrum(path: Path) -> None:
    """A spectrum with one line at 0.21, turned clockwise by a quarter."""
    from PIL import Image

    frequency = np.linspace(0.02, 0.6, 300)
    power = 0.02 / frequency + 8 * np.exp(-(((frequency - 0.21) / 0.008) ** 2))
    power += 0.6 * np.exp(-(((frequency - 0.42) / 0.01) ** 2))
    with chart(path, 3.6, 2.4) as axes:
        axes.plot(frequency, power, color=INK)
        axes.set(xlabel="Strouhal number", ylabel="Power", yscale="log", xlim=(0, 0.6))
    upright: Pixels = np.asarray(Image.open(path).convert("L"), dtype=np.float64) / 255
    save_pixels(path, np.rot90(upright, -1))
