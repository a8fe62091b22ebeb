"""The rows of a source in the layout of S1-MMAlign, for loaders written for that data set.

`<source>/jsonl/YY_recaption.jsonl`, one line a pair that has an image, with its keys `arxiv_id` (or `doi`), `title`,
`image_path`, `caption`, `recaption`, `categories`, and our `key`. `image_path` is `<shard>.tar/<member>` under the
publishing target: the tar is a file, and the member is in it. A panel's caption is followed by its subcaption.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import polars as pl

from resources.publishers.publisher import Publisher
from s1_assets.publishing.manifest import Manifest
from s1_assets.publishing.statistics import scan_metadata


def write_s1_files(
    publisher: Publisher, manifests: Sequence[Manifest], repeated: pl.DataFrame, withheld: pl.DataFrame, folder: Path
) -> Iterator[tuple[str, int, Path]]:
    """Writes the files one by one into `folder` and yields each with its path in the layout and its number of rows.

    Papers in `repeated` (columns paper_id and month, those that repeat a work) and in `withheld` (column paper_id,
    those that were taken back) are left out.

    A file may be moved away before the next one is asked for. Sources and years without an image have no file.
    """
    ordered = sorted(manifests, key=lambda manifest: manifest.cell)
    for (source, year), cells in groupby(ordered, key=lambda manifest: (manifest.source, manifest.month[2:4])):
        rows = scan_metadata(publisher, list(cells)).filter(pl.col("shard").is_not_null())
        rows = rows.join(repeated.lazy(), on=["paper_id", "month"], how="anti")
        rows = rows.join(withheld.lazy(), on="paper_id", how="anti")
        count = rows.select(pl.len()).collect().item()
        if count:
            local = folder / f"{source}-{year}.jsonl"
            rows.select(_keys(source)).sink_ndjson(local)
            yield f"{source}/jsonl/{year}_recaption.jsonl", count, local


def _keys(source: str) -> list[pl.Expr]:
    return [
        pl.col("paper_id").str.strip_prefix(f"{source}:").alias("arxiv_id" if source == "arxiv" else "doi"),
        pl.col("title"),
        pl.concat_str("shard", "image_file", separator="/").alias("image_path"),
        pl.concat_str("caption", "subcaption", separator=" ", ignore_nulls=True).alias("caption"),
        pl.col("recaption", "categories", "key"),
    ]
