"""What a CLIP text encoder is given of a pair's texts, and what is made of the cosines."""

import pytest

from s1_assets.quality.clip import Readings, windows
from s1_assets.quality.scorers import ClipScores

ROOM = 4
RAW = (1, 2, 3)
RECAPTION = tuple(range(10, 20))  # ten tokens: windows of 4, 4 and 2
ANOTHER = tuple(range(20, 26))


def by_first_token(text: tuple[int, ...]) -> float:
    return text[0] / 100


def test_windows_cover_the_text_without_overlap():
    assert windows(RECAPTION, ROOM) == ((10, 11, 12, 13), (14, 15, 16, 17), (18, 19))
    assert windows(RECAPTION[:8], ROOM) == ((10, 11, 12, 13), (14, 15, 16, 17))
    assert windows((), ROOM) == ()


def test_plain_scores_read_what_fits_and_coverage_says_how_much_that_is():
    scores = Readings.of(RAW, RECAPTION, ANOTHER, ROOM).scores(by_first_token)
    assert (scores.raw, scores.recaption) == (0.01, 0.10)
    assert scores.coverage == 4 / 10
    assert Readings.of(RAW, RECAPTION[:4], ANOTHER, ROOM).scores(by_first_token).coverage == 1


def test_windows_count_by_their_tokens():
    scores = Readings.of(RAW, RECAPTION, ANOTHER, ROOM).scores(by_first_token)
    assert scores.recaption_windows == pytest.approx((4 * 0.10 + 4 * 0.14 + 2 * 0.18) / 10)
    assert scores.raw_windows == pytest.approx(scores.raw)


@pytest.mark.parametrize(("raw_tokens", "matched"), [(3, 3), (4, 4), (9, 4)])
def test_the_matched_recaption_has_as_many_tokens_as_are_read_of_the_raw_caption(raw_tokens, matched):
    readings = Readings.of(tuple(range(raw_tokens)), RECAPTION, ANOTHER, ROOM)
    assert readings.matched == RECAPTION[:matched]
    assert len(readings.matched) == len(readings.raw[0])


def test_another_papers_recaption_is_read_like_the_own_one():
    readings = Readings.of(RAW, RECAPTION, ANOTHER, ROOM)
    assert readings.shuffled == ANOTHER[:ROOM]
    assert readings.scores(by_first_token).shuffled == 0.20


def test_a_text_that_is_not_there_has_no_scores():
    without_raw = Readings.of((), RECAPTION, (), ROOM).scores(by_first_token)
    assert without_raw == ClipScores(None, 0.10, 0.4, None, without_raw.recaption_windows, None, None)
    failed = Readings.of(RAW, (), ANOTHER, ROOM).scores(by_first_token)
    assert failed == ClipScores(0.01, None, None, failed.raw_windows, None, None, 0.20)


def test_all_that_is_scored_is_asked_for():
    readings = Readings.of(RAW, RECAPTION, ANOTHER, ROOM)
    asked = set(readings)
    readings.scores(lambda text: asked.remove(text) or 0.0 if text in asked else 0.0)
    assert asked == set()
    assert () not in set(Readings.of((), RECAPTION, (), ROOM))
