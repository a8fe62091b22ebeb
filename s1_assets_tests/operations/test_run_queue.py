"""What starts first when much waits: alerts before fresh papers before backfills, and nothing takes every slot."""

import pytest
import yaml

from s1_assets.alerts.delivery import CHANNEL
from s1_assets.backfill import cells_between, request_backfill
from s1_assets.cells import Cell
from s1_assets.jobs import ALERTS_FIRST, COVERAGE, FRESH_PAPERS_NEXT, RELEASE
from s1_assets.partitions import partition_key
from s1_assets.settings import PROJECT
from s1_assets_tests.operations.deployment import NOTING, Daemons, configured_instance


@pytest.fixture
def daemons(tmp_path):
    with configured_instance(tmp_path / "home", "dagster.yaml", NOTING) as instance:
        yield Daemons(instance)


def fresh(daemons, cell):
    return daemons.queue("cell", FRESH_PAPERS_NEXT | {"dagster/partition": partition_key(cell)})


def alert(daemons, channel):
    return daemons.queue("alert_digest", ALERTS_FIRST | {CHANNEL: channel})


def over_all_cells(daemons, job):
    return daemons.queue(job.name, job.tags)


def started(daemons):
    return [run.run_id for run in daemons.start_runs()]


def test_fresh_papers_overtake_a_backfill_and_alerts_overtake_both(daemons):
    backfill = request_backfill(daemons.instance, cells_between(["arxiv"], "2023-01", "2023-06"), "half a year")
    daemons.submit_backfills()
    paper = fresh(daemons, Cell("arxiv", "2024-05"))
    told = alert(daemons, "slack")
    runs = daemons.start_runs()
    assert [run.run_id for run in runs[:2]] == [told, paper]
    assert [run.tags.get("dagster/backfill") for run in runs[2:]] == [backfill] * 3


def test_a_run_by_hand_comes_before_a_backfill_that_was_there_first(daemons):
    request_backfill(daemons.instance, cells_between(["arxiv"], "2023-01", "2023-06"), "half a year")
    daemons.submit_backfills()
    by_hand = daemons.queue("cell", {"dagster/partition": partition_key(Cell("natcomms", "2024-06"))})
    assert daemons.start_runs()[0].run_id == by_hand


def test_a_backfill_leaves_a_run_for_fresh_papers_and_cells_leave_one_for_alerts(daemons):
    request_backfill(daemons.instance, cells_between(["arxiv"], "2023-01", "2023-12"), "a year")
    daemons.submit_backfills()
    assert len(daemons.start_runs()) == 3
    papers = [fresh(daemons, Cell("arxiv", month)) for month in ("2024-05", "2024-06")]
    assert [run.run_id for run in daemons.start_runs()] == papers[:1]
    assert started(daemons) == []
    told = alert(daemons, "slack")
    assert started(daemons) == [told]


def test_whatever_runs_for_hours_three_channels_are_served(daemons):
    request_backfill(daemons.instance, cells_between(["arxiv"], "2023-01", "2023-12"), "a year")
    daemons.submit_backfills()
    for month in ("2024-05", "2024-06"):
        fresh(daemons, Cell("arxiv", month))
    for job in (RELEASE, COVERAGE, RELEASE, COVERAGE):
        over_all_cells(daemons, job)
    assert len(started(daemons)) == 4 + 2
    told = [alert(daemons, channel) for channel in ("slack", "webhook", "email")]
    assert started(daemons) == told


def test_a_channel_that_hangs_delays_its_own_messages_and_no_other_s(daemons):
    hangs = alert(daemons, "slack")
    assert started(daemons) == [hangs]
    waits, served = alert(daemons, "slack"), alert(daemons, "webhook")
    assert started(daemons) == [served]
    daemons.finish(daemons.instance.get_run_by_id(hangs))
    assert started(daemons) == [waits]


def test_a_cell_never_runs_twice_at_a_time(daemons):
    first, second = (fresh(daemons, Cell("arxiv", "2024-05")) for _ in range(2))
    (run,) = daemons.start_runs()
    assert run.run_id == first
    daemons.finish(run)
    assert started(daemons) == [second]


def test_a_team_s_instance_differs_from_the_embedded_one_in_its_storage_alone():
    files = ("dagster.yaml", "dagster.postgres.yaml")
    embedded, team = (yaml.safe_load((PROJECT / "dagster_home" / name).read_text()) for name in files)
    assert team.pop("storage")["postgres"]["postgres_db"]["scheme"] == "postgresql+psycopg2"
    assert team == embedded
