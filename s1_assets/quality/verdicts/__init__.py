"""Verdicts on a cell: numbers in, a `Verdict` out. What a cell is held to stands in quality/thresholds.toml.

What was not measured has not passed: its verdict is a warning that says what to set.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from s1_assets.cells import SOURCES

THRESHOLDS_FILE = Path(__file__).parents[1] / "thresholds.toml"

Thresholds = Mapping[str, Mapping[str, float]]
Severity = Literal["error", "warn"]


@dataclass(frozen=True)
class Verdict:
    """One check's outcome. `severity` is what a failure weighs; an error of a blocking check stops publishing.

    `value` is None where nothing was measured; `threshold` is in words; `sample_size` counts what `value` is over;
    `interval` is the 95 % interval of `value`, where it has one; `plot` is a picture of what was judged, as PNG;
    `examples` are a few of what is wrong, as rows of one table.
    """

    check: str
    passed: bool
    severity: Severity
    value: float | None
    threshold: str
    sample_size: int
    text: str
    interval: tuple[float, float] | None = None
    plot: bytes | None = None
    examples: tuple[Mapping[str, str], ...] = ()


def load_thresholds(source: str, path: Path = THRESHOLDS_FILE) -> Thresholds:
    """The limits of every check for one source: [default] with the source's own values over it.

    Raises:
        ValueError: a section is of no source, or the source's names a check or a limit that [default] does not have.
    """
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    if strangers := sections.keys() - {"default", *SOURCES}:
        raise ValueError(f"{path}: {sorted(strangers)} are no sources; they are {', '.join(SOURCES)}")
    limits = {check: dict(values) for check, values in sections["default"].items()}
    for check, values in sections.get(source, {}).items():
        unknown = values.keys() - limits.get(check, {}).keys()
        if unknown:
            raise ValueError(
                f"{path}: [{source}.{check}] sets {sorted(unknown)}, which [default.{check}] does not have"
            )
        limits[check].update(values)
    return limits


def not_measured(check: str, threshold: str, why: str) -> Verdict:
    """What was not measured has not passed."""
    return Verdict(check, False, "warn", None, threshold, 0, f"not measured: {why}")


def share(check: str, part: int, whole: int, *, what: str, severity: Severity, thresholds: Thresholds) -> Verdict:
    """Whether `part` of `whole` is at most the share that the check allows; `what` says what the part is."""
    at_most = thresholds[check]["at_most"]
    if not whole:
        return not_measured(check, f"<= {at_most:.1%}", "the cell has no rows")
    text = f"{part} of {whole} {what} ({part / whole:.1%})"
    return Verdict(check, part / whole <= at_most, severity, part / whole, f"<= {at_most:.1%}", whole, text)
