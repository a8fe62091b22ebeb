"""Verdicts on recaptions as texts."""

from collections.abc import Mapping

from s1_assets.quality.summary import CellSummary
from s1_assets.quality.ungrounded import KINDS
from s1_assets.quality.verdicts import Thresholds, Verdict, not_measured, share


def failure_rate(statuses: Mapping[str, int], thresholds: Thresholds) -> Verdict:
    """Few captions failed. `statuses` counts the captions by status."""
    failed, captions = statuses.get("failed", 0), sum(statuses.values())
    return share("failure_rate", failed, captions, what="captions failed", severity="error", thresholds=thresholds)


def recaption_length(summary: CellSummary, thresholds: Thresholds) -> Verdict:
    """Mean length of the recaptions lies in the band, and lengths do not scatter more than allowed."""
    limits, lengths = thresholds["recaption_length"], summary.recaption_chars
    low, high, widest = limits["mean_at_least"], limits["mean_at_most"], limits["cv_at_most"]
    threshold = f"mean {low:g}-{high:g} characters, CV <= {widest:g}"
    if lengths.cv is None:
        return not_measured("recaption_length", threshold, "the cell has no recaptions")
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
    """The numbers in the recaptions come from caption, context or figure, on average over those that have numbers."""
    at_least, shares = thresholds["numbers_grounded"]["at_least"], summary.numbers_grounded
    if not shares.count:
        return not_measured("numbers_grounded", f">= {at_least:g}", "no recaption has a number")
    offenders = summary.flags.get("ungrounded_number", 0)
    return Verdict(
        check="numbers_grounded",
        passed=shares.mean >= at_least,
        severity="warn",
        value=shares.mean,
        threshold=f">= {at_least:g}",
        sample_size=shares.count,
        text=f"{shares.mean:.1%} of the numbers of {shares.count} recaptions with numbers are grounded, on average; "
        f"{offenders} pairs have one that is not",
    )


def entities_grounded(summary: CellSummary, thresholds: Thresholds) -> Verdict:
    """The units, panels, acronyms and Greek symbols in the recaptions come from caption, context or figure."""
    at_least, grounded = thresholds["entities_grounded"]["at_least"], summary.entities_grounded
    if grounded is None:
        return not_measured("entities_grounded", f">= {at_least:g}", "the cell has no recaptions")
    kinds = {kind: summary.flags.get(f"ungrounded_{kind}", 0) for kind in KINDS if kind != "number"}
    found = ", ".join(f"a {kind} in {count}" for kind, count in kinds.items() if count)
    return Verdict(
        check="entities_grounded",
        passed=grounded >= at_least,
        severity="warn",
        value=grounded,
        threshold=f">= {at_least:g}",
        sample_size=summary.recaption_chars.count,
        text=f"{grounded:.1%} of the recaptions name nothing that no source holds"
        + (f"; ungrounded are {found}" if found else ""),
    )
