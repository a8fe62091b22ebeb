"""What has the partition tag of no cell, by hand or of another version, is told and silences nothing."""

import sys
from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._core.test_utils import freeze_time

from s1_assets.cells import Cell
from s1_assets.definitions import build_defs
from s1_assets.partitions import known_cell, known_cells, partition_key
from s1_assets.settings import Settings
from s1_assets_tests.alerts.on_call import FAILS, JUNE, MAY, OnCall, titles
from s1_assets_tests.alerts.webhooks import answers
from s1_assets_tests.line import QUIET, materialized

NO_CELLS = ["arxiv|2024-05", "2024-05", "2024-05|nobody", "2024-5|arxiv", "2024-05|arxiv|x", "|"]


@pytest.mark.parametrize("key", [*NO_CELLS, ""])
def test_a_key_of_no_partition_is_no_cell(key):
    assert known_cell(key) is None
    assert known_cells([key, partition_key(MAY)]) == [MAY]


def test_a_month_is_a_cell_from_its_first_day_on():
    key = partition_key(Cell("arxiv", "2031-02"))
    with freeze_time(datetime(2031, 1, 31, 23, 59, tzinfo=UTC)):
        assert known_cell(key) is None
    with freeze_time(datetime(2031, 2, 1, tzinfo=UTC)):
        assert known_cell(key) == Cell("arxiv", "2031-02")


def test_of_many_keys_each_is_looked_up_and_not_worked_out():
    keys, calls = [*NO_CELLS, str(partition_key(MAY))], []
    known_cells(keys)
    sys.setprofile(lambda _frame, event, _function: calls.append(event) if event == "call" else None)
    try:
        known_cells(keys)
    finally:
        sys.setprofile(None)
    assert 0 < len(calls) < 10 * len(keys)


def fail_a_run(on_call: OnCall, key: str) -> None:
    """A failed run that somebody tagged with a key, and a failed check of it."""
    job = dg.Definitions(assets=on_call.assets[:1]).resolve_implicit_global_asset_job_def()
    run = on_call.instance.create_run_for_job(job, tags={"dagster/partition": key})
    on_call.instance.report_run_failed(run, "the partition is unknown")


def judge(on_call: OnCall, key: str) -> None:
    """A verdict on a key, without a run."""
    on_call.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("figure_pairs"), check_name="images_decode", passed=False, partition=key, metadata={}
        )
    )


@pytest.mark.parametrize("key", NO_CELLS)
def test_a_run_and_a_check_of_no_cell_are_told_with_the_key_and_what_follows_as_ever(instance, key):
    on_call = OnCall(instance)
    on_call.tick()
    fail_a_run(on_call, key)
    judge(on_call, key)
    told = {message["kind"]: message for message in on_call.tick()}
    assert {kind: message["title"] for kind, message in told.items()} == {
        "run_failed": "Run failed: __ASSET_JOB",
        "check_failed": "Check failed: figure_pairs.images_decode",
    }
    [entry] = told["run_failed"]["entries"]
    assert entry["text"] == f"partition {key!r} is no cell: the partition is unknown"
    assert (entry["source"], entry["cell"]) == ("", "")
    on_call.run(JUNE, verdict=FAILS)
    assert titles(on_call.tick()) == ["Check failed: figure_pairs.images_decode (arxiv 2024-06)"]


def test_digest_and_coverage_count_the_cells_alone(instance, httpserver, tmp_path):
    answers(httpserver, "/alerts", 200)
    on_call = OnCall(instance, {"S1_ALERTS": f"webhook:{httpserver.url_for('/alerts')}"})
    for key in NO_CELLS:
        fail_a_run(on_call, key)
        judge(on_call, key)
    on_call.fail(Cell("biorxiv", "2024-05"))
    assert on_call.digest().success
    [(request, _)] = httpserver.log
    text = request.get_json()["text"]
    assert "Cells whose latest run failed: 1 (biorxiv 2024-05)\n" in text
    assert "figure_pairs.images_decode: 1 failed, 0 warned, 0 not measured (biorxiv 2024-05)\n" in text
    defs = build_defs(settings=Settings.from_environment({"S1_LAKE": str(tmp_path)}))
    job = defs.resolve_job_def("read_coverage")
    covered = materialized(job.execute_in_process(instance=instance, run_config=QUIET))["coverage"]
    assert (covered["cells"], covered["failed_checks"], covered["failed_runs"]) == (0, 1, 1)  # it has no papers
