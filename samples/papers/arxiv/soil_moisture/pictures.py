"""Pictures of the soil plots: an aerial photograph, two time series in one PDF and a moisture map."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, GREEN, ORANGE, Pixels, chart, chart_pages, save_pixels, spot, texture, tinted


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    save_pixels(folder / "site.jpg", _site(), "CMYK")
    _series(folder / "series.pdf")
    _map(folder / "map.png")


def _site() -> Pixels:
    """Three square plots side by side in a meadow, seen from above, with a grey path below them."""
    image = tinted(0.55 + 0.3 * texture(360, 640, 4.0, seed=51), (0.62, 0.85, 0.45))
    plots = [((0.35, 0.72, 0.28), 52), ((0.55, 0.80, 0.62), 53), ((0.66, 0.47, 0.30), 54)]
    for number, (colour, seed) in enumerate(plots):
        left = 50 + 190 * number
        image[50:210, left : left + 160] = tinted(0.65 + 0.3 * texture(160, 160, 2.0, seed), colour)
        image[50:210, [left, left + 159]] = image[[50, 209], left : left + 160] = 1.0
    image[270:305] = tinted(0.7 + 0.15 * texture(35, 640, 2.0, seed=55), (0.9, 0.9, 0.92))
    return np.asarray(image)


def _series(path: Path) -> None:
    """Yearly waves: the top layer on page 1, the deep layer, smaller and six weeks later, on page 2."""
    weeks = np.arange(0, 104)
    plots = [("grass", GREEN, 16), ("clover", BLUE, 20), ("bare", ORANGE, 12)]
    with chart_pages(path, 2) as pages:
        for axes, depth, share, delay in zip(pages, [10, 60], [1.0, 0.4], [0, 6], strict=True):
            for seed, (name, colour, driest) in enumerate(plots):
                noise = 0.35 * np.random.default_rng(60 + seed + depth).standard_normal(weeks.size)
                wave = (1 - np.cos(2 * np.pi * (weeks - 7 - delay) / 52)) / 2
                axes.plot(weeks, 36 - share * (36 - driest) * wave + share * noise, color=colour, label=name)
            axes.set(xlabel="Week", ylabel="Moisture (% by volume)", ylim=(8, 40), xlim=(0, 104))
            axes.set_title(f"{depth} cm", fontsize=9)
            axes.legend(loc="lower left", ncols=3, fontsize=8)


def _map(path: Path) -> None:
    """Moisture of one plot of 20 m, with a wet corner at upper right and the sensors as black crosses."""
    moisture = 16 + 3 * texture(80, 80, 8.0, seed=56) + 14 * spot((80, 80), (12, 68), 11)
    with chart(path, 3.6, 3.0) as axes:
        image = axes.imshow(moisture, cmap="YlGnBu", extent=(0, 20, 0, 20), vmin=14, vmax=34)
        axes.figure.colorbar(image, label="Moisture (% by volume)")
        axes.plot([4, 10, 16, 4, 10], [4, 4, 4, 14, 14], "kx", markeredgewidth=2)
        axes.set(xlabel="East (m)", ylabel="North (m)", xticks=range(0, 21, 5), yticks=range(0, 21, 5))
