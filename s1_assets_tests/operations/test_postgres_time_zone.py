"""Times are right on a PostgreSQL in whatever zone: Debian makes a server in the zone of its machine."""

import json
import time
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.instance_for_test import environ

from s1_assets.lost_runs import SETTLED, find_lost_runs
from s1_assets.run_process import this_process
from s1_assets_tests.alerts.on_call import MAY, OnCall, titles
from s1_assets_tests.operations.deployment import NOTING, Daemons, configured_instance
from s1_assets_tests.operations.test_lost_runs import started
from s1_assets_tests.postgres import new_database


@pytest.fixture(scope="module", params=["America/New_York", "Asia/Tokyo"])
def instance(postgres_server, request, tmp_path_factory) -> Iterator[dg.DagsterInstance]:
    """The instance of dagster.postgres.yaml on a database west or east of UTC."""
    database = new_database(postgres_server, f"in {request.param}", time_zone=request.param)
    home = tmp_path_factory.mktemp("zone") / "home"
    with environ(database), configured_instance(home, "dagster.postgres.yaml", NOTING) as instance:
        yield instance


def test_a_failed_run_is_told(instance):
    on_call = OnCall(instance)
    on_call.tick()
    on_call.broken.add(MAY)
    on_call.run(MAY)
    assert titles(on_call.tick()) == ["Run failed: __ephemeral_asset_job__ (arxiv 2024-05)"]


def test_a_run_is_lost_once_it_is_settled_and_no_sooner(instance):
    run = started(Daemons(instance), process=json.loads(this_process()) | {"started": 1})
    now = time.time()
    assert [list(find_lost_runs(instance, now + seconds)) for seconds in (0, SETTLED / 2)] == [[], []]
    assert [one.run_id for one in find_lost_runs(instance, now + 2 * SETTLED)] == [run]
