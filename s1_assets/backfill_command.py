"""`make backfill`: queues the cells of sources and months for the daemon, or runs them here one after the other."""

import argparse

from s1_assets.backfill import cells_between, daemon_is_running, request_backfill
from s1_assets.cells import SOURCES
from s1_assets.run import open_instance, print_outcome, run_cell
from s1_assets.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments, named as `make backfill` names them."""
    parser.add_argument("source", help="SOURCE: one, several separated by commas, or all")
    parser.add_argument("--from", dest="first", metavar="YYYY-MM", help="FROM: first month (the source's first)")
    parser.add_argument("--to", dest="last", metavar="YYYY-MM", help="TO: last month (the current one)")
    parser.add_argument("--now", action="store_true", help="NOW=1: run the cells in this process, without a daemon")


def run(arguments: argparse.Namespace) -> int:
    """Queues or runs the cells and says what was done; 1 when a cell that ran here failed.

    Raises ValueError for sources or months that there are not.
    """
    sources = list(SOURCES) if arguments.source == "all" else arguments.source.split(",")
    cells = cells_between(sources, arguments.first, arguments.last)
    span = f"{arguments.source}, {len(cells)} cells from {cells[-1].month} to {cells[0].month}"
    if arguments.now:
        failed = []
        for number, cell in enumerate(cells, 1):
            print(f"{cell} ({number} of {len(cells)})", flush=True)
            outcome = run_cell(cell)
            print_outcome(outcome)
            failed += [] if outcome.success else [cell]
        print(f"{span}: {len(failed)} failed{': ' if failed else ''}{', '.join(map(str, failed))}")
        return 1 if failed else 0
    ui = Settings.from_environment().ui_url
    with open_instance() as instance:
        backfill = request_backfill(instance, cells, title=span)
        print(f"queued {span}; newest first, behind fresh papers: {ui}/runs/b/{backfill}")
        if not daemon_is_running(instance):
            print(
                "No Dagster daemon is running on this DAGSTER_HOME, so it waits until one is: start `make dev`, or run "
                "the cells in this process with NOW=1."
            )
    return 0
