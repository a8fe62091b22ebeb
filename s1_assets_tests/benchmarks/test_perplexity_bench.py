"""The comparison of pseudo-perplexities: its texts, and what it prints of what it measured."""

import pytest

from benchmarks.perplexity import RECAPTION_CHARS, days, difference, pair_texts, report
from benchmarks.perplexity_sides import Run
from samples.captioner.papers import paper_texts

PROJECT = Run("project", 10.0, 20.0, 2_000_000_000, [100.0, 200.0, 50.0, 80.0])
PEER = Run("minicons:1", 35.0, 70.0, 6_000_000_000, [100.0, 200.2, 50.0, 80.0])


def test_each_pair_has_a_caption_and_a_text_as_long_as_a_recaption_the_same_in_every_run():
    texts = pair_texts(12)
    assert texts == pair_texts(12)
    assert set(texts[::2]) <= set(paper_texts().captions)
    lengths = [len(text) for text in texts[1::2]]
    assert sum(lengths) / len(lengths) == pytest.approx(RECAPTION_CHARS[0], abs=RECAPTION_CHARS[1])


def test_the_report_ends_with_the_ratio_and_says_what_all_pairs_would_take(capsys):
    report(PROJECT, PEER, 500, "2 CPU cores")
    printed = capsys.readouterr().out
    assert "4 texts, 500 tokens, 2 CPU cores" in printed
    assert "difference of a value: 1.0e-03" in printed
    assert printed.splitlines()[-1] == "ratio 3.50"
    assert days(PROJECT, 86_400) == 5
    assert "15,500,000 pairs (all) would take this machine 897 days, and with minicons 3,139" in printed


def test_the_difference_is_the_largest_relative_to_the_peer():
    assert difference(PROJECT, PEER) == pytest.approx(0.001, rel=1e-2)
