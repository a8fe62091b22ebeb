"""An alert run sends each message to each channel once, whatever the other channels do."""

import dagster as dg

from s1_assets.cells import Cell
from s1_assets.definitions import build_defs
from s1_assets.settings import Settings
from s1_assets_tests.alerts.on_call import FAILS, JUNE, MAY, QUIET, OnCall
from s1_assets_tests.alerts.webhooks import TITLES, answers, got


def test_every_channel_gets_every_message_once_and_its_run_says_so(two_webhooks, httpserver):
    answers(httpserver, "/one", 200)
    answers(httpserver, "/two", 200)
    sent = two_webhooks.submit(two_webhooks.evaluate())
    assert sorted(got(httpserver, "/one")) == sorted(got(httpserver, "/two")) == TITLES
    assert set(sent) == {"webhook", "webhook_2"}
    for channel, run in sent.items():
        assert run.success
        delivered = run.filter_events(lambda event: event.is_successful_output and event.step_key.startswith("to_"))
        recorded = {event.step_key: event.event_specific_data.metadata["receipt"].value for event in delivered}
        assert recorded == {f"to_{channel}[1]": "200", f"to_{channel}[2]": "200"}


def test_a_server_error_is_tried_again_and_the_message_delivered_once(two_webhooks, httpserver):
    answers(httpserver, "/one", 500, 200)
    answers(httpserver, "/two", 200)
    assert all(run.success for run in two_webhooks.submit(two_webhooks.evaluate()).values())
    assert sorted(got(httpserver, "/one")) == TITLES
    assert len(got(httpserver, "/one", status=500)) == 1
    assert sorted(got(httpserver, "/two")) == TITLES


def test_a_dead_channel_neither_stops_nor_repeats_the_other_and_shows_as_a_failed_run(two_webhooks, httpserver):
    answers(httpserver, "/one", 503)
    answers(httpserver, "/two", 200)
    sent = two_webhooks.submit(two_webhooks.evaluate())
    assert {channel: run.success for channel, run in sent.items()} == {"webhook": False, "webhook_2": True}
    assert len(got(httpserver, "/one", status=503)) == 2 * 3
    assert sorted(got(httpserver, "/two")) == TITLES


def test_what_cannot_help_is_not_tried_again(two_webhooks, httpserver):
    answers(httpserver, "/one", 404)
    answers(httpserver, "/two", 200)
    sent = two_webhooks.submit(two_webhooks.evaluate())
    assert not sent["webhook"].success
    assert len(got(httpserver, "/one", status=404)) == 2


def test_re_execution_from_failure_sends_what_was_not_delivered(two_webhooks, httpserver):
    answers(httpserver, "/one", 404, 404, 200)
    answers(httpserver, "/two", 200)
    JOBS["alerts"] = dg.Definitions(jobs=two_webhooks.alerts.jobs).resolve_job_def("alerts")
    job = dg.reconstructable(alerts_job_of_test)
    request, _ = two_webhooks.evaluate().run_requests
    with dg.execute_job(job, two_webhooks.instance, {**request.run_config, **QUIET}) as failed:
        assert not failed.success
    options = dg.ReexecutionOptions.from_failure(failed.run_id, two_webhooks.instance)
    with dg.execute_job(job, two_webhooks.instance, reexecution_options=options) as again:
        assert again.success
    assert sorted(got(httpserver, "/one")) == TITLES


JOBS: dict[str, dg.JobDefinition] = {}


def alerts_job_of_test() -> dg.JobDefinition:
    return JOBS["alerts"]


def test_no_secret_shows_in_the_log_of_a_failed_delivery(instance, httpserver):
    httpserver.expect_request("/services/xoxbsecret").respond_with_data("", status=404)
    on_call = OnCall(instance, {"S1_ALERTS": f"slack:{httpserver.url_for('/services/xoxbsecret')}"})
    on_call.tick()
    on_call.run(MAY, verdict=FAILS)
    [sent] = on_call.submit(on_call.evaluate()).values()
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


def test_the_digest_goes_to_every_channel_with_exact_count_and_sample(two_webhooks, httpserver):
    answers(httpserver, "/one", 200)
    answers(httpserver, "/two", 200)
    for year in (2018, 2019):
        for month in range(1, 12):
            two_webhooks.fail(Cell("chemrxiv", f"{year}-{month:02}"))
    two_webhooks.fail(JUNE)
    two_webhooks.run(JUNE, verdict=dg.AssetCheckResult(passed=True))
    assert two_webhooks.digest().success
    [(request, _), *_] = httpserver.log
    text = request.get_json()["text"]
    assert text.startswith("Cells whose latest run failed: 24 (chemrxiv 2018-01, ")
    assert "and 4 more)" in text and "arxiv 2024-06" not in text
    assert "figure_pairs.images_decode: 24 failed, 0 warned, 0 not measured (" in text
    assert "Alert sensor: has not ticked" in text
    assert len(got(httpserver, "/one")) == len(got(httpserver, "/two")) == 1


def test_the_digest_is_asked_for_once_a_channel_and_goes_to_that_one_alone(two_webhooks, httpserver):
    answers(httpserver, "/one", 200)
    answers(httpserver, "/two", 200)
    [schedule] = two_webhooks.alerts.schedules
    asked = schedule.evaluate_tick(dg.build_schedule_context(two_webhooks.instance)).run_requests
    assert [request.tags["alert_channel"] for request in asked] == ["webhook", "webhook_2"]
    assert two_webhooks.digest(asked[1].run_config).success
    assert (got(httpserver, "/one"), len(got(httpserver, "/two"))) == ([], 1)


def test_a_channel_that_there_is_not_is_a_failure_that_names_those_there_are(two_webhooks):
    sent = two_webhooks.digest({"ops": {"what_stands": {"config": {"channel": "pager"}}}})
    [failure] = [event for event in sent.all_events if event.is_step_failure]
    assert "S1_ALERTS has no channel pager; it has webhook, webhook_2" in str(failure.step_failure_data.error)
