from collections.abc import Sequence

import numpy as np
import pytest

from s1_assets.quality.summary import CellSummary, summarise
from s1_assets.quality.verdicts import load_thresholds, scores
from s1_assets_tests.quality.made_up_rows import metrics_row

THRESHOLDS = load_thresholds("arxiv")
RANDOM = np.random.default_rng(7)


def clip(raw: Sequence[float], recaption: Sequence[float], **others: Sequence[float]) -> CellSummary:
    columns = {"clip_raw": raw, "clip_recaption": recaption, **others}
    return summarise(metrics_row(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True))


@pytest.mark.parametrize(
    ("recaption", "passed", "severity"),
    [(0.25, True, "warn"), (0.22, False, "warn"), (0.20, False, "error"), (0.1, False, "error")],
)
def test_a_clip_gain_that_is_not_positive_is_an_error_and_a_small_one_a_warning(
    recaption: float, passed: bool, severity: str
) -> None:
    verdict = scores.clip_gain(clip([0.2, 0.2], [recaption, recaption]), THRESHOLDS)
    assert (verdict.passed, verdict.severity, verdict.sample_size) == (passed, severity, 2)


@pytest.mark.parametrize(("pairs", "severity"), [(2, "warn"), (20, "error")])
def test_a_few_pairs_that_may_have_lost_by_chance_warn(pairs: int, severity: str) -> None:
    verdict = scores.clip_gain(clip([0.2, 0.3] * (pairs // 2), [0.25, 0.1] * (pairs // 2)), THRESHOLDS)
    assert (verdict.passed, verdict.severity) == (False, severity)


def test_a_gain_says_how_sure_it_is_and_what_the_controls_say() -> None:
    raw = RANDOM.normal(0.2, 0.05, 40)
    verdict = scores.clip_gain(clip(raw, raw + 0.05, clip_matched=raw + 0.02), THRESHOLDS)
    assert verdict.interval is not None
    assert verdict.interval[0] < verdict.value < verdict.interval[1]
    assert "over 40 pairs, 100% of them improved; at the raw caption's length +" in verdict.text
    assert "includes 0" not in verdict.text
    unsure = scores.clip_gain(clip(raw, RANDOM.permutation(raw) + 0.002), THRESHOLDS)
    assert "which includes 0" in unsure.text


def test_a_single_pair_has_no_interval_and_does_not_pass() -> None:
    verdict = scores.clip_gain(clip([0.2], [0.3]), THRESHOLDS)
    assert (verdict.interval, verdict.passed, verdict.severity) == (None, False, "warn")
    assert "too few pairs" in verdict.text


def test_a_gain_measured_on_few_of_the_pairs_does_not_pass() -> None:
    measured = [metrics_row(clip_raw=0.2, clip_recaption=0.3, recaption_chars=90)] * 8
    missing = [metrics_row(recaption_chars=90)] * 2
    assert scores.clip_gain(summarise(measured), THRESHOLDS).passed
    verdict = scores.clip_gain(summarise(measured + missing), THRESHOLDS)
    assert (verdict.passed, verdict.severity) == (False, "warn")
    assert "10 pairs have a recaption" in verdict.text


def test_a_large_gain_over_raw_scores_about_0_does_not_pass() -> None:
    verdict = scores.clip_gain(clip([0.2, -0.199] * 20, [0.01] * 40), THRESHOLDS)
    assert verdict.value is not None
    assert verdict.value > 1
    assert not verdict.passed


@pytest.mark.parametrize(("recaption", "severity"), [(-0.2, "error"), (0.1, "warn")])
def test_raw_scores_below_0_leave_the_difference_to_judge_by(recaption: float, severity: str) -> None:
    verdict = scores.clip_gain(clip([-0.01] * 30, [recaption] * 30), THRESHOLDS)
    assert (verdict.passed, verdict.severity, verdict.sample_size) == (False, severity, 30)
    assert verdict.value == pytest.approx(recaption + 0.01)


def test_scores_that_are_no_numbers_are_told_as_such() -> None:
    rows = [metrics_row(recaption_chars=90, flags=["not_finite:clip_raw"])] * 5
    for verdict in (scores.clip_gain(summarise(rows), THRESHOLDS), scores.clip_margin(summarise(rows), THRESHOLDS)):
        assert "5 of 5 pairs" in verdict.text
        assert "S1_CLIP_WEIGHTS" not in verdict.text


def margin(own: Sequence[float], another: Sequence[float]) -> CellSummary:
    return clip(own, own, clip_shuffled=another)


def test_recaptions_that_fit_their_images_best_pass() -> None:
    another = RANDOM.normal(0.18, 0.03, 50)
    verdict = scores.clip_margin(margin(another + RANDOM.normal(0.08, 0.03, 50), another), THRESHOLDS)
    assert (verdict.passed, verdict.sample_size) == (True, 50)
    assert verdict.value == pytest.approx(0.08, abs=0.02)


def test_shuffled_recaptions_are_an_error() -> None:
    own = RANDOM.normal(0.2, 0.03, 50)
    for another in (RANDOM.permutation(own), own + 0.01):
        verdict = scores.clip_margin(margin(own, another), THRESHOLDS)
        assert (verdict.passed, verdict.severity) == (False, "error")


def test_few_pairs_whose_interval_includes_0_warn() -> None:
    verdict = scores.clip_margin(margin([0.2, 0.3, 0.2], [0.1, 0.1, 0.21]), THRESHOLDS)
    assert (verdict.passed, verdict.severity) == (False, "warn")
    assert scores.clip_margin(margin([0.2, 0.3, 0.2], [0.1, 0.1, 0.31]), THRESHOLDS).severity == "warn"
    assert scores.clip_margin(margin([0.2, 0.1], [0.3, 0.1]), THRESHOLDS).severity == "error"


def pppl(raw: float, recaption: float) -> CellSummary:
    return summarise([metrics_row(pppl_raw=raw, pppl_recaption=recaption)] * 2)


def test_pseudo_perplexity_must_fall() -> None:
    lower = scores.pppl_shift(pppl(100, 10), THRESHOLDS)
    assert (lower.passed, lower.value, lower.interval) == (True, pytest.approx(-1), (pytest.approx(-1),) * 2)
    assert not scores.pppl_shift(pppl(100, 100), THRESHOLDS).passed


def test_what_was_not_measured_warns_and_says_what_to_set() -> None:
    empty = CellSummary()
    clip_scores = [scores.clip_gain(empty, THRESHOLDS), scores.clip_margin(empty, THRESHOLDS)]
    fluency = scores.pppl_shift(empty, THRESHOLDS)
    for verdict in (*clip_scores, fluency):
        assert (verdict.passed, verdict.severity, verdict.value) == (False, "warn", None)
        assert verdict.text.startswith("not measured")
    assert all("S1_CLIP_WEIGHTS" in verdict.text for verdict in clip_scores)
    assert "S1_PPPL_MODEL" in fluency.text


def test_a_cell_of_one_paper_has_nothing_to_compare_with() -> None:
    verdict = scores.clip_margin(clip([0.2], [0.3]), THRESHOLDS)
    assert (verdict.passed, verdict.severity) == (False, "warn")
    assert "no recaption of another paper" in verdict.text
