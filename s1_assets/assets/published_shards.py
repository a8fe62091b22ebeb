"""Measured pairs → verified shards where users find them."""

from dataclasses import replace

import dagster as dg

from resources.configured import LakeResource, PublisherResource
from s1_assets.assets.materialization import declaration, result, sample
from s1_assets.checks import standing_objections
from s1_assets.partitions import cell_of
from s1_assets.publishing.judges import manifest_matches_files
from s1_assets.publishing.produce import cell_part, publish_cell
from s1_assets.stage import Stage, run_stage
from s1_assets.tables import PUBLISHED_SHARDS

STAGE = Stage(PUBLISHED_SHARDS, version="3", side_tables=())


@dg.asset(deps=["quality_metrics"], **declaration(STAGE, {"python", "webdataset"}))
def published_shards(
    context: dg.AssetExecutionContext, lake: LakeResource, publisher: PublisherResource
) -> dg.MaterializeResult[None]:
    """WebDataset tars, the same rows as JSONL and Parquet, and a manifest with the hash of every file.

    Nothing goes out while a blocking check of the cell fails or was not run on the tables as they are: a blocking
    check gates only its own run, so its verdict is read again here.
    """
    cell, store, target = cell_of(context.partition_key), lake.open(), publisher.open()
    objections = standing_objections(context.instance, store, cell)
    if objections:
        raise dg.Failure(f"{cell} is not published: {'; '.join(objections)}", allow_retries=False)
    stage = replace(STAGE, config={"target": publisher.url})
    if manifest_matches_files(store, target, cell).value != 0:  # the target is new, or lost files: publish again
        store.delete(store.path(PUBLISHED_SHARDS, cell, "shards"))
    upstream = [cell_part(store, cell)]
    produce = publish_cell(STAGE, store, cell, target)  # one content has one generation, whatever the target
    report = run_stage(stage, store, cell, upstream, produce=produce, log=context.log.info)
    columns = ["file", "kind", "rows", "bytes", "sha256"]
    return result(report, sample(store, cell, PUBLISHED_SHARDS, columns), {"target": publisher.url})
