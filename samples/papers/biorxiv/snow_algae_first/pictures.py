"""The one picture of the first version."""

from pathlib import Path

from samples.drawing import chart
from samples.papers.biorxiv.snow_algae.pictures import depth


def draw(folder: Path) -> None:
    """Draw the picture of the paper into `folder`."""
    with chart(folder / "fig1.png") as axes:
        depth(axes)
