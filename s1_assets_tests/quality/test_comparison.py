import numpy as np
import pytest

from s1_assets.quality.comparison import RESAMPLES, SEED, Comparison
from s1_assets.quality.length import Spread


def comparison(before: list[float], after: list[float]) -> Comparison:
    return Comparison(Spread(np.array(before, np.float32)), Spread(np.array(after, np.float32)))


# By hand: before 1 2 3 6 has mean 3 and variance (4+1+0+9)/4 = 3.5; after 2 2 6 8 has mean 4.5 and
# variance (6.25+6.25+2.25+12.25)/4 = 6.75.
HAND = comparison([1, 2, 3, 6], [2, 2, 6, 8])


def test_gain_shift_and_variance_are_those_worked_out_by_hand() -> None:
    assert HAND.count == 4
    assert HAND.gain == pytest.approx(0.5)
    assert HAND.shift == pytest.approx(1.5)
    assert (HAND.before.sd**2, HAND.after.sd**2) == (pytest.approx(3.5), pytest.approx(6.75))
    assert HAND.variance_change == pytest.approx(6.75 / 3.5 - 1)


def test_a_pair_that_stays_as_it_was_is_neither_raised_nor_lowered() -> None:
    assert (HAND.raised, HAND.lowered) == (0.75, 0.0)
    back = Comparison(HAND.after, HAND.before)
    assert (back.raised, back.lowered) == (0.0, 0.75)


def test_what_has_no_meaning_is_none() -> None:
    empty = comparison([], [])
    assert empty.gain is empty.shift is empty.raised is empty.lowered is None
    assert empty.gain_interval() is empty.shift_interval() is None
    negative = comparison([-1, 0], [1, 2])
    assert negative.gain is negative.gain_interval() is None
    single = comparison([1], [2])
    assert (single.gain, single.gain_interval(), single.variance_change) == (1.0, None, None)


def percentiles_of_paired_resamples(before: np.ndarray, after: np.ndarray, statistic) -> tuple[float, float]:
    """The definition in NumPy, from another seed."""
    chosen = np.random.default_rng(1).integers(0, len(before), (10 * RESAMPLES, len(before)))
    low, high = np.percentile(statistic(before[chosen].mean(1), after[chosen].mean(1)), [2.5, 97.5])
    return float(low), float(high)


def test_intervals_are_percentiles_over_resampled_pairs() -> None:
    random = np.random.default_rng(SEED)
    before = random.normal(0.25, 0.05, 60).astype(np.float32)
    after = (before + random.normal(0.03, 0.03, 60)).astype(np.float32)
    scores = Comparison(Spread(before), Spread(after))
    for found, statistic in (
        (scores.gain_interval(), lambda one, other: other / one - 1),
        (scores.shift_interval(), lambda one, other: other - one),
    ):
        low, high = percentiles_of_paired_resamples(before, after, statistic)
        assert found == (pytest.approx(low, abs=0.05 * (high - low)), pytest.approx(high, abs=0.05 * (high - low)))
        assert low < statistic(before.mean(), after.mean()) < high


def test_an_interval_is_the_same_every_time() -> None:
    assert HAND.gain_interval() == HAND.gain_interval()


def test_pairs_that_move_together_have_an_interval_without_width() -> None:
    moved = comparison([0.125, 0.25, 0.5], [0.25, 0.375, 0.625])
    assert moved.shift_interval() == (pytest.approx(0.125), pytest.approx(0.125))
