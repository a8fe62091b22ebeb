from s1_assets.quality.verdicts import extraction, load_thresholds

THRESHOLDS = load_thresholds("arxiv")


def test_broken_images_are_an_error_and_rejects_and_yield_warnings() -> None:
    assert extraction.images_decode(0, 10, [], THRESHOLDS).passed
    assert extraction.rejects_rate(5, 5, THRESHOLDS).passed
    assert extraction.pairs_per_paper(12, 3, THRESHOLDS).passed
    failed = [
        extraction.images_decode(1, 10, [], THRESHOLDS),
        extraction.rejects_rate(6, 5, THRESHOLDS),
        extraction.pairs_per_paper(1, 3, THRESHOLDS),
    ]
    assert [verdict.passed for verdict in failed] == [False, False, False]
    assert [verdict.severity for verdict in failed] == ["error", "warn", "warn"]


def test_images_that_do_not_open_are_named_with_their_part_the_first_three_in_words() -> None:
    examples = [{"part": "day_1", "pair_id": f"p#{number}", "why": "cut off"} for number in range(1, 5)]
    verdict = extraction.images_decode(12, 40, examples, THRESHOLDS)
    named = "; ".join(f"p#{number} in part day_1 (cut off)" for number in range(1, 4))
    assert verdict.text == f"12 of 40 images do not open: {named}"
    assert verdict.examples == tuple(examples)


def test_captions_that_say_nothing_warn_with_their_reasons() -> None:
    assert extraction.usable_raw_captions({"empty": 1}, 100, THRESHOLDS).passed
    verdict = extraction.usable_raw_captions({"empty": 2, "bare_label": 8}, 100, THRESHOLDS)
    assert (verdict.passed, verdict.severity, verdict.value, verdict.sample_size) == (False, "warn", 0.1, 100)
    assert verdict.text == "10 of 100 raw captions say nothing [8 bare_label, 2 empty] (10.0%)"


def test_what_belongs_to_no_month_warns_and_names_the_first() -> None:
    assert extraction.everything_has_a_month(0, 10, [], THRESHOLDS).passed
    verdict = extraction.everything_has_a_month(4, 10, ["a", "b", "c", "d"], THRESHOLDS)
    assert (verdict.passed, verdict.severity, verdict.value, verdict.sample_size) == (False, "warn", 4, 10)
    assert verdict.text == "4 of 10 files and lines of the mirror belong to no month: a; b; c"


def test_what_was_not_measured_warns() -> None:
    not_measured = [
        extraction.rejects_rate(0, 0, THRESHOLDS),
        extraction.pairs_per_paper(0, 0, THRESHOLDS),
        extraction.images_decode(0, 0, [], THRESHOLDS),
        extraction.usable_raw_captions({}, 0, THRESHOLDS),
        extraction.everything_has_a_month(0, 0, [], THRESHOLDS),
        extraction.everything_has_a_month(None, 0, [], THRESHOLDS),
    ]
    for verdict in not_measured:
        assert (verdict.passed, verdict.severity, verdict.value) == (False, "warn", None)
        assert verdict.text.startswith("not measured")
