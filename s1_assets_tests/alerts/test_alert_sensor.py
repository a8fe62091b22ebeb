"""What the alert sensor tells, once, and what it does not."""

import time

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickData, TickStatus
from dagster._utils.error import SerializableErrorInfo

from s1_assets.alerts.messages import MESSAGES
from s1_assets.cells import SOURCES, Cell
from s1_assets_tests.alerts.on_call import FAILS, MAY, NOT_MEASURED, WARNS, OnCall


def test_a_failed_check_is_told_with_cell_value_threshold_and_links(on_call):
    [run] = on_call.run(MAY, verdict=FAILS)
    [message] = on_call.tick()
    assert message["title"] == "Check failed: figure_pairs.images_decode (arxiv 2024-05)"
    assert (message["kind"], message["weight"], message["count"]) == ("check_failed", "error", 1)
    [entry] = message["entries"]
    assert (entry["cell"], entry["value"], entry["threshold"]) == ("arxiv 2024-05", "3", "<= 0 images")
    assert entry["text"] == "3 of 200 images do not open"
    ui = "http://127.0.0.1:3000"
    assert entry["links"] == {
        "run": f"{ui}/runs/{run}",
        "partition": f"{ui}/assets/figure_pairs?view=partitions&partition=2024-05%7Carxiv",
        "check": f"{ui}/assets/figure_pairs?view=checks&checkDetail=images_decode",
    }
    assert on_call.tick() == []


def test_a_blocked_run_is_told_as_its_check_and_not_again_as_a_run(on_call):
    on_call.run(MAY, verdict=FAILS)
    assert [message["kind"] for message in on_call.tick()] == ["check_failed"]


def test_a_measured_warning_is_told_as_a_warning(on_call):
    on_call.run(MAY, verdict=WARNS)
    [message] = on_call.tick()
    assert (message["kind"], message["weight"]) == ("check_warned", "warning")
    assert message["entries"][0]["value"] == "210.1"


@pytest.mark.parametrize(
    ("warnings", "verdict", "told"),
    [
        ("measured", NOT_MEASURED, []),
        ("all", NOT_MEASURED, ["check_warned"]),
        ("none", WARNS, []),
        ("none", FAILS, ["check_failed"]),
    ],
)
def test_which_warnings_are_told_is_a_setting(instance, warnings, verdict, told):
    on_call = OnCall(instance, {"S1_ALERT_WARNINGS": warnings})
    on_call.tick()
    on_call.run(MAY, verdict=verdict)
    assert [message["kind"] for message in on_call.tick()] == told


def test_a_crashed_check_is_told_and_not_again_as_a_failed_run(on_call):
    on_call.run(MAY, verdict=ZeroDivisionError("division by zero"))
    [message] = on_call.tick()
    assert message["kind"] == "check_crashed"
    assert message["entries"][0]["text"] == "ZeroDivisionError: division by zero"


def test_a_failed_run_is_told_with_what_its_step_raised(on_call):
    on_call.broken.add(MAY)
    on_call.run(MAY)
    [message] = on_call.tick()
    assert (message["kind"], message["entries"][0]["cell"]) == ("run_failed", "arxiv 2024-05")
    assert message["entries"][0]["text"] == "figure_pairs: ValueError: the archive is cut off"


def test_of_attempts_that_fail_alike_only_the_first_is_told(on_call):
    on_call.broken.add(MAY)
    [first] = on_call.run(MAY, **{"dagster/will_retry": "true"})
    [message] = on_call.tick()
    assert message["entries"][0]["text"].endswith("ValueError: the archive is cut off It is tried again by itself.")
    on_call.run(MAY, **attempt(1, first), **{"dagster/will_retry": "true"})
    on_call.run(MAY, **attempt(2, first))
    assert on_call.tick() == []


def test_a_last_attempt_that_fails_for_another_reason_is_told(on_call, clock):
    lost = on_call.queue(MAY)
    on_call.instance.add_run_tags(lost.run_id, {"dagster/will_retry": "true"})
    on_call.instance.report_run_failed(lost, "the process is gone")
    assert len(on_call.tick()) == 1
    clock.pass_by(3600)
    on_call.broken.add(MAY)
    on_call.run(MAY, **attempt(1, lost.run_id), **{"dagster/will_retry": "true"})
    assert on_call.tick() == []
    on_call.run(MAY, **attempt(2, lost.run_id))
    [message] = on_call.tick()
    assert message["entries"][0]["text"] == "figure_pairs: ValueError: the archive is cut off"


