"""Pictures of the stellar stream: drawn sky images, a colour-magnitude diagram and a density profile."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, GREY, INK, RED, Pixels, chart, lettered, pixel_grid, save_pixels, spot, texture


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    _field(folder / "field.jpg")
    _magnitudes(folder / "figs/cmd.pdf")
    _profile(folder / "figs/profile.pdf")
    save_pixels(folder / "figs/northeast.png", _negative(seed=7, stream=True))
    save_pixels(folder / "figs/southwest.png", _negative(seed=8, stream=False))


def _sky(height: int, width: int, stars: int, seed: int) -> Pixels:
    """A dark sky with stars of many brightnesses."""
    rng = np.random.default_rng(seed)
    image = 0.06 + 0.04 * texture(height, width, 1.0, seed)
    for row, column, light in zip(
        rng.uniform(0, height, stars), rng.uniform(0, width, stars), rng.pareto(1.6, stars), strict=True
    ):
        top, left = max(int(row) - 8, 0), max(int(column) - 8, 0)
        patch = image[top : top + 17, left : left + 17]
        patch += min(0.15 + 0.15 * light, 1) * spot(patch.shape, (row - top, column - left), 1.3)
    return image


def _field(path: Path) -> None:
    """The galaxy at the centre, the stream as an arc above and to the left of it, a bright star at lower right."""
    shape = (520, 620)
    rows, columns = pixel_grid(*shape)
    image = _sky(*shape, stars=420, seed=3)
    distance = np.hypot((rows - 260) / 0.75, columns - 310)
    image += 0.85 * np.exp(-distance / 38)
    radius = np.hypot(rows - 330, columns - 330)
    angle = np.arctan2(330 - rows, columns - 330)
    image += 0.3 * np.exp(-(((radius - 210) / 14) ** 2)) * ((angle > 1.45) & (angle < 2.9))
    image += 2.5 * spot(shape, (420, 510), 6) + 0.25 * spot(shape, (420, 510), 22)
    image[480:483, 40:160] = 1.0
    image = lettered(image, (448, 62), "2 arcmin", size=20)
    save_pixels(path, lettered(image, (30, 30), "N ↑  E ←", size=18))


def _negative(seed: int, stream: bool) -> Pixels:
    """A close-up as a negative: dark stars on white."""
    shape = (320, 360)
    rows, columns = pixel_grid(*shape)
    image = _sky(*shape, stars=260, seed=seed)
    if stream:
        image += 0.35 * np.exp(-(((rows - 250 + 0.55 * columns) / 22) ** 2))
    return np.asarray(1 - np.clip(image, 0, 1))


def _magnitudes(path: Path) -> None:
    """Colour-magnitude diagram: a red giant branch that both samples share, over scattered foreground stars."""
    rng = np.random.default_rng(4)
    with chart(path, 3.2, 3.4) as axes:
        axes.plot(rng.uniform(-0.2, 2.4, 160), rng.uniform(20.5, 26, 160), ".", color="#cccccc", label="foreground")
        for count, colour, marker, name in [(240, BLUE, "o", "galaxy"), (40, RED, "^", "stream")]:
            magnitude = 26 - 3.5 * rng.random(count) ** 1.7
            branch = 1.0 + 0.12 * (26 - magnitude) + 0.06 * rng.standard_normal(count)
            axes.plot(branch, magnitude, marker, color=colour, markersize=3, label=name)
        axes.set(xlabel=r"$g-i$ (mag)", ylabel=r"$i$ (mag)", ylim=(26.2, 20.3), xlim=(-0.3, 2.5))
        axes.legend(loc="upper left", fontsize=8, frameon=True, edgecolor="white", framealpha=1)


def _profile(path: Path) -> None:
    """Exponential density profile with a bump at 2.8 arcmin."""
    radius = np.arange(0.2, 5.2, 0.4)
    density = 120 * np.exp(-radius / 0.8) + 4 * np.exp(-(((radius - 2.8) / 0.35) ** 2)) + 0.3
    with chart(path, 3.2, 3.4) as axes:
        axes.errorbar(radius, density, yerr=0.2 * np.sqrt(density), fmt="o", color=BLUE, markersize=4, capsize=2)
        axes.plot(radius, 120 * np.exp(-radius / 0.8) + 0.3, "--", color=INK, label="exponential + background")
        axes.axhline(0.3, color=GREY, linestyle=":")
        axes.set(xlabel="Radius (arcmin)", ylabel=r"Stars arcmin$^{-2}$", yscale="log", ylim=(0.08, 200))
        axes.legend(loc="upper right", fontsize=8)
