"""The demo: makes the sample papers, takes cells of every source through the whole line, and shows what came of it."""

import io
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence

import polars as pl
from rich.console import Console
from rich.table import Table as ConsoleTable

from resources.lake import Lake
from resources.publishers.publisher import Publisher, open_publisher
from s1_assets.cells import Cell
from s1_assets.pages.table import ReportTable
from s1_assets.publishing.manifest import read_manifest, read_release
from s1_assets.publishing.produce import cell_samples
from s1_assets.publishing.report import write_report
from s1_assets.quality.length import Spread
from s1_assets.quality.summary import summarise
from s1_assets.settings import PROJECT, Settings
from s1_assets.tables import FIGURE_PAIRS, QUALITY_METRICS, RAW_PAPERS, REJECTS
from samples.make import make_samples

MIRROR = PROJECT / "build" / "samples"
PAGE = PROJECT / "build" / "demo.html"
CELLS = (
    Cell("arxiv", "2024-05"),
    Cell("arxiv", "2024-06"),
    Cell("biorxiv", "2024-05"),
    Cell("medrxiv", "2024-05"),
    Cell("natcomms", "2024-06"),
    Cell("chemrxiv", "2024-05"),
    Cell("psyarxiv", "2024-05"),
    Cell("engrxiv", "2024-05"),
    Cell("edrxiv", "2024-05"),
    Cell("metarxiv", "2024-05"),
)

Check = tuple[Cell, str, str, str]  # cell, asset and check, verdict, what was found


def main() -> int:
    """Runs the demo; returns 0 when every run succeeded."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(f"Making the sample papers in {MIRROR} …")
    make_samples(MIRROR)
    os.environ["S1_MIRROR"] = str(MIRROR)
    from s1_assets.run import run_job  # loads the definitions, which read S1_MIRROR

    settings = Settings.from_environment()
    lake, publisher = Lake(settings.lake), open_publisher(settings.publish)
    summary: list[tuple[object, ...]] = []
    checks: list[Check] = []
    succeeded = True
    for cell in CELLS:
        console.print(f"Running {cell} through the line …")
        began = time.monotonic()
        outcome = _run(cell)
        summary.append((*_cell_row(lake, publisher, cell), round(time.monotonic() - began, 1)))
        checks += outcome[1]
        succeeded &= outcome[0]
    console.print("Making a release of all cells …")
    succeeded &= run_job("make_release").success
    tables = [
        ReportTable("Cells", COLUMNS, summary),
        ReportTable("Rejects", ("source", "stage", "reason", "count"), _rejects(lake)),
        ReportTable("Checks", ("check", "verdict", "cells", "what was found, in the first of them"), _by_check(checks)),
        ReportTable("Works that a release has more than once", ("paper", "kept instead"), _repeated(publisher)),
    ]
    for table in tables:
        console.print(_console_table(table))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    samples = (sample for cell in CELLS for sample in cell_samples(lake, cell))
    write_report("Figures with raw and rewritten captions", tables, samples, PAGE)
    console.print(f"Figures side by side with raw and rewritten captions: {PAGE}")
    console.print("Distributions, checks and figures to page through: make report")
    console.print("The same in the Dagster UI: make dev")
    console.print("One cell of them again: S1_MIRROR=build/samples make cell SOURCE=arxiv MONTH=2024-05")
    return 0 if succeeded else 1


COLUMNS = (
    *("cell", "papers", "pairs", "route", "rejects"),
    *("caption chars", "recaption chars", "published kB", "seconds"),
)


def _run(cell: Cell) -> tuple[bool, list[Check]]:
    from s1_assets.run import check_evaluations, failures, run_cell, verdict

    outcome = run_cell(cell)
    for line in failures(outcome):
        print(line)
    checks = [
        (cell, f"{found.asset_key.to_user_string()}.{found.check_name}", verdict(found), found.description or "")
        for found in check_evaluations(outcome)
    ]
    return outcome.success, checks


def _cell_row(lake: Lake, publisher: Publisher, cell: Cell) -> tuple[object, ...]:
    found = summarise(lake.cell_rows(QUALITY_METRICS, cell))
    manifest = read_manifest(publisher, cell)
    routes = {row["route"] for row in lake.cell_rows(FIGURE_PAIRS, cell, ["route"])}
    return (
        str(cell),
        sum(part.rows for part in lake.parts(RAW_PAPERS, cell)),
        found.pairs,
        ", ".join(sorted(routes)),
        sum(part.rows for part in lake.parts(REJECTS, cell)),
        _length(found.caption_chars),
        _length(found.recaption_chars),
        sum(file.bytes for file in manifest.files) // 1000 if manifest else 0,
    )


def _length(spread: Spread) -> str:
    return f"{spread.mean:.0f} ± {spread.sd:.0f}"


def _rejects(lake: Lake) -> list[tuple[str, str, str, int]]:
    counts = Counter(
        (cell.source, row["stage"], row["reason"]) for cell in CELLS for row in lake.cell_rows(REJECTS, cell)
    )
    return [(*what, count) for what, count in sorted(counts.items())]


def _by_check(checks: Sequence[Check]) -> list[tuple[str, str, str, str]]:
    """The verdicts of each check, in the order of the line, with the cells that have it."""
    grouped: defaultdict[str, defaultdict[str, list[tuple[Cell, str]]]] = defaultdict(lambda: defaultdict(list))
    for cell, check, verdict, found in checks:
        grouped[check][verdict].append((cell, found))
    return [
        (check, verdict, str(cells[0][0]) if len(cells) == 1 else f"{len(cells)} cells", cells[0][1])
        for check, verdicts in grouped.items()
        for verdict, cells in verdicts.items()
    ]


def _repeated(publisher: Publisher) -> list[tuple[str, str]]:
    """The papers that repeat a work of the current release, with what it keeps of that work."""
    release = read_release(publisher)
    files = [file for file in release.files if file.kind == "duplicates"] if release else []
    return [
        (row["paper_id"], row["kept_paper_id"])
        for file in files
        for row in pl.read_ndjson(io.BytesIO(publisher.read(file.file))).to_dicts()
    ]


def _console_table(table: ReportTable) -> ConsoleTable:
    console_table = ConsoleTable(title=table.title, title_justify="left", title_style="bold")
    for name, example in zip(table.columns, table.rows[0] if table.rows else table.columns, strict=True):
        console_table.add_column(name, justify="right" if isinstance(example, int | float) else "left")
    for row in table.rows:
        console_table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row))
    return console_table


if __name__ == "__main__":
    sys.exit(main())
