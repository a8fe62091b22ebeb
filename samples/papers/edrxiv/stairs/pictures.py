"""The picture of the stairs paper: who knew which number."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, INK, ORANGE, chart


def draw(folder: Path) -> None:
    """Draw the picture of the paper into `folder`."""
    number = np.arange(1, 31)
    counted = np.where(number <= 24, 15 - number // 9, 2 - number // 27)
    sang = np.clip(16 - number, 0, 15)
    with chart(folder / "numbers.png", 4.2, 2.7) as axes:
        axes.step(number, counted, where="mid", color=BLUE, label="counted")
        axes.step(number, sang, where="mid", color=ORANGE, label="sang")
        axes.axvline(24, color=INK, linestyle="--", linewidth=0.8)
        axes.set(xlabel="Number", ylabel="Children who knew it", xlim=(1, 30), ylim=(0, 16))
        axes.legend()
