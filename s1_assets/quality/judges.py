"""Judges: from a lake and a cell to a verdict. They gather a cell's numbers; `verdicts.py` weighs them."""

import hashlib
import io
from collections import Counter
from collections.abc import Callable

from PIL import Image

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.quality import verdicts
from s1_assets.quality.summary import CellSummary, summarise
from s1_assets.quality.verdicts import Verdict, load_thresholds
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, QUALITY_METRICS, RAW_PAPERS, REJECTS, Table

Judge = Callable[[Lake, Cell], Verdict]

# About this many images of a cell are decoded, chosen by their hash so that a rerun sees the same.
DECODED_IMAGES = 2000


def images_decode(lake: Lake, cell: Cell) -> Verdict:
    """Every image of the cell (of large cells, a sample drawn by hash) opens and decodes in full."""
    one_in = max(1, _count(lake, FIGURE_PAIRS, cell) // DECODED_IMAGES)
    images = bad = 0
    for row in lake.cell_rows(FIGURE_PAIRS, cell, ["image", "image_sha256"]):
        if int(row["image_sha256"][:8], 16) % one_in == 0:
            images += 1
            bad += not _decodes(row["image"], row["image_sha256"])
    return verdicts.images_decode(bad, images, load_thresholds(cell.source))


def pairs_per_paper(lake: Lake, cell: Cell) -> Verdict:
    """Papers with an archive give about as many pairs as papers do."""
    papers = sum(row["status"] == "live" for row in lake.cell_rows(RAW_PAPERS, cell, ["status"]))
    return verdicts.pairs_per_paper(_count(lake, FIGURE_PAIRS, cell), papers, load_thresholds(cell.source))


def rejects_rate(lake: Lake, cell: Cell) -> Verdict:
    """Not too many papers and figures were rejected."""
    rejects = _count(lake, REJECTS, cell)
    return verdicts.rejects_rate(rejects, _count(lake, FIGURE_PAIRS, cell), load_thresholds(cell.source))


def failure_rate(lake: Lake, cell: Cell) -> Verdict:
    """Few captions failed."""
    statuses = Counter(row["status"] for row in lake.cell_rows(ENHANCED_CAPTIONS, cell, ["status"]))
    return verdicts.failure_rate(statuses, load_thresholds(cell.source))


def recaption_length(lake: Lake, cell: Cell) -> Verdict:
    """Recaptions have the length of the S1-MMAlign paper's: mean within 759 ± 251 characters, CV at most 0.33."""
    return verdicts.recaption_length(_summary(lake, cell), load_thresholds(cell.source))


def numbers_grounded(lake: Lake, cell: Cell) -> Verdict:
    """The numbers in the recaptions come from caption, context or figure."""
    return verdicts.numbers_grounded(_summary(lake, cell), load_thresholds(cell.source))


def clip_gain(lake: Lake, cell: Cell) -> Verdict:
    """Recaptions fit their images better than the raw captions do, by CLIP score."""
    return verdicts.clip_gain(_summary(lake, cell), load_thresholds(cell.source))


def pppl_shift(lake: Lake, cell: Cell) -> Verdict:
    """Recaptions read more fluently than the raw captions, by pseudo-perplexity."""
    return verdicts.pppl_shift(_summary(lake, cell), load_thresholds(cell.source))


def _summary(lake: Lake, cell: Cell) -> CellSummary:
    return summarise(lake.cell_rows(QUALITY_METRICS, cell))


def _count(lake: Lake, table: Table, cell: Cell) -> int:
    return sum(part.rows for part in lake.parts(table, cell))


def _decodes(image: bytes, sha256: str) -> bool:
    if hashlib.sha256(image).hexdigest() != sha256:
        return False
    try:
        with Image.open(io.BytesIO(image), formats=("PNG", "JPEG")) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True