def test_a_check_that_crashes_in_a_later_attempt_is_told_though_another_follows(on_call):
    lost = on_call.queue(MAY)
    on_call.instance.report_run_failed(lost, "the process is gone")
    on_call.tick()
    on_call.run(MAY, verdict=KeyError("x"), **attempt(1, lost.run_id), **{"dagster/will_retry": "true"})
    assert [message["kind"] for message in on_call.tick()] == ["check_crashed"]


def attempt(number: int, first: str) -> dict[str, str]:
    return {"dagster/retry_number": str(number), "dagster/root_run_id": first, "dagster/parent_run_id": first}


def test_a_run_that_died_without_a_failed_step_is_told(on_call):
    run = on_call.instance.create_run_for_job(
        dg.Definitions(assets=on_call.assets).resolve_implicit_global_asset_job_def()
    )
    on_call.instance.report_run_failed(run, "the process was killed")
    [message] = on_call.tick()
    assert message["entries"][0]["text"] == "the process was killed"


def test_cells_of_a_source_are_one_message_a_check(on_call):
    cells = [Cell("arxiv", f"2023-{month:02}") for month in range(1, 13)]
    for cell in (*cells, Cell("biorxiv", "2023-01")):
        on_call.judge(cell, FAILS)
    arxiv, biorxiv = on_call.tick()
    assert arxiv["title"] == "Check failed: figure_pairs.images_decode (arxiv), 12 times"
    assert (arxiv["count"], len(arxiv["entries"])) == (12, 10)
    assert biorxiv["title"] == "Check failed: figure_pairs.images_decode (biorxiv 2023-01)"


def test_a_backfill_that_fails_everywhere_is_a_few_messages_a_source_and_loses_no_count(on_call, clock):
    evaluations = 0
    messages = []
    for number in range(96):  # eight hours, a cell every five minutes
        month = f"{2000 + number // 12}-{number % 12 + 1:02}"
        on_call.judge(Cell("arxiv", month), FAILS)
        evaluations += 1
        clock.pass_by(300)
        messages += on_call.tick()
    clock.pass_by(3600)
    messages += on_call.tick()
    assert len(messages) < 14
    assert sum(message["count"] for message in messages) == evaluations
    assert on_call.tick() == []


def test_an_evaluation_without_a_run_is_told_too(on_call):
    on_call.judge(MAY, FAILS)
    [message] = on_call.tick()
    assert "run" not in message["entries"][0]["links"]


def test_more_groups_than_a_tick_may_send_are_named_in_one_message(on_call, monkeypatch):
    monkeypatch.setattr("s1_assets.alerts.messages.MESSAGES", 4)
    assert MESSAGES == 20
    for source in SOURCES:
        on_call.judge(Cell(source, "2024-01"), FAILS)
    messages = on_call.tick()
    assert [message["kind"] for message in messages] == ["check_failed"] * 3 + ["many"]
    assert messages[-1]["count"] == len(SOURCES) - 3
    assert "(metarxiv 2024-01)" in messages[-1]["text"]


def test_a_sensor_that_fails_three_times_in_a_row_is_told_once_and_cleared(on_call):
    sensor = Ticking(on_call.instance, "new_papers")
    sensor.tick(TickStatus.FAILURE, 2)
    assert on_call.tick() == []
    sensor.tick(TickStatus.FAILURE, 3)
    [message] = on_call.tick()
    assert message["title"] == "Sensor or schedule fails again and again: new_papers"
    assert message["entries"][0]["text"] == "3 ticks in a row failed: no route to host"
    sensor.tick(TickStatus.FAILURE, 4)
    assert on_call.tick() == []
    sensor.tick(TickStatus.SKIPPED, 0)
    assert [message["kind"] for message in on_call.tick()] == ["all_clear"]


class Ticking:
    """A sensor that is on, with the ticks given."""

    def __init__(self, instance: dg.DagsterInstance, name: str) -> None:
        from dagster._core.remote_origin import (
            InProcessCodeLocationOrigin,
            RemoteInstigatorOrigin,
            RemoteRepositoryOrigin,
        )
        from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData
        from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

        location = InProcessCodeLocationOrigin(LoadableTargetOrigin(module_name="x"), location_name="x")
        origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "x"), name)
        state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING, SensorInstigatorData())
        instance.add_instigator_state(state)
        self.instance, self.state = instance, state

    def tick(self, status: TickStatus, failures: int) -> None:
        self.instance.create_tick(
            TickData(
                self.state.instigator_origin_id,
                self.state.instigator_name,
                InstigatorType.SENSOR,
                status,
                time.time(),
                selector_id=self.state.selector_id,
                consecutive_failure_count=failures,
                end_timestamp=time.time(),
                error=SerializableErrorInfo("no route to\nhost", [], "ConnectError") if failures else None,
            )
        )
