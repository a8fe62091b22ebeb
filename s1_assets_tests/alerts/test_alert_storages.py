"""What alerts ask of Dagster's storages that is not its public interface, held on each storage the project runs on."""

from collections.abc import Iterator
from contextlib import closing

import dagster as dg
import psycopg2
import pytest

from s1_assets.alerts.messages import Links
from s1_assets.alerts.poll import Watched, evaluated_since
from s1_assets.alerts.standing import checks_standing, failed_cells
from s1_assets.cells import Cell
from s1_assets.partitions import partition_key
from s1_assets_tests.alerts.conftest import NO_TELEMETRY
from s1_assets_tests.alerts.on_call import FAILS, JUNE, MAY, NOT_MEASURED, PASSES, OnCall, titles

KEY = dg.AssetCheckKey(dg.AssetKey("figure_pairs"), "images_decode")


@pytest.fixture(scope="module")
def postgres_instance(postgres, tmp_path_factory) -> Iterator[dg.DagsterInstance]:
    """Has a database of its own, which these tests may wipe."""
    host, port, user, password = (postgres[f"DAGSTER_POSTGRES_{name}"] for name in ("HOST", "PORT", "USER", "PASSWORD"))
    with closing(psycopg2.connect(host=host, port=port, user=user, password=password, dbname="postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute("CREATE DATABASE alerts")
    url = f"postgresql+psycopg2://{user}:{password}@{host}:{port}/alerts"
    overrides = {**NO_TELEMETRY, "storage": {"postgres": {"postgres_url": url}}}
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("instance")), overrides=overrides) as instance:
        yield instance


@pytest.fixture(params=["sqlite_instance", "postgres_instance"])
def instance(request) -> dg.DagsterInstance:
    instance = request.getfixturevalue(request.param)
    instance.wipe()
    instance.wipe_all_schedules()
    return instance


def test_an_evaluation_is_seen_after_the_ids_before_it_and_not_after_its_own(instance):
    on_call = OnCall(instance)
    on_call.run(MAY, verdict=FAILS)
    [first] = evaluated_since(instance, [KEY], None)
    assert first.partition_key == partition_key(MAY)
    on_call.run(JUNE, verdict=PASSES)
    since = evaluated_since(instance, [KEY], first.latest_check_event_storage_id)
    assert [row.partition_key for row in since] == [partition_key(JUNE)]
    assert evaluated_since(instance, [KEY], since[0].latest_check_event_storage_id) == []
    on_call.run(MAY, verdict=PASSES)
    assert [row.partition_key for row in evaluated_since(instance, [KEY], None)] == [
        partition_key(JUNE),
        partition_key(MAY),
    ]


def test_a_materialization_alone_is_no_evaluation(instance):
    on_call = OnCall(instance)
    on_call.run(MAY, verdict=PASSES)
    [row] = evaluated_since(instance, [KEY], None)
    dg.materialize(on_call.assets[:1], instance=instance, partition_key=partition_key(MAY))
    assert evaluated_since(instance, [KEY], row.latest_check_event_storage_id) == []


def test_failure_crash_failed_run_and_all_clear_are_told_on_every_storage(instance):
    on_call = OnCall(instance)
    on_call.run(MAY, verdict=FAILS)
    assert on_call.tick() == []
    on_call.run(MAY, verdict=PASSES)
    on_call.run(JUNE, verdict=ZeroDivisionError("division by zero"))
    july = Cell("arxiv", "2024-07")
    on_call.broken.add(july)
    on_call.run(july)
    assert sorted(titles(on_call.tick())) == [
        "All clear, check passes again: figure_pairs.images_decode (arxiv 2024-05)",
        "Check crashed: figure_pairs.images_decode (arxiv 2024-06)",
        "Run failed: __ephemeral_asset_job__ (arxiv 2024-07)",
    ]
    assert on_call.tick() == []


def test_what_stands_is_the_latest_state_of_every_cell(instance):
    on_call = OnCall(instance)
    on_call.run(MAY, JUNE, verdict=FAILS)
    on_call.run(JUNE, verdict=NOT_MEASURED)
    assert failed_cells(instance) == [partition_key(MAY)]
    standing = checks_standing(instance, Watched({"x": KEY}, "measured", Links("http://ui")))
    cells = standing["figure_pairs.images_decode"]
    assert (cells.failed, cells.warned, cells.not_measured) == ([partition_key(MAY)], [], [partition_key(JUNE)])
