"""The coverage of the lake to look at: a table of sources, and for each source its years and months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from s1_assets.cells import FIRST_MONTH, SOURCES, Cell, month_before
from s1_assets.pages.environment import page_environment
from s1_assets.pages.table import ReportTable
from s1_assets.status.coverage import Coverage

TEMPLATES = Path(__file__).parent / "templates"
COLUMNS = ("source", "cells", "papers", "pairs", "enhanced", "published", "failed cells", "newest part")
FAILED_SHOWN = 50
MONTHS_SHOWN = 24  # as Markdown, where a page of the UI has to hold them
MARKS = {"failed": "✗ ", "unpublished": "… "}


@dataclass(frozen=True)
class Square:
    """A month of a source on the page: its state, the number in it, and what a pointer over it tells."""

    state: str
    text: str
    title: str


def source_table(coverage: Sequence[Coverage], now: datetime) -> ReportTable:
    """One row a source: sums over its cells, and how old its newest part is. "12 of 131" are cells with papers."""
    rows = []
    for source in SOURCES:
        cells = [one for one in coverage if one.cell.source == source]
        newest = max((one.newest for one in cells if one.newest), default=None)
        with_papers = sum(one.papers > 0 for one in cells)
        rows.append(
            (
                source,
                f"{with_papers:,} of {_months_until(source, now):,}",
                *(sum(getattr(one, name) for one in cells) for name in ("papers", "pairs", "enhanced", "published")),
                sum(one.state == "failed" for one in cells),
                age(newest, now) if newest else "never",
            )
        )
    return ReportTable("Sources", COLUMNS, rows)


def failed_table(coverage: Sequence[Coverage]) -> ReportTable:
    """The cells in which a check or the last run failed, newest month first, at most 50 of them."""
    failed = sorted((one for one in coverage if one.failures), key=lambda one: one.cell.month, reverse=True)
    rows = [(one.cell.source, one.cell.month, ", ".join(one.failures)) for one in failed[:FAILED_SHOWN]]
    more = f", the newest {FAILED_SHOWN} of {len(failed)}" if len(failed) > FAILED_SHOWN else ""
    return ReportTable(f"Failed cells{more}", ("source", "month", "what failed"), rows)


def month_table(coverage: Sequence[Coverage], now: datetime) -> ReportTable:
    """One row a month, the newest first, and a column a source: pairs, days since the newest part, and marks."""
    known = {one.cell: one for one in coverage}
    months = [f"{now:%Y-%m}"]
    while len(months) < MONTHS_SHOWN:
        months.append(month_before(months[-1]))
    rows = [(month, *(_words(known.get(Cell(source, month)), now) for source in SOURCES)) for month in months]
    title = "Pairs and days since the newest part, by month (✗ failed, … not published, empty where nothing was run)"
    return ReportTable(title, ("month", *SOURCES), rows)


def coverage_page(coverage: Sequence[Coverage], now: datetime) -> str:
    """The page as HTML that needs no network and runs no script."""
    tables = [source_table(coverage, now)]
    if any(one.failures for one in coverage):
        tables.append(failed_table(coverage))
    template = page_environment(TEMPLATES).get_template("coverage.html.jinja")
    return template.render(now=f"{now:%Y-%m-%d %H:%M} UTC", tables=tables, years=_years(coverage, now))


def coverage_markdown(coverage: Sequence[Coverage], now: datetime) -> str:
    """The tables of the page as Markdown, and the newest months of its squares."""
    tables = [source_table(coverage, now)]
    if any(one.failures for one in coverage):
        tables.append(failed_table(coverage))
    tables.append(month_table(coverage, now))
    return "\n\n".join(_markdown(table) for table in tables)


def age(moment: datetime, now: datetime) -> str:
    """How long ago something was, in the largest unit that leaves a whole number of at least 1."""
    hours = int((now - moment).total_seconds() // 3600)
    if hours < 1:
        return "within the hour"
    return f"{hours // 24:,} d ago" if hours >= 24 else f"{hours} h ago"


def _markdown(table: ReportTable) -> str:
    lines = [f"**{table.title}**", "", "| " + " | ".join(table.columns) + " |", "|" + " --- |" * len(table.columns)]
    numbers = [[f"{value:,}" if isinstance(value, int) else str(value) for value in row] for row in table.rows]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in numbers)])


def _months_until(source: str, now: datetime) -> int:
    year, month = map(int, FIRST_MONTH[source].split("-"))
    return (now.year - year) * 12 + now.month - month + 1


def _years(coverage: Sequence[Coverage], now: datetime) -> list[tuple[str, list[tuple[int, list[Square]]]]]:
    """For each source its years, newest first, each with its twelve months; no year of which nothing is known."""
    known = {one.cell: one for one in coverage}
    by_source: dict[str, list[tuple[int, list[Square]]]] = {source: [] for source in SOURCES}
    for source, years in by_source.items():
        for year in range(now.year, int(FIRST_MONTH[source][:4]) - 1, -1):
            cells = [Cell(source, f"{year}-{month:02}") for month in range(1, 13)]
            if not known.keys().isdisjoint(cells):
                years.append((year, [_square(cell, known.get(cell), now) for cell in cells]))
    return [(source, years) for source, years in by_source.items() if years]


def _square(cell: Cell, found: Coverage | None, now: datetime) -> Square:
    if not cell.covered or cell.month > f"{now:%Y-%m}":
        return Square("outside", "", "")
    if found is None:
        return Square("missing", "", f"{cell}: not run")
    told = [
        f"{cell}: {found.papers:,} papers, {found.pairs:,} pairs, {found.enhanced:,} enhanced",
        f"{found.published:,} published",
        *([f"newest part {age(found.newest, now)}"] if found.newest else []),
        *([f"failed: {', '.join(found.failures)}"] if found.failures else []),
    ]
    return Square(found.state, _short(found.published or found.pairs), "; ".join(told))


def _words(found: Coverage | None, now: datetime) -> str:
    if found is None:
        return ""
    days = f", {(now - found.newest).days:,} d" if found.newest else ""
    return f"{MARKS.get(found.state, '')}{_short(found.published or found.pairs)}{days}"


def _short(count: int) -> str:
    """A count in at most four characters: 950, 1.2k, 34k, 1.5M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{unit}" if count < 10 * size else f"{count // size}{unit}"
    return str(count)
