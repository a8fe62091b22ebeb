"""Runs a job in this process against the Dagster instance of DAGSTER_HOME, so that the run shows in the UI."""

import logging
import os
from typing import Any

import dagster as dg
from dagster._core.events import RunFailureReason

from s1_assets.cells import SOURCES, Cell
from s1_assets.definitions import build_defs
from s1_assets.partitions import SOURCE_MONTH, partition_key
from s1_assets.run_process import PROCESS_TAG, this_process
from s1_assets.settings import PROJECT
from s1_assets.step_failure import cause
from s1_assets.tables import RAW_PAPERS

SHOWN = (
    *("rows", "rows_new", "rejected", "unplaced"),
    *("parts_new", "parts_current", "parts_deleted", "bytes_written", "seconds"),
    *("release", "cells", "pairs", "images", "tombstones"),
)


@dg.logger
def progress_lines(_: dg.InitLoggerContext) -> logging.Logger:
    """Writes the stages' progress lines and warnings to standard error, without Dagster's account of every event."""
    logger = logging.Logger("progress")
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("  %(message)s"))
    handler.addFilter(_is_progress)
    logger.addHandler(handler)
    return logger


def _is_progress(record: logging.LogRecord) -> bool:
    record.msg, record.args = record.getMessage().rpartition(" - ")[2], ()  # without run and step
    record.exc_info = None
    return " ETA " in record.msg or record.msg.startswith(("engine", "live: ")) or record.levelno == logging.WARNING


def run_cell(cell: Cell) -> dg.ExecuteInProcessResult:
    """Runs one cell through the whole line. Raises ValueError for a cell that does not exist."""
    key = partition_key(cell)
    if not SOURCE_MONTH.has_partition_key(key):
        raise ValueError(f"{cell} is no cell; sources are {', '.join(SOURCES)}, months run from 1991-07 to now")
    return run_job("cell", partition_key=key)


def run_job(job: str, **options: Any) -> dg.ExecuteInProcessResult:
    """Runs a job of the definitions to its end; a failed step shows in the result, not as an exception."""
    definition = build_defs(loggers={"progress": progress_lines}).resolve_job_def(job)
    with open_instance() as instance:
        config: dict[str, Any] = {"loggers": {"progress": {}}}
        # The daemon could not start this run again, as no code location has it, so nobody is told that it will be.
        tags = {PROCESS_TAG: this_process(), "dagster/max_retries": "0"}
        return definition.execute_in_process(
            instance=instance, run_config=config, tags=tags, raise_on_error=False, **options
        )


def open_instance() -> dg.DagsterInstance:
    """The Dagster instance of DAGSTER_HOME, which is the project's own where it is not set."""
    os.environ.setdefault("DAGSTER_HOME", str(PROJECT / "dagster_home"))
    return dg.DagsterInstance.get()


def was_interrupted(outcome: dg.ExecuteInProcessResult) -> bool:
    """Whether the run ended because somebody ended this process, and not by what it came to."""
    return any(
        event.event_type is dg.DagsterEventType.RUN_CANCELED
        or (
            event.event_type is dg.DagsterEventType.RUN_FAILURE
            and event.job_failure_data.failure_reason is RunFailureReason.UNEXPECTED_TERMINATION
        )
        for event in outcome.all_events
    )


def check_evaluations(outcome: dg.ExecuteInProcessResult) -> list[dg.AssetCheckEvaluation]:
    """What the checks of a run found, in the order they ran."""
    evaluations = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    return [event.asset_check_evaluation_data for event in outcome.all_events if event.event_type == evaluations]


def verdict(evaluation: dg.AssetCheckEvaluation) -> str:
    """pass, WARN or FAIL."""
    if evaluation.passed:
        return "pass"
    return "FAIL" if evaluation.severity == dg.AssetCheckSeverity.ERROR else "WARN"


def failures(outcome: dg.ExecuteInProcessResult) -> list[str]:
    """A line per failed step, with what it raised."""
    failed = (event for event in outcome.all_events if event.is_step_failure)
    return [f"  FAILED  {event.step_key}: {cause(event.step_failure_data.error)}" for event in failed]


def print_outcome(outcome: dg.ExecuteInProcessResult) -> None:
    """Prints a line per asset, per check and per failure, and the run's id."""
    for event in outcome.all_events:
        if event.is_step_materialization:
            print(_asset_line(event.step_materialization_data.materialization))
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            found = event.asset_check_evaluation_data
            name = f"{found.asset_key.to_user_string()}.{found.check_name}"
            print(f"  check   {verdict(found)}  {name}: {found.description}")
    for line in failures(outcome):
        print(line)
    empty = ", but no papers" if _had_no_papers(outcome) else ""
    print(f"{f'ok{empty}' if outcome.success else 'FAILED'}  run {outcome.run_id}")


def _had_no_papers(outcome: dg.ExecuteInProcessResult) -> bool:
    materialized = (
        event.step_materialization_data.materialization for event in outcome.all_events if event.is_step_materialization
    )
    return any(
        one.asset_key == dg.AssetKey(RAW_PAPERS.name) and one.metadata["rows"].value == 0 for one in materialized
    )


def _asset_line(materialization: dg.AssetMaterialization) -> str:
    metadata = materialization.metadata
    shown = [f"{name}={metadata[name].value}" for name in SHOWN if name in metadata]
    return f"  asset   {materialization.asset_key.to_user_string():<18} {' '.join(shown)}"
