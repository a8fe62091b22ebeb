"""The stage with scorers that answer from a script: what they are asked, and what becomes of what they say."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from resources.lake import Lake
from s1_assets.quality.produce import measure_parts
from s1_assets.quality.scorers import ClipScores, ImageText, Scorers
from s1_assets.stage import Part
from s1_assets.tables import Row
from s1_assets_tests.quality.report.made_up_lake import MAY, fill

PAIRS = 6


class ScriptedClip:
    """Scores as told, and what it was asked."""

    identity: Mapping[str, str] = MappingProxyType({"architecture": "scripted"})

    def __init__(self, raw: float | None = 0.25, *, unreadable: int | None = None) -> None:
        self.asked: list[ImageText] = []
        self._raw, self._unreadable = raw, unreadable

    def scores(self, pairs: Sequence[ImageText]) -> list[ClipScores | None]:
        self.asked += pairs
        found = ClipScores(self._raw, 0.3, 1.0, 0.25, 0.3, 0.28, 0.1)
        return [None if place == self._unreadable else found for place in range(len(pairs))]


class ScriptedFluency:
    """The same value for every text."""

    identity: Mapping[str, str] = MappingProxyType({"model": "scripted"})

    def __init__(self, value: float | None = 12.0) -> None:
        self.asked: list[str] = []
        self._value = value

    def pseudo_perplexities(self, texts: Sequence[str]) -> list[float | None]:
        self.asked += texts
        return [self._value] * len(texts)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(str(tmp_path))
    fill(lake, [{}] * PAIRS)
    return lake


def measured(lake: Lake, scorers: Scorers) -> list[Row]:
    outputs = list(measure_parts(lake, MAY, scorers)([Part("part", "")]))
    assert outputs[-1].done
    return [row for output in outputs for row in output.rows.get("quality_metrics", [])]


def test_every_pair_is_scored_beside_a_recaption_of_another_paper(lake: Lake) -> None:
    clip = ScriptedClip()
    rows = measured(lake, Scorers(clip=clip))
    assert [row["clip_raw"] for row in rows] == [0.25] * PAIRS
    assert [row["clip_shuffled"] for row in rows] == [0.1] * PAIRS
    assert all(pair.image and pair.raw and pair.recaption and pair.another for pair in clip.asked)
    assert [row["pppl_raw"] for row in rows] == [None] * PAIRS


def test_without_scorers_nothing_of_theirs_is_measured_and_the_rest_is(lake: Lake) -> None:
    rows = measured(lake, Scorers())
    assert all(row["clip_raw"] is None and row["pppl_raw"] is None for row in rows)
    assert all(row["recaption_chars"] for row in rows)


def test_an_image_that_does_not_decode_is_flagged_and_its_neighbours_are_scored(lake: Lake) -> None:
    rows = measured(lake, Scorers(clip=ScriptedClip(unreadable=2)))
    assert [row["clip_raw"] is None for row in rows] == [place == 2 for place in range(PAIRS)]
    assert "unreadable_image" in rows[2]["flags"]


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300])
def test_a_score_that_is_no_number_is_none_and_is_flagged(lake: Lake, value: float) -> None:
    rows = measured(lake, Scorers(clip=ScriptedClip(raw=value), fluency=ScriptedFluency(value)))
    for row in rows:
        assert (row["clip_raw"], row["clip_recaption"], row["pppl_raw"]) == (None, 0.3, None)
        assert {"not_finite:clip_raw", "not_finite:pppl_raw", "not_finite:pppl_recaption"} <= set(row["flags"])


def test_pseudo_perplexity_is_measured_on_the_sample_and_the_sample_is_always_the_same(lake: Lake) -> None:
    chosen = []
    for _ in range(2):
        fluency = ScriptedFluency()
        rows = measured(lake, Scorers(fluency=fluency, sample=2))
        chosen.append([row["pair_id"] for row in rows if row["pppl_raw"] == 12.0])
        assert len(fluency.asked) == 4
    assert chosen[0] == chosen[1]
    assert len(chosen[0]) == 2
    assert all(row["pppl_raw"] == 12.0 for row in measured(lake, Scorers(fluency=ScriptedFluency())))
