"""The schedule that asks for last month's cells once more."""

from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._core.definitions.schedule_definition import ScheduleExecutionData

from resources.configured import MirrorResource
from resources.live.harvests import FEEDS
from s1_assets.cells import SOURCES
from s1_assets.definitions import build_defs
from s1_assets.fresh_papers.live import why_not_live
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


def test_last_month_s_cell_of_every_source_is_asked_for_once(live_mirror):
    found = asked_on(live_mirror, 2026, 1, 5)
    assert {request.partition_key for request in found.run_requests} == {f"2025-12|{source}" for source in SOURCES}
    assert {request.tags["dagster/priority"] for request in found.run_requests} == {"10"}
    again = asked_on(live_mirror, 2026, 1, 5)
    assert [request.run_key for request in again.run_requests] == [request.run_key for request in found.run_requests]


def test_every_source_is_live(live_mirror):
    assert set(FEEDS) == set(SOURCES)
    assert why_not_live(live_mirror) is None


@pytest.mark.parametrize(("changes", "said"), [({"contact": None}, "S1_CONTACT"), ({"url": "/mirror"}, "S1_MIRROR")])
def test_it_says_what_to_set_where_no_source_is_asked(configuration, changes, said):
    found = asked_on(MirrorResource(**configuration | changes), 2026, 1, 5)
    assert not found.run_requests
    assert found.skip_message.startswith(f"{said} is ")
