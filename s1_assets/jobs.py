"""Jobs: one cell through the whole line, and the release over all cells."""

import dagster as dg

# Runs that wait start in this order: alerts, papers that just came, then what was asked for by hand or as a backfill.
ALERTS_FIRST = {"dagster/priority": "100"}
FRESH_PAPERS_NEXT = {"dagster/priority": "10"}

CELL = dg.define_asset_job(
    "cell",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets("release"),
    description="One source × month through the whole line: papers, figures, context, captions, metrics, shards.",
)
RELEASE = dg.define_asset_job(
    "make_release",
    selection=dg.AssetSelection.assets("release"),
    description="A release over all published cells: card, licence and discipline tables, diff, tombstones.",
)
JOBS = [CELL, RELEASE]
