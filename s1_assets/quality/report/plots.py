"""The report's charts: each with a title and one sentence that says its numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from s1_assets.quality.length import Spread
from s1_assets.quality.report.distributions import Histogram
from s1_assets.quality.report.drawing import INK, RAW, REWRITTEN, bars, new_axes
from s1_assets.quality.report.numbers import Numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SET_CLIP = "not measured: set S1_CLIP_WEIGHTS (and S1_CLIP) to an open_clip checkpoint and run the cells again"
SET_PPPL = "not measured: set S1_PPPL_MODEL to a masked language model and run the cells again"
MOST_BARS = 12
LONGEST_LABEL = 28  # characters; more would leave no room for the bars


@dataclass(frozen=True)
class Plot:
    """A chart. `figure` is None where nothing was measured; `caption` says why, or the numbers in one sentence."""

    title: str
    caption: str
    figure: "Figure | None"

    @property
    def alt(self) -> str:
        """What the chart shows, in words."""
        return f"{self.title}. {self.caption}"


def plots(numbers: Numbers) -> list[Plot]:
    """All charts of a report."""
    return [
        *distribution_plots(numbers),
        clip_scatter(numbers),
        _counted("Captions by outcome", numbers.statuses, "captions"),
        _counted("Pairs by discipline", numbers.disciplines, "pairs"),
        _counted("Rejected papers and figures by reason", _reasons(numbers.rejects), "rejects"),
    ]


def distribution_plots(numbers: Numbers) -> list[Plot]:
    """Lengths, CLIP differences and pseudo-perplexity."""
    return [lengths(numbers), clip_differences(numbers), pseudo_perplexity(numbers)]


def lengths(numbers: Numbers) -> Plot:
    """Lengths of raw captions and recaptions in characters."""
    title, found, summary = "Caption length", numbers.distributions, numbers.summary
    if not found.caption_chars.total:
        return Plot(title, "There are no pairs.", None)
    figure, axes = new_axes()
    _compare(axes, found.caption_chars, found.recaption_chars)
    beyond = found.caption_chars.counts[-1] or found.recaption_chars.counts[-1]
    axes.set_xlabel("characters (the last bin: all beyond)" if beyond else "characters")
    caption = f"Raw {_spread(summary.caption_chars, 0)}, rewritten {_spread(summary.recaption_chars, 0)} characters."
    return Plot(title, caption, figure)


def clip_differences(numbers: Numbers) -> Plot:
    """CLIP score of the recaption minus that of the raw caption, by pair."""
    title, found = "CLIP score, rewritten minus raw", numbers.distributions.clip_difference
    if not found.total:
        return Plot(title, SET_CLIP, None)
    summary = numbers.summary
    figure, axes = new_axes()
    counts, edges = _cropped(found, found)
    losing = edges[:-1] < -1e-9
    for chosen, colour in ((losing, RAW), (~losing, REWRITTEN)):
        axes.bar(edges[:-1][chosen], counts[0][chosen], np.diff(edges)[chosen], align="edge", color=colour)
    axes.axvline(0, color=INK, linewidth=0.9)
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel("difference of cosines; above 0 is better")
    axes.set_ylabel("pairs")
    better = found.counts[found.edges[:-1] >= -1e-9].sum() / found.total
    means = f"{summary.clip.before.mean:.3f} → {summary.clip.after.mean:.3f}"
    gain = f" ({summary.clip.gain:+.1%})" if summary.clip.gain is not None else ""
    caption = f"Mean {means}{gain} over {found.total:,} pairs; better in {better:.0%} of them."
    return Plot(title, caption, figure)


def pseudo_perplexity(numbers: Numbers) -> Plot:
    """Pseudo-perplexity of raw captions and recaptions."""
    title, found, summary = "Pseudo-perplexity", numbers.distributions, numbers.summary
    if not found.pppl_raw.total:
        return Plot(title, SET_PPPL, None)
    figure, axes = new_axes()
    _compare(axes, found.pppl_raw, found.pppl_recaption)
    axes.set_xlabel("log10 of pseudo-perplexity; left is more fluent")
    caption = f"Mean log10: raw {_spread(summary.pppl.before, 2)}, rewritten {_spread(summary.pppl.after, 2)}."
    return Plot(title, caption, figure)


def clip_scatter(numbers: Numbers) -> Plot:
    """CLIP scores of both captions, a point a pair."""
    title, points = "CLIP score, raw against rewritten", numbers.distributions.clip_points.items()
    if not points:
        return Plot(title, SET_CLIP, None)
    figure, axes = new_axes(3.2)
    raw, recaption = np.array(points).T
    low, high = min(raw.min(), recaption.min()) - 0.02, max(raw.max(), recaption.max()) + 0.02
    axes.plot([low, high], [low, high], color=INK, linewidth=0.8, dashes=(4, 3))
    axes.scatter(raw, recaption, s=12, color=REWRITTEN, alpha=0.55, linewidths=0)
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel="raw caption", ylabel="rewritten caption")
    measured = numbers.distributions.clip_difference.total
    which = (
        f"{len(points):,} of {measured:,} pairs, drawn at random" if measured > len(points) else f"{measured:,} pairs"
    )
    above = np.mean(recaption > raw)
    return Plot(
        title,
        f"{which}; in {above:.0%} the point lies above the line, where the rewritten caption fits better.",
        figure,
    )


def _compare(axes: "Axes", raw: Histogram, rewritten: Histogram) -> None:
    """Two histograms over each other, each as shares of its own total."""
    from matplotlib.ticker import PercentFormatter

    (first, second), edges = _cropped(raw, rewritten)
    axes.stairs(first / max(raw.total, 1), edges, fill=True, color=RAW, alpha=0.55, label="raw")
    axes.stairs(second / max(rewritten.total, 1), edges, color=REWRITTEN, linewidth=1.8, label="rewritten")
    axes.set_ylabel("share of captions")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlim(edges[0], edges[-1])
    axes.legend(frameon=False, labelcolor=INK, fontsize=8.5)


def _cropped(first: Histogram, second: Histogram) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The counts of both histograms and the edges of their bins, from the first that counts to the last."""
    counts = np.stack([first.counts, second.counts])
    filled = np.flatnonzero(counts.sum(axis=0))
    start, stop = (max(filled[0] - 1, 0), min(filled[-1] + 2, counts.shape[1])) if len(filled) else (0, counts.shape[1])
    return counts[:, start:stop], first.edges[start : stop + 1]


def _counted(title: str, counts: Mapping[str, int], what: str) -> Plot:
    total = sum(counts.values())
    if not total:
        return Plot(title, f"There are no {what}.", None)
    shown = _top(counts.items())
    most, number = shown[0]
    caption = f"{total:,} in all, {number / total:.0%} of them “{most}”."
    return Plot(title, caption, bars([name for name, _ in shown], [count for _, count in shown]))


def _top(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    named = ((name[:LONGEST_LABEL].replace("_", " "), count) for name, count in counts)
    ranked = sorted(named, key=lambda one: (-one[1], one[0]))
    rest = sum(count for _, count in ranked[MOST_BARS:])
    return [*ranked[:MOST_BARS], *([("all others", rest)] if rest else [])]


def _reasons(rejects: Mapping[tuple[str, str], int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_, reason), count in rejects.items():
        found[reason] += count
    return found


def _spread(spread: Spread, digits: int) -> str:
    return f"{spread.mean:,.{digits}f} ± {spread.sd:,.{digits}f}"
