"""What people on call do in the browser: run cells, see that they are green, look at them, find the check that failed.

The pictures of docs/operations.md are this test's:

    S1_SCREENSHOTS=docs/images .venv/bin/pytest s1_assets_tests/operations/test_ops_room.py
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.partitions import partition_key
from s1_assets.tables import FIGURE_PAIRS
from s1_assets_tests.operations.daemon import PATIENCE, comes, fresh_deployment, told
from s1_assets_tests.operations.web_server import made

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: ./install.sh dev")
from s1_assets_tests.operations.ops_room import browser_page, web_server_and_daemon  # noqa: E402

CELL = Cell("arxiv", "2024-05")
DAMAGED = "figure_pairs.images_decode"


@pytest.fixture
def url(tmp_path, sample_mirror, httpserver):
    """The UI of a deployment that reads the sample papers and tells a local webhook."""
    published = str(tmp_path / "published")
    environment = fresh_deployment(tmp_path, httpserver, S1_MIRROR=str(sample_mirror), S1_PUBLISH=published)
    with web_server_and_daemon(environment, tmp_path / "dev.log") as found:
        yield found


@pytest.fixture
def page(chromium):
    sync_api.expect.set_options(timeout=PATIENCE * 1000)
    with browser_page(chromium) as found:
        yield found


@pytest.fixture
def picture(page, tmp_path) -> Callable[[str], object]:
    """Takes a picture of the page, for the guide when S1_SCREENSHOTS says where."""
    folder = Path(os.environ.get("S1_SCREENSHOTS", tmp_path))
    return lambda name: page.screenshot(path=folder / f"{name}.png")


def test_a_cell_is_run_and_looked_at_and_a_failed_check_found_and_told_once(page, url, picture, httpserver, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    choose(page, url)
    picture("ui-launch")
    launch(page)
    run_ends(page, url, "Success")

    page.goto(f"{url}/assets/quality_metrics?view=partitions&partition={quote(partition_key(CELL))}")
    sync_api.expect(page.get_by_text("Materialized", exact=True)).to_be_visible()
    rows = len(list(lake.cell_rows(FIGURE_PAIRS, CELL)))
    sync_api.expect(page.locator("tr").filter(has_text="dagster/row_count")).to_contain_text(str(rows))
    picture("ui-partition")
    page.get_by_text("[Show Markdown]").first.click()
    plot = page.get_by_role("img").and_(page.locator("img[src^='data:image/']")).first
    sync_api.expect(plot).to_be_visible()
    assert plot.evaluate("image => image.naturalWidth") > 200
    picture("ui-charts")

    damage_an_image(tmp_path / "lake", lake)
    choose(page, url)
    launch(page)
    run_ends(page, url, "Failure")
    page.goto(f"{url}/assets/figure_pairs?view=checks&checkDetail=images_decode")
    page.get_by_role("tab", name="Partitions").nth(1).click()
    page.get_by_placeholder("Filter by month").fill(CELL.month)
    for choice in (CELL.month, CELL.source):
        page.get_by_text(choice, exact=True).filter(visible=True).last.click()
    sync_api.expect(page.get_by_text("do not open").first).to_be_visible()
    picture("ui-failed-check")

    assert comes(lambda: told(httpserver, DAMAGED))
    time.sleep(20)  # alerts look every 15 s
    assert told(httpserver, DAMAGED) == [(str(CELL), "error")]


def test_a_range_of_months_is_launched_as_a_backfill_of_a_run_a_cell(page, url):
    cells = [CELL, Cell(CELL.source, "2024-06")]
    choose(page, url, "[2024-05...2024-06]")
    page.get_by_role("button").filter(has_text="Launch backfill").click()
    assert comes(lambda: all(made(url, "published_shards", cell) for cell in cells))
    shown = [made(url, "raw_papers", cell) for cell in cells]
    assert [(one["jobName"], one["rows_new"] > 0, one["tags"]["dagster/partition"]) for one in shown] == [
        ("cell", True, partition_key(cell)) for cell in cells
    ]
    assert len({one["tags"]["dagster/backfill"] for one in shown}) == 1


def choose(page, url: str, months: str = CELL.month) -> None:
    """Chooses the cell, or those of a range of months, on the partitions page of the line's job."""
    page.goto(f"{url}/locations/s1/jobs/cell/partitions")
    page.get_by_role("button").filter(has_text="Materialize").first.click()
    page.get_by_placeholder("ex: ").fill(months)
    page.keyboard.press("Tab")
    page.get_by_text("Select a partition or create one").click()
    page.get_by_role("menuitem").filter(has_text=CELL.source).first.click()
    page.keyboard.press("Escape")


def launch(page) -> None:
    page.get_by_role("button").filter(has_text="Launch 1 run").click()
    sync_api.expect(page.get_by_text("Launched run")).to_be_visible()


def run_ends(page, url: str, outcome: str) -> None:
    """Waits on the page of runs until one has ended so."""
    page.goto(f"{url}/runs")
    sync_api.expect(page.get_by_text(outcome, exact=True).first).to_be_visible()


def damage_an_image(folder: Path, lake: Lake) -> None:
    """Cuts a stored image short, as a failing disk may; the part says still that it was made from the same papers."""
    path = folder / next(part.path for part in lake.parts(FIGURE_PAIRS, CELL) if part.rows)
    table = pq.ParquetFile(path).read()
    rows = table.to_pylist()
    rows[0]["image"] = rows[0]["image"][:100]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
