"""Pictures of the striped film: a logistic transition whose midpoint and width are linear in field."""

from pathlib import Path

import numpy as np

from samples.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    RED,
    Pixels,
    chart,
    lettered,
    pixel_grid,
    save_pixels,
    texture,
)


def midpoint(field: Pixels) -> Pixels:
    """Temperature in kelvin at which half the resistance is left, for a field in tesla."""
    return 14.2 - 1.6 * field


def width(field: Pixels) -> Pixels:
    """10-90 % width of the transition in kelvin."""
    return 0.6 + 0.52 * field


def resistance(temperature: Pixels, field: Pixels) -> Pixels:
    """Resistance over its normal value; the logistic function spans 10-90 % in 4.394 of its scale."""
    return np.asarray(1 / (1 + np.exp(-4.394 * (temperature - midpoint(field)) / width(field))))


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    temperature = np.linspace(2, 18, 400)
    with chart(folder / "resistance.pdf", 3.6, 2.8) as axes:
        for tesla, colour in zip([0, 1, 3, 5], [BLUE, ORANGE, GREEN, RED], strict=True):
            axes.plot(temperature, resistance(temperature, np.array(float(tesla))), color=colour, label=f"{tesla} T")
        axes.axhline(0.5, color=GREY, linestyle="--", linewidth=0.8)
        axes.set(xlabel="Temperature (K)", ylabel=r"$R/R_{\mathrm{n}}$", xlim=(2, 18))
        axes.legend(loc="upper left")

    fields = np.arange(0, 5.5, 0.5, dtype=np.float64)
    noise = 0.12 * np.random.default_rng(1).standard_normal(fields.size)
    with chart(folder / "midpoint.pdf", 2.5, 2.3) as axes:
        axes.plot(fields, midpoint(fields), color=INK, linewidth=1)
        axes.plot(fields, midpoint(fields) + noise, "o", color=BLUE, markersize=4)
        axes.set(xlabel="Field (T)", ylabel="Midpoint (K)", ylim=(0, 16))
    with chart(folder / "width.pdf", 2.5, 2.3) as axes:
        axes.bar(np.arange(6), width(np.arange(6, dtype=np.float64)), color=ORANGE, edgecolor=INK)
        axes.set(xlabel="Field (T)", ylabel="Width (K)", xticks=range(6))
    with chart(folder / "map.png", 2.5, 2.3) as axes:
        field, kelvin = np.meshgrid(np.linspace(0, 5, 120), np.linspace(2, 18, 160))
        mesh = axes.pcolormesh(field, kelvin, resistance(kelvin, field), cmap="viridis", shading="auto")
        axes.figure.colorbar(mesh, label=r"$R/R_{\mathrm{n}}$")
        axes.set(xlabel="Field (T)", ylabel="Temperature (K)")

    _micrograph(folder / "film.png")


def _micrograph(path: Path) -> None:
    """Bright vertical stripes 40 pixels apart, with the microscope's bar of 40 pixels below the image."""
    _, columns = pixel_grid(440, 600)
    stripes = 0.45 + 0.25 * np.tanh(6 * np.sin(2 * np.pi * columns / 40))
    image = stripes + 0.15 * (texture(440, 600, 1.2, seed=2) - 0.5)
    image[400:] = 0.08
    image[340:392, 425:575] = 0.05
    image[378:384, 440:560] = 1.0
    image = lettered(image, (346, 472), "6 µm", size=20)
    save_pixels(path, lettered(image, (408, 12), "MODE BF   MAG x800   SAMPLE 17", size=16), "I;16")
