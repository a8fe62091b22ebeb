"""Pictures of the pollen counter: a drawn slide, its segmentation, the pipeline and the errors."""

from pathlib import Path

import numpy as np

from samples.drawing import (
    BLUE,
    GREY,
    INK,
    RED,
    Pixels,
    arrow,
    box,
    chart,
    diagram,
    pixel_grid,
    save_pixels,
    texture,
    tinted,
)

GRAINS = [(80, 90), (70, 240), (110, 400), (190, 160), (205, 192), (180, 330), (290, 80), (300, 250), (275, 420)]
COLOURS = [(230, 25, 75), (60, 180, 75), (255, 225, 25), (0, 130, 200), (245, 130, 48), (145, 30, 180)]


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    save_pixels(folder / "img/slide.jpg", _slide())
    save_pixels(folder / "img/segments.png", _segments())
    _pipeline(folder / "pipeline.pdf")
    _errors(folder)


def _slide() -> Pixels:
    """Nine brown grains on a bright, unevenly lit ground; the fourth and the fifth touch."""
    rows, columns = pixel_grid(360, 480)
    light = 0.95 - 0.2 * np.hypot(rows - 180, columns - 240) / 300 + 0.04 * (texture(360, 480, 1.0, seed=81) - 0.5)
    image = tinted(light, (0.98, 0.94, 0.82))
    for row, column in GRAINS:
        distance = np.hypot(rows - row, columns - column)
        cover = 1 / (1 + np.exp((distance - 19) / 1.5))
        grain = tinted(0.5 + 0.25 * np.sin(distance / 2.2) ** 2, (0.75, 0.45, 0.2))
        image = image * (1 - cover[..., None]) + grain * cover[..., None]
    return np.asarray(image)


def _segments() -> Pixels:
    """One flat colour a grain on black; the fourth and the fifth are one red segment."""
    rows, columns = pixel_grid(360, 480)
    image = np.zeros((360, 480, 3))
    for number, (row, column) in enumerate(GRAINS):
        merged = number in {3, 4}
        colour = COLOURS[0] if merged else COLOURS[1 + number % 5]
        image[np.hypot(rows - row, columns - column) < 19] = np.array(colour) / 255
    return image


def _pipeline(path: Path) -> None:
    with chart(path, 6.4, 1.3) as axes:
        diagram(axes, 16, 3.2)
        names = ["photograph", "background", "threshold", "distance\ntransform", "count"]
        for number, name in enumerate(names):
            box(axes, (1.5 + 3.25 * number, 1.6), name, colour="#d9efd9" if number == 4 else "#dbe9f6", size=(2.3, 1.6))
            if number:
                arrow(axes, (3.25 * number - 0.5, 1.6), (3.25 * number + 0.25, 1.6))


def _errors(folder: Path) -> None:
    rng = np.random.default_rng(82)
    grains = rng.integers(10, 120, 200)
    counted = grains - rng.binomial(grains, 0.048)
    with chart(folder / "img/scatter.pdf", 2.8, 2.6) as axes:
        axes.plot([0, 125], [0, 125], "--", color=GREY)
        axes.plot(grains, counted, ".", color=BLUE, markersize=4)
        axes.set(xlabel="Counted by experts", ylabel="Counted by us", xlim=(0, 125), ylim=(0, 125))
    with chart(folder / "img/causes.pdf", 2.8, 2.6) as axes:
        bars = axes.barh(
            ["dust", "pale grains", "touching grains"], [9, 21, 70], color=[GREY, BLUE, RED], edgecolor=INK
        )
        axes.bar_label(bars, fmt="%g %%", padding=3)
        axes.set(xlabel="Share of errors (%)", xlim=(0, 85))
