"""The note on stamps has no picture file: its figure is drawn in TeX."""

from pathlib import Path


def draw(folder: Path) -> None:
    """Draw nothing into `folder`."""
