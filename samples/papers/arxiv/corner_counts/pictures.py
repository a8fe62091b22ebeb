"""Pictures of the corner note: a histogram, a tiling, a variance plot and a correlation matrix."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, INK, ORANGE, RED, Pixels, chart, save_pixels


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    _histogram(folder / "figs/histogram.pdf")
    save_pixels(folder / "pictures/tiling.png", _tiling(), "P")
    _variance(folder / "figs/variance.pdf")
    _correlation(folder / "figs/correlation.png")


def _corners(paths: int, steps: int, seed: int) -> Pixels:
    """Number of corners of each of `paths` fair paths."""
    return np.random.default_rng(seed).binomial(steps - 1, 0.5, paths).astype(np.float64)


def _histogram(path: Path) -> None:
    corners = _corners(10_000, 100, seed=11)
    x = np.linspace(30, 70, 200)
    normal = 10_000 * np.exp(-((x - 49.5) ** 2) / (2 * 24.75)) / np.sqrt(2 * np.pi * 24.75)
    with chart(path, 3.6, 2.7) as axes:
        axes.hist(corners, bins=list(np.arange(29.5, 71.5)), color=BLUE, edgecolor="white", linewidth=0.3)
        axes.plot(x, normal, color=ORANGE, linewidth=2)
        axes.set(xlabel="Number of corners", ylabel="Paths", xlim=(29, 71))


def _tiling() -> Pixels:
    """Squares of 20 pixels in three colours, cut by a black staircase from lower left to upper right."""
    colours = np.array([[0.85, 0.90, 0.98], [0.98, 0.88, 0.74], [0.84, 0.94, 0.84]])
    cells = np.random.default_rng(12).integers(0, 3, (18, 24))
    image = np.kron(colours[cells], np.ones((20, 20, 1)))
    image[::20] = image[:, ::20] = 0.6
    row, column = 17, 0
    steps = np.random.default_rng(13).permutation(np.repeat([0, 1], [23, 17]))
    for up in steps:
        top, left = row * 20 + 8, column * 20 + 8
        if up:
            image[top - 20 : top + 4, left : left + 4] = 0.0
            row -= 1
        else:
            image[top : top + 4, left : left + 24] = 0.0
            column += 1
    return np.asarray(image)


def _variance(path: Path) -> None:
    lengths = np.array([20, 40, 60, 80, 100, 140, 180, 220])
    variance = [float(np.var(_corners(100_000, steps, seed=20 + steps))) for steps in lengths]
    with chart(path, 3.0, 2.6) as axes:
        axes.plot(lengths, lengths / 4, color=INK, linewidth=1, label="$n/4$")
        axes.plot(lengths, variance, "o", color=RED, markersize=4, label="simulated")
        axes.set(xlabel="Steps $n$", ylabel="Variance of corners", xlim=(0, 230), ylim=(0, 60))
        axes.legend(loc="upper left")


def _correlation(path: Path) -> None:
    distance = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    with chart(path, 3.0, 2.6) as axes:
        image = axes.imshow(0.6**distance, cmap="Blues", vmin=0, vmax=1)
        axes.figure.colorbar(image, label="Correlation")
        axes.set(xlabel="Path", ylabel="Path", xticks=range(0, 12, 2), yticks=range(0, 12, 2))
