"""The comparison of CLIP scorers: both sides compute the same, and what is printed of it."""

from dataclasses import replace

import pytest

from benchmarks import clip
from benchmarks.clip_pairs import TINY_CLIP, figure_pairs, small_pairs, write_cell, write_config, write_weights
from benchmarks.clip_sides import LOOP, MEASURED, OURS, PlainLoop, Run, run_cell
from resources.lake import Lake
from resources.scorers.clip import OpenClipScorer

NEEDS_MODELS = "needs open_clip: ./install.sh cpu"
RUNS = {
    LOOP: Run(2, 4.0, 8.0, 10**9, {"a": [0.1, None], "b": [0.2, 0.3]}, None),
    OURS: Run(2, 2.0, 4.0, 10**9, {"a": [0.1, None], "b": [0.2, 0.31]}, None),
}


def test_pairs_are_the_same_whenever_they_are_made():
    for make in (figure_pairs, small_pairs):
        assert list(make(MEASURED, 3)) == list(make(MEASURED, 5))[:3]


def test_the_largest_difference_is_that_of_any_score():
    assert clip.largest_difference(RUNS[LOOP], RUNS[OURS]) == pytest.approx(0.01)
    other = replace(RUNS[OURS], scores={"a": [0.1, 0.1], "b": [0.2, 0.3]})
    with pytest.raises(RuntimeError, match="a has scores"):
        clip.largest_difference(RUNS[LOOP], other)


def test_the_table_has_both_sides():
    assert clip.table(RUNS, "a machine").row_count == 2


def test_the_loop_and_the_scorer_give_the_same_scores(tmp_path):
    pytest.importorskip("torch", reason=NEEDS_MODELS)
    pytest.importorskip("open_clip", reason=NEEDS_MODELS)
    config, weights = tmp_path / "tiny-of-bench.json", tmp_path / "weights.safetensors"
    write_config(config, TINY_CLIP)
    write_weights(weights, str(config))
    write_cell(Lake(str(tmp_path / "lake")), MEASURED, figure_pairs(MEASURED, 7))
    loop = run_cell(tmp_path, PlainLoop(config.stem, str(weights)), MEASURED)
    ours = run_cell(tmp_path, OpenClipScorer(str(config), str(weights)), MEASURED)
    assert len(loop.scores) == 7
    assert all(None not in scores for scores in loop.scores.values())
    assert clip.largest_difference(loop, ours) < 1e-6
