"""What is told when checks pass again, and what of a failure that others overtook."""

import pytest

from s1_assets.cells import Cell
from s1_assets_tests.alerts.on_call import FAILS, JUNE, MAY, NOT_MEASURED, PASSES, WARNS, OnCall, titles


def test_a_check_that_passes_again_is_all_clear_once(on_call):
    on_call.run(MAY, verdict=FAILS)
    on_call.tick()
    on_call.run(MAY, verdict=PASSES)
    [message] = on_call.tick()
    assert message["title"] == "All clear, check passes again: figure_pairs.images_decode (arxiv 2024-05)"
    assert message["weight"] == "info"
    on_call.run(MAY)
    assert on_call.tick() == []


def test_a_crashed_check_that_passes_again_is_all_clear(on_call):
    on_call.run(MAY, verdict=ZeroDivisionError("division by zero"))
    on_call.tick()
    on_call.run(MAY, verdict=PASSES, **{"dagster/retry_number": "1"})
    assert [message["kind"] for message in on_call.tick()] == ["all_clear"]


def test_what_was_not_told_is_not_cleared(on_call):
    on_call.run(MAY, verdict=NOT_MEASURED)
    on_call.run(JUNE)
    on_call.tick()
    on_call.run(MAY, JUNE, verdict=PASSES)
    assert on_call.tick() == []


def test_what_failed_before_the_first_start_is_not_cleared(instance):
    on_call = OnCall(instance)
    on_call.run(MAY, verdict=FAILS)
    assert on_call.tick() == []
    on_call.run(MAY, verdict=PASSES)
    assert on_call.tick() == []


def test_a_failure_that_is_mended_between_two_ticks_is_neither_told_nor_cleared(on_call):
    on_call.run(MAY, verdict=FAILS)
    on_call.run(MAY, verdict=PASSES)
    assert on_call.tick() == []


@pytest.mark.parametrize("failure", [FAILS, WARNS, ZeroDivisionError("division by zero")])
def test_a_failure_that_is_mended_while_it_waits_is_neither_told_nor_cleared(on_call, clock, failure):
    july = Cell("arxiv", "2024-07")
    on_call.run(MAY, verdict=failure)
    assert len(on_call.tick()) == 1
    on_call.run(JUNE, july, verdict=failure)
    assert on_call.tick() == []
    on_call.run(JUNE, verdict=PASSES)
    assert on_call.tick() == []
    clock.pass_by(86400)
    [message] = on_call.tick()
    assert (message["count"], [entry["cell"] for entry in message["entries"]]) == (1, [str(july)])


def test_an_all_clear_that_waits_is_dropped_when_the_check_fails_again(on_call, clock):
    on_call.run(MAY, JUNE, verdict=FAILS)
    on_call.tick()
    on_call.run(MAY, verdict=PASSES)
    assert [message["kind"] for message in on_call.tick()] == ["all_clear"]
    on_call.run(JUNE, verdict=PASSES)
    assert on_call.tick() == []
    on_call.run(JUNE, verdict=FAILS)
    clock.pass_by(3600)
    assert titles(on_call.tick()) == ["Check failed: figure_pairs.images_decode (arxiv 2024-06)"]
    on_call.run(JUNE, verdict=PASSES)
    assert len(on_call.tick()) == 1


def test_a_failure_is_told_though_a_run_that_was_created_later_overtook_it_and_passed(on_call):
    overtaken = on_call.queue(MAY)
    on_call.run(MAY, verdict=PASSES)
    assert on_call.tick() == []
    on_call.start(overtaken, FAILS)
    assert titles(on_call.tick()) == ["Check failed: figure_pairs.images_decode (arxiv 2024-05)"]


@pytest.mark.parametrize("end", ["it waits", "it is cancelled", "it dies"])
def test_a_failure_is_told_though_another_run_of_its_cell_is_queued_whatever_becomes_of_that(on_call, end):
    on_call.run(MAY, verdict=FAILS)
    queued = on_call.queue(MAY)
    if end == "it is cancelled":
        on_call.instance.report_run_canceled(queued)
    if end == "it dies":
        on_call.instance.report_run_failed(queued, "the process is gone")
    assert "Check failed: figure_pairs.images_decode (arxiv 2024-05)" in titles(on_call.tick())
    on_call.run(MAY, verdict=PASSES)
    assert [message["kind"] for message in on_call.tick()] == ["all_clear"]
