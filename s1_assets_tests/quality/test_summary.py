import math
import statistics

import pytest

from s1_assets.quality.summary import summarise
from s1_assets_tests.quality.made_up_rows import metrics_row as row


def test_lengths_have_population_mean_sd_and_cv() -> None:
    lengths = [100, 250, 700, 3]
    summary = summarise(row(caption_chars=n, recaption_chars=2 * n) for n in lengths)
    assert summary.pairs == 4
    assert summary.caption_chars.mean == pytest.approx(statistics.mean(lengths))
    assert summary.recaption_chars.sd == pytest.approx(2 * statistics.pstdev(lengths))
    assert summary.caption_chars.cv == pytest.approx(statistics.pstdev(lengths) / statistics.mean(lengths))


def test_the_coefficient_of_variation_is_that_worked_out_by_hand() -> None:
    lengths = summarise(row(recaption_chars=n) for n in (400, 600, 800)).recaption_chars
    assert (lengths.mean, lengths.sd) == (600, pytest.approx(math.sqrt(80_000 / 3)))
    assert lengths.cv == pytest.approx(0.27217, abs=1e-5)


def test_scores_are_taken_over_pairs_where_both_were_measured() -> None:
    rows = [row(clip_raw=0.2, clip_recaption=0.3), row(clip_raw=0.2, clip_recaption=0.2), row(clip_raw=0.9)]
    summary = summarise(rows)
    assert summary.clip.count == 2
    assert summary.clip.gain == pytest.approx(0.25)
    assert (summary.clip.raised, summary.clip.lowered) == (0.5, 0.0)


def test_margin_windows_and_matched_gain_have_their_own_pairs() -> None:
    rows = [
        row(clip_raw=0.2, clip_recaption=0.3, clip_shuffled=0.1, clip_matched=0.25),
        row(clip_raw=0.2, clip_recaption=0.1, clip_raw_windows=0.2, clip_recaption_windows=0.5),
    ]
    summary = summarise(rows)
    assert summary.clip_margin.shift == pytest.approx(0.2)
    assert summary.clip_matched.gain == pytest.approx(0.25)
    assert summary.clip_windows.gain == pytest.approx(1.5)
    assert [one.count for one in (summary.clip, summary.clip_margin, summary.clip_windows)] == [2, 1, 1]


def test_pseudo_perplexity_is_averaged_as_logarithm() -> None:
    summary = summarise([row(pppl_raw=100.0, pppl_recaption=10.0), row(pppl_raw=1.0, pppl_recaption=math.sqrt(10))])
    assert summary.pppl.before.mean == pytest.approx(1.0)
    assert summary.pppl.shift == pytest.approx(-0.25)


def test_flags_are_counted_by_kind_once_a_pair() -> None:
    rows = [row(flags=["ungrounded_number:1", "ungrounded_number:2"]), row(flags=["ungrounded_number:3"]), row()]
    summary = summarise(rows, {"enhanced": 3})
    assert (summary.pairs, summary.flags, summary.statuses) == (3, {"ungrounded_number": 2}, {"enhanced": 3})


def test_a_recaption_is_grounded_when_nothing_but_numbers_is_not() -> None:
    def one(kind: str) -> dict[str, object]:
        return {"kind": kind, "text": "x", "start": 0, "end": 1}

    rows = [
        row(recaption_chars=9, ungrounded=[]),
        row(recaption_chars=9, ungrounded=[one("number")]),
        row(recaption_chars=9, ungrounded=[one("unit"), one("panel")]),
        row(recaption_chars=None, ungrounded=[]),
    ]
    assert summarise(rows).entities_grounded == pytest.approx(2 / 3)


def test_columns_that_were_not_read_count_as_not_measured() -> None:
    summary = summarise([{"clip_raw": 0.2}, {"clip_raw": None}])
    assert summary.spread("clip_raw").count == 1
    assert summary.clip.gain is summary.pppl.shift is summary.entities_grounded is None
    assert (summary.recaption_chars.count, summary.recaption_chars.cv) == (0, None)
