"""Figure pairs → what the paper says about each."""

import dagster as dg

from resources.configured import LakeResource
from s1_assets.assets.materialization import declaration, result, sample
from s1_assets.context.produce import bundle_parts
from s1_assets.partitions import cell_of
from s1_assets.stage import Part, Stage, run_stage
from s1_assets.tables import CONTEXT_BUNDLES, FIGURE_PAIRS

STAGE = Stage(CONTEXT_BUNDLES, version="2", side_tables=())


@dg.asset(deps=["figure_pairs"], **declaration(STAGE, {"python", "parquet"}))
def context_bundles(context: dg.AssetExecutionContext, lake: LakeResource) -> dg.MaterializeResult[None]:
    """Title, abstract and the complete sentences that cite each figure, with their section and order."""
    cell, store = cell_of(context.partition_key), lake.open()
    upstream = [Part.of(file) for file in store.parts(FIGURE_PAIRS, cell)]
    report = run_stage(STAGE, store, cell, upstream, produce=bundle_parts(store, cell), log=context.log.info)
    return result(report, sample(store, cell, CONTEXT_BUNDLES, ["pair_id", "title", "mentions"]))
