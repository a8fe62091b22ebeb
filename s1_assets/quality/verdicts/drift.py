"""The verdict on a cell beside the cells before it: has a measure left the range in which its source used to be?"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from s1_assets.quality.verdicts import Thresholds, Verdict, not_measured

# From the median absolute deviation to the standard deviation of a normal distribution.
MAD_TO_SD = 1.4826

Vitals = Mapping[str, float | None]


@dataclass(frozen=True)
class Deviation:
    """How far a measure of a cell is from its median over earlier cells, in robust standard deviations."""

    measure: str
    value: float
    median: float
    sds: float

    def __str__(self) -> str:
        return f"{self.measure} {self.value:.4g} against {self.median:.4g} before ({self.sds:+.1f} SD)"


def deviations(now: Vitals, earlier: Sequence[Vitals], limits: Mapping[str, float]) -> list[Deviation]:
    """The measures that this cell and enough earlier cells have, farthest off first.

    A robust standard deviation is 1.4826 times the median absolute deviation (Rousseeuw and Croux 1993), and not less
    than `limits["floor_<measure>"]`, since months that happen to agree must not make every other one an outlier.
    """
    found = []
    for measure, value in now.items():
        values = [before for vitals in earlier if (before := vitals.get(measure)) is not None]
        if value is None or len(values) < limits["at_least_cells"]:
            continue
        median = statistics.median(values)
        mad = statistics.median(abs(before - median) for before in values)
        sd = max(MAD_TO_SD * mad, limits[f"floor_{measure}"])
        found.append(Deviation(measure, value, median, (value - median) / sd))
    return sorted(found, key=lambda one: -abs(one.sds))


def drift(now: Vitals, earlier: Sequence[Vitals], thresholds: Thresholds) -> Verdict:
    """The cell is like the cells of its source before it, measure by measure."""
    limits = thresholds["drift"]
    threshold = f"each within {limits['at_most_sds']:g} robust SD of the median of at most {limits['cells']:g} cells"
    found = deviations(now, earlier, limits)
    if not found:
        needed = f"it needs at least {limits['at_least_cells']:g} earlier cells of the source with the same measures"
        return not_measured("drift", threshold, f"{needed}; there are {len(earlier)}")
    drifted = [one for one in found if abs(one.sds) > limits["at_most_sds"]]
    names = ", ".join(one.measure for one in found)
    return Verdict(
        check="drift",
        passed=not drifted,
        severity="warn",
        value=abs(found[0].sds),
        threshold=threshold,
        sample_size=len(earlier),
        text="; ".join(map(str, drifted)) or f"like the {len(earlier)} cells before it ({names}); farthest: {found[0]}",
    )
