"""The picture of the hinge paper: torque over turns."""

from pathlib import Path

import numpy as np

from samples.drawing import GREY, INK, chart


def draw(folder: Path) -> None:
    """Draw the picture of the paper into `folder`."""
    rng = np.random.default_rng(121)
    turns = np.logspace(0, 4.6, 60)
    hinges = [60 + 30 * np.exp(-turns / 350) + rng.normal(0, 4) + rng.normal(0, 1, 60) for _ in range(4)]
    with chart(folder / "torque.pdf", 4.2, 2.7) as axes:
        for torque in hinges:
            axes.plot(turns, torque, color=GREY, linewidth=0.8)
        axes.plot(turns, np.mean(hinges, axis=0), color=INK, linewidth=1.8)
        axes.set(xlabel="Turns", ylabel="Torque (mN m)", xscale="log", ylim=(0, 110))
