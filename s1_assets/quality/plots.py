"""Small pictures of what a check judged, as PNG bytes; small enough to stand in the metadata of a check.

Matplotlib's objects are used as they are: pyplot keeps figures in a global list, which a long-lived process must not.
"""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from s1_assets.quality.length import Values

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BEFORE, AFTER = "#8a8f98", "#1f6fb2"
_SIZE, _DPI = (4.2, 2.2), 100  # inches, dots an inch
_BINS = 30


def histograms(before: Values, after: Values, labels: tuple[str, str], measure: str) -> bytes:
    """Two distributions of one measure over each other; values that are not finite are left out."""
    figure, axes = _axes()
    finite = [values[np.isfinite(values)] for values in (before, after)]
    both = np.concatenate(finite)
    bins: list[float] = np.histogram_bin_edges(both, _BINS).tolist()
    for values, label, colour in zip(finite, labels, (BEFORE, AFTER), strict=True):
        axes.hist(values, bins, alpha=0.6, color=colour, label=label)
    axes.set_xlabel(measure)
    axes.set_ylabel("pairs")
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    return _png(figure)


def against_earlier(measure: str, earlier: Mapping[str, float], month: str, value: float) -> bytes:
    """A cell's value of a measure behind those of earlier months, by month."""
    figure, axes = _axes()
    months = [*sorted(earlier), month]
    axes.plot(months[:-1], [earlier[one] for one in months[:-1]], "o-", color=BEFORE)
    axes.axhline(float(np.median(list(earlier.values()))), color=BEFORE, linewidth=0.8, linestyle="--")
    axes.plot([month], [value], "o", color=AFTER)
    axes.set_ylabel(measure)
    axes.tick_params(axis="x", labelsize=7)
    return _png(figure)


def _axes() -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
