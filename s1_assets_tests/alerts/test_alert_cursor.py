"""The cursor stays small, as every tick stores it, and one of an earlier version goes on."""

from dataclasses import replace

import dagster as dg
import pytest
import yaml
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickStatus

from s1_assets.alerts.messages import Group, Links, News, compose
from s1_assets.alerts.told import KEPT, Told
from s1_assets.cells import SOURCES
from s1_assets.settings import PROJECT
from s1_assets_tests.alerts.conftest import NO_TELEMETRY

NOW = 1_800_000_000.0
MONTHS = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]
FOUND = "recaptions have 210 ± 40 characters of 512 pairs; the band is 508 to 1010 "


def warning(check: str, source: str, month: str) -> News:
    cell = f"{source} {month}"
    run_id = f"5b42c160-aa17-4191-ab49-{month}"
    return News("check_warned", check, source, cell, FOUND * 2, "210.1", "mean 508-1010", run_id)


def test_two_years_of_every_source_whose_checks_all_warn_are_a_small_cursor():
    told = Told(0, 0.0)
    for check in (f"quality_metrics.check_{number}" for number in range(8)):
        for source in SOURCES:
            told.due([warning(check, source, MONTHS[0])], NOW)
            told.due([warning(check, source, month) for month in MONTHS[1:]], NOW + 1)
    assert sum(pause.count for pause in told.pauses.values()) == 8 * len(SOURCES) * 23
    assert len(told.as_cursor()) < 120_000


@pytest.mark.parametrize("kind", ["run_failed", "check_warned"])
def test_a_message_of_what_waited_counts_all_and_shows_the_runs_of_ten_and_what_was_found_of_the_first(kind):
    check, told = "quality_metrics.recaption_length" if kind == "check_warned" else "cell", Told(0, 0.0)
    news = [replace(warning(check, "arxiv", month), kind=kind) for month in MONTHS]
    told.due(news[:1], NOW)
    told.due(news[1:], NOW + 1)
    [group] = Told.from_cursor(Told.from_cursor(told.as_cursor()).as_cursor()).due([], NOW + 300)
    assert group.count == 23
    assert [item.cell for item in group.shown] == [f"arxiv {month}" for month in MONTHS[1:11]]
    assert group.shown[:KEPT] == tuple(news[1 : 1 + KEPT])
    assert {item.text for item in group.shown[KEPT:]} == {""}
    [message] = compose([group], "a tick", NOW, Links("http://ui"))
    pages = {"run", "check", "partition"} if kind == "check_warned" else {"run"}
    assert {frozenset(entry.links) for entry in message.entries} == {frozenset(pages)}
    assert [entry.links["run"] for entry in message.entries] == [f"http://ui/runs/{item.run_id}" for item in news[1:11]]


def test_what_is_told_at_once_has_what_was_found_in_all_that_is_shown():
    news = [warning("quality_metrics.recaption_length", "arxiv", month) for month in MONTHS]
    [group] = Told(0, 0.0).due(news, NOW)
    assert group == Group(24, tuple(news[:10]))


# As it was when the cursor kept all of the news that a message shows, with its links.
EARLIER = (
    '{"storage_id":41,"ended":1000.0,"evaluations":[40,41],"runs":["r0"],"failing":["new_papers"],"pauses":{'
    '"check_failed|figure_pairs.images_decode|arxiv":{"until":1300.0,"seconds":300,"count":1,"waiting":[{'
    '"kind":"check_failed","subject":"figure_pairs.images_decode","source":"arxiv","cell":"arxiv 1991-06",'
    '"text":"3 of 200 images do not open","value":"3","threshold":"<= 0 images","run_id":"r1",'
    '"links":{"run":"http://earlier/runs/r1"}}],"cells":64}},"uncleared":{"figure_pairs.images_decode|arxiv":32}}'
)


def test_a_cursor_that_kept_news_whole_goes_on():
    told = Told.from_cursor(EARLIER)
    assert told.due([], 1299.0) == []
    for again in (Told.from_cursor(told.as_cursor()), told):
        [group] = again.due([], 1300.0)
        [message] = compose([group], "a tick", 1300.0, Links("http://ui"))
        assert message.title == "Check failed: figure_pairs.images_decode (arxiv 1991-06)"
        [entry] = message.entries
        assert (entry.text, entry.value, entry.threshold) == ("3 of 200 images do not open", "3", "<= 0 images")
        assert entry.links["run"] == "http://ui/runs/r1"
    assert told.uncleared == {"figure_pairs.images_decode|arxiv": 32 | 64}


@pytest.mark.parametrize("file", ["dagster.yaml", "dagster.postgres.yaml"])
def test_ticks_that_asked_for_nothing_are_kept_for_a_day_and_others_for_a_month(file, tmp_path):
    retention = yaml.safe_load((PROJECT / "dagster_home" / file).read_text())["retention"]
    with dg.DagsterInstance.local_temp(str(tmp_path), {**NO_TELEMETRY, "retention": retention}) as instance:
        kept = instance.get_tick_retention_settings(InstigatorType.SENSOR)
    assert (kept[TickStatus.SKIPPED], kept[TickStatus.SUCCESS]) == (1, 30)
