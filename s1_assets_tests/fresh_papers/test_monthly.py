"""The schedule that asks for last month's cells once more."""

from datetime import UTC, date, datetime
from itertools import takewhile

import dagster as dg
import pytest
from dagster._core.definitions.schedule_definition import ScheduleExecutionData
from dagster._utils.schedules import cron_string_iterator

from resources.configured import MirrorResource
from resources.live.harvests import FEEDS
from resources.live.preprint_pdfs import ASK_AGAIN
from s1_assets.cells import SOURCES
from s1_assets.definitions import build_defs
from s1_assets.fresh_papers.live import why_not_live
from s1_assets.fresh_papers.monthly import monthly_cells
from s1_assets.settings import Settings


def asked_on(mirror: MirrorResource, *day: int) -> ScheduleExecutionData:
    settings = Settings.from_environment({})
    schedule = build_defs({"mirror": mirror}, settings).get_repository_def().get_schedule_def("monthly_cells")
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(*day, 3, tzinfo=UTC),
        resources={"mirror": mirror},
        repository_def=build_defs({"mirror": mirror}, settings).get_repository_def(),
    )
    return schedule.evaluate_tick(context)


@pytest.fixture
def live_mirror(configuration):
    return MirrorResource(**configuration)


def test_last_month_s_cell_of_every_source_is_asked_for_once_a_day(live_mirror):
    found = asked_on(live_mirror, 2026, 1, 5)
    assert {request.partition_key for request in found.run_requests} == {f"2025-12|{source}" for source in SOURCES}
    assert {request.tags["dagster/priority"] for request in found.run_requests} == {"10"}
    again = asked_on(live_mirror, 2026, 1, 5)
    assert [request.run_key for request in again.run_requests] == [request.run_key for request in found.run_requests]


def test_pdfs_that_were_refused_to_the_end_of_a_month_or_by_its_first_run_are_asked_for_again(live_mirror):
    ticks = cron_string_iterator(datetime(2026, 12, 1, tzinfo=UTC).timestamp(), str(monthly_cells.cron_schedule), "UTC")
    days = [tick.date() for tick in takewhile(lambda tick: tick.month == 12, ticks)]
    assert days[-1] - ASK_AGAIN >= max(days[0], date(2026, 11, 30))
    found = [asked_on(live_mirror, day.year, day.month, day.day).run_requests for day in days]
    assert all("2026-11|chemrxiv" in {request.partition_key for request in requests} for requests in found)
    keys = [request.run_key for requests in found for request in requests]
    assert len(set(keys)) == len(keys)


def test_every_source_is_live(live_mirror):
    assert set(FEEDS) == set(SOURCES)
    assert why_not_live(live_mirror) is None


@pytest.mark.parametrize(("changes", "said"), [({"contact": None}, "S1_CONTACT"), ({"url": "/mirror"}, "S1_MIRROR")])
def test_it_says_what_to_set_where_no_source_is_asked(configuration, changes, said):
    found = asked_on(MirrorResource(**configuration | changes), 2026, 1, 5)
    assert not found.run_requests
    assert found.skip_message.startswith(f"{said} is ")
