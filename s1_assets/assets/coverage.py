"""The lake as it stands → what is covered."""

import io
from datetime import UTC, datetime

import dagster as dg

from resources.configured import LakeResource
from s1_assets.assets.materialization import GROUP, OWNERS
from s1_assets.cell_state import failed_cells
from s1_assets.checks import failed_checks
from s1_assets.partitions import known_cells
from s1_assets.status.coverage import read_coverage
from s1_assets.status.page import COLUMNS, coverage_markdown, coverage_page

PAGE = "coverage.html"
# What the columns of the metadata `table` hold, a row a source.
MEANINGS = {
    "source": "arxiv, biorxiv, medrxiv, ...",
    "cells": "months that have papers, of the months since the source began",
    "papers": "rows of raw_papers",
    "pairs": "rows of figure_pairs",
    "enhanced": "captions that were rewritten",
    "published": "pairs in published shards",
    "failed cells": "months in which a check or the run that ended last failed",
    "newest part": "how long ago something was last written",
}


@dg.asset(
    deps=[dg.AssetDep("published_shards", partition_mapping=dg.AllPartitionMapping())],
    group_name=GROUP,
    kinds={"python"},
    owners=OWNERS,
    code_version="1",
    metadata={
        "dagster/column_schema": dg.TableSchema([dg.TableColumn(name, description=MEANINGS[name]) for name in COLUMNS])
    },
)
def coverage(context: dg.AssetExecutionContext, lake: LakeResource) -> dg.MaterializeResult[None]:
    """How far every source and month is: papers, pairs, enhanced, published, age, failed checks and runs, as tables and
    as `coverage.html` in the lake.
    """  # noqa: D205 - the first sentence needs two lines
    store, now = lake.open(), datetime.now(UTC)
    failed_runs = set(known_cells(failed_cells(context.instance)))
    covered = read_coverage(store, failed_checks(context.instance), failed_runs)
    store.put(PAGE, io.BytesIO(coverage_page(covered, now).encode()))
    return dg.MaterializeResult(
        metadata={
            "cells": sum(one.papers > 0 for one in covered),
            "papers": sum(one.papers for one in covered),
            "pairs": sum(one.pairs for one in covered),
            "enhanced": sum(one.enhanced for one in covered),
            "published": sum(one.published for one in covered),
            "failed_checks": sum(len(one.failed_checks) for one in covered),
            "failed_runs": sum(one.failed_run for one in covered),
            "page": f"{store.url}/{PAGE}",
            "table": dg.MetadataValue.md(coverage_markdown(covered, now)),
        }
    )
