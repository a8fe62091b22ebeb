"""Pictures of the muon experiment, as PostScript of the 1990s: set-up, decay curve, spectrum, angular rate."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, GREY, INK, RED, arrow, box, chart, diagram


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    _setup(folder / "setup.eps")
    _decay(folder / "decay.ps")
    _spectrum(folder / "spectrum.eps")
    _zenith(folder / "zenith.eps")


def _setup(path: Path) -> None:
    with chart(path, 4.4, 1.7) as axes:
        diagram(axes, 11, 4)
        box(axes, (1.7, 2), "scintillator", colour="#d9efd9", size=(2.6, 2.2))
        box(axes, (4.5, 2), "tube", size=(1.4, 1))
        box(axes, (6.9, 2), "clock", size=(1.6, 1))
        box(axes, (9.5, 2), "computer", size=(2, 1))
        for start, end in [((3.1, 2), (3.75, 2)), ((5.25, 2), (6.05, 2)), ((7.75, 2), (8.45, 2))]:
            arrow(axes, start, end)
        arrow(axes, (0.6, 3.9), (1.6, 2.2), colour=RED)
        axes.text(1.35, 3.55, "muon", color=RED, fontsize=8)


def _decay(path: Path) -> None:
    """Histogram of the decay times on a logarithmic scale with the fitted exponential and flat background."""
    times = np.random.default_rng(41).exponential(2.2, 5000)
    with chart(path, 4.0, 3.0) as axes:
        counts, edges = np.histogram(times, bins=40, range=(0, 12))
        middle = (edges[:-1] + edges[1:]) / 2
        background = np.random.default_rng(42).poisson(6, 40)
        axes.errorbar(middle, counts + background, yerr=np.sqrt(counts + background), fmt="k.", markersize=3)
        axes.plot(middle, 5000 * 0.3 / 2.2 * np.exp(-middle / 2.2) + 6, color=RED)
        axes.axhline(6, color=GREY, linestyle="--")
        axes.set(xlabel="Decay time (microseconds)", ylabel="Counts per 0.3 microseconds", yscale="log", xlim=(0, 12))


def _spectrum(path: Path) -> None:
    """Steep noise at small pulse heights and one broad peak at 12 MeV with a tail."""
    height = np.linspace(1, 30, 59)
    rate = 900 * np.exp(-height / 1.2) + 220 * np.exp(-((np.log(height / 12)) ** 2) / (2 * 0.22**2))
    with chart(path, 4.0, 3.0) as axes:
        axes.step(height, rate, where="mid", color=INK)
        axes.axvline(6, color=BLUE, linestyle=":")
        axes.set(xlabel="Pulse height (MeV)", ylabel="Events per bin", ylim=(0, 450), xlim=(0, 30))


def _zenith(path: Path) -> None:
    """The rate over the zenith angle, drawn lying on its side as plotters of the time did."""
    angle = np.arange(0, 91, 15)
    rate = 1.1 * np.cos(np.radians(angle)) ** 2
    with chart(path, 3.0, 4.0) as axes:
        smooth = np.linspace(0, 90, 100)
        axes.plot(1.1 * np.cos(np.radians(smooth)) ** 2, smooth, color=RED)
        axes.errorbar(rate + 0.02 * np.array([1, -1, 1, -1, 1, 0.5, 1]), angle, xerr=0.05, fmt="ks", markersize=4)
        axes.set_xlabel("Rate (per minute)", rotation=180)
        axes.set_ylabel("Zenith angle (degrees)", rotation=90)
        axes.set(ylim=(-2, 92), xlim=(1.25, -0.1), xticks=[0, 0.4, 0.8, 1.2], yticks=range(0, 91, 15))
        axes.tick_params(axis="both", labelrotation=90)
        axes.yaxis.tick_right()
        axes.yaxis.set_label_position("right")
        axes.spines["right"].set_visible(True)
        axes.spines["left"].set_visible(False)
