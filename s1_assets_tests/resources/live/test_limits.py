"""Limits hold for all processes of a deployment."""

import itertools
import json
import multiprocessing
import time
from pathlib import Path

import pytest
from werkzeug import Request, Response

from resources.live.http import Client
from resources.live.limits import LONGEST_CLOSURE, ClosedError, RateLimit, Turnstile
from resources.live.services import Service

ONE_BY_ONE = RateLimit("one-by-one", 1, 0.3, one_at_a_time=True)
BURSTS = RateLimit("bursts", 4, 2.0)


def _ask(url: str, cache: Path, limit: RateLimit, times: int) -> None:
    client = Client("data-team@example.org", cache, {"journal": Service("journal", url, limit)})
    for _ in range(times):
        client.get("journal", "works")


def _arrivals(httpserver, tmp_path, limit, answer_seconds=0.0):
    """When requests of two processes arrived and were answered, three each."""
    seen: list[tuple[float, float]] = []

    def handle(request: Request) -> Response:
        arrived = time.time()
        time.sleep(answer_seconds)
        seen.append((arrived, time.time()))
        return Response("found")

    httpserver.expect_request("/works").respond_with_handler(handle)
    spawn = multiprocessing.get_context("spawn")
    url = httpserver.url_for("").rstrip("/")
    processes = [spawn.Process(target=_ask, args=(url, tmp_path, limit, 3)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert len(seen) == 6
    return sorted(seen)


def test_two_processes_together_keep_the_interval_and_one_connection(httpserver, tmp_path):
    seen = _arrivals(httpserver, tmp_path, ONE_BY_ONE, answer_seconds=0.1)
    for (_, answered), (arrived, _) in itertools.pairwise(seen):
        assert arrived - answered >= ONE_BY_ONE.seconds * 0.95  # the answer's end, a moment after the handler's


def test_two_processes_together_keep_to_the_bursts(httpserver, tmp_path):
    arrived = [at for at, _ in _arrivals(httpserver, tmp_path, BURSTS)]
    windows = list(zip(arrived, arrived[BURSTS.requests :], strict=False))
    assert len(windows) == 2
    assert all(last - first >= BURSTS.seconds * 0.5 for first, last in windows)  # a request's way varies


def test_a_restart_remembers_the_last_request(tmp_path):
    with Turnstile(ONE_BY_ONE, tmp_path).turn(1.0):
        passed = time.time()
    with Turnstile(ONE_BY_ONE, tmp_path).turn(1.0):
        assert time.time() - passed >= ONE_BY_ONE.seconds


@pytest.mark.parametrize("left", ["", "{", "[]", '{"starts": ["x"]}', '{"starts": [], "closed": [1]}'])
def test_a_state_that_a_crash_left_counts_as_a_request_made_just_now(tmp_path, left):
    (tmp_path / "one-by-one.state").write_text(left)
    began = time.time()
    with Turnstile(ONE_BY_ONE, tmp_path).turn(1.0):
        assert time.time() - began >= ONE_BY_ONE.seconds * 0.9


def _keep_closing(state: Path) -> None:
    while True:
        Turnstile(BURSTS, state).close(3600)


def test_whenever_a_process_is_killed_what_it_noted_of_a_limit_is_whole(tmp_path):
    Turnstile(BURSTS, tmp_path).close(3600)
    other = multiprocessing.get_context("spawn").Process(target=_keep_closing, args=(tmp_path,))
    other.start()
    seen: set[str] = set()
    try:
        while len(seen) < 500 and other.is_alive():
            seen.add((tmp_path / "bursts.state").read_text())
    finally:
        other.kill()
        other.join()
    assert len(seen) == 500
    assert all(json.loads(text)["closed"][1] == 3600 for text in seen)
    with pytest.raises(ClosedError), Turnstile(BURSTS, tmp_path).turn(30):
        pass


def test_a_clock_that_went_back_costs_one_interval_at_most(tmp_path):
    (tmp_path / "one-by-one.state").write_text(f'{{"starts": [{time.time() + 1e6}], "closed": [0, 0]}}')
    with Turnstile(ONE_BY_ONE, tmp_path).turn(1.0):
        pass


def test_a_request_that_fails_counts_and_lets_the_next_pass(tmp_path):
    with pytest.raises(OSError, match="broken"), Turnstile(ONE_BY_ONE, tmp_path).turn(1.0):
        raise OSError("broken")
    with Turnstile(ONE_BY_ONE, tmp_path).turn(1.0):
        pass


def test_a_closed_service_is_not_waited_for_longer_than_told(tmp_path):
    turnstile = Turnstile(BURSTS, tmp_path)
    turnstile.close(60)
    turnstile.close(1)
    with pytest.raises(ClosedError), turnstile.turn(30):
        pass


@pytest.mark.parametrize("ahead", [0.0, 1e6])
def test_a_pause_is_no_longer_than_a_day_and_a_clock_that_was_ahead_makes_it_no_longer_either(tmp_path, ahead):
    now = time.time()
    (tmp_path / "bursts.state").write_text(f'{{"starts": [], "closed": [{now + ahead}, 1e12]}}')
    with pytest.raises(ClosedError) as raised, Turnstile(BURSTS, tmp_path).turn(30):
        pass
    assert raised.value.until <= time.time() + LONGEST_CLOSURE


def test_a_short_pause_that_was_noted_by_a_clock_ahead_is_a_short_one(tmp_path):
    (tmp_path / "bursts.state").write_text(f'{{"starts": [], "closed": [{time.time() + 80_000}, 0.2]}}')
    with Turnstile(BURSTS, tmp_path).turn(5):
        pass
