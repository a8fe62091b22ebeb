"""The command line: `python -m s1_assets cell SOURCE MONTH` and `python -m s1_assets release`.

Runs a job in this process against the Dagster instance of DAGSTER_HOME, so that the run shows in the UI, and
prints a line per asset and per check. Exits with 1 when the run failed.
"""

import argparse
import logging
import re
import sys
from typing import Any

import dagster as dg

from s1_assets.cells import SOURCES, Cell
from s1_assets.definitions import build_defs
from s1_assets.partitions import SOURCE_MONTH, partition_key

QUIET = {"loggers": {"console": {"config": {"log_level": "INFO"}}}}
SHOWN = ("rows", "rows_new", "rejected", "parts_new", "parts_current", "bytes_written", "seconds")


class ProgressLines(logging.Filter):
    """Lets through what the project itself logs and hides Dagster's account of every event."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is a progress line, or something went wrong."""
        return record.levelno >= logging.WARNING or "ETA" in record.getMessage()


def run_cell(cell: Cell) -> bool:
    """Runs one cell's chain; returns whether it succeeded. Raises ValueError for a cell that does not exist."""
    key = partition_key(cell)
    if not SOURCE_MONTH.has_partition_key(key):
        raise ValueError(f"{cell} is no cell; sources are {', '.join(SOURCES)}, months run from 1991-07 to now")
    print(f"cell {cell}")
    return run("cell", partition_key=key)


def run(job: str, **options: Any) -> bool:
    """Runs a job in this process and prints what became of each asset and check; returns whether it succeeded."""
    outcome = (
        build_defs()
        .resolve_job_def(job)
        .execute_in_process(instance=dg.DagsterInstance.get(), run_config=QUIET, raise_on_error=False, **options)
    )
    for event in outcome.all_events:
        if event.is_step_materialization:
            print(_asset_line(event.step_materialization_data.materialization))
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            print(_check_line(event.asset_check_evaluation_data))
        elif event.is_step_failure:
            print(f"  FAILED  {event.step_key}: {_cause(event.step_failure_data.error)}")
    print(f"{'ok' if outcome.success else 'FAILED'}  run {outcome.run_id}")
    return bool(outcome.success)


def _asset_line(materialization: dg.AssetMaterialization) -> str:
    shown = [f"{name}={materialization.metadata[name].value}" for name in SHOWN if name in materialization.metadata]
    return f"  asset   {materialization.asset_key.to_user_string():<18} {' '.join(shown)}"


def _check_line(evaluation: Any) -> str:
    failed = "FAIL" if evaluation.severity == dg.AssetCheckSeverity.ERROR else "WARN"
    return (
        f"  check   {'pass' if evaluation.passed else failed}  {evaluation.asset_key.to_user_string()}."
        f"{evaluation.check_name}: {evaluation.description}"
    )


def _cause(error: Any) -> str:
    while error.cause:
        error = error.cause
    return re.sub(r"\s+", " ", str(error.message)).strip()


def main() -> int:
    """Reads the command line, runs, and returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="s1_assets", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    cell = commands.add_parser("cell", help="one source × month through the whole line")
    cell.add_argument("source", choices=SOURCES)
    cell.add_argument("month", help="YYYY-MM")
    commands.add_parser("release", help="a release over all published cells")
    arguments = parser.parse_args()
    logging.getLogger("dagster").addFilter(ProgressLines())
    if arguments.command == "release":
        return 0 if run("release") else 1
    try:
        return 0 if run_cell(Cell(arguments.source, arguments.month)) else 1
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())
