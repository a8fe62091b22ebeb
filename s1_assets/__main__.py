"""The command line: `python -m s1_assets cell SOURCE MONTH`, `release`, `backfill`, `plan`, `report` and `sql`.

A run prints a line per asset and per check and exits with 1 when it failed; a backfill says what it queued, a plan
prints one table, a report the path of its page. A mistake in an argument or a setting is one line, and exit status 2.
"""

import argparse
import signal
import sys

from s1_assets import backfill_command, plan_command, report_command, sql_command
from s1_assets.cells import SOURCES, Cell, read_month
from s1_assets.run import print_outcome, run_cell, run_job
from s1_assets.settings import Settings


def main() -> int:
    """Reads the command line, runs, and returns the exit code."""
    parser = argparse.ArgumentParser(prog="s1_assets", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    cell = commands.add_parser("cell", help="one source × month through the whole line")
    cell.add_argument("source", choices=SOURCES)
    cell.add_argument("month", help="YYYY-MM")
    commands.add_parser("release", help="a release over all published cells")
    backfill_command.add_arguments(commands.add_parser("backfill", help="any sources over any months"))
    plan_command.add_arguments(commands.add_parser("plan", help="GPU-days and cost of captioning"))
    report_command.add_arguments(commands.add_parser("report", help="the quality of some cells as a page to look at"))
    sql_command.add_arguments(commands.add_parser("sql", help="a DuckDB shell with a view per table of the lake"))
    arguments = parser.parse_args()
    try:
        return _run(arguments)
    except ValueError as error:
        parser.exit(2, f"error: {error}\n")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "sql":
        return sql_command.run(arguments, Settings.from_environment())
    _hang_up_as_interrupt()
    if arguments.command == "plan":
        plan_command.run(arguments, Settings.from_environment())
        return 0
    if arguments.command == "report":
        print(report_command.run(arguments, Settings.from_environment()))
        return 0
    if arguments.command == "backfill":
        return backfill_command.run(arguments)
    if arguments.command == "cell":
        outcome = run_cell(Cell(arguments.source, read_month("MONTH", arguments.month)))
    else:
        outcome = run_job("make_release")
    print_outcome(outcome)
    return 0 if outcome.success else 1


def _hang_up_as_interrupt() -> None:
    """A terminal that closes ends a run as Ctrl-C does: the run says so. `nohup` stays in force."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGINT))


if __name__ == "__main__":
    sys.exit(main())
