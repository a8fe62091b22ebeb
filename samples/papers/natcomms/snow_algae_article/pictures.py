"""Pictures of the article on snow algae: those of the preprint, put together and in colour, each with its preview."""

from pathlib import Path

import numpy as np

from samples.drawing import charts, lettered, preview, save_pixels
from samples.papers.biorxiv.snow_algae.pictures import cells, depth, light, speed, tracks


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    pictures = [folder / f"41467_2024_99001_Fig{number}_HTML.jpg" for number in (1, 2, 3)]
    draw_cells(pictures[0])
    for path, panels in zip(pictures[1:], [(depth, light), (speed, tracks)], strict=True):
        with charts(path, 6.6, 2.7, columns=2) as axes:
            for panel, letter, place in zip(panels, "ab", axes, strict=True):
                panel(place)
                place.set_title(letter, loc="left", fontweight="bold")
    for path in pictures:
        preview(path)
    formula = lettered(np.ones((36, 150)), (6, 8), "v = k (I - I₀)", shade=0.0)
    save_pixels(folder / "41467_2024_99001_IEq1_HTML.gif", formula)


def draw_cells(path: Path) -> None:
    """The micrograph in colour: what is dark is red."""
    grey = cells()
    save_pixels(path, np.stack([np.maximum(grey, 0.75 * (grey > 0.05)), grey, grey], axis=-1))
