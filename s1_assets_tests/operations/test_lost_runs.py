"""A run whose code server was killed is failed, and so tried again; other runs are left alone."""

import json
import socket
import time

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG

from s1_assets.lost_runs import SETTLED, find_lost_runs, lost_runs
from s1_assets_tests.operations.code_server import code_server, free_port
from s1_assets_tests.operations.deployment import NOTING, Daemons, configured_instance


@pytest.fixture
def daemons(tmp_path):
    with configured_instance(tmp_path / "home", "dagster.yaml", NOTING) as instance:
        yield Daemons(instance)


def started(daemons, port=None) -> str:
    """A run that is being started, by a code server at `port` or by none."""
    tags = {GRPC_INFO_TAG: json.dumps({"host": "127.0.0.1", "port": port})} if port else {}
    run = daemons.queue("make_release", tags)
    assert [one.run_id for one in daemons.start_runs()] == [run]
    return run


def lost(daemons, seconds=2 * SETTLED) -> list[str]:
    return [run.run_id for run in find_lost_runs(daemons.instance, time.time() + seconds)]


def test_a_run_is_lost_when_nothing_listens_where_its_server_was(daemons):
    assert lost(daemons) == []
    run = started(daemons, free_port())
    assert lost(daemons) == [run]


def test_a_run_is_lost_when_a_new_server_at_the_same_place_does_not_know_it(daemons):
    with code_server() as port:
        run = started(daemons, port)
        assert lost(daemons) == [run]


def test_a_run_that_just_started_and_one_in_a_process_of_its_own_are_left_alone(daemons):
    started(daemons, free_port())
    assert lost(daemons, seconds=0) == []
    daemons.finish(daemons.instance.get_runs()[0])
    started(daemons)
    assert lost(daemons) == []


def test_a_server_that_does_not_answer_counts_as_alive(daemons, monkeypatch):
    monkeypatch.setattr("s1_assets.lost_runs.PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started(daemons, silent.getsockname()[1])
        assert lost(daemons) == []


def test_the_sensor_fails_a_lost_run_so_that_the_daemon_tries_it_again(daemons, monkeypatch):
    monkeypatch.setattr("s1_assets.lost_runs.SETTLED", -1)
    run = started(daemons, free_port())
    lost_runs(dg.build_sensor_context(instance=daemons.instance))
    failed = daemons.instance.get_run_by_id(run)
    assert failed.status is dg.DagsterRunStatus.FAILURE
    assert failed.tags["dagster/will_retry"] == "true"
