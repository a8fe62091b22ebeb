"""An alert run sends each message to each channel once, whatever the other channels do."""

import dagster as dg
import pytest
from werkzeug import Response

from s1_assets.cells import Cell
from s1_assets.definitions import build_defs
from s1_assets.settings import Settings
from s1_assets_tests.alerts.on_call import FAILS, JUNE, MAY, QUIET, OnCall


@pytest.fixture
def on_call(instance, httpserver) -> OnCall:
    """Someone with two webhooks and a failed check in each of two sources."""
    channels = f"webhook:{httpserver.url_for('/one')},webhook:{httpserver.url_for('/two')}"
    on_call = OnCall(instance, {"S1_ALERTS": channels})
    on_call.tick()
    on_call.run(MAY, Cell("biorxiv", "2024-05"), verdict=FAILS)
    return on_call


def answers(httpserver, path: str, *statuses: int) -> None:
    """Answers requests to a path with the statuses given, and with the last of them from then on."""
    left = list(statuses)
    httpserver.expect_request(path).respond_with_handler(
        lambda _: Response("", left.pop(0) if len(left) > 1 else left[0])
    )


def got(httpserver, path: str, *, status: int = 200) -> list[str]:
    """Titles of the messages that a path took."""
    return [
        request.get_json()["title"]
        for request, response in httpserver.log
        if request.path == path and response.status_code == status
    ]


TITLES = [
    "Check failed: figure_pairs.images_decode (arxiv 2024-05)",
    "Check failed: figure_pairs.images_decode (biorxiv 2024-05)",
]


def test_every_channel_gets_every_message_once_and_the_run_says_so(on_call, httpserver):
    answers(httpserver, "/one", 200)
    answers(httpserver, "/two", 200)
    sent = on_call.submit(on_call.evaluate())
    assert sent.success
    assert sorted(got(httpserver, "/one")) == sorted(got(httpserver, "/two")) == TITLES
    delivered = sent.filter_events(lambda event: event.is_successful_output and event.step_key.startswith("to_"))
    recorded = {event.step_key: event.event_specific_data.metadata["receipt"].value for event in delivered}
    assert recorded == dict.fromkeys(["to_webhook[1]", "to_webhook[2]", "to_webhook_2[1]", "to_webhook_2[2]"], "200")


def test_a_server_error_is_tried_again_and_the_message_delivered_once(on_call, httpserver):
    answers(httpserver, "/one", 500, 200)
    answers(httpserver, "/two", 200)
    assert on_call.submit(on_call.evaluate()).success
    assert sorted(got(httpserver, "/one")) == TITLES
    assert len(got(httpserver, "/one", status=500)) == 1
    assert sorted(got(httpserver, "/two")) == TITLES


def test_a_dead_channel_neither_stops_nor_repeats_the_other_and_shows_as_a_failed_run(on_call, httpserver):
    answers(httpserver, "/one", 503)
    answers(httpserver, "/two", 200)
    sent = on_call.submit(on_call.evaluate())
    assert not sent.success
    assert len(got(httpserver, "/one", status=503)) == 2 * 3
    assert sorted(got(httpserver, "/two")) == TITLES


def test_what_cannot_help_is_not_tried_again(on_call, httpserver):
    answers(httpserver, "/one", 404)
    answers(httpserver, "/two", 200)
    sent = on_call.submit(on_call.evaluate())
    assert {event.step_key for event in sent.all_events if event.is_step_failure} == {"to_webhook[1]", "to_webhook[2]"}
    assert len(got(httpserver, "/one", status=404)) == 2


def test_re_execution_from_failure_sends_what_was_not_delivered(on_call, httpserver):
    answers(httpserver, "/one", 404, 404, 200)
    answers(httpserver, "/two", 200)
    JOBS["alerts"] = dg.Definitions(jobs=on_call.alerts.jobs).resolve_job_def("alerts")
    job = dg.reconstructable(alerts_job_of_test)
    [request] = on_call.evaluate().run_requests
    with dg.execute_job(job, on_call.instance, {**request.run_config, **QUIET}) as failed:
        assert not failed.success
    options = dg.ReexecutionOptions.from_failure(failed.run_id, on_call.instance)
    with dg.execute_job(job, on_call.instance, reexecution_options=options) as again:
        assert again.success
    assert sorted(got(httpserver, "/one")) == TITLES
    assert sorted(got(httpserver, "/two")) == TITLES


JOBS: dict[str, dg.JobDefinition] = {}


def alerts_job_of_test() -> dg.JobDefinition:
    return JOBS["alerts"]


def test_no_secret_shows_in_the_log_of_a_failed_delivery(instance, httpserver):
    httpserver.expect_request("/services/xoxbsecret").respond_with_data("", status=404)
    on_call = OnCall(instance, {"S1_ALERTS": f"slack:{httpserver.url_for('/services/xoxbsecret')}"})
    on_call.tick()
    on_call.run(MAY, verdict=FAILS)
    sent = on_call.submit(on_call.evaluate())
    log = " ".join(str(entry) for entry in instance.all_logs(sent.run_id))
    assert "the server answered 404" in log
    assert "xoxbsecret" not in log


def test_settings_do_not_show_the_secrets():
    settings = Settings.from_environment(
        {"S1_ALERTS": "slack:https://h/xoxbsecret", "S1_SMTP": "smtp://u:xoxbsecret@h"}
    )
    assert "xoxbsecret" not in repr(settings)


def test_the_alert_jobs_need_no_resource_of_the_line():
    settings = Settings.from_environment({"S1_ALERTS": "webhook:http://127.0.0.1:9/"})
    defs = build_defs(settings=settings)
    for name in ("alerts", "alert_digest"):
        job = defs.resolve_job_def(name)
        assert set(job.resource_defs) == {"io_manager"}
        assert job.executor_def is dg.in_process_executor
        assert job.tags["dagster/priority"] == "100"
    dg.Definitions.validate_loadable(defs)


def test_the_digest_goes_to_every_channel_with_exact_count_and_sample(on_call, httpserver):
    answers(httpserver, "/one", 200)
    answers(httpserver, "/two", 200)
    for year in (2018, 2019):
        for month in range(1, 12):
            on_call.fail(Cell("chemrxiv", f"{year}-{month:02}"))
    on_call.fail(JUNE)
    on_call.run(JUNE, verdict=dg.AssetCheckResult(passed=True))
    assert on_call.digest().success
    [(request, _), *_] = httpserver.log
    text = request.get_json()["text"]
    assert text.startswith("Cells whose latest run failed: 24 (chemrxiv 2018-01, ")
    assert "and 4 more)" in text and "arxiv 2024-06" not in text
    assert "figure_pairs.images_decode: 24 failed, 0 warned, 0 not measured (" in text
    assert "Alert sensor: has not ticked" in text
    assert len(got(httpserver, "/one")) == len(got(httpserver, "/two")) == 1
