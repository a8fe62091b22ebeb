"""The right to do a harvest, which one process has at a time."""

import multiprocessing
import os
import signal
from multiprocessing.queues import Queue
from pathlib import Path

import pytest

from resources.live.access import Downloads, LiveAccess
from s1_assets_tests.resources.live.conftest import CONTACT


def _take_a_turn(cache: Path, told: "Queue[str]") -> None:
    with LiveAccess(CONTACT, Downloads(""), cache, log=told.put).alone("journal"):
        told.put("its turn")


def test_who_waits_says_so_and_comes_before_who_had_it_and_wants_it_again(tmp_path):
    live = LiveAccess(CONTACT, Downloads(""), tmp_path)
    spawn = multiprocessing.get_context("spawn")
    told = spawn.Queue()
    other = spawn.Process(target=_take_a_turn, args=(tmp_path, told))
    try:
        with live.alone("journal"):
            other.start()
            assert told.get(timeout=60) == "journal: another run is at it, and this one waits"
            assert other.pid is not None
            os.kill(other.pid, signal.SIGSTOP)  # so that it cannot be the faster one
        with pytest.raises(BlockingIOError), live.alone("journal", wait=False):
            pass
        os.kill(other.pid, signal.SIGCONT)
        assert told.get(timeout=60) == "its turn"
    finally:
        other.kill()
        other.join()
    with live.alone("journal", wait=False):
        pass
