"""Verdicts on what extraction found: papers, figures, images and captions."""

from collections.abc import Mapping, Sequence

from s1_assets.quality.verdicts import Thresholds, Verdict, not_measured, share


def everything_has_a_month(
    unplaced: int | None, looked_at: int, examples: Sequence[str], thresholds: Thresholds
) -> Verdict:
    """No file or line of the source's mirror is left out of every cell. `unplaced` is None where nobody counted."""
    at_most = thresholds["everything_has_a_month"]["at_most"]
    threshold = f"<= {at_most:g} files and lines"
    if unplaced is None or not looked_at:
        why = "the cell's last materialization of raw_papers saw nothing of the mirror"
        return not_measured("everything_has_a_month", threshold, why)
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


def images_decode(
    undecodable: int, images: int, examples: Sequence[Mapping[str, str]], thresholds: Thresholds
) -> Verdict:
    """Every image opens. `examples` are some that do not, each as part, pair_id and why."""
    at_most = thresholds["images_decode"]["at_most"]
    if not images:
        return not_measured("images_decode", f"<= {at_most:g} images", "the cell has no images")
    shown = "; ".join(f"{one['pair_id']} in part {one['part']} ({one['why']})" for one in examples[:3])
    return Verdict(
        check="images_decode",
        passed=undecodable <= at_most,
        severity="error",
        value=float(undecodable),
        threshold=f"<= {at_most:g} images",
        sample_size=images,
        text=f"{undecodable} of {images} images do not open{f': {shown}' if shown else ''}",
        examples=tuple(examples),
    )


def pairs_per_paper(pairs: int, papers: int, thresholds: Thresholds) -> Verdict:
    """Papers give about as many pairs as papers do."""
    limits = thresholds["pairs_per_paper"]
    threshold = f"{limits['at_least']:g}-{limits['at_most']:g} pairs a paper"
    if not papers:
        return not_measured("pairs_per_paper", threshold, "the cell has no papers")
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


def rejects_rate(rejects: int, pairs: int, thresholds: Thresholds) -> Verdict:
    """Extraction rejected few of the papers and figures it met. Both are counts of rows."""
    what = "papers and figures were rejected"
    return share("rejects_rate", rejects, rejects + pairs, what=what, severity="warn", thresholds=thresholds)


def usable_raw_captions(unusable: Mapping[str, int], pairs: int, thresholds: Thresholds) -> Verdict:
    """Few raw captions say nothing. `unusable` counts those that do by their reason (quality/raw_caption.py)."""
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(unusable.items(), key=lambda one: -one[1]))
    what = f"raw captions say nothing{f' [{reasons}]' if reasons else ''}"
    count = sum(unusable.values())
    return share("usable_raw_captions", count, pairs, what=what, severity="warn", thresholds=thresholds)
