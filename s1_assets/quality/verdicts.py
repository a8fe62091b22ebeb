"""Verdicts on a cell: numbers in, a `Verdict` out. What a cell is held to stands in thresholds.toml.

What was not measured has not passed: its verdict is a warning that says what to set.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from s1_assets.quality.summary import CellSummary

THRESHOLDS_FILE = Path(__file__).with_name("thresholds.toml")

Thresholds = Mapping[str, Mapping[str, float]]
Severity = Literal["error", "warn"]


@dataclass(frozen=True)
class Verdict:
    """One check's outcome. `severity` is what a failure weighs; an error of a blocking check stops publishing.

    `value` is None where nothing was measured; `threshold` is in words; `sample_size` counts what `value` is over.
    """

    check: str
    passed: bool
    severity: Severity
    value: float | None
    threshold: str
    sample_size: int
    text: str


def load_thresholds(source: str, path: Path = THRESHOLDS_FILE) -> Thresholds:
    """The limits of every check for one source: [default] with the source's own values over it.

    Raises:
        ValueError: the source's section names a check or a limit that [default] does not have.
    """
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    limits = {check: dict(values) for check, values in sections["default"].items()}
    for check, values in sections.get(source, {}).items():
        unknown = values.keys() - limits.get(check, {}).keys()
        if unknown:
            raise ValueError(
                f"{path}: [{source}.{check}] sets {sorted(unknown)}, which [default.{check}] does not have"
            )
        limits[check].update(values)
    return limits


def recaption_length(summary: CellSummary, thresholds: Thresholds) -> Verdict:
    """Mean length of the recaptions lies in the band, and lengths do not scatter more than allowed."""
    limits, lengths = thresholds["recaption_length"], summary.recaption_chars
    low, high, widest = limits["mean_at_least"], limits["mean_at_most"], limits["cv_at_most"]
    threshold = f"mean {low:g}-{high:g} characters, CV <= {widest:g}"
    if lengths.cv is None:
        return _not_measured("recaption_length", threshold, "the cell has no recaptions")
    return Verdict(
        check="recaption_length",
        passed=low <= lengths.mean <= high and lengths.cv <= widest,
        severity="warn",
        value=lengths.mean,
        threshold=threshold,
        sample_size=lengths.count,
        text=f"recaptions have {lengths.mean:.0f} ± {lengths.sd:.0f} characters (CV {lengths.cv:.2f})",
    )


def numbers_grounded(summary: CellSummary, thresholds: Thresholds) -> Verdict:
    """The numbers in the recaptions come from caption, context or figure."""
    at_least, shares = thresholds["numbers_grounded"]["at_least"], summary.numbers_grounded
    if not shares.count:
        return _not_measured("numbers_grounded", f">= {at_least:g}", "the cell has no recaptions")
    offenders = summary.flags.get("ungrounded_number", 0)
    return Verdict(
        check="numbers_grounded",
        passed=shares.mean >= at_least,
        severity="warn",
        value=shares.mean,
        threshold=f">= {at_least:g}",
        sample_size=shares.count,
        text=f"{shares.mean:.1%} of the numbers are grounded; {offenders} pairs have one that is not",
    )


def clip_gain(summary: CellSummary, thresholds: Thresholds) -> Verdict:
    """Recaptions fit their images better than the raw captions do, by CLIP score."""
    limits, gain = thresholds["clip_gain"], summary.clip_gain
    threshold = f"> {limits['error_at_most']:.2%} (error), >= {limits['warn_below']:.2%} (warn)"
    if gain is None:
        why = "raw captions score at most 0 on average" if summary.clip_raw.count else _SET_CLIP
        return _not_measured("clip_gain", threshold, why)
    return Verdict(
        check="clip_gain",
        passed=gain >= limits["warn_below"],
        severity="error" if gain <= limits["error_at_most"] else "warn",
        value=gain,
        threshold=threshold,
        sample_size=summary.clip_raw.count,
        text=f"CLIP score {summary.clip_raw.mean:.3f} -> {summary.clip_recaption.mean:.3f} ({gain:+.2%})",
    )


def pppl_shift(summary: CellSummary, thresholds: Thresholds) -> Verdict:
    """Recaptions read more fluently than the raw captions, by pseudo-perplexity."""
    below, shift = thresholds["pppl_shift"]["below"], summary.pppl_shift
    if shift is None:
        return _not_measured("pppl_shift", f"< {below:g}", _SET_PPPL)
    return Verdict(
        check="pppl_shift",
        passed=shift < below,
        severity="warn",
        value=shift,
        threshold=f"< {below:g}",
        sample_size=summary.pppl_raw.count,
        text=f"mean log10(pPPL) {summary.pppl_raw.mean:.3f} -> {summary.pppl_recaption.mean:.3f} ({shift:+.3f})",
    )


def failure_rate(statuses: Mapping[str, int], thresholds: Thresholds) -> Verdict:
    """Few captions failed. `statuses` counts the captions by status."""
    failed, captions = statuses.get("failed", 0), sum(statuses.values())
    return _share("failure_rate", failed, captions, what="captions failed", severity="error", thresholds=thresholds)


def rejects_rate(rejects: int, pairs: int, thresholds: Thresholds) -> Verdict:
    """Extraction rejected few of the papers and figures it met. Both are counts of rows."""
    what = "papers and figures were rejected"
    return _share("rejects_rate", rejects, rejects + pairs, what=what, severity="warn", thresholds=thresholds)


def pairs_per_paper(pairs: int, papers: int, thresholds: Thresholds) -> Verdict:
    """Papers give about as many pairs as papers do."""
    limits = thresholds["pairs_per_paper"]
    threshold = f"{limits['at_least']:g}-{limits['at_most']:g} pairs a paper"
    if not papers:
        return _not_measured("pairs_per_paper", threshold, "the cell has no papers")
    ratio = pairs / papers
    return Verdict(
        check="pairs_per_paper",
        passed=limits["at_least"] <= ratio <= limits["at_most"],
        severity="warn",
        value=ratio,
        threshold=threshold,
        sample_size=papers,
        text=f"{pairs} pairs from {papers} papers ({ratio:.2f} a paper)",
    )


def everything_has_a_month(
    unplaced: int | None, looked_at: int, examples: Sequence[str], thresholds: Thresholds
) -> Verdict:
    """No file or line of the source's mirror is left out of every cell. `unplaced` is None where nobody counted."""
    at_most = thresholds["everything_has_a_month"]["at_most"]
    threshold = f"<= {at_most:g} files and lines"
    if unplaced is None or not looked_at:
        why = "the cell's last materialization of raw_papers saw nothing of the mirror"
        return _not_measured("everything_has_a_month", threshold, why)
    shown = ": " + "; ".join(examples[:3]) if examples else ""
    return Verdict(
        check="everything_has_a_month",
        passed=unplaced <= at_most,
        severity="warn",
        value=float(unplaced),
        threshold=threshold,
        sample_size=looked_at,
        text=f"{unplaced} of {looked_at} files and lines of the mirror belong to no month{shown}",
    )


