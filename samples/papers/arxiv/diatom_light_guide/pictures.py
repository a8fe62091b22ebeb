"""Pictures of the diatom: a drawn valve, its growth, its pore spacing and its transmission."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, INK, ORANGE, Pixels, chart, lettered, pixel_grid, save_pixels, spot, texture


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    save_pixels(folder / "valve.png", _valve(), "I;16")
    _growth(folder / "growth.pdf")
    _spacing(folder / "spacing.pdf")
    _transmission(folder / "transmission.png")
    save_pixels(folder / "ruler.png", _ruler())


def _valve() -> Pixels:
    """A bright disc with a hexagonal lattice of dark pores on a dark ground."""
    rows, columns = pixel_grid(480, 480)
    waves = [
        np.cos(2 * np.pi / 20.8 * (np.cos(a) * (columns - 240) + np.sin(a) * (rows - 240))) for a in (0, 2.094, 4.189)
    ]
    pores = np.clip((sum(waves) - 1.1) / 1.2, 0, 1)
    disc = 1 / (1 + np.exp((np.hypot(rows - 240, columns - 240) - 190) / 3))
    image = 0.1 + disc * (0.72 - 0.6 * pores) + 0.08 * (texture(480, 480, 1.5, seed=5) - 0.5)
    image[440:446, 340:440] = 1.0
    return lettered(image, (412, 366), "5 µm", size=20)


def _growth(path: Path) -> None:
    """Logistic growth from 2 thousand cells per millilitre to 40 and to 95 thousand."""
    days = np.arange(0, 11)
    with chart(path, 3.0, 2.5) as axes:
        for limit, rate, colour, marker, name in [(40, 0.7, BLUE, "o", "weak"), (95, 1.0, ORANGE, "s", "strong")]:
            cells = limit / (1 + (limit / 2 - 1) * np.exp(-rate * days))
            axes.plot(days, cells, f"{marker}-", color=colour, markersize=4, label=f"{name} light")
        axes.set(xlabel="Day", ylabel=r"Cells ($10^3$ mL$^{-1}$)", ylim=(0, 100))
        axes.legend(loc="upper left", fontsize=8)


def _spacing(path: Path) -> None:
    """Box plot of the pore spacing; each sample is shifted to the median that the paper states."""
    rng = np.random.default_rng(6)
    samples = [rng.normal(0, 0.08, 60), rng.normal(0, 0.06, 60)]
    spacing = [sample - np.median(sample) + median for sample, median in zip(samples, [1.20, 0.95], strict=True)]
    with chart(path, 3.0, 2.5) as axes:
        boxes = axes.boxplot(spacing, tick_labels=["weak light", "strong light"], patch_artist=True, widths=0.5)
        for patch, colour in zip(boxes["boxes"], [BLUE, ORANGE], strict=True):
            patch.set_facecolor(colour)
        for median in boxes["medians"]:
            median.set_color(INK)
        axes.set(ylabel="Pore spacing (µm)")


def _transmission(path: Path) -> None:
    """Transmission over the valve in false colour, highest at the centre with a weak ring."""
    rows, columns = pixel_grid(200, 200)
    radius = np.hypot(rows - 100, columns - 100) / 10
    light = 0.62 * spot((200, 200), (100, 100), 22) + 0.15 * np.exp(-(((radius - 7) / 1.2) ** 2))
    with chart(path, 3.4, 2.9) as axes:
        image = axes.imshow(light, cmap="inferno", extent=(-10, 10, -10, 10), vmin=0, vmax=0.65)
        axes.figure.colorbar(image, label="Transmission")
        axes.set(xlabel=r"$x$ (µm)", ylabel=r"$y$ (µm)")


def _ruler() -> Pixels:
    """A strip with ten ticks, as printed on the culture flask."""
    strip = np.ones((60, 520))
    strip[50:54, 10:510] = 0.0
    for tick in range(11):
        column = 10 + 50 * tick - (tick == 10)
        strip[20 if tick % 5 == 0 else 34 : 50, column : column + 2] = 0.0
    return strip
