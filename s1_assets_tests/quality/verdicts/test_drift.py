import pytest

from s1_assets.quality.verdicts import load_thresholds
from s1_assets.quality.verdicts.drift import deviations, drift

THRESHOLDS = load_thresholds("arxiv")
EARLIER = [{"recaption_chars": chars, "kept_raw": 0.1} for chars in (700.0, 720.0, 740.0, 800.0, 760.0)]


def test_a_robust_deviation_is_that_worked_out_by_hand() -> None:
    # Median 740; distances 40 20 0 60 20 have median 20, so a robust SD is 29.652.
    [found, _] = deviations({"recaption_chars": 829.0, "kept_raw": 0.1}, EARLIER, THRESHOLDS["drift"])
    assert (found.measure, found.median, found.sds) == ("recaption_chars", 740, pytest.approx(89 / 29.652))


def test_a_cell_like_those_before_it_passes_and_says_what_was_compared() -> None:
    verdict = drift({"recaption_chars": 750.0, "kept_raw": 0.1, "clip_gain": None}, EARLIER, THRESHOLDS)
    assert (verdict.passed, verdict.sample_size) == (True, 5)
    assert "(recaption_chars, kept_raw)" in verdict.text


def test_every_measure_that_left_its_range_is_named_the_farthest_first() -> None:
    verdict = drift({"recaption_chars": 400.0, "kept_raw": 0.5}, EARLIER, THRESHOLDS)
    assert (verdict.passed, verdict.severity) == (False, "warn")
    assert verdict.value == pytest.approx(20)  # (0.5 - 0.1) / 0.02
    assert verdict.text.startswith("kept_raw 0.5 against 0.1 before (+20.0 SD); recaption_chars 400 against 740")


def test_months_that_agree_do_not_make_every_other_an_outlier() -> None:
    same = [{"recaption_chars": 740.0}] * 4
    assert drift({"recaption_chars": 790.0}, same, THRESHOLDS).passed
    assert not drift({"recaption_chars": 801.0}, same, THRESHOLDS).passed


def test_fewer_than_three_earlier_cells_are_not_enough() -> None:
    for earlier in ([], EARLIER[:2], [{"recaption_chars": None}] * 5):
        verdict = drift({"recaption_chars": 750.0}, earlier, THRESHOLDS)
        assert (verdict.passed, verdict.severity, verdict.value) == (False, "warn", None)
        assert verdict.text.startswith("not measured: it needs at least 3 earlier cells")
