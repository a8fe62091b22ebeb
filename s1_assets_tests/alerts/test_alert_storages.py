"""What alerts ask of Dagster's storages that is not its public interface, held on each storage the project runs on."""

from collections.abc import Iterable, Iterator
from contextlib import closing

import dagster as dg
import psycopg2
import pytest

from s1_assets.alerts.messages import Links
from s1_assets.alerts.poll import Watched, evaluations_after
from s1_assets.alerts.standing import checks_standing
from s1_assets.cell_state import evaluation_of, failed_cells, last_verdicts
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


def test_verdicts_are_seen_in_the_order_in_which_they_were_given_and_after_an_id_once(instance):
    on_call = OnCall(instance)
    queued = on_call.queue(MAY)
    on_call.run(JUNE, verdict=PASSES)
    first = evaluations_after(instance, 0, 10)
    assert cells_of(first.values()) == [partition_key(JUNE)]
    on_call.start(queued, FAILS)
    on_call.judge(JUNE, FAILS)
    since = evaluations_after(instance, max(first), 10)
    assert cells_of(since.values()) == [partition_key(MAY), partition_key(JUNE)]
    assert [*evaluations_after(instance, max(first), 1)] == [min(since)]
    assert evaluations_after(instance, max(since), 10) == {}


def test_the_last_verdict_is_the_one_that_was_given_last_and_not_the_one_of_the_newest_run(instance):
    on_call = OnCall(instance)
    overtaken = on_call.queue(MAY)
    on_call.run(MAY, verdict=PASSES)
    assert last_verdicts(instance, KEY, failed=True) == []
    on_call.start(overtaken, FAILS)
    on_call.run(JUNE, verdict=PASSES)
    on_call.queue(MAY)
    on_call.queue(JUNE)
    may, june = last_verdicts(instance, KEY)
    assert (may.run_id, evaluation_of(may).passed, evaluation_of(june).passed) == (overtaken.run_id, False, True)
    assert last_verdicts(instance, KEY, failed=True) == [may]
    assert last_verdicts(instance, KEY, partition_key(JUNE)) == [june]


def test_a_cell_stands_failed_by_the_run_that_ended_last(instance):
    on_call = OnCall(instance)
    overtaken = on_call.queue(MAY)
    on_call.run(MAY, JUNE, verdict=PASSES)
    on_call.start(overtaken, FAILS)
    on_call.instance.report_run_canceled(on_call.queue(MAY))
    mended = on_call.queue(JUNE)
    on_call.run(JUNE, verdict=FAILS)
    assert failed_cells(instance) == [partition_key(MAY), partition_key(JUNE)]
    on_call.start(mended, PASSES)
    assert failed_cells(instance) == [partition_key(MAY)]


def test_alerts_go_on_after_all_events_were_deleted(instance):
    on_call = OnCall(instance)
    on_call.tick()
    on_call.run(MAY, JUNE, verdict=FAILS)
    assert len(on_call.tick()) == 1
    instance.event_log_storage.wipe()
    assert on_call.tick() == []
    on_call.run(Cell("biorxiv", "2024-05"), verdict=FAILS)
    assert titles(on_call.tick()) == ["Check failed: figure_pairs.images_decode (biorxiv 2024-05)"]


def cells_of(verdicts: Iterable[dg.EventLogEntry]) -> list[str | None]:
    return [evaluation_of(verdict).partition for verdict in verdicts]


def test_failure_crash_failed_run_and_all_clear_are_told_on_every_storage(instance):
    on_call = OnCall(instance)
    on_call.tick()
    on_call.run(MAY, verdict=FAILS)
    assert titles(on_call.tick()) == ["Check failed: figure_pairs.images_decode (arxiv 2024-05)"]
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


def test_what_stands_is_the_last_verdict_on_every_cell_whatever_is_queued(instance):
    on_call = OnCall(instance)
    on_call.run(MAY, JUNE, verdict=FAILS)
    on_call.run(JUNE, verdict=NOT_MEASURED)
    on_call.queue(MAY)
    on_call.queue(JUNE)
    standing = checks_standing(instance, Watched({"x": KEY}, "measured", Links("http://ui")))
    cells = standing["figure_pairs.images_decode"]
    assert (cells.failed, cells.warned, cells.not_measured) == ([partition_key(MAY)], [], [partition_key(JUNE)])
