from pathlib import Path

import pytest

from s1_assets.cells import SOURCES
from s1_assets.quality.summary import summarise
from s1_assets.quality.verdicts import THRESHOLDS_FILE, load_thresholds
from s1_assets.quality.verdicts.scores import clip_gain
from s1_assets_tests.quality.made_up_rows import metrics_row


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


def test_a_section_of_no_source_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "thresholds.toml"
    file.write_text("[default.c]\nlow = 1\n[arxive.c]\nlow = 0.5\n")
    with pytest.raises(ValueError, match="arxive"):
        load_thresholds("arxiv", file)


def test_an_override_decides_a_verdict(tmp_path: Path) -> None:
    file = tmp_path / "thresholds.toml"
    file.write_text(THRESHOLDS_FILE.read_text() + "\n[psyarxiv.clip_gain]\nwarn_below = 0.05\n")
    summary = summarise([metrics_row(clip_raw=0.2, clip_recaption=0.22)] * 2)
    assert clip_gain(summary, load_thresholds("psyarxiv", file)).passed
    assert not clip_gain(summary, load_thresholds("arxiv", file)).passed


def test_the_limits_as_they_are_hold_for_every_source() -> None:
    assert all(load_thresholds(source) for source in SOURCES)
