import math
import statistics

import pytest

from s1_assets.quality.summary import CellSummary, summarise
from s1_assets.tables import QUALITY_METRICS

NOTHING = dict.fromkeys(QUALITY_METRICS.schema.names)


def row(**measured: object) -> dict[str, object]:
    return NOTHING | measured


def test_lengths_have_population_mean_sd_and_cv() -> None:
    lengths = [100, 250, 700, 3]
    summary = summarise(row(caption_chars=n, recaption_chars=2 * n) for n in lengths)
    assert summary.pairs == 4
    assert summary.caption_chars.mean == pytest.approx(statistics.mean(lengths))
    assert summary.recaption_chars.sd == pytest.approx(2 * statistics.pstdev(lengths))
    assert summary.caption_chars.cv == pytest.approx(statistics.pstdev(lengths) / statistics.mean(lengths))


def test_scores_are_taken_over_pairs_where_both_were_measured() -> None:
    rows = [row(clip_raw=0.2, clip_recaption=0.3), row(clip_raw=0.2, clip_recaption=0.2), row(clip_raw=0.9)]
    summary = summarise(rows)
    assert summary.clip_raw.count == 2
    assert summary.clip_gain == pytest.approx(0.25)


def test_pseudo_perplexity_is_averaged_as_logarithm() -> None:
    summary = summarise([row(pppl_raw=100.0, pppl_recaption=10.0), row(pppl_raw=1.0, pppl_recaption=math.sqrt(10))])
    assert summary.pppl_raw.mean == pytest.approx(1.0)
    assert summary.pppl_shift == pytest.approx(-0.25)


def test_flags_are_counted_by_kind_once_a_pair() -> None:
    rows = [row(flags=["ungrounded_number:1", "ungrounded_number:2"]), row(flags=["ungrounded_number:3"]), row()]
    assert summarise(rows, {"enhanced": 3}) == CellSummary(
        pairs=3, flags={"ungrounded_number": 2}, statuses={"enhanced": 3}
    )
