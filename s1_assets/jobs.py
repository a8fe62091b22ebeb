"""Jobs: one cell through the whole line, and the release and the coverage over all cells."""

import dagster as dg

# Runs that wait start in this order: alerts, papers that just came, then what was asked for by hand or as a backfill.
ALERTS_FIRST = {"dagster/priority": "100"}
FRESH_PAPERS_NEXT = {"dagster/priority": "10"}
# The tag of runs over all cells, by which dagster.yaml counts them; they may take hours.
OVER_ALL_CELLS = "over_all_cells"

CELL = dg.define_asset_job(
    "cell",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets("release", "coverage"),
    description="One source × month through the whole line: papers, figures, context, captions, metrics, shards.",
)
RELEASE = dg.define_asset_job(
    "make_release",
    selection=dg.AssetSelection.assets("release"),
    tags={OVER_ALL_CELLS: "release"},
    description="A release over all published cells: card, licence and discipline tables, diff, tombstones.",
)
COVERAGE = dg.define_asset_job(
    "read_coverage",
    selection=dg.AssetSelection.assets("coverage"),
    tags={OVER_ALL_CELLS: "coverage"},
    description="How far every source and month is, as a table and a page.",
)
JOBS = [CELL, RELEASE, COVERAGE]
SCHEDULES = [
    dg.ScheduleDefinition(
        name="daily_coverage",
        job=COVERAGE,
        cron_schedule="30 5 * * *",
        description="The coverage as of half past five (UTC), before people come to work.",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
]
