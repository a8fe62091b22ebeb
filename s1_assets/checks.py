"""Asset checks, one result a cell: Dagster around the judges of `quality/judges.py`.

A blocking check with an error stops its run before publishing. It gates only that run, so `published_shards` asks
`standing_objections` again before it publishes.
"""

import base64
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster import AssetCheckSeverity as Severity

from resources.configured import LakeResource, PublisherResource
from resources.lake import Lake
from s1_assets.cell_state import ended_without_verdict, evaluation_of, last_verdicts
from s1_assets.cells import Cell
from s1_assets.partitions import SOURCE_MONTH, cell_of, known_cell, partition_key
from s1_assets.publishing.judges import manifest_matches_files
from s1_assets.quality import judges
from s1_assets.quality.judges import Judge
from s1_assets.quality.verdicts import Verdict, load_thresholds
from s1_assets.quality.verdicts.extraction import everything_has_a_month
from s1_assets.stage import outdated_parts
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, LINE, QUALITY_METRICS, RAW_PAPERS, Table


@dataclass(frozen=True)
class CellCheck:
    """A judge, the table whose asset it checks, and whether an error of it stops the run."""

    judge: Judge
    table: Table
    blocking: bool = False

    @property
    def name(self) -> str:
        """The check's name in the UI."""
        return self.judge.__name__

    def definition(self) -> dg.AssetChecksDefinition:
        """The check as Dagster knows it."""

        @dg.asset_check(
            asset=self.table.name,
            name=self.name,
            description=self.judge.__doc__,
            partitions_def=SOURCE_MONTH,
            blocking=self.blocking,
        )
        def check(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
            cell, store = cell_of(context.partition_key), lake.open()
            judged = store.digest(self.table, cell)
            verdict = self.judge(store, cell)
            if store.digest(self.table, cell) != judged:
                raise RuntimeError(
                    f"{self.table.name} of {cell} changed while {self.name} judged it; run the check again"
                )
            return as_result(verdict, {"tables": judged, "lake": store.url})

        return check


def as_result(verdict: Verdict, extra: Mapping[str, str]) -> dg.AssetCheckResult:
    """A verdict as Dagster's result, with value, threshold, interval, sample size, plot and examples."""
    measured: dict[str, float | str | dg.MetadataValue[Any] | None] = {
        "value": verdict.value,
        "threshold": verdict.threshold,
        "interval": " to ".join(f"{end:.4g}" for end in verdict.interval) if verdict.interval else None,
        "sample_size": verdict.sample_size,
        "plot": _as_markdown(verdict.plot) if verdict.plot else None,
        "examples": _as_table(verdict.examples) if verdict.examples else None,
    }
    return dg.AssetCheckResult(
        passed=verdict.passed,
        severity=Severity.ERROR if verdict.severity == "error" else Severity.WARN,
        description=verdict.text,
        metadata={name: value for name, value in (measured | dict(extra)).items() if value is not None},
    )


def _as_markdown(plot: bytes) -> dg.MetadataValue[Any]:
    return dg.MetadataValue.md(f"![what was judged](data:image/png;base64,{base64.b64encode(plot).decode()})")


def _as_table(rows: Sequence[Mapping[str, str]]) -> dg.MetadataValue[Any]:
    return dg.MetadataValue.table([dg.TableRecord(dict(row)) for row in rows])


CELL_CHECKS = (
    CellCheck(judges.images_decode, FIGURE_PAIRS, blocking=True),
    CellCheck(judges.pairs_per_paper, FIGURE_PAIRS),
    CellCheck(judges.rejects_rate, FIGURE_PAIRS),
    CellCheck(judges.usable_raw_captions, FIGURE_PAIRS),
    CellCheck(judges.failure_rate, ENHANCED_CAPTIONS, blocking=True),
    CellCheck(judges.recaption_length, QUALITY_METRICS),
    CellCheck(judges.numbers_grounded, QUALITY_METRICS),
    CellCheck(judges.entities_grounded, QUALITY_METRICS),
    CellCheck(judges.clip_gain, QUALITY_METRICS, blocking=True),
    CellCheck(judges.clip_margin, QUALITY_METRICS, blocking=True),
    CellCheck(judges.pppl_shift, QUALITY_METRICS),
    CellCheck(judges.drift, QUALITY_METRICS),
)


@dg.asset_check(
    asset="published_shards",
    name=manifest_matches_files.__name__,
    description=manifest_matches_files.__doc__,
    partitions_def=SOURCE_MONTH,
    blocking=True,  # nothing follows it in the run, but the run is not green when files are missing
)
def shards_check(
    context: dg.AssetCheckExecutionContext, lake: LakeResource, publisher: PublisherResource
) -> dg.AssetCheckResult:
    """Wires the judge that needs the publishing target."""
    verdict = manifest_matches_files(lake.open(), publisher.open(), cell_of(context.partition_key))
    return as_result(verdict, {"target": publisher.url})


@dg.asset_check(
    asset=RAW_PAPERS.name,
    name=everything_has_a_month.__name__,
    description="Everything in the source's mirror belongs to a month, and so to a cell that tells what became of it.",
    partitions_def=SOURCE_MONTH,
)
def months_check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Judges what the cell's last materialization saw of the mirror, which is no row of any table."""
    key = context.partition_key
    of_cell = dg.AssetRecordsFilter(dg.AssetKey(RAW_PAPERS.name), asset_partitions=[key])
    records = context.instance.fetch_materializations(of_cell, limit=1).records
    last = records[0].asset_materialization if records else None
    seen = {name: value.value for name, value in last.metadata.items()} if last else {}
    table = seen.get("unplaced_examples")
    examples = [f"{record.data['where']} ({record.data['why']})" for record in (table.records if table else ())]
    thresholds = load_thresholds(cell_of(key).source)
    verdict = everything_has_a_month(seen.get("unplaced"), seen.get("looked_at", 0), examples, thresholds)
    return as_result(verdict, {})


CHECKS = [months_check, *(check.definition() for check in CELL_CHECKS), shards_check]


def standing_objections(instance: dg.DagsterInstance, lake: Lake, cell: Cell) -> list[str]:
    """Why a cell may not be published.

    A table was not made from its upstream table as it is now, or a blocking check failed, crashed, never ran, or
    judged another state of its table.
    """
    objections = outdated_parts(lake, cell, LINE)
    for check in CELL_CHECKS:
        if check.blocking:
            objection = _objection(instance, check, cell, lake)
            objections += [f"{check.table.name}.{check.name} {objection}"] if objection else []
    return objections


def failed_checks(instance: dg.DagsterInstance) -> dict[Cell, list[str]]:
    """The checks whose last verdict in a cell is an error, as `asset.check`, by cell; warnings are none."""
    failed: dict[Cell, list[str]] = defaultdict(list)
    for key in (key for check in CHECKS for key in check.check_keys):
        for found in map(evaluation_of, last_verdicts(instance, key, failed=True)):
            cell = known_cell(found.partition or "") if found.severity is Severity.ERROR else None
            if cell:
                failed[cell].append(key.to_user_string().replace(":", "."))
    return failed


def _objection(instance: dg.DagsterInstance, check: CellCheck, cell: Cell, lake: Lake) -> str | None:
    key, partition = dg.AssetCheckKey(dg.AssetKey(check.table.name), check.name), partition_key(cell)
    verdict = next(iter(last_verdicts(instance, key, partition)), None)
    if run_id := ended_without_verdict(instance, key, partition, verdict.timestamp if verdict else 0):
        return f"did not finish (run {run_id})"
    if verdict is None:
        return "has not been run"
    evaluation = evaluation_of(verdict)
    judged, place = (evaluation.metadata.get(name) for name in ("tables", "lake"))
    if place and place.value != lake.url:
        elsewhere = f" (that was on the lake {place.value}, and this is {lake.url}: give each lake its DAGSTER_HOME)"
    else:
        elsewhere = ""
    if not evaluation.passed and evaluation.severity is Severity.ERROR:
        return f"failed: {evaluation.description}{elsewhere}"
    if judged is None or judged.value != lake.digest(check.table, cell):
        return f"judged another state of the table; run the check again{elsewhere}"
    return None
