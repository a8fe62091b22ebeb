"""The line on PostgreSQL, as dagster_home/dagster.postgres.yaml configures it for a team."""

import dagster as dg
import pytest
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.instance_for_test import environ
from dagster_postgres import PostgresEventLogStorage, PostgresRunStorage, PostgresScheduleStorage

from s1_assets.backfill import cells_between, request_backfill
from s1_assets.cells import Cell
from s1_assets.checks import CELL_CHECKS
from s1_assets.jobs import FRESH_PAPERS_NEXT
from s1_assets.partitions import partition_key
from s1_assets_tests.line import LINE, Line, failure
from s1_assets_tests.operations.deployment import NOTING, Daemons, configured_instance

CELL = Cell("psyarxiv", "2024-05")


@pytest.fixture(scope="module")
def team(postgres, tmp_path_factory):
    """The instance that a DAGSTER_HOME with dagster.postgres.yaml gives, with nothing launched from its queue."""
    with (
        environ(postgres),
        configured_instance(tmp_path_factory.mktemp("team") / "home", "dagster.postgres.yaml", NOTING) as instance,
    ):
        yield instance


@pytest.fixture(scope="module")
def line(team, sample_mirror, tmp_path_factory):
    """A line on that instance that ran one cell."""
    line = Line(tmp_path_factory.mktemp("postgres_line"), sample_mirror, instance=team)
    outcome = line.run(CELL)
    assert outcome.success, failure(outcome)
    return line


def test_everything_of_the_instance_is_in_the_database(team):
    assert isinstance(team.run_storage, PostgresRunStorage)
    assert isinstance(team.event_log_storage, PostgresEventLogStorage)
    assert isinstance(team.schedule_storage, PostgresScheduleStorage)


def test_runs_partitions_and_checks_of_a_cell_are_read_back(line, team):
    (run,) = team.get_runs(dg.RunsFilter(tags={"dagster/partition": partition_key(CELL)}))
    assert run.status is dg.DagsterRunStatus.SUCCESS
    for asset in LINE:
        assert team.get_materialized_partitions(dg.AssetKey(asset)) == {partition_key(CELL)}
    for check in CELL_CHECKS:
        (record,) = team.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey(check.table.name), check.name),
            limit=10,
            partition_filter=PartitionKeyFilter(key=partition_key(CELL)),
        )
        assert record.event.dagster_event.asset_check_evaluation_data.partition == partition_key(CELL)


def test_a_cell_runs_again_over_what_it_has(line):
    assert line.run(CELL).success
    assert line.metadata("figure_pairs")["parts_new"] == 0


def test_backfills_and_the_queue_work_there_as_they_do_embedded(team):
    backfill = request_backfill(team, cells_between(["arxiv"], "2023-01", "2023-06"), "half a year")
    daemons = Daemons(team)
    daemons.submit_backfills()
    paper = daemons.queue("cell", FRESH_PAPERS_NEXT | {"dagster/partition": partition_key(Cell("arxiv", "2024-05"))})
    started = daemons.start_runs()
    assert started[0].run_id == paper
    assert [run.tags.get("dagster/backfill") for run in started[1:]] == [backfill] * 3
