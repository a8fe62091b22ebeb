"""`make report`: the quality of a cell, of a range of months or of the whole lake, as a page to look at."""

import argparse
import re
from pathlib import Path

from resources.lake import Lake
from s1_assets.cells import SOURCES, Cell
from s1_assets.quality.report.page import write_quality_report
from s1_assets.settings import PROJECT, Settings
from s1_assets.tables import QUALITY_METRICS

FOLDER = PROJECT / "build" / "reports"
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments, named as `make report` names them; without any, the whole lake."""
    parser.add_argument("--source", choices=SOURCES, help="SOURCE: one source; all without it")
    parser.add_argument("--month", help="MONTH: one month, YYYY-MM")
    parser.add_argument("--from", dest="first", help="FROM: the first month, YYYY-MM")
    parser.add_argument("--to", dest="last", help="TO: the last month, YYYY-MM")
    parser.add_argument("--seed", type=int, default=0, help="SEED: which figures are drawn at random (0)")


def run(arguments: argparse.Namespace, settings: Settings) -> Path:
    """Writes the report and returns where it lies. Raises ValueError for cells that have nothing to report."""
    first, last = _months(arguments)
    lake = Lake(settings.lake)
    named = [str(part) for part in (arguments.source, first, last if last != first else None) if part]
    cells = [cell for cell in lake.cells(QUALITY_METRICS) if _wanted(cell, arguments.source, first, last)]
    if not cells:
        raise ValueError(
            f"the lake {settings.lake} has no quality metrics of {' '.join(named) or 'any cell'}; run such cells "
            "first, as in make cell SOURCE=arxiv MONTH=2024-05"
        )
    path = FOLDER / f"{'_'.join(named) or 'lake'}.html"
    title = f"Quality of {', '.join(named[:1])} {' to '.join(named[1:])}" if named else "Quality of the whole lake"
    write_quality_report(lake, cells, title.strip(), path, arguments.seed)
    return path


def _months(arguments: argparse.Namespace) -> tuple[str | None, str | None]:
    """The first and the last month asked for; None where there is no bound."""
    if arguments.month and (arguments.first or arguments.last):
        raise ValueError("give MONTH for one month, or FROM and TO for a range, not both")
    first, last = arguments.month or arguments.first, arguments.month or arguments.last
    for month in (first, last):
        if month and not _MONTH.fullmatch(month):
            raise ValueError(f"{month!r} is no month such as 2024-05")
    return first, last


def _wanted(cell: Cell, source: str | None, first: str | None, last: str | None) -> bool:
    if source and cell.source != source:
        return False
    return (first or "") <= cell.month <= (last or "9999-12")
