"""Rewritten captions → measurements of each pair."""

import dagster as dg

from resources.configured import LakeResource
from s1_assets.assets.materialization import declaration, result, sample
from s1_assets.partitions import cell_of
from s1_assets.quality.produce import measure_parts
from s1_assets.stage import Part, Stage, run_stage
from s1_assets.tables import ENHANCED_CAPTIONS, QUALITY_METRICS

STAGE = Stage(QUALITY_METRICS, version="1", side_tables=())


@dg.asset(deps=["enhanced_captions"], **declaration(STAGE, {"python", "parquet"}))
def quality_metrics(context: dg.AssetExecutionContext, lake: LakeResource) -> dg.MaterializeResult[None]:
    """Lengths, grounding of numbers and, where weights are configured, CLIP score and pseudo-perplexity.

    A metric that was not measured is null, and its check says so.
    """
    cell, store = cell_of(context.partition_key), lake.open()
    upstream = [Part.of(file) for file in store.parts(ENHANCED_CAPTIONS, cell)]
    report = run_stage(STAGE, store, cell, upstream, produce=measure_parts(store, cell), log=context.log.info)
    columns = ["pair_id", "caption_chars", "recaption_chars", "numbers_grounded", "flags"]
    return result(report, sample(store, cell, QUALITY_METRICS, columns))
