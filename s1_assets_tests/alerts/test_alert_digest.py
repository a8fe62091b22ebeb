"""When a source counts as silent, and what the digest says."""

from datetime import UTC, datetime
from uuid import uuid4

import dagster as dg
import pytest

from s1_assets.alerts import standing
from s1_assets.alerts.messages import Links
from s1_assets.alerts.standing import DAY, CheckStanding, Standing, digest, longer_than_usual, silent_sources
from s1_assets.cells import Cell
from s1_assets.partitions import partition_key
from s1_assets_tests.alerts.conftest import set_clock
from s1_assets_tests.alerts.on_call import OnCall
from s1_assets_tests.alerts.webhooks import answers

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


NOW = datetime(2024, 6, 20, 7, tzinfo=UTC).timestamp()


class Arrivals:
    """Materializations of raw papers, so many days before now."""

    def __init__(self, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
        self.instance, self.monkeypatch = instance, monkeypatch

    def report(self, source: str, month: str, days: float, new: int = 3) -> None:
        set_clock(self.monkeypatch, lambda: NOW - days * DAY)
        key = partition_key(Cell(source, month))
        self.instance.report_runless_asset_event(
            dg.AssetMaterialization("raw_papers", partition=key, metadata={"rows_new": new})
        )

    def silent(self) -> list[tuple[str, str]]:
        return [(news.source, news.text) for news in silent_sources(self.instance, NOW)]


@pytest.fixture
def arrivals(instance, monkeypatch) -> Arrivals:
    return Arrivals(instance, monkeypatch)


NINE_DAYS = "no new paper for 9 days; something new came every 1 days before"


def test_a_source_is_silent_by_its_materializations_with_new_rows(arrivals):
    for day in range(18, 0, -1):
        arrivals.report("biorxiv", "2024-06", day)
        arrivals.report("arxiv", "2024-06", day, new=3 if day > 8 else 0)
    assert arrivals.silent() == [("arxiv", NINE_DAYS)]


def test_a_backfill_of_several_days_hides_no_silence(arrivals):
    for day in range(18, 8, -1):
        arrivals.report("arxiv", "2024-06", day)
    for number in range(60):
        arrivals.report("arxiv", f"{2019 + number // 12}-{number % 12 + 1:02}", 6 - number / 10)
    assert arrivals.silent() == [("arxiv", NINE_DAYS)]


def test_a_backfill_of_several_days_makes_no_slow_source_silent(arrivals):
    posted = [("2024-01", 150), ("2024-02", 120), ("2024-03", 90), ("2024-04", 60), ("2024-05", 30)]
    for month, day in posted:
        arrivals.report("metarxiv", month, day)
    for number in range(60):
        arrivals.report("metarxiv", f"{2018 + number // 12}-{number % 12 + 1:02}", 12 - number / 10)
    assert arrivals.silent() == []


def test_a_source_is_silent_though_old_papers_of_it_change_in_hundreds_of_cells(arrivals, monkeypatch):
    monkeypatch.setattr(standing, "PAGE", 10)
    for day in range(18, 8, -1):
        arrivals.report("arxiv", "2024-06", day)
    for number in range(40):
        arrivals.report("arxiv", f"2024-{number % 3 + 1:02}", 8 - number / 10)
    assert arrivals.silent() == [("arxiv", NINE_DAYS)]


def test_a_digest_is_sent_on_quiet_days_too():
    message = digest(Standing([], {}, [], "SKIPPED 4 s ago"), LINKS, 1_700_000_000)
    assert message.title == "Daily digest 2023-11-14: 0 cells stand failed"
    assert "Every check that ran passes." in message.text


def test_the_digest_of_a_day_has_one_id_and_each_that_people_ask_for_another(instance, httpserver):
    answers(httpserver, "/alerts", 200)
    on_call = OnCall(instance, {"S1_ALERTS": f"webhook:{httpserver.url_for('/alerts')}"})
    scheduled = {"dagster/schedule_name": "alert_digest"}
    again = scheduled | {"dagster/parent_run_id": str(uuid4()), "dagster/root_run_id": str(uuid4())}
    by_itself = again | {"dagster/retry_number": "1"}
    for tags in (scheduled, by_itself, {}, {}, again):
        assert on_call.digest(**tags).success
    of_the_day, of_the_retry, *by_hand = [request.headers["Idempotency-Key"] for request, _ in httpserver.log]
    assert of_the_day == of_the_retry
    assert len({of_the_day, *by_hand}) == 4


def test_a_digest_counts_what_was_not_measured_in_one_line():
    cells = [str(partition_key(Cell("arxiv", f"2024-{month:02}"))) for month in range(1, 13)]
    checks = {"quality_metrics.clip_gain": CheckStanding(not_measured=cells)}
    text = digest(Standing([], checks, ["new_papers"], "SKIPPED 4 s ago"), LINKS, 1_700_000_000).text
    assert "quality_metrics.clip_gain: 0 failed, 0 warned, 12 not measured\n" in text
    assert "Sensors and schedules that fail: new_papers\n" in text
