"""The demo: makes the sample papers, takes two months of them through the whole line, and shows what came of it."""

import os
import sys
import time
from collections import Counter

from rich.console import Console
from rich.table import Table as ConsoleTable

from resources.lake import Lake
from resources.publishers.publisher import open_publisher
from s1_assets.cells import Cell
from s1_assets.publishing.manifest import read_manifest
from s1_assets.publishing.produce import cell_samples
from s1_assets.publishing.report import ReportTable, write_report
from s1_assets.quality.length import Spread
from s1_assets.quality.summary import summarise
from s1_assets.settings import PROJECT, Settings
from s1_assets.tables import QUALITY_METRICS, RAW_PAPERS, REJECTS
from samples.make import make_samples

MIRROR = PROJECT / "build" / "samples"
PAGE = PROJECT / "build" / "demo.html"
CELLS = (Cell("arxiv", "2024-05"), Cell("arxiv", "2024-06"))


def main() -> int:
    """Runs the demo; returns 0 when every run succeeded."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(f"Making the sample papers in {MIRROR} …")
    make_samples(MIRROR)
    os.environ["S1_MIRROR"] = str(MIRROR)
    settings = Settings.from_environment()
    lake = Lake(settings.lake)
    summary, checks, succeeded = [], [], True
    for cell in CELLS:
        console.print(f"Running {cell} through the line …")
        began = time.monotonic()
        outcome = _run(cell)
        summary.append(_cell_row(lake, settings, cell, time.monotonic() - began))
        checks += outcome[1]
        succeeded &= outcome[0]
    tables = [
        ReportTable("Cells", COLUMNS, summary),
        ReportTable("Rejects", ("cell", "stage", "reason", "count"), _rejects(lake)),
        ReportTable("Checks", ("cell", "check", "verdict", "what was found"), checks),
    ]
    for table in tables:
        console.print(_console_table(table))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    samples = (sample for cell in CELLS for sample in cell_samples(lake, cell))
    write_report("Figures with raw and rewritten captions", tables, samples, PAGE)
    console.print(f"Figures side by side with raw and rewritten captions: {PAGE}")
    console.print("The same in the Dagster UI: make dev")
    return 0 if succeeded else 1


COLUMNS = ("cell", "papers", "pairs", "rejects", "raw caption", "recaption", "shards", "published bytes", "seconds")


def _run(cell: Cell) -> tuple[bool, list[tuple[str, str, str, str]]]:
    from s1_assets.run import check_evaluations, run_cell, verdict  # loads the definitions, which read S1_MIRROR

    outcome = run_cell(cell)
    rows = [
        (str(cell), f"{found.asset_key.to_user_string()}.{found.check_name}", verdict(found), found.description or "")
        for found in check_evaluations(outcome)
    ]
    return outcome.success, rows


def _cell_row(lake: Lake, settings: Settings, cell: Cell, seconds: float) -> tuple[object, ...]:
    found = summarise(lake.cell_rows(QUALITY_METRICS, cell))
    manifest = read_manifest(open_publisher(settings.publish), cell)
    files = manifest.files if manifest else ()
    return (
        str(cell),
        sum(part.rows for part in lake.parts(RAW_PAPERS, cell)),
        found.pairs,
        sum(part.rows for part in lake.parts(REJECTS, cell)),
        _length(found.caption_chars),
        _length(found.recaption_chars),
        sum(file.kind == "webdataset" for file in files),
        sum(file.bytes for file in files),
        round(seconds, 1),
    )


def _length(spread: Spread) -> str:
    return f"{spread.mean:.0f} ± {spread.sd:.0f} chars"


def _rejects(lake: Lake) -> list[tuple[str, str, str, int]]:
    counts = Counter(
        (str(cell), row["stage"], row["reason"]) for cell in CELLS for row in lake.cell_rows(REJECTS, cell)
    )
    return [(*what, count) for what, count in sorted(counts.items())]


def _console_table(table: ReportTable) -> ConsoleTable:
    console_table = ConsoleTable(title=table.title, title_justify="left", title_style="bold")
    for name, example in zip(table.columns, table.rows[0] if table.rows else table.columns, strict=True):
        console_table.add_column(name, justify="right" if isinstance(example, int | float) else "left")
    for row in table.rows:
        console_table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row))
    return console_table


if __name__ == "__main__":
    sys.exit(main())
