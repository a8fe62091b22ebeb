"""Workers lose one task at a time, whatever the task does."""

import os
import time

import pytest

from resources.configured import WorkersResource
from resources.workers import Failed, Workers
from s1_assets.rejects import Reason


def double(number: int) -> int:
    return 2 * number


def misbehave(how: str) -> str:
    if how == "hang":
        time.sleep(60)
    if how == "eat":
        bytearray(2 << 30)
    if how == "die":
        os.abort()
    if how == "raise":
        raise ValueError("not a paper")
    return how


def test_results_come_in_the_order_of_the_tasks():
    tasks = ((f"key {n}", n) for n in range(50))
    assert list(Workers(2, 10, 1024).map(double, tasks)) == [(f"key {n}", 2 * n) for n in range(50)]


def test_a_task_that_hangs_eats_memory_dies_or_raises_is_one_failure_and_the_others_go_on():
    kinds = ["fine", "hang", "eat", "die", "raise", "fine"]
    results = dict(enumerate(result for _, result in Workers(2, 2, 1024).map(misbehave, ((k, k) for k in kinds))))
    assert results[0] == results[5] == "fine"
    assert [results[i].reason for i in (1, 2, 3, 4)] == [
        Reason.TIMEOUT,
        Reason.OUT_OF_MEMORY,
        Reason.CRASHED,
        Reason.PARSE_ERROR,
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

    results = Workers(1, 10, 1024).map(double, endless())
    assert [next(results)[1] for _ in range(5)] == [0, 2, 4, 6, 8]
    assert len(taken) < 12
    results.close()


def test_an_unknown_address_is_refused_with_the_name_of_the_setting():
    with pytest.raises(ValueError, match="S1_WORKERS='slurm'"):
        WorkersResource(address="slurm").open()
    assert WorkersResource(address="local:3").open().count == 3
