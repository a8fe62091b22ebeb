"""The one picture of the first version."""

from pathlib import Path

from samples.papers.natcomms.snow_algae_article.pictures import draw_cells


def draw(folder: Path) -> None:
    """Draw the picture of the paper into `folder`."""
    draw_cells(folder / "41467_2024_99001_Fig1_HTML.jpg")
