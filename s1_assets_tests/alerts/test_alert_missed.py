"""What a channel missed is sent to it again when it is back, and to no other channel."""

import time
from collections.abc import Callable

import dagster as dg
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run

from s1_assets.alerts.delivery import JOB
from s1_assets.alerts.missed import PAUSES
from s1_assets_tests.alerts.conftest import set_clock
from s1_assets_tests.alerts.on_call import AT_ONCE, OnCall, messages_of, titles
from s1_assets_tests.alerts.webhooks import TITLES, answers, got

FOLLOWED = "dagster/parent_run_id"


@pytest.fixture
def wait(monkeypatch, instance) -> Callable[[float], None]:
    """Lets it be so many seconds since the last run failed, by what is stored of its end."""
    real, ahead = time.time, [0.0]
    set_clock(monkeypatch, lambda: real() + ahead[0])

    def until(seconds: float) -> None:
        failed = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))
        ahead[0] = max(record.end_time for record in failed) + seconds - real()

    return until


def send(on_call: OnCall) -> dict[str, dg.ExecuteInProcessResult]:
    """A whole tick, and the runs that it asks for."""
    asked = on_call.evaluate()
    on_call.cursor = asked.cursor
    return on_call.submit(asked)


def asked_again(on_call: OnCall) -> list[dg.RunRequest]:
    """What a tick asks to be sent again; the cursor stays where it is."""
    return [request for request in on_call.evaluate().run_requests or [] if FOLLOWED in request.tags]


def send_again(on_call: OnCall) -> list[dg.ExecuteInProcessResult]:
    return list(on_call.submit(dg.SensorResult(run_requests=asked_again(on_call))).values())


def execute_again(on_call: OnCall, failed: dg.DagsterRun) -> None:
    """What *Re-execute from failure* in the UI does to a run of which every message failed."""
    job = dg.Definitions(jobs=on_call.alerts.jobs).resolve_job_def(JOB)
    again = on_call.instance.create_run_for_job(
        job,
        run_config=failed.run_config,
        tags={**failed.tags, FOLLOWED: failed.run_id},
        root_run_id=failed.run_id,
        parent_run_id=failed.run_id,
    )
    execute_run(InMemoryJob(job), again, on_call.instance, raise_on_error=False)


def test_a_channel_that_was_down_for_longer_than_the_retries_gets_each_message_once(two_webhooks, httpserver, wait):
    answers(httpserver, "/one", *[503] * 2 * (1 + AT_ONCE.max_retries), 200)
    answers(httpserver, "/two", 200)
    send(two_webhooks)
    assert got(httpserver, "/one") == []
    assert asked_again(two_webhooks) == []
    wait(PAUSES[0] + 1)
    assert [run.success for run in send_again(two_webhooks)] == [True]
    assert sorted(got(httpserver, "/one")) == sorted(got(httpserver, "/two")) == TITLES
    assert asked_again(two_webhooks) == []


def test_what_reached_the_channel_is_not_sent_again_with_what_did_not(two_webhooks, httpserver, wait):
    answers(httpserver, "/one", 200, *[503] * (1 + AT_ONCE.max_retries), 200)
    answers(httpserver, "/two", 200)
    send(two_webhooks)
    wait(PAUSES[0] + 1)
    send_again(two_webhooks)
    assert sorted(got(httpserver, "/one")) == TITLES


def test_a_channel_that_stays_down_is_tried_after_growing_pauses_and_told_once(two_webhooks, httpserver, wait):
    answers(httpserver, "/one", 503)
    answers(httpserver, "/two", 200)
    send(two_webhooks)
    assert titles(messages_of(two_webhooks.evaluate()))[:1] == ["Run failed: alerts"]
    two_webhooks.tick()
    for pause in PAUSES[:5]:
        wait(pause - 60)
        assert asked_again(two_webhooks) == []
        wait(pause + 1)
        assert [run.success for run in send_again(two_webhooks)] == [False]
        assert "Run failed: alerts" not in titles(two_webhooks.tick())
    assert PAUSES[0] < PAUSES[4] == PAUSES[-1]


def test_after_a_day_a_channel_is_given_up(two_webhooks, httpserver, wait):
    answers(httpserver, "/one", 503)
    answers(httpserver, "/two", 200)
    [request, _] = two_webhooks.evaluate().run_requests
    last = request.with_replaced_attrs(tags={**request.tags, "dagster/retry_number": str(len(PAUSES))})
    two_webhooks.submit(dg.SensorResult(run_requests=[last]))
    wait(PAUSES[-1] + 1)
    assert asked_again(two_webhooks) == []
    assert 23 * 3600 < sum(PAUSES) < 24 * 3600


def test_what_the_channel_refused_is_not_sent_again(two_webhooks, httpserver, wait):
    answers(httpserver, "/one", 404)
    answers(httpserver, "/two", 200)
    send(two_webhooks)
    wait(PAUSES[0] + 1)
    assert asked_again(two_webhooks) == []


def test_a_run_that_people_executed_again_is_left_to_them(two_webhooks, httpserver, wait):
    answers(httpserver, "/one", 503)
    answers(httpserver, "/two", 200)
    failed = send(two_webhooks)["webhook"].dagster_run
    wait(PAUSES[0] + 1)
    assert len(asked_again(two_webhooks)) == 1
    two_webhooks.instance.create_run_for_job(
        two_webhooks.alerts.jobs[0],
        run_config=failed.run_config,
        tags={FOLLOWED: failed.run_id},
        root_run_id=failed.run_id,
        parent_run_id=failed.run_id,
    )
    assert asked_again(two_webhooks) == []


def test_what_was_refused_and_people_execute_again_is_sent_again_where_the_channel_is_down_then(
    two_webhooks, httpserver, wait
):
    answers(httpserver, "/one", 404, 404, *[503] * 2 * (1 + AT_ONCE.max_retries), 200)
    answers(httpserver, "/two", 200)
    refused = send(two_webhooks)["webhook"].dagster_run
    execute_again(two_webhooks, refused)
    wait(PAUSES[0] + 1)
    send_again(two_webhooks)
    assert sorted(got(httpserver, "/one")) == TITLES


def test_a_digest_that_a_channel_missed_is_sent_again_too(two_webhooks, httpserver, wait):
    answers(httpserver, "/one", *[503] * (1 + AT_ONCE.max_retries), 200)
    answers(httpserver, "/two", 200)
    two_webhooks.digest()
    assert (len(got(httpserver, "/one")), len(got(httpserver, "/two"))) == (0, 1)
    wait(PAUSES[0] + 1)
    send_again(two_webhooks)
    assert (len(got(httpserver, "/one")), len(got(httpserver, "/two"))) == (1, 1)


def test_what_a_channel_missed_that_is_no_more_is_left(two_webhooks, httpserver, wait):
    answers(httpserver, "/one", 503)
    answers(httpserver, "/two", 503)
    send(two_webhooks)
    two_webhooks.environment["S1_ALERTS"] = f"webhook:{httpserver.url_for('/one')}"
    wait(PAUSES[0] + 1)
    assert [request.tags["alert_channel"] for request in asked_again(two_webhooks)] == ["webhook"]
