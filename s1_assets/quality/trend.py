"""The few numbers by which a cell is compared with the cells of its source before it."""

from collections import Counter

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.quality.summary import summarise
from s1_assets.quality.verdicts.drift import Vitals
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, QUALITY_METRICS, RAW_PAPERS

_COLUMNS = ["recaption_chars", "clip_raw", "clip_recaption", "pppl_raw", "pppl_recaption", "numbers_grounded"]


def vitals(lake: Lake, cell: Cell) -> Vitals:
    """Lengths, scores, grounding, kept captions and yield of a cell; None is not measured.

    Six narrow columns of quality_metrics and one of raw_papers are read; the rest stands in the footers of the parts.
    """
    summary = summarise(lake.cell_rows(QUALITY_METRICS, cell, _COLUMNS))
    captions: Counter[str] = Counter()
    for part in lake.parts(ENHANCED_CAPTIONS, cell):
        captions.update({name: n for name, n in part.stats.get("counts", {}).items() if name.startswith("status: ")})
    pairs = sum(part.rows for part in lake.parts(FIGURE_PAIRS, cell))
    papers = sum(row["status"] == "live" for row in lake.cell_rows(RAW_PAPERS, cell, ["status"]))
    return {
        "recaption_chars": summary.recaption_chars.mean if summary.recaption_chars.count else None,
        "clip_gain": summary.clip.gain,
        "pppl_shift": summary.pppl.shift,
        "numbers_grounded": summary.numbers_grounded.mean if summary.numbers_grounded.count else None,
        "kept_raw": captions["status: kept_raw"] / captions.total() if captions else None,
        "pairs_per_paper": pairs / papers if papers else None,
    }


def earlier_cells(lake: Lake, cell: Cell, count: int) -> list[Cell]:
    """The last `count` cells of the source before this one that have measured pairs, latest first."""
    before = [one for one in lake.cells(QUALITY_METRICS) if one.source == cell.source and one.month < cell.month]
    found: list[Cell] = []
    for one in sorted(before, reverse=True):
        if len(found) == count:
            break
        if any(part.rows for part in lake.parts(QUALITY_METRICS, one)):
            found.append(one)
    return found
