"""Pictures of the counting transformer: logo, architecture, attention maps, accuracy and seeds."""

from pathlib import Path

import numpy as np

from samples.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    Pixels,
    arrow,
    box,
    chart,
    diagram,
    lettered,
    pixel_grid,
    save_pixels,
)

WORD = "abacab"


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    save_pixels(folder / "logo.png", _logo())
    _architecture(folder / "architecture.pdf")
    for name, weights in _attention().items():
        _attention_map(folder / f"heads/{name}.png", weights)
    _accuracy(folder / "accuracy.pdf")
    _seeds(folder / "seeds.pdf")


def _logo() -> Pixels:
    """A dark disc with the letters of the workshop, transparent outside."""
    rows, columns = pixel_grid(120, 120)
    colour = np.ones((120, 120, 3)) * (0.15, 0.25, 0.5)
    disc = (np.hypot(rows - 60, columns - 60) < 56).astype(np.float64)
    return np.dstack([lettered(colour, (36, 22), "TCW", size=36), disc])


def _architecture(path: Path) -> None:
    with chart(path, 6.4, 1.6) as axes:
        diagram(axes, 16, 4)
        stages = [("symbols", "#eeeeee"), ("embedding", "#dbe9f6"), ("layer 1\n2 heads", "#fde3c8")]
        stages += [("layer 2\n2 heads", "#fde3c8"), ("mean", "#dbe9f6"), ("count", "#d9efd9")]
        for number, (name, colour) in enumerate(stages):
            box(axes, (1.3 + 2.68 * number, 2), name, colour=colour, size=(2, 1.6))
            if number:
                arrow(axes, (2.68 * number - 0.32, 2), (2.68 * number + 0.28, 2))


def _attention() -> dict[str, Pixels]:
    """Weights of the four heads on WORD; each row sums to one."""
    letters = np.array(list(WORD))
    equal = (letters[:, None] == letters).astype(np.float64)
    previous = np.eye(6, k=-1)
    previous[0, 0] = 1
    first = np.zeros((6, 6))
    first[:, 0] = 1
    maps = {"equal": equal, "previous": previous, "first": first, "uniform": np.ones((6, 6))}
    return {name: (rows := weights + 0.02) / rows.sum(axis=1, keepdims=True) for name, weights in maps.items()}


def _attention_map(path: Path, weights: Pixels) -> None:
    with chart(path, 2.3, 1.9) as axes:
        image = axes.imshow(weights, cmap="magma", vmin=0, vmax=1)
        axes.figure.colorbar(image)
        axes.set(xticks=range(6), yticks=range(6), xticklabels=list(WORD), yticklabels=list(WORD))
        axes.set(xlabel="key", ylabel="query")


def _accuracy(path: Path) -> None:
    width = np.array([2, 4, 8, 16, 32, 64])
    with chart(path, 3.2, 2.5) as axes:
        axes.plot(width, [61, 84, 97, 97, 97, 97], "o-", color=BLUE, label="two layers")
        axes.plot(width, [38, 47, 58, 62, 64, 65], "s--", color=ORANGE, label="one layer")
        axes.set_xscale("log", base=2)
        axes.set(xlabel="Head width", ylabel="Accuracy (%)", ylim=(30, 100), xticks=width, xticklabels=width)
        axes.legend(loc="center right", bbox_to_anchor=(1, 0.73))


def _seeds(path: Path) -> None:
    """Accuracy of 20 runs at widths 2, 8 and 64; the runs are scaled to the mean and spread they should have."""
    rng = np.random.default_rng(71)
    with chart(path, 3.2, 2.5) as axes:
        for place, (mean, spread, colour) in enumerate([(61, 4, GREY), (97, 0.6, BLUE), (97, 0.6, GREEN)]):
            runs = rng.normal(0, 1, 20)
            runs = mean + spread * (runs - runs.mean()) / runs.std()
            axes.plot(place + rng.uniform(-0.15, 0.15, 20), runs, "o", color=colour, markersize=4, markeredgecolor=INK)
        axes.set(xlabel="Head width", ylabel="Accuracy (%)", ylim=(50, 100))
        axes.set(xticks=range(3), xticklabels=["2", "8", "64"])
