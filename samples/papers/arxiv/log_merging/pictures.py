"""Pictures of the log merger: the pipeline, its throughput and its cache misses."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, GREY, INK, ORANGE, arrow, box, chart, diagram


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    _pipeline(folder / "teaser.pdf")

    disorder = np.linspace(0, 0.5, 11)
    with chart(folder / "throughput.pdf", 3.3, 2.5) as axes:
        axes.plot(disorder, 95 + 215 * np.exp(-disorder / 0.12), "o-", color=BLUE, label="run-first")
        axes.plot(disorder, np.full_like(disorder, 120), "s--", color=GREY, label="heap")
        axes.set(xlabel="Fraction of late records", ylabel="Million records per second", ylim=(0, 330))
        axes.legend()
    with chart(folder / "misses.pdf", 3.3, 2.5) as axes:
        bars = axes.bar(["heap", "loser tree", "run-first"], [2.9, 2.1, 0.8], color=[GREY, ORANGE, BLUE], edgecolor=INK)
        axes.bar_label(bars, fmt="%.1f")
        axes.set(ylabel="L2 misses per record", ylim=(0, 3.4))


def _pipeline(path: Path) -> None:
    with chart(path, 7.0, 1.9) as axes:
        diagram(axes, 14, 3.8)
        for row, name in zip([3.2, 1.9, 0.6], ["shard 1", "shard 2", "shard 3"], strict=True):
            box(axes, (1.4, row), name, size=(2, 0.8))
            arrow(axes, (2.5, row), (4.0, 1.9 + 0.2 * (row - 1.9)))
        box(axes, (5.2, 1.9), "run finder", colour="#fde3c8", size=(2.2, 1.2))
        arrow(axes, (6.4, 2.1), (8.0, 2.9))
        axes.text(7.0, 2.8, "runs", ha="center", fontsize=7)
        arrow(axes, (6.4, 1.7), (8.0, 0.9))
        axes.text(6.9, 0.7, "late records", ha="center", fontsize=7)
        box(axes, (9.2, 3.0), "merge tree", colour="#d9efd9", size=(2.2, 0.9))
        box(axes, (9.2, 0.8), "small heap", colour="#d9efd9", size=(2.2, 0.9))
        arrow(axes, (10.4, 2.9), (11.6, 2.2))
        arrow(axes, (10.4, 0.9), (11.6, 1.6))
        box(axes, (12.8, 1.9), "sorted log", size=(2.2, 1.2))
