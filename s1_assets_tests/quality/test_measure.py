from s1_assets.quality.measure import measure
from s1_assets.tables import QUALITY_METRICS

PAIR = {"pair_id": "p", "panel": None, "caption": "Flow at 3 m.", "subcaption": "Side.", "figure_text": ["7", "Hz"]}
BUNDLE = {"title": "Pumps of 1999", "abstract": "We use 12 rods.", "mentions": [{"text": "It loses 40% (Fig. [REF])."}]}


def test_a_row_holds_lengths_grounding_and_nulls_for_what_needs_a_model() -> None:
    row = measure(PAIR, BUNDLE, {"recaption": "At 3 m and 7 Hz it loses 40 % of 12 rods of 1999."})
    assert set(row) == set(QUALITY_METRICS.schema.names)
    assert (row["caption_chars"], row["recaption_chars"]) == (18, 49)
    assert (row["numbers_grounded"], row["flags"]) == (1.0, [])
    assert all(row[name] is None for name in row if name.startswith(("clip", "pppl")))


def test_an_ungrounded_number_and_an_unusable_caption_are_flagged() -> None:
    row = measure(PAIR | {"caption": "(a)", "subcaption": None}, BUNDLE, {"recaption": "It loses 3.7 of 40, or 3.7."})
    assert row["flags"] == ["unusable_raw_caption:panel_label", "ungrounded_number:3.7"]


def test_a_failed_caption_has_no_measurements() -> None:
    row = measure(PAIR, BUNDLE, {"recaption": None})
    assert row["recaption_chars"] is row["numbers_grounded"] is None


def test_a_recaption_without_numbers_is_not_measured_by_them() -> None:
    row = measure(PAIR, BUNDLE, {"recaption": "It loses some of the rods."})
    assert (row["recaption_chars"], row["numbers_grounded"], row["flags"]) == (26, None, [])


def test_inventions_are_listed_with_their_place_and_flagged() -> None:
    recaption = "At 3 m it loses 40% (Fig. 1). We use 12 rods of steel by PCR."
    row = measure(PAIR, BUNDLE, {"recaption": recaption})
    assert all(recaption[one["start"] : one["end"]] == one["text"] for one in row["ungrounded"])
    assert {(one["kind"], one["text"]) for one in row["ungrounded"]} == {("number", "1"), ("acronym", "PCR")}
    assert row["flags"] == ["ungrounded_number:1", "ungrounded_acronym:PCR"]
    assert row["copied_share"] == 0.0


def test_a_recaption_that_goes_round_in_circles_is_flagged() -> None:
    row = measure(PAIR, BUNDLE, {"recaption": "The flow is slow, " + "very slow indeed, " * 9})
    assert [flag.partition(":")[0] for flag in row["flags"]] == ["repetition"]


def test_a_whole_sentence_of_the_paper_counts_as_copied() -> None:
    bundle = BUNDLE | {"abstract": "We use 12 rods of steel. They bend."}
    row = measure(PAIR, bundle, {"recaption": "We use 12 rods of steel. Two of them break early."})
    assert row["copied_share"] == 6 / 11
