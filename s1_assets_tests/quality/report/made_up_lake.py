"""A lake of made-up papers with scores and captions that a test chooses."""

from collections.abc import Iterable, Mapping
from typing import Any

from resources.lake import Lake, PartWriter
from s1_assets.cells import Cell
from s1_assets.quality.measure import MODEL_COLUMNS
from s1_assets.tables import (
    CONTEXT_BUNDLES,
    ENHANCED_CAPTIONS,
    FIGURE_PAIRS,
    QUALITY_METRICS,
    RAW_PAPERS,
    REJECTS,
    Row,
    Table,
)
from s1_assets_tests.publishing.made_up_pairs import pair_row, paper_row

MAY = Cell("arxiv", "2024-05")


def paper_id(number: int) -> str:
    return f"arxiv:2405.{number:05d}"


def metrics_row(pair_id: str, **columns: Any) -> Row:
    """A row of quality_metrics without CLIP and pseudo-perplexity."""
    row = {"pair_id": pair_id, "caption_chars": 60, "recaption_chars": 600, **dict.fromkeys(MODEL_COLUMNS)}
    return row | {"numbers_grounded": 1.0, "ungrounded": [], "copied_share": None, "flags": []} | columns


def fill(
    lake: Lake,
    metrics: Iterable[Mapping[str, Any]],
    cell: Cell = MAY,
    *,
    paper: Mapping[str, Any] | None = None,
    pair: Mapping[str, Any] | None = None,
    caption: Mapping[str, Any] | None = None,
    mention: str = "The rate falls, see [REF].",
) -> None:
    """One paper of one figure for each of `metrics`, columns of quality_metrics; the other columns hold for all."""
    rows: dict[Table, list[Row]] = {table: [] for table in TABLES}
    for number, columns in enumerate(metrics):
        own = paper_id(number)
        pair_id = f"{own}#1"
        rows[RAW_PAPERS].append(paper_row(own, **(paper or {})))
        rows[FIGURE_PAIRS].append(pair_row(own, 1, **(pair or {})))
        mentions = [{"text": mention, "section": "Results", "order": 0}]
        bundle = {"pair_id": pair_id, "paper_id": own, "title": "A rate", "abstract": "", "mentions": mentions}
        rows[CONTEXT_BUNDLES].append(bundle)
        written = {"recaption": "The rate falls.", "contextual": "The rate falls.", "model": "extractive"}
        rows[ENHANCED_CAPTIONS].append({"pair_id": pair_id, "status": "enhanced", **written, **(caption or {})})
        rows[QUALITY_METRICS].append(metrics_row(pair_id, **columns))
    rows[REJECTS] = [{"paper_id": "arxiv:2405.99999", "stage": "figure_pairs", "reason": "needs_tex", "detail": ""}]
    for table in TABLES:
        writer = PartWriter(lake, {table: lake.path(table, cell, "part")})
        writer.append({table.name: rows[table]})
        writer.commit("made up", {})


TABLES = (RAW_PAPERS, FIGURE_PAIRS, CONTEXT_BUNDLES, ENHANCED_CAPTIONS, QUALITY_METRICS, REJECTS)
