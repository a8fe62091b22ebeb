from s1_assets.quality.summary import CellSummary, summarise
from s1_assets.quality.verdicts import captions, load_thresholds
from s1_assets_tests.quality.made_up_rows import metrics_row

THRESHOLDS = load_thresholds("arxiv")


def lengths(*characters: int) -> CellSummary:
    return summarise(metrics_row(recaption_chars=count) for count in characters)


def test_recaptions_have_the_length_and_the_spread_asked_for() -> None:
    assert captions.recaption_length(lengths(600, 759, 900), THRESHOLDS).passed
    for others in ((300, 310), (1200, 1190), (100, 1400)):
        verdict = captions.recaption_length(lengths(*others), THRESHOLDS)
        assert (verdict.passed, verdict.severity) == (False, "warn")


def test_numbers_must_be_grounded() -> None:
    assert captions.numbers_grounded(summarise([metrics_row(numbers_grounded=0.96)]), THRESHOLDS).passed
    rows = [metrics_row(numbers_grounded=1.0), metrics_row(numbers_grounded=0.5, flags=["ungrounded_number:3"])]
    verdict = captions.numbers_grounded(summarise(rows), THRESHOLDS)
    assert (verdict.passed, verdict.value) == (False, 0.75)
    assert "1 pairs" in verdict.text


def test_recaptions_without_numbers_do_not_count_as_grounded() -> None:
    without = metrics_row(recaption_chars=9, numbers_grounded=None)
    verdict = captions.numbers_grounded(summarise([without] * 9 + [metrics_row(numbers_grounded=0.5)]), THRESHOLDS)
    assert (verdict.passed, verdict.value, verdict.sample_size) == (False, 0.5, 1)
    assert "of 1 recaptions with numbers" in verdict.text
    verdict = captions.numbers_grounded(summarise([without]), THRESHOLDS)
    assert (verdict.passed, verdict.value, verdict.text) == (False, None, "not measured: no recaption has a number")


def test_what_recaptions_name_must_be_grounded_kind_by_kind() -> None:
    grounded = metrics_row(recaption_chars=9, ungrounded=[])
    invented = grounded | {
        "ungrounded": [{"kind": "unit", "text": "km", "start": 0, "end": 2}],
        "flags": ["ungrounded_unit:km"],
    }
    assert captions.entities_grounded(summarise([grounded] * 19 + [invented]), THRESHOLDS).passed
    verdict = captions.entities_grounded(summarise([grounded, grounded, grounded, invented]), THRESHOLDS)
    assert (verdict.passed, verdict.severity, verdict.value, verdict.sample_size) == (False, "warn", 0.75, 4)
    assert verdict.text.endswith("ungrounded are a unit in 1")


def test_failed_captions_are_an_error() -> None:
    assert captions.failure_rate({"enhanced": 99, "failed": 1}, THRESHOLDS).passed
    verdict = captions.failure_rate({"enhanced": 90, "failed": 10}, THRESHOLDS)
    assert (verdict.passed, verdict.severity) == (False, "error")


def test_what_was_not_measured_warns() -> None:
    empty = CellSummary()
    not_measured = [
        captions.recaption_length(empty, THRESHOLDS),
        captions.numbers_grounded(empty, THRESHOLDS),
        captions.entities_grounded(empty, THRESHOLDS),
        captions.failure_rate({}, THRESHOLDS),
    ]
    for verdict in not_measured:
        assert (verdict.passed, verdict.severity, verdict.value) == (False, "warn", None)
        assert verdict.text.startswith("not measured")
