"""`make report`: the quality of a cell, of a range of months or of the whole lake, as a page to look at."""

import argparse
from pathlib import Path

from resources.lake import Lake
from s1_assets.cells import SOURCES, Cell, read_month
from s1_assets.quality.report.page import write_quality_report
from s1_assets.settings import Settings
from s1_assets.tables import QUALITY_METRICS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments, named as `make report` names them; without any, the whole lake."""
    parser.add_argument("--source", choices=SOURCES, help="SOURCE: one source; all without it")
    parser.add_argument("--month", help="MONTH: one month, YYYY-MM")
    parser.add_argument("--from", dest="first", help="FROM: the first month, YYYY-MM")
    parser.add_argument("--to", dest="last", help="TO: the last month, YYYY-MM")
    parser.add_argument("--seed", type=int, default=0, help="SEED: which figures are drawn at random (0)")


def run(arguments: argparse.Namespace, settings: Settings) -> Path:
    """Writes the report into the folder `reports` in S1_CACHE, which a deployment may write, and returns its path.

    Raises ValueError for cells that have nothing to report.
    """
    source, (first, last) = arguments.source, _months(arguments)
    lake = Lake(settings.lake)
    named = [*([source] if source else []), *_range(first, last)]
    cells = [cell for cell in lake.cells(QUALITY_METRICS) if _wanted(cell, source, first, last)]
    if not cells:
        raise ValueError(
            f"the lake {settings.lake} has no quality metrics of {' '.join(named) or 'any cell'}; run such cells "
            "first, as in make cell SOURCE=arxiv MONTH=2024-05"
        )
    of = "the whole lake" if not named else " ".join(named if source else ["all sources", *named])
    path = Path(settings.cache) / "reports" / f"{'_'.join(named) or 'lake'}.html"
    write_quality_report(lake, cells, f"Quality of {of}", path, arguments.seed)
    return path


def _range(first: str | None, last: str | None) -> list[str]:
    if first == last:
        return [first] if first else []
    return [*(["from", first] if first else []), *(["to", last] if last else [])]


def _months(arguments: argparse.Namespace) -> tuple[str | None, str | None]:
    """The first and the last month asked for; None where there is no bound."""
    if arguments.month and (arguments.first or arguments.last):
        raise ValueError("give MONTH for one month, or FROM and TO for a range, not both")
    if arguments.month:
        month = read_month("MONTH", arguments.month)
        return month, month
    first, last = arguments.first, arguments.last
    return first and read_month("FROM", first), last and read_month("TO", last)


def _wanted(cell: Cell, source: str | None, first: str | None, last: str | None) -> bool:
    if source and cell.source != source:
        return False
    return (first or "") <= cell.month <= (last or "9999-12")
