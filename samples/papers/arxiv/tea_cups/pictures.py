"""Pictures of the tea paper: cooling curves and the minutes until 60 degrees."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, GREY, ORANGE, chart

MINUTES = {"paper": (9, 25), "china": (11, 31), "steel": (13, 41)}


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`; curves cool exponentially towards 20 degrees."""
    time = np.arange(0, 62, 2)
    with chart(folder / "cooling.png", 4.4, 2.9) as axes:
        for (cup, (bare, _)), colour in zip(MINUTES.items(), [ORANGE, BLUE, GREY], strict=True):
            rate = np.log(65 / 40) / bare
            axes.plot(time, 20 + 65 * np.exp(-rate * time), "o-", color=colour, markersize=3, label=cup)
        axes.axhline(60, color="black", linestyle="--", linewidth=0.8)
        axes.set(xlabel="Minutes", ylabel="Temperature (degrees Celsius)", ylim=(15, 90), xlim=(0, 60))
        axes.legend()
    with chart(folder / "minutes.png", 4.4, 2.6) as axes:
        place = np.arange(3)
        axes.bar(place - 0.2, [bare for bare, _ in MINUTES.values()], 0.4, color=GREY, label="no lid")
        axes.bar(place + 0.2, [lid for _, lid in MINUTES.values()], 0.4, color=ORANGE, label="lid")
        axes.set(ylabel="Minutes until 60 degrees", xticks=place, xticklabels=list(MINUTES))
        axes.legend(loc="upper left")
