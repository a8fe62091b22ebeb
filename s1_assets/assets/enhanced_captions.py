"""Pairs and their context → rewritten captions."""

from dataclasses import replace

import dagster as dg

from resources.configured import CaptionerResource, LakeResource
from s1_assets.assets.materialization import declaration, result, sample
from s1_assets.captioning.produce import caption_parts
from s1_assets.partitions import cell_of
from s1_assets.stage import Part, Stage, run_stage
from s1_assets.tables import CONTEXT_BUNDLES, ENHANCED_CAPTIONS

STAGE = Stage(ENHANCED_CAPTIONS, version="1", side_tables=(), retried="status: failed")


@dg.asset(deps=["context_bundles"], pool="gpu", **declaration(STAGE, {"python", "parquet"}))
def enhanced_captions(
    context: dg.AssetExecutionContext, lake: LakeResource, captioner: CaptionerResource
) -> dg.MaterializeResult[None]:
    """Each caption rewritten from the image and what the paper says of it, by the captioner in S1_CAPTIONER.

    Rows whose image, context, prompt, model and decoding are unchanged keep the caption they have.
    """
    cell, store, engine = cell_of(context.partition_key), lake.open(), captioner.open(context.log.info)
    stage = replace(STAGE, config=engine.identity)
    upstream = [Part.of(file) for file in store.parts(CONTEXT_BUNDLES, cell)]
    produce = caption_parts(store, cell, engine, captioner.journal(cell))
    report = run_stage(stage, store, cell, upstream, produce=produce, log=context.log.info)
    preview = sample(store, cell, ENHANCED_CAPTIONS, ["pair_id", "status", "recaption"])
    counted = {name: float(count) for name, count in engine.statistics().items()}
    return result(report, preview, {"captioner": dict(engine.identity), **counted})
