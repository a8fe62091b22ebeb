"""All published cells → one release."""

import functools
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from resources.configured import LakeResource, PublisherResource
from s1_assets.assets.materialization import GROUP, OWNERS, column_schema
from s1_assets.publishing.produce import withheld
from s1_assets.publishing.record import PUBLISHED_PAIRS
from s1_assets.publishing.release import VERSION, write_release


@dg.asset(
    deps=[dg.AssetDep("published_shards", partition_mapping=dg.AllPartitionMapping())],
    group_name=GROUP,
    kinds={"python"},
    owners=OWNERS,
    code_version=VERSION,
    metadata={
        "dagster/column_schema": column_schema(PUBLISHED_PAIRS)
    },  # of the metadata files, which a release is read by
)
def release(
    context: dg.AssetExecutionContext, lake: LakeResource, publisher: PublisherResource
) -> dg.MaterializeResult[None]:
    """A release over every published cell: dataset card, licence and discipline tables, Croissant metadata, the
    difference to the release before, tombstones, and the rows in the layout of S1-MMAlign. Copies no images.
    """  # noqa: D205 - the first sentence needs two lines
    store, target = lake.open(), publisher.open()
    with tempfile.TemporaryDirectory(prefix="s1-release-") as scratch:
        made = write_release(target, datetime.now(UTC), Path(scratch), functools.partial(withheld, store))
    context.log.info(f"release {made.id} at {target.url}")
    card = target.read("README.md").decode().partition("\n---\n")[2]
    return dg.MaterializeResult(
        metadata={
            "release": made.id,
            "previous": made.previous or "none",
            "cells": len(made.cells),
            "pairs": sum(cell.rows for cell in made.cells),
            "images": sum(cell.images for cell in made.cells),
            "changes": dict(made.changes),
            "tombstones": made.tombstones,
            "duplicates": made.duplicates,
            "target": target.url,
            "card": dg.MetadataValue.md(card),
        }
    )
