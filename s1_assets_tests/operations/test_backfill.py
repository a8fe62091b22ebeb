"""Backfills reach the queue as one run a cell, newest month first, and say what there is not."""

import subprocess
import sys

import pytest
from dagster._core.execution.backfill import BulkActionStatus

from s1_assets.backfill import BACKFILLS_LAST, cells_between, request_backfill
from s1_assets.cells import FIRST_MONTH, SOURCES, Cell
from s1_assets.partitions import MONTHS, cell_of
from s1_assets.settings import PROJECT
from s1_assets_tests.operations.deployment import NOTING, Daemons, configured_instance


def test_cells_come_newest_month_first_and_only_where_the_source_existed():
    cells = cells_between(["biorxiv", "medrxiv"], "2019-04", "2019-07")
    assert [str(cell) for cell in cells] == [
        "biorxiv 2019-07",
        "medrxiv 2019-07",
        "biorxiv 2019-06",
        "medrxiv 2019-06",
        "biorxiv 2019-05",
        "biorxiv 2019-04",
    ]


def test_without_months_a_source_is_taken_from_its_first_month_to_this_one():
    months = [cell.month for cell in cells_between(["edrxiv"])]
    assert (months[-1], months[0]) == (FIRST_MONTH["edrxiv"], MONTHS.get_last_partition_key())


@pytest.mark.parametrize(
    ("sources", "first", "last", "message"),
    [
        (["arxive"], None, None, "there is no source arxive; sources are arxiv, "),
        ([], None, None, "no source is named; sources are arxiv, "),
        (["arxiv"], "2024-5", None, "FROM=2024-5 is no month; use YYYY-MM"),
        (["arxiv"], None, "3024-05", "TO=3024-05 is no month from 1991-07 to "),
        (["arxiv"], "2024-06", "2024-05", "FROM=2024-06 is after TO=2024-05"),
        (["medrxiv"], None, "2019-05", "no cell .*: medrxiv began in 2019-06"),
    ],
)
def test_what_there_is_not_is_said(sources, first, last, message):
    with pytest.raises(ValueError, match=message):
        cells_between(sources, first, last)


def test_the_daemon_makes_one_run_of_the_line_for_each_cell_in_order(tmp_path):
    cells = cells_between(["arxiv", "biorxiv"], "2023-01", "2023-02")
    with configured_instance(tmp_path / "home", "dagster.yaml", NOTING) as instance:
        backfill = request_backfill(instance, cells, "two sources, two months")
        daemons = Daemons(instance)
        daemons.submit_backfills()
        runs = instance.get_runs(ascending=True)
        assert [cell_of(run.tags["dagster/partition"]) for run in runs] == cells
        assert {run.job_name for run in runs} == {"cell"}
        assert all(run.tags.items() >= (BACKFILLS_LAST | {"dagster/backfill": backfill}).items() for run in runs)
        assert runs[0].tags["dagster/partition/source"] == "arxiv"
        for _ in runs:
            for run in daemons.start_runs():
                daemons.finish(run)
        daemons.submit_backfills()
        assert instance.get_backfill(backfill).status is BulkActionStatus.COMPLETED_FAILED  # as its runs were cancelled


def test_every_cell_of_every_source_can_be_asked_for(tmp_path):
    cells = cells_between(SOURCES)
    with configured_instance(tmp_path / "home", "dagster.yaml", NOTING) as instance:
        backfill = instance.get_backfill(request_backfill(instance, cells, "everything"))
        assert len(backfill.partition_names) == len(cells) > 1000


def test_the_command_says_what_it_queued_and_that_no_daemon_runs(tmp_path):
    outcome = run(tmp_path, "arxiv,biorxiv", "--from", "2024-05", "--to", "2024-06")
    assert outcome.returncode == 0, outcome.stderr
    assert "queued arxiv,biorxiv, 4 cells from 2024-05 to 2024-06" in outcome.stdout
    assert "/runs/b/" in outcome.stdout
    assert f"No Dagster daemon is running on DAGSTER_HOME={tmp_path / 'home'}" in outcome.stdout
    assert "make dev" in outcome.stdout


def test_sources_are_taken_once_each_however_they_are_spaced(tmp_path):
    outcome = run(tmp_path, " arxiv, biorxiv,arxiv,", "--from", "2024-05", "--to", "2024-06")
    assert outcome.returncode == 0, outcome.stderr
    assert "queued arxiv,biorxiv, 4 cells from 2024-05 to 2024-06" in outcome.stdout


def test_in_a_deployment_the_command_names_the_daemon_of_the_deployment(tmp_path, postgres):
    outcome = run(tmp_path, "arxiv", "--from", "2024-05", configuration="dagster.postgres.yaml", **postgres)
    assert outcome.returncode == 0, outcome.stderr
    assert "s1-daemon" in outcome.stdout
    assert "make dev" not in outcome.stdout


def test_the_command_runs_cells_itself_when_told_to(tmp_path, sample_mirror):
    outcome = run(tmp_path, "arxiv", "--from", "2024-05", "--to", "2024-05", "--now", S1_MIRROR=str(sample_mirror))
    assert outcome.returncode == 0, outcome.stderr
    assert f"{Cell('arxiv', '2024-05')} (1 of 1)" in outcome.stdout
    assert "0 failed" in outcome.stdout


def test_a_mistake_is_a_line_and_not_a_traceback(tmp_path):
    outcome = run(tmp_path, "arxiv", "--from", "yesterday")
    assert outcome.returncode == 2
    assert "FROM=yesterday is no month" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def run(folder, *arguments, configuration="dagster.yaml", **environment):
    home = folder / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text((PROJECT / "dagster_home" / configuration).read_text())
    places = {"DAGSTER_HOME": str(home), "S1_LAKE": str(folder / "lake"), "S1_CACHE": str(folder / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "s1_assets", "backfill", *arguments],
        env={"PATH": "/usr/bin:/bin", **places, **environment},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
