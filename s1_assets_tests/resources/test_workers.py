"""Workers lose one task at a time, whatever the task does."""

import ctypes
import os
import subprocess
import sys
import time

import psutil
import pytest

from resources.configured import WorkersResource
from resources.workers import Failed, LocalWorkers, OutOfReachError, UnavailableError
from s1_assets.rejects import Reason
from s1_assets.settings import PROJECT

MEGABYTES = 4096  # the server that workers are forked from may have loaded all of the extraction by now


def double(number: int) -> int:
    return 2 * number


def misbehave(how: str) -> str:
    if how == "hang":
        time.sleep(60)
    if how == "eat":
        bytearray(2 * MEGABYTES << 20)
    if how == "die":
        os.abort()
    if how == "crash":
        ctypes.string_at(0)  # reads address 0 in native code, as a decoder with a fault does
    if how == "raise":
        raise ValueError("not a paper")
    return how


def test_results_come_in_the_order_of_the_tasks():
    tasks = ((f"key {n}", n) for n in range(50))
    assert list(LocalWorkers(2, 10, MEGABYTES).map(double, tasks)) == [(f"key {n}", 2 * n) for n in range(50)]


def test_a_task_that_hangs_eats_memory_dies_or_raises_is_one_failure_and_the_others_go_on():
    kinds = ["fine", "hang", "eat", "die", "raise", "crash", "fine"]
    results = dict(
        enumerate(result for _, result in LocalWorkers(2, 2, MEGABYTES).map(misbehave, ((k, k) for k in kinds)))
    )
    assert results[0] == results[6] == "fine"
    assert [results[i].reason for i in (1, 2, 3, 4, 5)] == [
        Reason.TIMEOUT,
        Reason.OUT_OF_MEMORY,
        Reason.CRASHED,
        Reason.PARSE_ERROR,
        Reason.CRASHED,
    ]
    assert results[4] == Failed(Reason.PARSE_ERROR, "ValueError: not a paper")


def test_tasks_are_taken_only_as_results_are_used():
    taken = []

    def endless():
        n = 0
        while True:
            taken.append(n)
            yield n, n
            n += 1

    results = LocalWorkers(1, 10, MEGABYTES).map(double, endless())
    assert [next(results)[1] for _ in range(5)] == [0, 2, 4, 6, 8]
    assert len(taken) < 12
    results.close()


def unavailable(task: int) -> int:
    raise UnavailableError("the mirror is out of reach")


def out_of_reach(task: int) -> int:
    raise OutOfReachError("the mirror is out of reach for now")


def spin(task: int) -> None:
    while True:
        pass


@pytest.mark.parametrize(("task", "error"), [(unavailable, UnavailableError), (out_of_reach, OutOfReachError)])
def test_what_could_not_be_had_is_not_the_fault_of_the_task(task, error):
    with pytest.raises(UnavailableError, match="out of reach") as raised:
        list(LocalWorkers(1, 10, MEGABYTES).map(task, [(1, 1)]))
    assert type(raised.value) is error


def test_a_worker_in_an_endless_loop_ends_when_its_run_is_killed():
    script = (
        "from resources.workers import LocalWorkers\nfrom s1_assets_tests.resources.test_workers import spin\n"
        "list(LocalWorkers(1, 3600, 4096).map(spin, [(1, 1)]))\n"
    )
    run = subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT)
    busy = wait_for(
        lambda: [one for one in psutil.Process(run.pid).children(recursive=True) if one.cpu_times().user > 1.5]
    )
    assert busy
    started = psutil.Process(run.pid).children(recursive=True)
    run.kill()
    run.wait()
    assert wait_for(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in started))


def wait_for(condition, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return result


@pytest.mark.parametrize("address", ["local:0", "local:x", "ray://", "ray://there:x", "ray://user@there"])
def test_an_address_that_gives_no_worker_is_refused(address):
    with pytest.raises(ValueError, match="S1_WORKERS"):
        WorkersResource(address=address).open()


def test_an_unknown_address_is_refused_with_the_name_of_the_setting():
    with pytest.raises(ValueError, match="S1_WORKERS='slurm'"):
        WorkersResource(address="slurm").open()
    assert WorkersResource(address="local:3").open().count == 3
