"""`make backfill`: queues the cells of sources and months for the daemon, or runs them here one after the other."""

import argparse
import os
from collections.abc import Sequence

from s1_assets.backfill import cells_between, daemon_is_running, is_embedded, request_backfill
from s1_assets.cells import SOURCES, Cell
from s1_assets.run import open_instance, print_outcome, run_cell, was_interrupted
from s1_assets.settings import Settings

# How the daemon of an instance is started.
EMBEDDED = "start `make dev` (the daemon of a deployment is on another: docs/deployment.md#commands)"
DEPLOYED = "start the deployment's (`systemctl start s1-daemon`, or the service `daemon` of compose)"


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
    names = list(dict.fromkeys(name.strip() for name in arguments.source.split(",") if name.strip()))
    cells = cells_between(list(SOURCES) if names == ["all"] else names, arguments.first, arguments.last)
    span = f"{','.join(names)}, {len(cells)} cells from {cells[-1].month} to {cells[0].month}"
    return _run_here(cells, span) if arguments.now else _queue(cells, span)


def _run_here(cells: Sequence[Cell], span: str) -> int:
    failed = []
    for number, cell in enumerate(cells, 1):
        print(f"{cell} ({number} of {len(cells)})", flush=True)
        outcome = run_cell(cell)
        print_outcome(outcome)
        failed += [] if outcome.success else [cell]
        if was_interrupted(outcome):
            print(f"interrupted; {len(cells) - number} cells were not begun")
            break
    print(f"{span}: {len(failed)} failed{': ' if failed else ''}{', '.join(map(str, failed))}")
    return 1 if failed else 0


def _queue(cells: Sequence[Cell], span: str) -> int:
    ui = Settings.from_environment().ui_url
    with open_instance() as instance:
        backfill = request_backfill(instance, cells, title=span)
        print(f"queued {span}; newest first, behind fresh papers: {ui}/runs/b/{backfill}")
        if not daemon_is_running(instance):
            print(
                f"No Dagster daemon is running on DAGSTER_HOME={os.environ['DAGSTER_HOME']}, so it waits until one is: "
                f"{EMBEDDED if is_embedded(instance) else DEPLOYED}, or run the cells in this process: NOW=1 (--now)."
            )
    return 0
