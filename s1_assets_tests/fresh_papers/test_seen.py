"""The cursor of a fresh-papers sensor."""

import pytest

from s1_assets.fresh_papers.seen import EVERY, FAILURES_TOLD, LONGEST_PAUSE, Changed, Seen
from s1_assets.settings import PROJECT

MAY, JUNE = {"2024-05": ["2405.00001"]}, {"2024-06": ["2406.00001", "2406.00002"]}


def looked(*looks, complete=True):
    seen = Seen()
    for months, watermark in looks:
        seen.add(months, watermark, complete=complete, now=1000.0)
    return seen


def test_a_cursor_reads_as_it_was_written():
    seen = looked((MAY | JUNE, "w1"))
    seen.fail("it is down", 1000.0, lasting=False)
    assert Seen.from_cursor(seen.as_cursor()) == seen
    assert Seen.from_cursor("") == Seen.from_cursor(None) == Seen()


@pytest.mark.parametrize("cursor", ["w1", "[]", "{}", '{"waiting": {"2024-05": 3}}', '{"waiting": {}, "other": 1}'])
def test_a_cursor_of_another_form_says_how_to_reset_it(cursor):
    with pytest.raises(ValueError, match="Reset cursor"):
        Seen.from_cursor(cursor)


def test_what_changed_is_asked_for_when_the_source_has_no_more():
    seen = looked((MAY, "w1"), complete=False)
    assert (seen.asking, seen.next_look) == (False, 0.0)
    seen.add(JUNE, "w2", complete=True, now=1000.0)
    assert (seen.asking, seen.next_look, seen.watermark) == (True, 1000.0 + EVERY, "w2")
    assert {month: changed.papers for month, changed in seen.waiting.items()} == {"2024-05": 1, "2024-06": 2}


def test_what_changed_is_asked_for_while_the_source_gives_nothing_though_it_has_more():
    seen = looked((MAY, "w1"), ({}, "w1"), complete=False)
    assert seen.asking


def test_the_same_look_gives_the_same_digest_and_every_other_look_another():
    digests = {
        looked((MAY, "w1")).waiting["2024-05"].digest,
        looked((MAY, "w1")).waiting["2024-05"].digest,
        looked((MAY, "w2")).waiting["2024-05"].digest,
        looked(({"2024-05": ["2405.00002"]}, "w1")).waiting["2024-05"].digest,
        looked((MAY, "w1"), (MAY, "w2")).waiting["2024-05"].digest,
    }
    assert len(digests) == 4


def test_the_newest_months_are_taken_first_and_none_is_lost():
    seen = looked(({f"2024-{month:02}": ["x"] for month in range(1, 8)}, "w1"))
    taken = []
    while seen.asking:
        taken += seen.take(3)
    assert taken == [f"2024-{month:02}" for month in range(7, 0, -1)]


def test_a_source_that_is_down_stands_failed_after_the_half_hour_that_the_guide_tells():
    seen, now = Seen(), 0.0
    while True:
        seen.fail("down", now, lasting=False)
        if seen.stands_failed:
            break
        now = seen.next_look
    assert now == 31 * 60
    assert "down for half an hour (31 minutes)" in (PROJECT / "docs/operations.md").read_text()


def test_pauses_after_failures_double_up_to_an_hour_and_end_with_a_look_that_succeeds():
    seen, pauses = Seen("w1"), []
    for _ in range(8):
        seen.fail("it is down", 1000.0, lasting=False)
        pauses.append(seen.next_look - 1000.0)
    assert pauses == [60, 120, 240, 480, 960, 1920, LONGEST_PAUSE, LONGEST_PAUSE]
    assert seen.stands_failed
    seen.add({}, "w1", complete=True, now=1000.0)
    assert (seen.failures, seen.why, seen.stands_failed) == (0, "", False)


def test_a_failure_that_stays_is_told_at_once():
    seen = Seen()
    seen.fail("it refuses", 1000.0, lasting=True)
    assert (seen.failures, seen.stands_failed) == (FAILURES_TOLD, True)


def test_months_that_are_left_out_leave_nothing_to_ask_for():
    seen = looked((MAY | JUNE, "w1"))
    seen.leave_out({"2024-05"})
    assert (list(seen.waiting), seen.asking) == (["2024-06"], True)
    seen.leave_out({"2024-06"})
    assert not seen.asking
    assert seen.waiting == dict[str, Changed]()
