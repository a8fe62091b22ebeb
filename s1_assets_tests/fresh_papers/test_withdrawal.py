"""A paper that its source withdraws leaves the data set: from the sensor to the tombstone of the next release."""

import json

import pytest

from resources.configured import MirrorResource
from resources.publishers.publisher import open_publisher
from s1_assets.partitions import cell_of
from s1_assets_tests.fresh_papers.watched import Watched, paper, this_month
from s1_assets_tests.line import QUIET, Line, failure, materialized
from s1_assets_tests.resources.live.arxiv_server import figure_source

NOW = this_month()


@pytest.fixture
def line(configuration, tmp_path):
    (tmp_path / "nothing").mkdir()
    return Line(tmp_path, tmp_path / "nothing", {"S1_MIRROR": ""}, {"mirror": MirrorResource(**configuration)})


@pytest.fixture
def watched(arxiv, configuration, line):
    return Watched(arxiv, configuration, line.instance)


def run_what_is_asked_for(watched, line):
    watched.let_pass()
    watched.look()
    for request in watched.ask():
        outcome = line.run(cell_of(request.partition_key))
        assert outcome.success, failure(outcome)


def release(line):
    publisher = open_publisher(line.settings.publish)
    outcome = line.defs.resolve_job_def("make_release").execute_in_process(instance=line.instance, run_config=QUIET)
    made = materialized(outcome)["release"]
    lines = publisher.read(f"releases/{made['release']}/tombstones.jsonl").splitlines()
    stones = [json.loads(text) for text in lines]
    return [(stone["paper_id"], stone["pair_id"], stone["reason"]) for stone in stones]


@pytest.fixture
def released(watched, line):
    """Two papers with figures that a release has."""
    papers = paper(NOW, 1, title="Sand"), paper(NOW, 2, title="Salt")
    watched.arxiv.oai.papers = [*papers]
    watched.arxiv.sources = {f"{one.paper}v1": figure_source(one.title) for one in papers}
    run_what_is_asked_for(watched, line)
    assert release(line) == []
    return papers


def test_a_withdrawn_paper_leaves_the_lake_and_the_next_release_has_its_tombstone(watched, line, released):
    stays, goes = released
    kept, left = f"arxiv:{stays.paper}", f"arxiv:{goes.paper}"
    assert papers_of(line, "figure_pairs") == {kept, left}

    goes.versions.append(("Mon, 30 Nov 2026 10:00:00 GMT", "I"))
    goes.datestamp = watched.arxiv.oai.today
    run_what_is_asked_for(watched, line)
    statuses = {row["paper_id"]: row["status"] for row in rows(line, "raw_papers")}
    assert statuses == {kept: "live", left: "withdrawn"}
    assert papers_of(line, "figure_pairs") == papers_of(line, "enhanced_captions") == {kept}
    assert release(line) == [(left, None, "withdrawn"), (left, f"{left}#1", "withdrawn")]


def test_a_withdrawal_has_its_tombstone_though_full_texts_do_not_come(watched, line, released):
    stays, goes = released
    for one, kind in ((stays, ""), (goes, "I")):
        one.versions.append(("Mon, 30 Nov 2026 10:00:00 GMT", kind))
        one.datestamp = watched.arxiv.oai.today
    watched.arxiv.failing[f"{stays.paper}v2"] = 403
    watched.let_pass()
    outcome = line.run(NOW)
    assert "arXiv denies access" in failure(outcome)
    assert release(line) == [(f"arxiv:{goes.paper}", None, "withdrawn")]


def rows(line, table):
    found = line.rows(NOW)
    return [row for name, part in found.items() if name.startswith(f"{table}/") for row in part]


def papers_of(line, table):
    return {row.get("paper_id") or row["pair_id"].rpartition("#")[0] for row in rows(line, table)}
