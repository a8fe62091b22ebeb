"""A run whose code server or process was killed is failed; other runs are left alone."""

import json
import os
import socket
import subprocess
import threading
import time

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG

from s1_assets.lost_runs import SETTLED, find_lost_runs, lost_runs
from s1_assets.run_process import PROCESS_TAG, this_process
from s1_assets_tests.operations.code_server import code_server, free_port
from s1_assets_tests.operations.deployment import NOTING, Daemons, configured_instance


@pytest.fixture
def daemons(tmp_path):
    with configured_instance(tmp_path / "home", "dagster.yaml", NOTING) as instance:
        yield Daemons(instance)


def started(daemons, port=None, process=None) -> str:
    """A run that is being started by a code server at `port`, in a process of its own, or by nobody knows whom."""
    tags = {GRPC_INFO_TAG: json.dumps({"host": "127.0.0.1", "port": port})} if port else {}
    tags |= {PROCESS_TAG: json.dumps(process)} if process else {}
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


def test_a_run_is_lost_when_its_process_has_ended_or_its_number_is_another_s(daemons):
    here = json.loads(this_process())
    ended = subprocess.Popen(["true"])
    ended.wait()
    runs = [started(daemons, process=here | other) for other in ({"pid": ended.pid}, {"started": here["started"] - 1})]
    assert sorted(lost(daemons)) == sorted(runs)


def test_a_process_that_its_parent_has_not_asked_for_has_ended(daemons):
    here = json.loads(this_process())
    ended = subprocess.Popen(["true"])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    run = started(daemons, process=here | {"pid": ended.pid})
    assert lost(daemons) == [run]
    ended.wait()


def test_a_run_is_left_alone_while_its_process_lives_and_when_that_is_of_another_machine(daemons):
    here = json.loads(this_process())
    started(daemons, process=here)
    started(daemons, process=here | {"host": "another.example.org", "started": 1})
    assert lost(daemons) == []


def test_a_run_of_a_server_that_was_first_in_a_process_of_its_own_is_asked_of_the_server(daemons, monkeypatch):
    monkeypatch.setattr("s1_assets.lost_runs.PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started(daemons, silent.getsockname()[1], process=json.loads(this_process()) | {"started": 1})
        assert lost(daemons) == []


def test_a_run_that_is_being_cancelled_is_left_to_dagster(daemons):
    run = started(daemons, free_port())
    daemons.instance.report_run_canceling(daemons.instance.get_run_by_id(run))
    assert lost(daemons) == []


def test_a_run_that_somebody_cancels_while_its_server_is_asked_is_left_to_dagster(daemons):
    with socket.create_server(("127.0.0.1", 0)) as server:
        run = started(daemons, server.getsockname()[1])

        def cancel_when_asked():
            asking, _ = server.accept()
            daemons.instance.report_run_canceling(daemons.instance.get_run_by_id(run))
            server.close()
            asking.close()

        cancelling = threading.Thread(target=cancel_when_asked)
        cancelling.start()
        assert lost(daemons) == []
        cancelling.join()
    assert daemons.instance.get_run_by_id(run).status is dg.DagsterRunStatus.CANCELING


def test_a_run_that_just_started_and_one_that_says_nothing_of_its_process_are_left_alone(daemons):
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
