"""The coverage of a lake: counts from footers, ages, failed checks, and a page that shows them."""

import html
import re
import shutil
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster import AssetCheckSeverity as Severity

from resources.lake import Lake
from s1_assets.cells import SOURCES, Cell
from s1_assets.partitions import partition_key
from s1_assets.status.coverage import Coverage, read_coverage
from s1_assets.status.page import age, coverage_markdown, coverage_page, source_table
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, RAW_PAPERS
from s1_assets_tests.line import Line, materialized
from samples.demo import CELLS

NOW = datetime(2024, 7, 10, 12, tzinfo=UTC)


def made_up(source, month, failed=(), **counts):
    numbers = {"papers": 0, "pairs": 0, "enhanced": 0, "published": 0} | counts
    return Coverage(Cell(source, month), newest=NOW - timedelta(days=3), failed_checks=tuple(failed), **numbers)


MADE_UP = [
    made_up("arxiv", "2024-05", papers=1200, pairs=9800, enhanced=9000, published=9500),
    made_up("arxiv", "2024-06", papers=1300, pairs=2_450_000, failed=["enhanced_captions.failure_rate"]),
    made_up("biorxiv", "2024-06", papers=7, pairs=30),
    made_up("medrxiv", "2020-01"),
]


def test_the_counts_are_those_of_the_tables(sample_line):
    found = read_coverage(sample_line.lake, {})
    assert {one.cell for one in found} == set(CELLS)
    for one in found:
        rows = {table: list(sample_line.lake.cell_rows(table, one.cell)) for table in (RAW_PAPERS, FIGURE_PAIRS)}
        assert (one.papers, one.pairs) == (len(rows[RAW_PAPERS]), len(rows[FIGURE_PAIRS]))
        statuses = [row["status"] for row in sample_line.lake.cell_rows(ENHANCED_CAPTIONS, one.cell)]
        assert one.enhanced == statuses.count("enhanced")
        assert 0 < one.published <= one.pairs
        assert datetime.now(UTC) - one.newest < timedelta(hours=3)
    assert {one.state for one in found} == {"published"}


def test_a_cell_that_has_only_a_failed_check_is_there_too(tmp_path):
    (found,) = read_coverage(Lake(str(tmp_path)), {Cell("arxiv", "2024-05"): ["figure_pairs.images_decode"]})
    assert (found.state, found.papers, found.newest) == ("failed", 0, None)


def test_a_cell_whose_last_run_failed_is_failed_whatever_it_has(sample_line):
    [cell, *others] = CELLS
    found = {one.cell: one for one in read_coverage(sample_line.lake, {}, {cell})}
    assert (found[cell].state, found[cell].failures, found[cell].published > 0) == ("failed", ("its last run",), True)
    assert {found[other].state for other in others} == {"published"}


def test_the_table_of_sources_adds_up_and_names_what_is_missing():
    rows = {row[0]: row[1:] for row in source_table(MADE_UP, NOW).rows}
    assert tuple(rows) == SOURCES
    assert rows["arxiv"] == ("2 of 397", 2500, 2_459_800, 9000, 9500, 1, "3 d ago")
    assert rows["natcomms"] == ("0 of 172", 0, 0, 0, 0, 0, "never")


@pytest.mark.parametrize(
    ("hours", "words"), [(0.5, "within the hour"), (5, "5 h ago"), (47, "1 d ago"), (24 * 1500, "1,500 d ago")]
)
def test_an_age_is_told_in_one_unit(hours, words):
    assert age(NOW - timedelta(hours=hours), NOW) == words


def test_each_month_on_the_page_has_its_state_number_and_words():
    page = coverage_page(MADE_UP, NOW)
    squares = dict(re.findall(r'<td class="\w+" title="([^:]+): ([^"]+)"', page))
    assert squares["arxiv 2024-05"].startswith("1,200 papers, 9,800 pairs, 9,000 enhanced; 9,500 published")
    assert "failed: enhanced_captions.failure_rate" in squares["arxiv 2024-06"]
    assert squares["arxiv 2024-04"] == "not run"
    assert "arxiv 1991-06" not in squares and "arxiv 2024-08" not in squares
    states = re.findall(r'<td class="(published|unpublished|failed|empty)" title="(\S+ \S+):[^>]*>([^<]*)<', page)
    assert sorted(states) == [
        ("empty", "medrxiv 2020-01", "0"),
        ("failed", "arxiv 2024-06", "2.5M"),
        ("published", "arxiv 2024-05", "9.5k"),
        ("unpublished", "biorxiv 2024-06", "30"),
    ]


def test_the_page_needs_no_network_and_runs_nothing():
    page = coverage_page(MADE_UP, NOW)
    assert "default-src 'none'" in html.unescape(page)
    assert re.findall(r"<(?:script|link|img|iframe)\b|https?://| style=", page) == []


def test_the_markdown_has_a_line_for_each_source_and_failed_cell():
    text = coverage_markdown(MADE_UP, NOW)
    assert "| arxiv | 2 of 397 | 2,500 | 2,459,800 | 9,000 | 9,500 | 1 | 3 d ago |" in text
    assert "| arxiv | 2024-06 | enhanced_captions.failure_rate |" in text


def test_the_markdown_has_the_last_24_months_of_every_source_with_pairs_days_and_what_failed():
    lines = coverage_markdown(MADE_UP, NOW).splitlines()
    rows = [line for line in lines if re.match(r"\| \d{4}-\d{2} \|", line)]
    assert (len(rows), rows[0][:10], rows[-1][:10]) == (24, "| 2024-07 ", "| 2022-08 ")
    assert rows[1] == "| 2024-06 | ✗ 2.5M, 3 d | … 30, 3 d |" + "  |" * (len(SOURCES) - 2)
    assert rows[2].startswith("| 2024-05 | 9.5k, 3 d |  |")


def test_the_asset_writes_the_page_and_counts_errors_but_no_warnings(sample_line, sample_mirror, tmp_path):
    line, failing, died = Line(tmp_path, sample_mirror), Cell("arxiv", "2024-05"), Cell("arxiv", "2024-06")
    shutil.copytree(sample_line.folder / "lake", tmp_path / "lake", dirs_exist_ok=True)
    for check, severity in (("images_decode", Severity.ERROR), ("rejects_rate", Severity.WARN)):
        line.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey("figure_pairs"),
                check_name=check,
                passed=False,
                severity=severity,
                metadata={},
                partition=partition_key(failing),
            )
        )
    job = line.defs.resolve_job_def("cell")
    for cell in (failing, died):  # what waits in the queue changes nothing
        line.instance.create_run_for_job(job, tags={"dagster/partition": partition_key(cell)})
    lost = line.instance.create_run_for_job(job, tags={"dagster/partition": partition_key(died)})
    line.instance.report_run_failed(lost, "the process is gone")
    outcome = line.defs.resolve_job_def("read_coverage").execute_in_process(instance=line.instance)
    told = materialized(outcome)["coverage"]
    assert (told["cells"], told["failed_checks"], told["failed_runs"]) == (len(CELLS), 1, 1)
    assert f"| {died.source} | {died.month} | its last run |" in told["table"]
    assert f"| {failing.source} | {failing.month} | figure_pairs.images_decode |" in told["table"]
    assert 'class="failed" title="arxiv 2024-05:' in line.lake.text("coverage.html")
