"""Rewritten captions → measurements of each pair."""

from dataclasses import replace

import dagster as dg

from resources.configured import LakeResource, ScorersResource
from s1_assets.assets.materialization import charts, declaration, result, sample
from s1_assets.partitions import cell_of
from s1_assets.quality.produce import measure_parts
from s1_assets.quality.report.numbers import read_numbers
from s1_assets.quality.report.plots import distribution_plots
from s1_assets.quality.report.summary_tables import averages
from s1_assets.stage import Part, Stage, run_stage
from s1_assets.tables import ENHANCED_CAPTIONS, QUALITY_METRICS

STAGE = Stage(QUALITY_METRICS, version="2", side_tables=())


@dg.asset(deps=["enhanced_captions"], pool="gpu", **declaration(STAGE, {"python", "parquet"}))
def quality_metrics(
    context: dg.AssetExecutionContext, lake: LakeResource, scorers: ScorersResource
) -> dg.MaterializeResult[None]:
    """Lengths, grounding, copied words and, where weights are configured, CLIP score and pseudo-perplexity.

    A metric that was not measured is null, and its check says so. The means stand in the metadata as numbers, which
    the UI plots over partitions, and the charts show how the cell's pairs are distributed.
    """
    cell, store, models = cell_of(context.partition_key), lake.open(), scorers.open()
    stage = replace(STAGE, config=models.identity)
    upstream = [Part.of(file) for file in store.parts(ENHANCED_CAPTIONS, cell)]
    report = run_stage(stage, store, cell, upstream, produce=measure_parts(store, cell, models), log=context.log.info)
    columns = ["pair_id", "caption_chars", "recaption_chars", "numbers_grounded", "copied_share", "flags"]
    numbers = read_numbers(store, [cell], judged=False)
    extra = {"scorers": models.identity, "charts": dg.MetadataValue.md(charts(distribution_plots(numbers)))}
    return result(report, sample(store, cell, QUALITY_METRICS, columns), extra | averages(numbers))
