"""How the scores of pairs are distributed, taken in one pass over their rows, in memory that does not grow."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from s1_assets.quality.report.choose import Lowest, drawn
from s1_assets.tables import Row

Values = NDArray[np.float64]
POINTS = 1000  # pairs of the CLIP scatter, drawn at random


class Histogram:
    """Counts of values in `bins` bins of one width from `low` to `high`; what lies outside counts in the end bins."""

    def __init__(self, low: float, high: float, bins: int):
        self.low, self.high = low, high
        self.counts = np.zeros(bins, dtype=np.int64)

    def add(self, values: Values) -> None:
        """Take values in; NaN is not measured and does not count."""
        bins = len(self.counts)
        measured = values[~np.isnan(values)]
        places = np.floor((measured - self.low) / (self.high - self.low) * bins)
        self.counts += np.bincount(np.clip(places, 0, bins - 1).astype(np.int64), minlength=bins)

    @property
    def edges(self) -> Values:
        """The bins' edges, one more than there are bins."""
        return np.linspace(self.low, self.high, len(self.counts) + 1)

    @property
    def total(self) -> int:
        """How many values there were."""
        return int(self.counts.sum())


@dataclass
class Distributions:
    """Lengths in characters, log10 of pseudo-perplexity, CLIP differences, and CLIP scores of some pairs.

    Pseudo-perplexity and CLIP are those of pairs that have both captions measured.
    """

    caption_chars: Histogram = field(default_factory=lambda: Histogram(0, 2000, 40))
    recaption_chars: Histogram = field(default_factory=lambda: Histogram(0, 2000, 40))
    pppl_raw: Histogram = field(default_factory=lambda: Histogram(0, 5, 50))
    pppl_recaption: Histogram = field(default_factory=lambda: Histogram(0, 5, 50))
    clip_difference: Histogram = field(default_factory=lambda: Histogram(-0.5, 0.5, 100))
    clip_points: Lowest[tuple[float, float]] = field(default_factory=lambda: Lowest(POINTS))

    def add(self, rows: Sequence[Row]) -> None:
        """Take rows of tables.QUALITY_METRICS in."""
        self.caption_chars.add(_column(rows, "caption_chars"))
        self.recaption_chars.add(_column(rows, "recaption_chars"))
        raw, recaption = np.log10(_column(rows, "pppl_raw")), np.log10(_column(rows, "pppl_recaption"))
        self.pppl_raw.add(np.where(np.isnan(recaption), np.nan, raw))
        self.pppl_recaption.add(np.where(np.isnan(raw), np.nan, recaption))
        clip = _column(rows, "clip_raw"), _column(rows, "clip_recaption")
        differences = clip[1] - clip[0]
        self.clip_difference.add(differences)
        for place in np.flatnonzero(~np.isnan(differences)).tolist():
            row = rows[place]
            self.clip_points.add((0.0, drawn(row["pair_id"], seed=0)), (row["clip_raw"], row["clip_recaption"]))


def _column(rows: Sequence[Row], name: str) -> Values:
    return np.array([row[name] for row in rows], dtype=np.float64)  # None becomes NaN
