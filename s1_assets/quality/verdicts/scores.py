"""Verdicts on what models measured: CLIP scores and pseudo-perplexity."""

from s1_assets.quality.comparison import Comparison, Interval
from s1_assets.quality.summary import CellSummary
from s1_assets.quality.verdicts import Thresholds, Verdict, not_measured

SET_CLIP = "for CLIP scores set S1_CLIP_WEIGHTS (and S1_CLIP) to an open_clip checkpoint"
SET_PPPL = "for pseudo-perplexity set S1_PPPL_MODEL to a masked language model"


def clip_gain(summary: CellSummary, thresholds: Thresholds) -> Verdict:
    """Recaptions fit their images better than the raw captions do, by CLIP score.

    A gain at or below the limit is an error; of fewer than `sure_from_pairs` pairs, which may have it by chance, only
    if its whole interval is.
    """
    limits, scores = thresholds["clip_gain"], summary.clip
    limit, few = limits["error_at_most"], scores.count < limits["sure_from_pairs"]
    threshold = (
        f"> {limit:.2%} (error; of fewer than {limits['sure_from_pairs']:g} pairs surely not), "
        f">= {limits['warn_below']:.2%}, surely above the former and measured on {limits['measured_at_least']:.0%} "
        "of the pairs (warn)"
    )
    if not scores.count:
        return not_measured("clip_gain", threshold, _why_no_scores(summary))
    gain, interval = scores.gain, scores.gain_interval()
    if gain is None:
        return _without_gain(scores, threshold)
    sure = interval is not None and interval[0] > limit
    by_chance = few and (interval is None or interval[1] > limit)
    enough = scores.count >= limits["measured_at_least"] * summary.recaption_chars.count
    others = {"whole texts": summary.clip_windows.gain, "at the raw caption's length": summary.clip_matched.gain}
    more = [f"{name} {value:+.2%}" for name, value in others.items() if value is not None]
    more += [] if enough else [f"{summary.recaption_chars.count} pairs have a recaption"]
    return Verdict(
        check="clip_gain",
        passed=gain >= limits["warn_below"] and sure and enough,
        severity="error" if gain <= limit and not by_chance else "warn",
        value=gain,
        threshold=threshold,
        sample_size=scores.count,
        text=f"CLIP score {scores.before.mean:.3f} -> {scores.after.mean:.3f} ({gain:+.2%}"
        f"{_surely(interval, '+.2%')}) over {scores.count} pairs, {scores.raised:.0%} of them improved"
        + "".join(f"; {one}" for one in more),
        interval=interval,
    )


def _why_no_scores(summary: CellSummary) -> str:
    unreadable = summary.flags.get("unreadable_image", 0) + summary.flags.get("not_finite", 0)
    return f"{unreadable} of {summary.pairs} pairs have an image or a score that is none" if unreadable else SET_CLIP


def _without_gain(scores: Comparison, threshold: str) -> Verdict:
    """Raw captions that score at most 0 on average have no gain; then the difference decides, and it never passes."""
    shift = scores.after.mean - scores.before.mean
    return Verdict(
        check="clip_gain",
        passed=False,
        severity="error" if shift <= 0 else "warn",
        value=shift,
        threshold=threshold,
        sample_size=scores.count,
        text=f"CLIP score {scores.before.mean:.3f} -> {scores.after.mean:.3f} ({shift:+.3f}) over {scores.count} "
        "pairs; there is no gain over a mean that is not positive: are these the weights of S1_CLIP?",
        interval=scores.shift_interval(),
    )


def clip_margin(summary: CellSummary, thresholds: Thresholds) -> Verdict:
    """Recaptions fit their own images better than the recaption of another paper does, by CLIP score.

    A small cell may miss that by chance, which warns, unless its whole interval does; from `sure_from_pairs` pairs on,
    a cell whose interval reaches the limit has captions that are not of their images, and is an error.
    """
    limits, scores = thresholds["clip_margin"], summary.clip_margin
    limit, enough = limits["error_at_most"], int(limits["sure_from_pairs"])
    threshold = f"> {limit:g}, and its interval too (warn; error from {enough} pairs on)"
    margin, interval = scores.shift, scores.shift_interval()
    if margin is None:
        why = "no recaption of another paper to compare with" if summary.clip.count else _why_no_scores(summary)
        return not_measured("clip_margin", threshold, why)
    clear = interval is not None and interval[0] > limit
    hopeless = interval is not None and interval[1] <= limit
    return Verdict(
        check="clip_margin",
        passed=clear,
        severity="error" if hopeless or (not clear and scores.count >= enough) else "warn",
        value=margin,
        threshold=threshold,
        sample_size=scores.count,
        text=f"CLIP score {scores.after.mean:.3f} with the own recaption, {scores.before.mean:.3f} with another "
        f"paper's ({margin:+.4f}{_surely(interval, '+.4f')}) over {scores.count} pairs"
        + ("" if clear else ": the recaptions may not be those of their images"),
        interval=interval,
    )


def pppl_shift(summary: CellSummary, thresholds: Thresholds) -> Verdict:
    """Recaptions read more fluently than the raw captions, by pseudo-perplexity."""
    below, scores = thresholds["pppl_shift"]["below"], summary.pppl
    shift, interval = scores.shift, scores.shift_interval()
    if shift is None:
        return not_measured("pppl_shift", f"< {below:g}", SET_PPPL)
    return Verdict(
        check="pppl_shift",
        passed=shift < below,
        severity="warn",
        value=shift,
        threshold=f"< {below:g}",
        sample_size=scores.count,
        text=f"mean log10(pPPL) {scores.before.mean:.3f} -> {scores.after.mean:.3f} ({shift:+.3f}"
        f"{_surely(interval, '+.3f')}) over {scores.count} pairs, {scores.lowered:.0%} of them lower",
        interval=interval,
    )


def _surely(interval: Interval | None, form: str) -> str:
    if interval is None:
        return "; too few pairs for an interval"
    low, high = interval
    reaches = ", which includes 0" if low <= 0 <= high else ""
    return f"; 95 % interval {low:{form}} to {high:{form}}{reaches}"
