"""The numbers of a release, all computed from its published metadata."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from resources.publishers.publisher import Publisher
from s1_assets.publishing.manifest import Manifest
from s1_assets.publishing.record import PUBLISHED_PAIRS

LENGTHS = {"caption": "caption_chars", "recaption": "recaption_chars"}
MEASURES = (
    *("clip_raw", "clip_recaption", "clip_coverage", "clip_raw_windows", "clip_recaption_windows"),
    *("clip_matched", "clip_shuffled", "pppl_raw", "pppl_recaption", "numbers_grounded", "copied_share"),
)


def scan_metadata(publisher: Publisher, manifests: Sequence[Manifest]) -> pl.LazyFrame:
    """The metadata rows of some cells, cell by cell; read as they are used."""
    files = [publisher.uri(file.file) for manifest in manifests for file in manifest.kind("parquet")]
    if not files:
        return pl.DataFrame(pl.from_arrow(PUBLISHED_PAIRS.schema.empty_table())).lazy()
    return pl.scan_parquet(files, glob=False)


def measure(rows: pl.LazyFrame) -> dict[str, Any]:
    """Counts and distributions over published rows.

    `total`: pairs, papers, images. `sources`, `disciplines`, `licenses`: one dict a group with the same counts, most
    pairs first. `recaptions`: pairs by captioner and status. `lengths`: mean, standard deviation (of a sample),
    coefficient of variation and quantiles, in characters. `measures`: mean and number of measured pairs, for the
    metrics that were measured at all.
    """
    frames = pl.collect_all(
        [
            rows.select(*_counts()),
            _grouped(rows, "source"),
            _grouped(rows, "discipline"),
            _grouped(rows, "rights", "license"),
            _grouped(rows.with_columns(model=pl.col("lineage").struct["model"]), "model", "recaption_status"),
            rows.select(_lengths(name, column) for name, column in LENGTHS.items()),
            rows.select(_measure(name) for name in MEASURES),
        ],
        engine="streaming",
    )
    total, sources, disciplines, licenses, recaptions, lengths, measures = (frame.to_dicts() for frame in frames)
    return {
        "total": total[0],
        "sources": sources,
        "disciplines": disciplines,
        "licenses": licenses,
        "recaptions": recaptions,
        "lengths": lengths[0],
        "measures": {name: values for name, values in measures[0].items() if values["pairs"]},
    }


def _counts() -> list[pl.Expr]:
    return [
        pl.len().alias("pairs"),
        pl.col("paper_id").n_unique().alias("papers"),
        pl.col("shard").count().alias("images"),
    ]


def _grouped(rows: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    return rows.group_by(by).agg(_counts()).sort("pairs", *by, descending=[True, *[False] * len(by)])


def _lengths(name: str, column: str) -> pl.Expr:
    chars = pl.col("metrics").struct[column]
    return pl.struct(
        mean=chars.mean(),
        sd=chars.std(),
        cv=chars.std() / chars.mean(),
        p5=chars.quantile(0.05),
        median=chars.median(),
        p95=chars.quantile(0.95),
    ).alias(name)


def _measure(name: str) -> pl.Expr:
    values = pl.col("metrics").struct[name]
    return pl.struct(mean=values.mean(), pairs=values.count()).alias(name)