def images_decode(undecodable: int, images: int, thresholds: Thresholds) -> Verdict:
    """Every image opens."""
    at_most = thresholds["images_decode"]["at_most"]
    if not images:
        return _not_measured("images_decode", f"<= {at_most:g} images", "the cell has no images")
    return Verdict(
        check="images_decode",
        passed=undecodable <= at_most,
        severity="error",
        value=float(undecodable),
        threshold=f"<= {at_most:g} images",
        sample_size=images,
        text=f"{undecodable} of {images} images do not open",
    )


_SET_CLIP = "for CLIP scores set S1_CLIP_WEIGHTS (and S1_CLIP) to an open_clip checkpoint"
_SET_PPPL = "for pseudo-perplexity set S1_PPPL_MODEL to a masked language model"


def _share(check: str, part: int, whole: int, *, what: str, severity: Severity, thresholds: Thresholds) -> Verdict:
    at_most = thresholds[check]["at_most"]
    if not whole:
        return _not_measured(check, f"<= {at_most:.1%}", "the cell has no rows")
    text = f"{part} of {whole} {what} ({part / whole:.1%})"
    return Verdict(check, part / whole <= at_most, severity, part / whole, f"<= {at_most:.1%}", whole, text)


def _not_measured(check: str, threshold: str, why: str) -> Verdict:
    return Verdict(check, False, "warn", None, threshold, 0, f"not measured: {why}")
