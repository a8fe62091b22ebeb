"""Pictures of the cabbage scale: the dye's forms, its spectra, and the colours."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, PURPLE, RED, arrow, box, chart, diagram, lettered, save_pixels

COLOURS = ["#c8102e", "#c42a5a", "#a8327e", "#8e3d94", "#7a4aa0", "#6353a5", "#4a5fae", "#2f74b5", "#2a8f9b", "#3f9e63"]


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    with chart(folder / "steps.pdf", 5.4, 1.2) as axes:
        diagram(axes, 12, 2)
        for place, (name, colour) in zip(
            (2, 6, 10), (("red cation", "#f6c9cf"), ("violet base", "#e0cdea"), ("blue anion", "#cfe0f4")), strict=True
        ):
            box(axes, (place, 1), name, colour=colour, size=(2.6, 1))
        arrow(axes, (3.4, 1), (4.6, 1), "– H⁺")
        arrow(axes, (7.4, 1), (8.6, 1), "– H⁺")
    wavelength = np.linspace(400, 700, 150)
    with chart(folder / "spectra.pdf", 4.4, 2.8) as axes:
        for name, centre, width, height, colour in (
            ("pH 2", 520, 30, 0.92, RED),
            ("pH 7", 550, 38, 0.55, PURPLE),
            ("pH 10", 610, 50, 0.38, BLUE),
        ):
            absorbance = 0.04 + height * np.exp(-(((wavelength - centre) / width) ** 2) / 2)
            axes.plot(wavelength, absorbance, color=colour, label=name)
        axes.set(xlabel="Wavelength (nm)", ylabel="Absorbance", xlim=(400, 700), ylim=(0, 1.1))
        axes.legend()
    strip = np.ones((150, 1000, 3))
    for number, colour in enumerate(COLOURS):
        strip[:110, 100 * number + 4 : 100 * number + 96] = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        strip = lettered(strip, (116, 100 * number + 36), str(number + 2), size=26, shade=0.0)
    save_pixels(folder / "scale.png", strip)
