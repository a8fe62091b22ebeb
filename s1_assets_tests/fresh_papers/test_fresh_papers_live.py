"""A daemon of its own on the project's workspace: papers that were just posted reach the tables by themselves."""

import json
from collections import Counter

import dagster as dg
import pytest

from resources.lake import Lake
from resources.live.services import SERVICES
from s1_assets.jobs import CELL
from s1_assets.tables import LINE
from s1_assets_tests.fresh_papers.watched import months_ago, paper, this_month
from s1_assets_tests.operations.daemon import comes, cursor_of, fresh_deployment, told
from s1_assets_tests.resources.live.arxiv_server import figure_source

NOW, BEFORE = this_month(), months_ago(1)
ASKED = dg.RunsFilter(job_name=CELL.name)
WARNS = "quality_metrics.recaption_length"


@pytest.fixture
def environment(tmp_path, configuration, httpserver) -> dict[str, str]:
    """The environment of a deployment that asks the local arXiv and no other source, and tells a local webhook."""
    services = dict.fromkeys(SERVICES) | json.loads(configuration["services"])
    return fresh_deployment(tmp_path, httpserver, S1_CONTACT=configuration["contact"], S1_SERVICES=json.dumps(services))


def ended(deployed) -> bool:
    return all(run.is_finished for run in deployed.get_runs(ASKED))


def test_posted_papers_run_their_cells_once_though_the_daemon_is_killed_as_it_asks(
    arxiv, deployed, start_daemon, httpserver, tmp_path
):
    posted = [paper(NOW, 1, title="Sand"), paper(BEFORE, 1, title="Salt")]
    arxiv.oai.papers = posted
    arxiv.sources = {f"{one.paper}v1": figure_source(one.title) for one in posted}
    daemon = start_daemon()
    assert comes(lambda: cursor_of(deployed, "fresh_arxiv")), (tmp_path / "daemon-0.log").read_text()[-2000:]
    assert comes(lambda: deployed.get_runs(ASKED, limit=1))
    daemon.kill()
    daemon.wait()
    start_daemon()
    assert comes(lambda: not json.loads(cursor_of(deployed, "fresh_arxiv") or "{}")["waiting"])
    assert comes(lambda: len(deployed.get_runs(ASKED)) >= 2 and ended(deployed))

    runs = [run for run in deployed.get_runs(ASKED) if not run.parent_run_id]  # not one that a dying server took along
    asked_for = Counter(run.tags["dagster/partition"] for run in runs)
    assert asked_for == {f"{cell.month}|arxiv": 1 for cell in (NOW, BEFORE)}
    assert len({run.tags["dagster/run_key"] for run in runs}) == 2
    lake = Lake(str(tmp_path / "lake"))
    for cell in (NOW, BEFORE):
        assert {table.name: len(lake.parts(table, cell)) for table in LINE} == {table.name: 1 for table in LINE}

    assert comes(lambda: told(httpserver, WARNS))
    cells = Counter(
        cell for cell, _ in told(httpserver, WARNS)
    )  # the other cell's news waits for the next message of its group
    assert set(cells.values()) == {1}
    assert set(cells) <= set(map(str, (NOW, BEFORE)))
