"""Judges: from a lake and a cell to a verdict. They gather a cell's numbers; `verdicts/` weighs them."""

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from PIL import Image, UnidentifiedImageError

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.quality import plots
from s1_assets.quality.comparison import Comparison
from s1_assets.quality.length import raw_caption
from s1_assets.quality.raw_caption import unusable_reason
from s1_assets.quality.summary import CellSummary, summarise
from s1_assets.quality.trend import earlier_cells, vitals
from s1_assets.quality.verdicts import Verdict, captions, extraction, load_thresholds, scores
from s1_assets.quality.verdicts import drift as trends
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, QUALITY_METRICS, RAW_PAPERS, REJECTS, Table

Judge = Callable[[Lake, Cell], Verdict]

# About this many images of a cell are decoded, chosen by their hash so that a rerun sees the same.
DECODED_IMAGES = 2000
EXAMPLES = 10  # that a verdict shows of what is wrong


def images_decode(lake: Lake, cell: Cell) -> Verdict:
    """Every image of the cell (of large cells, a sample drawn by hash) opens and decodes in full."""
    one_in = max(1, _count(lake, FIGURE_PAIRS, cell) // DECODED_IMAGES)
    images = bad = 0
    examples: list[Mapping[str, str]] = []
    for part in lake.parts(FIGURE_PAIRS, cell):
        for row in lake.rows(FIGURE_PAIRS, cell, part.name, ["pair_id", "image", "image_sha256"]):
            if int(row["image_sha256"][:8], 16) % one_in == 0:
                images += 1
                if why := _damage(row["image"], row["image_sha256"]):
                    bad += 1
                    examples += [{"part": part.name, "pair_id": row["pair_id"], "why": why}] if bad <= EXAMPLES else []
    return extraction.images_decode(bad, images, examples, load_thresholds(cell.source))


def pairs_per_paper(lake: Lake, cell: Cell) -> Verdict:
    """Papers with an archive give about as many pairs as papers do."""
    papers = sum(row["status"] == "live" for row in lake.cell_rows(RAW_PAPERS, cell, ["status"]))
    return extraction.pairs_per_paper(_count(lake, FIGURE_PAIRS, cell), papers, load_thresholds(cell.source))


def rejects_rate(lake: Lake, cell: Cell) -> Verdict:
    """Not too many papers and figures were rejected."""
    rejects = _count(lake, REJECTS, cell)
    return extraction.rejects_rate(rejects, _count(lake, FIGURE_PAIRS, cell), load_thresholds(cell.source))


def usable_raw_captions(lake: Lake, cell: Cell) -> Verdict:
    """Few raw captions are empty, a bare number or label, or debris; seen before captioning costs GPU time."""
    reasons: Counter[str] = Counter()
    pairs = 0
    for row in lake.cell_rows(FIGURE_PAIRS, cell, ["caption", "subcaption"]):
        pairs += 1
        reason = unusable_reason(raw_caption(row))
        reasons.update([reason] if reason else [])
    return extraction.usable_raw_captions(reasons, pairs, load_thresholds(cell.source))


def failure_rate(lake: Lake, cell: Cell) -> Verdict:
    """Few captions failed."""
    statuses = Counter(row["status"] for row in lake.cell_rows(ENHANCED_CAPTIONS, cell, ["status"]))
    return captions.failure_rate(statuses, load_thresholds(cell.source))


def recaption_length(lake: Lake, cell: Cell) -> Verdict:
    """Recaptions have the length of the S1-MMAlign paper's: mean within 759 ± 251 characters, CV at most 0.33."""
    summary = _summary(lake, cell, "caption_chars", "recaption_chars")
    verdict = captions.recaption_length(summary, load_thresholds(cell.source))
    return _drawn(verdict, summary.comparison("caption_chars", "recaption_chars"), "characters")


def numbers_grounded(lake: Lake, cell: Cell) -> Verdict:
    """The numbers in the recaptions come from caption, context or figure."""
    return captions.numbers_grounded(_summary(lake, cell, "numbers_grounded", "flags"), load_thresholds(cell.source))


def entities_grounded(lake: Lake, cell: Cell) -> Verdict:
    """The units, panels, acronyms and Greek symbols in the recaptions come from caption, context or figure."""
    summary = _summary(lake, cell, "recaption_chars", "ungrounded", "flags")
    return captions.entities_grounded(summary, load_thresholds(cell.source))


def clip_gain(lake: Lake, cell: Cell) -> Verdict:
    """Recaptions fit their images better than the raw captions do, by CLIP score."""
    windows = ("clip_raw_windows", "clip_recaption_windows")
    summary = _summary(lake, cell, "clip_raw", "clip_recaption", "clip_matched", *windows)
    return _drawn(scores.clip_gain(summary, load_thresholds(cell.source)), summary.clip, "CLIP score")


def clip_margin(lake: Lake, cell: Cell) -> Verdict:
    """Recaptions fit their own images better than the recaption of another paper does, by CLIP score."""
    summary = _summary(lake, cell, "clip_raw", "clip_recaption", "clip_shuffled")
    verdict = scores.clip_margin(summary, load_thresholds(cell.source))
    return _drawn(verdict, summary.clip_margin, "CLIP score", before="another paper's recaption")


def pppl_shift(lake: Lake, cell: Cell) -> Verdict:
    """Recaptions read more fluently than the raw captions, by pseudo-perplexity."""
    summary = _summary(lake, cell, "pppl_raw", "pppl_recaption")
    return _drawn(scores.pppl_shift(summary, load_thresholds(cell.source)), summary.pppl, "log10 of pseudo-perplexity")


def drift(lake: Lake, cell: Cell) -> Verdict:
    """Lengths, scores, grounding and yield are like those of the source's cells before this one."""
    thresholds = load_thresholds(cell.source)
    now = vitals(lake, cell)
    earlier = {one.month: vitals(lake, one) for one in earlier_cells(lake, cell, int(thresholds["drift"]["cells"]))}
    verdict = trends.drift(now, list(earlier.values()), thresholds)
    farthest = next(iter(trends.deviations(now, list(earlier.values()), thresholds["drift"])), None)
    if farthest is None:
        return verdict
    before = {month: value for month, one in earlier.items() if (value := one[farthest.measure]) is not None}
    return replace(verdict, plot=plots.against_earlier(farthest.measure, before, cell.month, farthest.value))


def _summary(lake: Lake, cell: Cell, *columns: str) -> CellSummary:
    return summarise(lake.cell_rows(QUALITY_METRICS, cell, columns))


def _drawn(verdict: Verdict, pairs: Comparison, measure: str, before: str = "raw caption") -> Verdict:
    """The verdict with a picture of both distributions, where there is something to see."""
    if not pairs.count:
        return verdict
    drawn = plots.histograms(pairs.before.values, pairs.after.values, (before, "recaption"), measure)
    return replace(verdict, plot=drawn)


def _count(lake: Lake, table: Table, cell: Cell) -> int:
    return sum(part.rows for part in lake.parts(table, cell))


def _damage(image: bytes, sha256: str) -> str | None:
    """What is wrong with an image, None where nothing is."""
    if hashlib.sha256(image).hexdigest() != sha256:
        return "its bytes are not those of image_sha256"
    try:
        with Image.open(io.BytesIO(image), formats=("PNG", "JPEG")) as picture:
            picture.load()
    except UnidentifiedImageError:
        return "it is neither a PNG nor a JPEG, or its head is cut off"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return f"{type(error).__name__}: {str(error)[:100]}"
    return None
