"""Two measures of the same pairs, one beside the other: how the second differs from the first, and how surely.

Intervals are 95 % percentile intervals of the paired bootstrap (Efron and Tibshirani 1993, chapter 13; by
scipy.stats.bootstrap): pairs are drawn with replacement RESAMPLES times, both values of a pair together, from a fixed
seed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s1_assets.quality.length import Spread

RESAMPLES = 2_000
SEED = 20260104
LEVEL = 0.95
_DRAWN_AT_ONCE = 2_000_000  # values, so that memory does not grow with the cell

Interval = tuple[float, float]
Means = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `before` and `after` say of the same pairs, in the same order. Without pairs every number is None."""

    before: Spread
    after: Spread

    @property
    def count(self) -> int:
        """Pairs that have both."""
        return self.before.count

    @property
    def gain(self) -> float | None:
        """mean(after) / mean(before) - 1; None where mean(before) is not positive."""
        return self.after.mean / self.before.mean - 1 if self.before.mean > 0 else None

    @property
    def shift(self) -> float | None:
        """mean(after) - mean(before), in the measure's own unit."""
        return self.after.mean - self.before.mean if self.count else None

    @property
    def variance_change(self) -> float | None:
        """Variance of `after` over that of `before`, minus 1; None where `before` does not vary."""
        return self.after.sd**2 / self.before.sd**2 - 1 if self.before.sd else None

    @property
    def raised(self) -> float | None:
        """Share of the pairs in which `after` is above `before`."""
        return float((self.after.values > self.before.values).mean()) if self.count else None

    @property
    def lowered(self) -> float | None:
        """Share of the pairs in which `after` is below `before`."""
        return float((self.after.values < self.before.values).mean()) if self.count else None

    def gain_interval(self) -> Interval | None:
        """Interval of the gain; None with fewer than two pairs, or where the gain has no meaning."""
        return self._interval(lambda before, after: after / before - 1) if self.before.mean > 0 else None

    def shift_interval(self) -> Interval | None:
        """Interval of the shift; None with fewer than two pairs."""
        return self._interval(lambda before, after: after - before)

    def _interval(self, of_means: Callable[[Means, Means], Means]) -> Interval | None:
        if self.count < 2:
            return None
        from scipy.stats import bootstrap

        found = bootstrap(
            (self.before.values, self.after.values),
            lambda before, after, axis: of_means(before.mean(axis, np.float64), after.mean(axis, np.float64)),
            n_resamples=RESAMPLES,
            batch=max(1, _DRAWN_AT_ONCE // self.count),
            paired=True,
            vectorized=True,
            method="percentile",
            confidence_level=LEVEL,
            rng=np.random.default_rng(SEED),
        ).confidence_interval
        return float(found.low), float(found.high)
