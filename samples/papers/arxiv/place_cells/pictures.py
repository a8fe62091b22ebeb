"""Pictures of the place cell model: firing fields, spikes of eight neurons, and what became of the fields."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, GREY, INK, ORANGE, chart, charts, pixel_grid, spot


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    _fields(folder / "fields.png")
    _raster(folder / "raster.pdf")
    _outcome(folder / "outcome.pdf")


def _fields(path: Path) -> None:
    """Rate maps of three neurons in the light (top) and in the dark: one stays, one moves, one falls silent."""
    rows, columns = pixel_grid(60, 60)
    outside = np.hypot(rows - 30, columns - 30) > 29
    centres = [((20, 20), (42, 18), (30, 44)), ((20, 20), (22, 42), None)]
    with charts(path, 4.8, 3.2, rows=2, columns=3) as axes:
        for number, cell in enumerate(axes):
            centre = centres[number // 3][number % 3]
            rate = 12 * spot((60, 60), centre, 7) if centre else np.zeros((60, 60))
            image = cell.imshow(np.where(outside, np.nan, rate), cmap="jet", vmin=0, vmax=12)
            cell.set_axis_off()
            if number < 3:
                cell.set_title(f"neuron {number + 1}", fontsize=9)
        axes[0].figure.colorbar(image, ax=axes, label="Rate (Hz)", shrink=0.8)


def _raster(path: Path) -> None:
    """Spikes of eight neurons; the light goes out at 10 s, after which neurons 6 to 8 are silent."""
    rng = np.random.default_rng(91)
    with chart(path, 4.4, 2.5) as axes:
        for neuron in range(1, 9):
            spikes = np.sort(rng.uniform(0, 20, 60))
            if neuron >= 6:
                spikes = spikes[spikes < 10]
            axes.plot(spikes, np.full(spikes.size, neuron), "|", color=INK, markersize=8)
        axes.axvspan(10, 20, color=GREY, alpha=0.25, linewidth=0)
        axes.set(xlabel="Time (s)", ylabel="Neuron", xlim=(0, 20), yticks=range(1, 9))


def _outcome(path: Path) -> None:
    with chart(path, 3.2, 2.6) as axes:
        axes.pie([38, 27, 35], labels=["stays", "moves", "silent"], colors=[BLUE, ORANGE, GREY], autopct="%.0f%%")
