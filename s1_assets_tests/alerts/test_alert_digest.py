"""When a source counts as silent, and what the digest says."""

import time

import dagster as dg
import pytest

from s1_assets.alerts.messages import Links
from s1_assets.alerts.standing import DAY, CheckStanding, Standing, digest, longer_than_usual, silent_sources
from s1_assets.cells import Cell
from s1_assets.partitions import partition_key

LINKS = Links("http://ui")


@pytest.mark.parametrize(
    ("days", "silence"),
    [
        ([0, 1, 2, 3, 4], (6, 1)),  # daily, and six days of nothing
        ([0, 1, 2, 3, 8], None),  # came two days ago
        ([0, 2, 4, 6, 7.5], None),  # usually every other day: three days are nothing
        ([0, 0.1, 0.2, 0.3, 0.4, 0.5], None),  # one backfill says nothing about what is usual
        ([], None),
    ],
)
def test_silence_is_longer_than_three_usual_gaps_between_days(days, silence):
    assert longer_than_usual([day * DAY for day in days], 10 * DAY) == silence


def test_a_source_is_silent_by_its_materializations_with_new_rows(instance, monkeypatch):
    now = time.time()
    for day in range(20, 0, -1):
        monkeypatch.setattr(time, "time", lambda day=day: now - day * DAY)
        report(instance, Cell("biorxiv", "2024-05"), new=3)
        report(instance, Cell("arxiv", "2024-05"), new=3 if day > 8 else 0)
    monkeypatch.undo()
    [news] = silent_sources(instance, now, LINKS)
    assert (news.source, news.text) == ("arxiv", "no new paper for 9 days; something new came every 1 days before")


def report(instance: dg.DagsterInstance, cell: Cell, new: int) -> None:
    instance.report_runless_asset_event(
        dg.AssetMaterialization("raw_papers", partition=partition_key(cell), metadata={"rows_new": new})
    )


def test_a_digest_is_sent_on_quiet_days_too():
    message = digest(Standing([], {}, [], "SKIPPED 4 s ago"), LINKS, 1_700_000_000)
    assert message.title == "Daily digest 2023-11-14: 0 cells stand failed"
    assert "Every check that ran passes." in message.text


def test_a_digest_counts_what_was_not_measured_in_one_line():
    cells = [str(partition_key(Cell("arxiv", f"2024-{month:02}"))) for month in range(1, 13)]
    standing = {"quality_metrics.clip_gain": CheckStanding(not_measured=cells)}
    text = digest(Standing([], standing, ["new_papers"], "SKIPPED 4 s ago"), LINKS, 1_700_000_000).text
    assert "quality_metrics.clip_gain: 0 failed, 0 warned, 12 not measured\n" in text
    assert "Sensors and schedules that fail: new_papers\n" in text
