"""Workers on a Ray cluster do what local workers do, and outlive its nodes."""

import os
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from resources.configured import WorkersResource
from resources.ray_workers import CODE, RayWorkers
from resources.sources.mirror import Mirror
from resources.workers import Failed, LocalWorkers, OutOfReachError, UnavailableError
from s1_assets.cells import Cell
from s1_assets.extraction.produce import _extract, equipment
from s1_assets.rejects import Reason
from s1_assets.settings import PROJECT
from s1_assets.tables import RAW_PAPERS
from s1_assets_tests.line import Line
from s1_assets_tests.resources.cluster import QUIET, Cluster, free_port
from s1_assets_tests.resources.test_workers import MEGABYTES, double, misbehave, out_of_reach, unavailable

pytest.importorskip("ray", reason="Ray is not installed: ./install.sh cpu")

PRELOAD = ["s1_assets.extraction.paper"]
COPIES = 12  # of the papers, so that the work outlasts the start of a node


@pytest.fixture(scope="module", autouse=True)
def environment():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def cluster(environment):
    with Cluster() as started:
        started.add_node()
        started.add_node()
        yield started


@pytest.fixture(scope="module")
def papers(sample_mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Any]]:
    """The sample papers of a cell, as extraction gets them."""
    cell, line = Cell("arxiv", "2024-05"), Line(tmp_path_factory.mktemp("line"), sample_mirror)
    assert line.run_alone(cell, "raw_papers").success
    return [
        (row["paper_id"], (Mirror(str(sample_mirror)), row))
        for part in line.lake.parts(RAW_PAPERS, cell)
        for row in line.lake.rows(RAW_PAPERS, cell, part.name)
    ]


def workers(cluster: Cluster, seconds: float = 60, **settings) -> RayWorkers:
    return RayWorkers(
        cluster.address, seconds, MEGABYTES, code=[*CODE, PROJECT / "s1_assets_tests", PROJECT / "samples"], **settings
    )


def extract_and_note_where(task: tuple[Any, str]) -> Any:
    """Extracts a paper, and leaves a file named after the node in a folder first."""
    paper, folder = task
    (Path(folder) / os.environ["RAY_RAYLET_PID"]).touch()
    return _extract(paper)


def end_node(task: int) -> None:
    """Kills the Ray process that the worker belongs to, as a machine that breaks down does."""
    for process in psutil.Process().parents():
        if process.name().startswith("ray::"):
            process.kill()
    time.sleep(60)


def other_equipment() -> dict[str, str]:
    return {"gs": "present" if os.environ.get("RAY_RAYLET_PID") else "absent"}


def test_a_task_that_hangs_eats_memory_dies_or_raises_is_the_failure_that_it_is_on_local_workers(cluster):
    kinds = ["fine", "hang", "eat", "die", "raise", "crash", "fine"]
    tasks = list(enumerate(kinds))
    here = list(LocalWorkers(2, 5, MEGABYTES).map(misbehave, tasks))
    assert list(workers(cluster, seconds=5).map(misbehave, tasks)) == here
    assert here[1] == (1, Failed(Reason.TIMEOUT, "not done after 5 s"))


def test_a_task_that_takes_its_node_process_down_every_time_is_one_failure(cluster):
    results = list(workers(cluster).map(end_node, [(1, 1)]))
    assert [(key, result.reason) for key, result in results] == [(1, Reason.CRASHED)]
    assert "4 runs" in results[0][1].detail


def test_papers_give_the_rows_of_local_workers_none_lost_or_doubled_in_order_though_a_node_is_killed(
    cluster, papers, tmp_path
):
    here = dict(LocalWorkers(2, 300, MEGABYTES, PRELOAD).map(_extract, papers))
    doomed, found = cluster.add_node(), []
    tasks = [((copy, key), (paper, str(tmp_path))) for copy in range(COPIES) for key, paper in papers]
    there = workers(cluster, 300, preload=PRELOAD, equipment=equipment)
    for result in there.map(extract_and_note_where, tasks):
        found.append(result)
        if doomed.returncode is None and len(list(tmp_path.iterdir())) == 3:
            cluster.kill(doomed)
    assert papers
    assert doomed.returncode is not None
    assert found == [((copy, key), here[key]) for copy in range(COPIES) for key, _ in papers]


@pytest.mark.parametrize(("task", "error"), [(unavailable, UnavailableError), (out_of_reach, OutOfReachError)])
def test_what_could_not_be_had_names_the_node_and_the_settings(cluster, task, error):
    with pytest.raises(UnavailableError, match=r"out of reach .*node .*S1_MIRROR") as raised:
        list(workers(cluster).map(task, [(1, 1)]))
    assert type(raised.value) is error


def test_a_node_that_is_equipped_otherwise_does_no_task(cluster):
    with pytest.raises(UnavailableError, match="gs present instead of absent"):
        list(workers(cluster, equipment=other_equipment).map(double, [(1, 1)]))


def test_a_cluster_out_of_reach_is_an_error_that_names_the_setting():
    resource = WorkersResource(address=f"ray://127.0.0.1:{free_port()}")
    with pytest.raises(UnavailableError, match="no Ray cluster at S1_WORKERS="):
        list(resource.open().map(double, [(1, 1)]))


def test_where_the_work_is_done_is_not_part_of_the_fingerprint():
    assert WorkersResource(address="ray://there:10001").limits == WorkersResource(address="local").limits
