"""Papers → figure-caption pairs."""

from dataclasses import replace

import dagster as dg

from resources.configured import LakeResource, MirrorResource, WorkersResource
from resources.workers import OutOfReachError
from s1_assets.assets.materialization import declaration, gallery, result
from s1_assets.assets.retries import tried_again
from s1_assets.extraction.produce import extract_parts, renderers
from s1_assets.partitions import cell_of
from s1_assets.stage import Part, Stage, run_stage
from s1_assets.tables import FIGURE_PAIRS, PASSAGES, RAW_PAPERS, REJECTS

READING_SHARE = 0.5  # of a paper's time, at most; a live bucket that takes longer is down, and no paper is to blame
STAGE = Stage(FIGURE_PAIRS, version="4", side_tables=(PASSAGES, REJECTS))


@dg.asset(deps=["raw_papers"], **declaration(STAGE, {"python", "parquet"}))
def figure_pairs(
    context: dg.AssetExecutionContext, lake: LakeResource, mirror: MirrorResource, workers: WorkersResource
) -> dg.MaterializeResult[None]:
    """Every figure of every paper with its caption: one row a graphic file, rendered to PNG or JPEG.

    What could not be read stands in `rejects` with its reason; the paragraphs that cite figures in `passages`.
    """
    cell, store = cell_of(context.partition_key), lake.open()
    upstream = [Part.of(file) for file in store.parts(RAW_PAPERS, cell)]
    stage = replace(STAGE, config=workers.limits | renderers())
    archives = mirror.open(READING_SHARE * workers.paper_seconds)
    produce = extract_parts(store, cell, archives, workers.open())
    with tried_again(context, mirror, OutOfReachError):
        report = run_stage(stage, store, cell, upstream, produce=produce, log=context.log.info)
    return result(report, gallery(store, cell))
