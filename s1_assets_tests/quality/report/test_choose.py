"""Which pairs a report shows: the extremes of what was measured, and a draw that a second look repeats."""

import pytest

from s1_assets.quality.report.choose import Choice
from s1_assets_tests.quality.report.made_up_lake import MAY, metrics_row


def chosen(rows, size=3, seed=0):
    choice = Choice(size, seed)
    for row in rows:
        choice.add(MAY, "part", row)
    return choice.chosen()


def ids(candidates):
    return [candidate.pair_id for candidate in candidates]


def scored(count):
    """Pairs p0, p1, … whose CLIP difference rises with their number; their order in the lake is another."""
    order = sorted(range(count), key=lambda number: number * 7919 % count)
    return [metrics_row(f"p{n}", clip_raw=0.25, clip_recaption=0.2 + n / 1000) for n in order]


def test_best_and_worst_are_those_whose_clip_score_rose_and_fell_most():
    found = chosen(scored(500))
    assert found.by_clip
    assert ids(found.best) == ["p499", "p498", "p497"]
    assert ids(found.worst) == ["p0", "p1", "p2"]


def test_without_clip_the_flags_decide_and_ties_fall_the_same_way_in_any_order():
    rows = [metrics_row(f"p{n}", flags=["a:1", "b:2"][: n % 3]) for n in range(50)]
    found = chosen(rows)
    assert not found.by_clip
    assert {candidate.flags for candidate in found.worst} == {2}
    assert {candidate.flags for candidate in found.best} == {0}
    assert chosen(rows[::-1]) == found


def test_the_draw_depends_on_the_seed_and_on_nothing_else():
    rows = scored(500)
    assert chosen(rows[::-1]).random == chosen(rows).random
    assert ids(chosen(rows, seed=1).random) != ids(chosen(rows).random)


def alike(count):
    return [metrics_row(f"p{n}") for n in range(count)]


@pytest.mark.parametrize("pairs", [scored, alike])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 9, 10, 200])
def test_no_pair_is_shown_twice_and_few_pairs_are_all_shown(pairs, count):
    found = chosen(pairs(count))
    shown = ids([*found.best, *found.worst, *found.random])
    assert len(shown) == len(set(shown)) == min(count, 9)


def test_a_failed_caption_is_neither_best_nor_worst():
    failed = metrics_row("failed", recaption_chars=None, flags=["unusable_raw_caption:empty", "b", "c"])
    found = chosen([failed, *(metrics_row(f"p{n}", flags=["a"]) for n in range(20))], size=7)
    assert "failed" not in ids([*found.best, *found.worst])
