"""The measurement of the UI, on a few cells: every page and launch is answered, and what is noted as run shows."""

import dagster as dg
import pytest

from benchmarks import ui
from benchmarks.ui_requests import PAGES
from s1_assets.backfill import cells_between
from s1_assets.cells import SOURCES
from s1_assets.definitions import LINE
from s1_assets.partitions import partition_key
from s1_assets_tests.operations.deployment import configured_instance

CELLS = cells_between(SOURCES)[:3]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("ui") / "home"
    with configured_instance(home, "dagster.yaml") as instance:
        ui.note_runs(instance, CELLS)
        for asset in LINE:
            assert instance.get_materialized_partitions(asset.key) == {partition_key(cell) for cell in CELLS}
        assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS}
    return home


def test_every_page_and_every_launch_is_answered(home):
    with ui.web_server(home) as server:
        pages = ui.waits_for_pages(server)
        launches = ui.waits_for_launches(server, home, CELLS)
        (checks,) = (server.ask(*PAGES[page]) for page in PAGES if "checks" in page)
    assert pages.keys() == PAGES.keys()
    assert len(launches) == 4
    found = checks["assetNodeOrError"]["assetChecksOrError"]["checks"]
    shown = [check["partitionStatuses"]["ranges"][0]["secondaryDim"]["succeededPartitions"] for check in found]
    assert [set(sources) for sources in shown] == [{cell.source for cell in CELLS}] * len(found)
    assert shown
