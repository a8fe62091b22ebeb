"""Lengths of captions in characters, and their mean and spread."""

import math
from dataclasses import dataclass

from s1_assets.tables import Row


def raw_caption(pair: Row) -> str:
    """What the paper prints under a graphic: the caption and, for a panel, its subcaption."""
    return " ".join(text for text in (pair["caption"], pair["subcaption"]) if text)


@dataclass
class Spread:
    """Mean and population standard deviation of a stream of values, in one pass (Welford 1962)."""

    count: int = 0
    mean: float = 0.0
    _squares: float = 0.0

    def add(self, value: float) -> None:
        """Take one more value in."""
        self.count += 1
        deviation = value - self.mean
        self.mean += deviation / self.count
        self._squares += deviation * (value - self.mean)

    @property
    def sd(self) -> float:
        """Population standard deviation: the cell's pairs are all there are, not a sample. 0 without values."""
        return math.sqrt(self._squares / self.count) if self.count else 0.0

    @property
    def cv(self) -> float | None:
        """Coefficient of variation, sd over mean; None where the mean is 0."""
        return self.sd / self.mean if self.mean else None
