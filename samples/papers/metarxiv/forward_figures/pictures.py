"""The picture of the paper on early figures: their share by length."""

from pathlib import Path

from samples.drawing import BLUE, INK, chart


def draw(folder: Path) -> None:
    """Draw the picture of the paper into `folder`."""
    with chart(folder / "share.pdf", 4.0, 2.6) as axes:
        axes.bar(["1–4", "5–8", "9–12", "13–20", "over 20"], [29, 21, 17, 14, 10], 0.7, color=BLUE, edgecolor=INK)
        axes.set(xlabel="Pages", ylabel="Figures that come too early (%)", ylim=(0, 35))
