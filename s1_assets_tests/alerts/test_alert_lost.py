"""An alert run that ends before it has sent all it was asked for loses nothing, and sends nothing twice."""

import signal
import threading
import time
from collections.abc import Sequence

import dagster as dg
import pytest
from werkzeug import Request, Response

from s1_assets.alerts.delivery import JOB, asking
from s1_assets.alerts.messages import Message
from s1_assets.alerts.missed import PAUSES, missed
from s1_assets_tests.alerts.on_call import AT_ONCE, QUIET, OnCall, messages_of
from s1_assets_tests.alerts.webhooks import answers, got

ONE, TWO = (Message(number, "check_failed", f"Check failed: {number}") for number in ("1", "2"))


@pytest.fixture
def on_call(instance, httpserver) -> OnCall:
    """Someone with one webhook."""
    return OnCall(instance, {"S1_ALERTS": f"webhook:{httpserver.url_for('/alerts')}"})


def request_for(*messages: Message, channel: str = "webhook") -> dg.RunRequest:
    return dg.RunRequest(run_key="1", **asking(channel, messages))


def lose(on_call: OnCall, request: dg.RunRequest, parent: dg.DagsterRun | None = None, **tags: str) -> dg.DagsterRun:
    """A run that ended as failed before it began, such as one that could not be dequeued."""
    run = on_call.instance.create_run_for_job(
        dg.Definitions(jobs=on_call.alerts.jobs).resolve_job_def(JOB),
        run_config={**request.run_config, **QUIET},
        tags={**request.tags, **tags},
        root_run_id=parent.run_id if parent else None,
        parent_run_id=parent.run_id if parent else None,
    )
    on_call.instance.report_run_failed(run, "an unrecoverable error while dequeuing the run")
    return run


def left(on_call: OnCall, channels: Sequence[str] = ("webhook",), pause: float = PAUSES[0]) -> dict[str, list[str]]:
    """The titles that are asked to be sent again after a pause, by channel."""
    asked = missed(on_call.instance, channels, time.time() + pause + 60)
    return {
        request.tags["alert_channel"]: [
            message["title"] for message in messages_of(dg.SensorResult(run_requests=[request]))
        ]
        for request in asked
    }


def test_what_a_run_that_never_began_was_to_send_is_sent_after_a_pause(on_call, httpserver):
    answers(httpserver, "/alerts", 200)
    lose(on_call, request_for(ONE, TWO))
    assert left(on_call, pause=-30) == {}
    again = list(missed(on_call.instance, ["webhook"], time.time() + PAUSES[0] + 60))
    assert [run.success for run in on_call.submit(dg.SensorResult(run_requests=again)).values()] == [True]
    assert got(httpserver, "/alerts") == [ONE.title, TWO.title]
    assert left(on_call) == {}


def test_what_a_lost_run_by_hand_was_to_send_goes_to_every_channel(on_call):
    lose(on_call, request_for(ONE, channel=""))
    assert left(on_call, ["webhook", "email"]) == {"webhook": [ONE.title], "email": [ONE.title]}


def test_a_run_that_is_killed_between_two_messages_leaves_the_second(on_call, httpserver):
    def answer(request: Request) -> Response:
        if request.get_json()["title"] == TWO.title:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return Response()

    httpserver.expect_request("/alerts").respond_with_handler(answer)
    [killed] = on_call.submit(dg.SensorResult(run_requests=[request_for(ONE, TWO)])).values()
    assert not killed.success
    assert left(on_call) == {"webhook": [TWO.title]}


def test_of_what_a_channel_refused_nothing_is_left(on_call, httpserver):
    answers(httpserver, "/alerts", 404, 503)
    on_call.submit(dg.SensorResult(run_requests=[request_for(ONE, TWO)]))
    assert left(on_call) == {"webhook": [TWO.title]}


def test_a_lost_run_that_was_to_send_what_another_left_leaves_no_more_than_that(on_call, httpserver):
    answers(httpserver, "/alerts", 200, *[503] * (1 + AT_ONCE.max_retries))
    [failed] = on_call.submit(dg.SensorResult(run_requests=[request_for(ONE, TWO)])).values()
    assert left(on_call) == {"webhook": [TWO.title]}
    lose(on_call, request_for(ONE, TWO), failed.dagster_run)
    assert left(on_call) == {"webhook": [TWO.title]}


def test_a_run_that_dagster_executes_again_by_itself_is_left_to_it_until_it_says_that_it_cannot(on_call):
    run = lose(on_call, request_for(ONE), **{"dagster/will_retry": "true"})
    assert left(on_call) == {}
    on_call.instance.add_run_tags(run.run_id, {"dagster/will_retry": "false"})
    assert left(on_call) == {"webhook": [ONE.title]}


@pytest.mark.parametrize("messages", ["here", "[1]", '[{"id": "1"}]', '{"id": "1"}'])
def test_what_people_asked_for_in_a_way_that_cannot_be_read_fails_and_disturbs_nothing(on_call, messages):
    by_hand = {"ops": {"requested_messages": {"config": {"messages": messages}}}}
    [sent] = on_call.submit(
        dg.SensorResult(run_requests=[request_for(ONE).with_replaced_attrs(run_config=by_hand)])
    ).values()
    [failure] = [event.step_failure_data for event in sent.all_events if event.is_step_failure]
    assert "is no JSON list of messages" in failure.error.cause.message
    lose(on_call, request_for(TWO))
    assert left(on_call) == {"webhook": [TWO.title]}
