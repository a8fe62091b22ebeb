"""A report's numbers as tables and as a headline."""

from collections import defaultdict
from collections.abc import Iterator

from s1_assets.cells import Cell
from s1_assets.pages.table import ReportTable
from s1_assets.quality.length import Spread
from s1_assets.quality.report.numbers import Numbers
from s1_assets.quality.verdicts import Verdict

MOST_ROWS = 20
NOT_MEASURED = "not measured"


def headline(numbers: Numbers) -> list[tuple[str, str]]:
    """The few numbers to see first, as (value, what it is)."""
    summary, grounded = numbers.summary, numbers.summary.numbers_grounded
    captions = max(sum(numbers.statuses.values()), 1)
    return [
        (f"{summary.pairs:,}", f"pairs of {numbers.papers:,} papers in {_cells(len(numbers.cells))}"),
        (f"{numbers.statuses['enhanced'] / captions:.1%}", "of the captions rewritten"),
        (_signed(summary.clip.gain, "{:+.1%}"), "CLIP gain"),
        (_signed(summary.pppl.shift, "{:+.2f}"), "shift of log10 pseudo-perplexity"),
        (f"{grounded.mean:.1%}" if grounded.count else NOT_MEASURED, "of the numbers grounded"),
        (f"{numbers.flagged / summary.pairs:.1%}", f"of the pairs flagged ({numbers.flagged:,})"),
    ]


def averages(numbers: Numbers) -> dict[str, float]:
    """What was measured, as numbers by name, so that a plot over partitions shows how they move."""
    summary = numbers.summary
    raw, new, grounded = summary.caption_chars, summary.recaption_chars, summary.numbers_grounded
    found = {
        "caption_chars_mean": raw.mean if raw.count else None,
        "recaption_chars_mean": new.mean if new.count else None,
        "recaption_chars_cv": new.cv,
        "clip_gain": summary.clip.gain,
        "pppl_shift": summary.pppl.shift,
        "numbers_grounded_mean": grounded.mean if grounded.count else None,
        "flagged_share": numbers.flagged / summary.pairs if summary.pairs else None,
    }
    return {name: round(value, 4) for name, value in found.items() if value is not None}


def tables(numbers: Numbers) -> list[ReportTable]:
    """Measures, checks with their thresholds, captions that were not rewritten, flags and rejects."""
    found = [
        ReportTable(
            "Measures, mean ± SD", ("measure", "pairs", "raw", "rewritten", "change"), list(_measures(numbers))
        ),
        _checks(numbers),
    ]
    counted = {
        ("Captions that were not rewritten", "outcome", "why"): numbers.not_enhanced,
        ("Rejects", "stage", "reason"): numbers.rejects,
    }
    for (title, *what), counts in counted.items():
        rows = [(*map(_words, names), count) for names, count in counts.most_common(MOST_ROWS)]
        found += [ReportTable(title, (*what, "count"), rows)] if rows else []
    flags = sorted(numbers.summary.flags.items(), key=lambda one: -one[1])
    found += [ReportTable("Flags", ("flag", "pairs"), [(_words(flag), n) for flag, n in flags])] if flags else []
    return found


def _measures(numbers: Numbers) -> Iterator[tuple[object, ...]]:
    summary = numbers.summary
    raw, new = summary.caption_chars, summary.recaption_chars
    change = f"{new.mean / raw.mean - 1:+.0%}" if raw.mean and new.count else "–"
    yield "length, characters", raw.count, _spread(raw, 0), _spread(new, 0), change
    yield "CV of length", raw.count, _signed(raw.cv, "{:.2f}"), _signed(new.cv, "{:.2f}"), "–"
    for name, pairs in (
        ("CLIP cosine", summary.clip),
        ("CLIP cosine, window by window", summary.clip_windows),
        ("CLIP cosine, rewritten cut to the raw length", summary.clip_matched),
    ):
        yield name, pairs.count, _spread(pairs.before, 3), _spread(pairs.after, 3), _signed(pairs.gain, "{:+.2%}")
    for name, pairs, digits in (
        ("CLIP cosine, another paper's rewritten caption against its own", summary.clip_margin, 3),
        ("log10 pseudo-perplexity", summary.pppl, 2),
    ):
        change = _signed(pairs.shift, "{:+.3f}")
        yield name, pairs.count, _spread(pairs.before, digits), _spread(pairs.after, digits), change
    shares = {
        "share of numbers grounded": summary.numbers_grounded,
        "share of tokens that CLIP read": summary.spread("clip_coverage"),
        "share of words copied": summary.spread("copied_share"),
    }
    for name, spread in shares.items():
        yield name, spread.count, "–", _spread(spread, 3), "–"


def _checks(numbers: Numbers) -> ReportTable:
    """Each check's verdicts with the cells that have them, and what was found in the first."""
    grouped: defaultdict[str, defaultdict[str, list[tuple[Cell, Verdict]]]] = defaultdict(lambda: defaultdict(list))
    for cell, verdict in numbers.verdicts:
        grouped[verdict.check][_outcome(verdict)].append((cell, verdict))
    rows = []
    for check, outcomes in grouped.items():
        for outcome, cells in outcomes.items():
            cell, first = cells[0]
            where, found = (
                (str(cell), first.text) if len(cells) == 1 else (_cells(len(cells)), f"{first.text} ({cell})")
            )
            rows.append((_words(check), outcome, where, found, first.threshold))
    return ReportTable("Checks of each cell", ("check", "verdict", "cells", "what was found", "threshold"), rows)


def _outcome(verdict: Verdict) -> str:
    if verdict.passed:
        return "pass"
    if verdict.value is None:
        return NOT_MEASURED
    return "FAIL" if verdict.severity == "error" else "WARN"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _spread(spread: Spread, digits: int) -> str:
    return f"{spread.mean:,.{digits}f} ± {spread.sd:,.{digits}f}" if spread.count else NOT_MEASURED


def _signed(value: float | None, form: str) -> str:
    return NOT_MEASURED if value is None else form.format(value)
