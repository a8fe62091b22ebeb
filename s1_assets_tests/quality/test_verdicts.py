from pathlib import Path

import pytest

from s1_assets.quality import verdicts
from s1_assets.quality.length import Spread
from s1_assets.quality.summary import CellSummary
from s1_assets.quality.verdicts import load_thresholds

THRESHOLDS = load_thresholds("arxiv")


def spread(*values: float) -> Spread:
    taken = Spread()
    for value in values:
        taken.add(value)
    return taken


def clip(raw: float, recaption: float) -> CellSummary:
    return CellSummary(clip_raw=spread(raw), clip_recaption=spread(recaption))


@pytest.mark.parametrize(
    ("raw", "recaption", "passed", "severity"),
    [
        (0.20, 0.25, True, "warn"),
        (0.20, 0.22, False, "warn"),
        (0.20, 0.20, False, "error"),
        (0.20, 0.1, False, "error"),
    ],
)
def test_a_clip_gain_that_is_not_positive_is_an_error_and_a_small_one_a_warning(
    raw: float, recaption: float, passed: bool, severity: str
) -> None:
    verdict = verdicts.clip_gain(clip(raw, recaption), THRESHOLDS)
    assert (verdict.passed, verdict.severity, verdict.sample_size) == (passed, severity, 1)


def test_recaptions_have_the_length_and_the_spread_asked_for() -> None:
    good = CellSummary(recaption_chars=spread(600, 759, 900))
    assert verdicts.recaption_length(good, THRESHOLDS).passed
    for lengths in ((300, 310), (1200, 1190), (100, 1400)):
        verdict = verdicts.recaption_length(CellSummary(recaption_chars=spread(*lengths)), THRESHOLDS)
        assert (verdict.passed, verdict.severity) == (False, "warn")


def test_numbers_must_be_grounded() -> None:
    assert verdicts.numbers_grounded(CellSummary(numbers_grounded=spread(1.0, 0.95)), THRESHOLDS).passed
    verdict = verdicts.numbers_grounded(
        CellSummary(numbers_grounded=spread(1.0, 0.5), flags={"ungrounded_number": 1}), THRESHOLDS
    )
    assert not verdict.passed
    assert "1 pairs" in verdict.text


def test_pseudo_perplexity_must_fall() -> None:
    lower = CellSummary(pppl_raw=spread(2.0), pppl_recaption=spread(1.5))
    equal = CellSummary(pppl_raw=spread(2.0), pppl_recaption=spread(2.0))
    assert verdicts.pppl_shift(lower, THRESHOLDS).passed
    assert not verdicts.pppl_shift(equal, THRESHOLDS).passed


def test_failures_and_broken_images_are_errors_and_rejects_and_yield_warnings() -> None:
    assert verdicts.failure_rate({"enhanced": 99, "failed": 1}, THRESHOLDS).passed
    assert verdicts.images_decode(0, 10, THRESHOLDS).passed
    assert verdicts.rejects_rate(5, 5, THRESHOLDS).passed
    assert verdicts.pairs_per_paper(12, 3, THRESHOLDS).passed
    failed = [
        verdicts.failure_rate({"enhanced": 90, "failed": 10}, THRESHOLDS),
        verdicts.images_decode(1, 10, THRESHOLDS),
        verdicts.rejects_rate(6, 5, THRESHOLDS),
        verdicts.pairs_per_paper(1, 3, THRESHOLDS),
    ]
    assert [(verdict.passed, verdict.severity) for verdict in failed] == [
        (False, "error"),
        (False, "error"),
        (False, "warn"),
        (False, "warn"),
    ]


def test_what_belongs_to_no_month_warns_and_names_the_first() -> None:
    assert verdicts.everything_has_a_month(0, 10, [], THRESHOLDS).passed
    verdict = verdicts.everything_has_a_month(4, 10, ["a", "b", "c", "d"], THRESHOLDS)
    assert (verdict.passed, verdict.severity, verdict.value, verdict.sample_size) == (False, "warn", 4, 10)
    assert verdict.text == "4 of 10 files and lines of the mirror belong to no month: a; b; c"


def test_what_was_not_measured_warns_and_says_what_to_set() -> None:
    empty = CellSummary()
    not_measured = [
        verdicts.recaption_length(empty, THRESHOLDS),
        verdicts.numbers_grounded(empty, THRESHOLDS),
        verdicts.clip_gain(empty, THRESHOLDS),
        verdicts.pppl_shift(empty, THRESHOLDS),
        verdicts.failure_rate({}, THRESHOLDS),
        verdicts.rejects_rate(0, 0, THRESHOLDS),
        verdicts.pairs_per_paper(0, 0, THRESHOLDS),
        verdicts.images_decode(0, 0, THRESHOLDS),
        verdicts.everything_has_a_month(0, 0, [], THRESHOLDS),
        verdicts.everything_has_a_month(None, 0, [], THRESHOLDS),
    ]
    for verdict in not_measured:
        assert (verdict.passed, verdict.severity, verdict.value) == (False, "warn", None)
        assert verdict.text.startswith("not measured")
    assert "S1_CLIP_WEIGHTS" in not_measured[2].text
    assert "S1_PPPL_MODEL" in not_measured[3].text


def test_a_source_overrides_single_limits(tmp_path: Path) -> None:
    file = tmp_path / "thresholds.toml"
    file.write_text("[default.c]\nlow = 1\nhigh = 2\n[psyarxiv.c]\nlow = 0.5\n")
    assert load_thresholds("psyarxiv", file) == {"c": {"low": 0.5, "high": 2}}
    assert load_thresholds("arxiv", file) == {"c": {"low": 1, "high": 2}}


def test_a_limit_that_no_check_knows_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "thresholds.toml"
    file.write_text("[default.c]\nlow = 1\n[arxiv.c]\nlov = 0.5\n")
    with pytest.raises(ValueError, match="lov"):
        load_thresholds("arxiv", file)
