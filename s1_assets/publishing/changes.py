"""What a release changes against the one before it, and the tombstones of what left.

Only cells that were published anew are compared, one at a time; what the older release named is still there, because it
stays until the new release is in place.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from resources.publishers.publisher import Publisher
from s1_assets.cells import Cell
from s1_assets.publishing.manifest import Manifest
from s1_assets.publishing.statistics import scan_metadata

CHANGES = pl.Schema(
    {"pair_id": pl.String, "paper_id": pl.String, "source": pl.String, "month": pl.String, "change": pl.String}
)
TOMBSTONES = pl.Schema({"paper_id": pl.String, "pair_id": pl.String, "reason": pl.String, "release": pl.String})


def write_changes(
    publisher: Publisher, old: Mapping[Cell, Manifest], new: Mapping[Cell, Manifest], path: Path
) -> Counter[str]:
    """Writes a Parquet file with a row for every pair added, removed or changed; returns how many of each.

    A pair is changed when its `content_sha256` is: its rights, title, captions or image.
    """
    counts: Counter[str] = Counter(added=0, removed=0, changed=0)
    with pq.ParquetWriter(path, CHANGES.to_frame().to_arrow().schema, compression="zstd") as file:
        for cell in sorted(old.keys() | new.keys()):
            before, after = old.get(cell), new.get(cell)
            if before and after and before.fingerprint == after.fingerprint:
                continue
            changes = _cell_changes(publisher, cell, before, after)
            counts.update(dict(changes["change"].value_counts().iter_rows()))
            file.write_table(changes.to_arrow())
    return counts


def taken_back(rows: pl.LazyFrame, stated: Mapping[Cell, Mapping[str, str]]) -> pl.DataFrame:
    """Papers of which the newest version is not live, with its status, though earlier months may have published others.

    `rows` are the published ones (columns paper_id and month), `stated` is the status of papers that are not live.
    """
    stated_rows = [(paper, status, cell.month) for cell, papers in stated.items() for paper, status in papers.items()]
    withheld = pl.LazyFrame(
        stated_rows, schema={"paper_id": pl.String, "status": pl.String, "month": pl.String}, orient="row"
    )
    live = rows.group_by("paper_id").agg(live=pl.col("month").max())
    newest = withheld.sort("month").unique("paper_id", keep="last").join(live, on="paper_id", how="left")
    is_newest = pl.col("live").is_null() | (pl.col("live") <= pl.col("month"))
    return newest.filter(is_newest).select("paper_id", "status").sort("paper_id").collect()


def tombstones(previous: pl.DataFrame, changes: pl.LazyFrame, withheld: pl.DataFrame, release: str) -> pl.DataFrame:
    """Everything that must no longer be used, with the release that said so first.

    `withheld` are the papers that were taken back. A row without pair_id is one of these (reason: its status); it
    stays as long as that holds. A row with pair_id is a pair that an earlier release had (reason: the status of its
    paper, or removed); it stays unless the pair comes back.
    """
    papers = withheld.select("paper_id", pair_id=pl.lit(None, pl.String), reason="status", release=pl.lit(release))
    removed = changes.filter(pl.col("change") == "removed").collect()
    pairs = removed.join(withheld, on="paper_id", how="left").select(
        "paper_id", "pair_id", reason=pl.col("status").fill_null("removed"), release=pl.lit(release)
    )
    added = changes.filter(pl.col("change") == "added").select("pair_id").collect()
    kept = previous.join(added, on="pair_id", how="anti").filter(
        pl.col("pair_id").is_not_null() | pl.col("paper_id").is_in(withheld["paper_id"].implode())
    )
    everything = pl.concat([kept, papers, pairs]).cast(TOMBSTONES)
    return everything.unique(["paper_id", "pair_id"], keep="first").sort("paper_id", "pair_id")


def _cell_changes(publisher: Publisher, cell: Cell, old: Manifest | None, new: Manifest | None) -> pl.DataFrame:
    before, after = (
        scan_metadata(publisher, [manifest] if manifest else []).select("pair_id", "paper_id", "content_sha256")
        for manifest in (old, new)
    )
    both = before.join(after, on=["pair_id", "paper_id"], how="full", coalesce=True, suffix="_after")
    then, now = pl.col("content_sha256"), pl.col("content_sha256_after")
    change = (
        pl.when(then.is_null())
        .then(pl.lit("added"))
        .when(now.is_null())
        .then(pl.lit("removed"))
        .otherwise(pl.lit("changed"))
    )
    return (
        both.filter(then.ne_missing(now))
        .select("pair_id", "paper_id", source=pl.lit(cell.source), month=pl.lit(cell.month), change=change)
        .sort("pair_id")
        .collect()
    )
