"""Lengths of captions in characters, and the mean and spread of any measure."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from s1_assets.tables import Row

Values = NDArray[np.float32]


def raw_caption(pair: Row) -> str:
    """What the paper prints under a graphic: the caption and, for a panel, its subcaption."""
    return " ".join(text for text in (pair["caption"], pair["subcaption"]) if text)


def _none() -> Values:
    return np.empty(0, np.float32)


@dataclass(frozen=True, eq=False)
class Spread:
    """The values that a measure took, one a pair, with their mean and population standard deviation."""

    values: Values = field(default_factory=_none)

    @property
    def count(self) -> int:
        """How many pairs were measured."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """Arithmetic mean; 0 without values."""
        return float(self.values.mean(dtype=np.float64)) if self.count else 0.0

    @property
    def sd(self) -> float:
        """Population standard deviation: the cell's pairs are all there are, not a sample. 0 without values."""
        return float(self.values.std(dtype=np.float64)) if self.count else 0.0

    @property
    def cv(self) -> float | None:
        """Coefficient of variation, sd over mean; None where the mean is 0."""
        return self.sd / self.mean if self.mean else None
