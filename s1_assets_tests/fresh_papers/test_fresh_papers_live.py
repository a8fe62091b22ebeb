"""Web server and daemon on the project's workspace: papers that were just posted reach the tables by themselves."""

import json
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from resources.lake import Lake
from resources.live.services import SERVICES
from s1_assets.jobs import CELL
from s1_assets.tables import LINE
from s1_assets_tests.fresh_papers.watched import months_ago, paper, this_month
from s1_assets_tests.operations.daemon import comes, cursor_of, fresh_deployment, told
from s1_assets_tests.operations.web_server import made, web_server
from s1_assets_tests.resources.live.arxiv_server import figure_source

SENSOR, NOW, BEFORE = "fresh_arxiv", this_month(), months_ago(1)
ASKED = dg.RunsFilter(job_name=CELL.name)
WARNS = "quality_metrics.recaption_length"


@pytest.fixture
def url(environment, tmp_path) -> Iterator[str]:
    """The web server of that deployment."""
    with web_server(environment, tmp_path / "web.log") as found:
        yield found


@pytest.fixture
def environment(tmp_path, configuration, httpserver) -> dict[str, str]:
    """The environment of a deployment that asks the local arXiv and no other source, and tells a local webhook."""
    services = dict.fromkeys(SERVICES) | json.loads(configuration["services"])
    return fresh_deployment(tmp_path, httpserver, S1_CONTACT=configuration["contact"], S1_SERVICES=json.dumps(services))


def ended(deployed) -> bool:
    return all(run.is_finished for run in deployed.get_runs(ASKED))


def waiting(deployed) -> list[str]:
    """The months that the sensor's saved cursor holds to be asked for."""
    return list(json.loads(cursor_of(deployed, SENSOR) or "{}").get("waiting", ()))


def test_posted_papers_run_their_cells_once_though_the_daemon_is_killed_before_its_cursor_is_saved(
    url, arxiv, deployed, start_daemon, httpserver
):
    posted = [paper(NOW, 1, title="Sand"), paper(BEFORE, 1, title="Salt")]
    arxiv.oai.papers = posted
    arxiv.sources = {f"{one.paper}v1": figure_source(one.title) for one in posted}
    daemon = start_daemon(dies_in=SENSOR)
    assert comes(lambda: daemon.poll() == -signal.SIGKILL)
    assert len(deployed.get_runs(ASKED)) == len(waiting(deployed)) == 2
    start_daemon()
    assert comes(lambda: not waiting(deployed))
    assert comes(lambda: ended(deployed))
    for cell in (NOW, BEFORE):
        shown = made(url, "raw_papers", cell)
        assert (shown["jobName"], shown["status"], shown["rows_new"]) == (CELL.name, "SUCCESS", 1)
        assert made(url, "published_shards", cell)["dagster/row_count"] > 0

    runs = [run for run in deployed.get_runs(ASKED) if not run.parent_run_id]  # not one that a dying server took along
    asked_for = Counter(run.tags["dagster/partition"] for run in runs)
    assert asked_for == {f"{cell.month}|arxiv": 1 for cell in (NOW, BEFORE)}
    assert len({run.tags["dagster/run_key"] for run in runs}) == 2
    lake = Lake(str(Path(deployed.root_directory).parent / "lake"))
    for cell in (NOW, BEFORE):
        assert {table.name: len(lake.parts(table, cell)) for table in LINE} == {table.name: 1 for table in LINE}

    assert comes(lambda: told(httpserver, WARNS))
    cells = Counter(
        cell for cell, _ in told(httpserver, WARNS)
    )  # the other cell's news waits for the next message of its group
    assert set(cells.values()) == {1}
    assert set(cells) <= set(map(str, (NOW, BEFORE)))
