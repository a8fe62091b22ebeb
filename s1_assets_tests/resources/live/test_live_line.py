"""A small month of arXiv through the line without a mirror: live services fill one, and nothing is fetched twice."""

import json
import re
import shutil
from dataclasses import replace

import pytest
from werkzeug import Response

from resources.configured import MirrorResource
from resources.live import arxiv_metadata
from s1_assets.cells import Cell
from s1_assets_tests.line import Line, failure, materialized
from s1_assets_tests.resources.live.arxiv_server import ArxivServer, text_source
from s1_assets_tests.resources.live.conftest import CONTACT, ask_quickly
from s1_assets_tests.resources.live.oai_server import OaiPaper, OaiServer

MAY = Cell("arxiv", "2024-05")
STATE = arxiv_metadata.STATE


@pytest.fixture
def arxiv(httpserver):
    papers = [OaiPaper(f"2405.0000{number}", f"2024-05-0{number}") for number in range(1, 4)]
    arxiv = ArxivServer(OaiServer(papers), {f"{paper.paper}v1": text_source(paper.paper) for paper in papers})
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(arxiv)
    return arxiv


@pytest.fixture
def line(arxiv, httpserver, tmp_path, monkeypatch):
    ask_quickly(monkeypatch, "arxiv-oai", "arxiv-export")
    (tmp_path / "nothing").mkdir()
    services = {
        "arxiv-oai": httpserver.url_for("/oai"),
        "arxiv-export": httpserver.url_for("").rstrip("/"),
        "arxiv-s3": None,
    }
    mirror = MirrorResource(
        cache=str(tmp_path / "cache"),
        downloads=str(tmp_path / "lake/downloads"),
        contact=CONTACT,
        services=json.dumps(services),
        patience={"attempts": 2, "first_wait": 0.01, "longest_wait": 0.01},
        retry_seconds=0.01,
    )
    return Line(tmp_path, tmp_path / "nothing", {"S1_MIRROR": ""}, {"mirror": mirror})


def _withdrawn(paper, today):
    versions = [("Mon, 6 May 2024 10:00:00 GMT", ""), ("Tue, 7 May 2024 10:00:00 GMT", "I")]
    return replace(paper, datestamp=today, versions=versions)


def _age(line):
    """Lets a day pass since the last harvest."""
    path = line.folder / "lake/downloads" / STATE
    state = json.loads(path.read_text())
    path.write_text(json.dumps(state | {"at": state["at"] - 86400}))


def _papers(line):
    rows = [row for name, rows in line.rows(MAY).items() if name.startswith("raw_papers/") for row in rows]
    return {row["paper_id"]: row for row in rows}


def test_a_first_run_fetches_the_month_and_a_second_nothing(line, arxiv):
    first = line.run(MAY)
    assert first.success, failure(first)
    papers = _papers(line)
    assert [row["format"] for row in papers.values()] == ["latex"] * 3
    assert papers["arxiv:2405.00001"]["authors"] == ["Ana B. Núñez Jr."]
    assert sum(path.startswith("/e-print/") for path in arxiv.asked) == 3
    arxiv.asked.clear()
    second = materialized(line.run(MAY))["raw_papers"]
    assert arxiv.asked == []
    assert (second["parts_new"], second["parts_current"]) == (0, 1)


def test_a_changed_record_remakes_its_part_only(line, arxiv):
    line.run_to(MAY, "raw_papers")
    folder = line.folder / "lake/downloads/arxiv/eprint/2405"
    [day] = folder.iterdir()
    day.rename(folder / "2024-05-04")  # so that what comes today is a part of its own
    line.run_to(MAY, "raw_papers")
    today = arxiv.oai.today
    arxiv.oai.papers.append(OaiPaper("2405.00004", today))
    arxiv.sources["2405.00004v1"] = text_source("2405.00004")
    _age(line)
    arxiv.asked.clear()
    made = materialized(line.run_to(MAY, "raw_papers"))["raw_papers"]
    assert (made["parts_new"], made["parts_current"]) == (1, 1)
    assert [path for path in arxiv.asked if path != "/oai"] == ["/e-print/2405.00004v1"]
    arxiv.oai.papers[-1] = OaiPaper("2405.00004", today, title="A title that changed")
    _age(line)
    arxiv.asked.clear()
    made = materialized(line.run_to(MAY, "raw_papers"))["raw_papers"]
    assert (made["parts_new"], made["parts_current"]) == (1, 1)
    assert set(arxiv.asked) == {"/oai"}
    assert _papers(line)["arxiv:2405.00004"]["title"] == "A title that changed"


def test_a_source_that_is_down_fails_the_run_clearly_and_leaves_what_is_there(line, arxiv):
    line.run_to(MAY, "raw_papers")
    before = line.rows(MAY)
    _age(line)
    arxiv.down = True
    arxiv.asked.clear()
    outcome = line.run_to(MAY, "raw_papers")
    assert not outcome.success
    assert re.search(
        r"arxiv-oai: it answered 503 .* asked for http://127\.0\.0\.1:\d+/oai\?.*run again", failure(outcome)
    )
    assert len(arxiv.asked) == 2 * 4  # tries a run, and the asset's own three retries
    assert line.rows(MAY) == before
    arxiv.down = False
    assert line.run_to(MAY, "raw_papers").success
    assert line.rows(MAY) == before


def test_a_mistake_is_not_tried_again(line, arxiv):
    arxiv.oai.failing = [Response("Forbidden", 403)]
    outcome = line.run_to(MAY, "raw_papers")
    assert "arxiv-oai: it refused the request, 'Forbidden' (HTTP 403)" in failure(outcome)
    assert arxiv.asked == ["/oai"]


@pytest.mark.parametrize(("status", "tries"), [(500, 4), (403, 1)], ids=["down", "denied"])
def test_what_records_tell_is_committed_though_full_texts_do_not_come(line, arxiv, status, tries):
    """A run that fails for want of sources has committed what came, and marked a paper that was withdrawn."""
    line.run_to(MAY, "raw_papers")
    first, goes, *others = arxiv.oai.papers
    today, new = arxiv.oai.today, [OaiPaper(f"2405.0001{number}", arxiv.oai.today) for number in range(4)]
    arxiv.oai.papers = [first, _withdrawn(goes, today), *others, *new]
    arxiv.failing = {f"{paper.paper}v1": status for paper in new}
    _age(line)
    arxiv.asked.clear()
    outcome = line.run_to(MAY, "raw_papers")
    assert not outcome.success
    assert re.search(rf"arxiv-export: .*HTTP {status}\), asked for http://127\.0\.0\.1:\d+/e-print/", failure(outcome))
    assert sum(event.is_step_restarted for event in outcome.all_events) == tries - 1
    assert materialized(outcome)["raw_papers"]["rows"] == 7
    papers = _papers(line)
    assert papers[f"arxiv:{goes.paper}"]["status"] == "withdrawn"
    assert {paper for paper, row in papers.items() if row["format"] == "none" and row["status"] == "live"} == {
        f"arxiv:{paper.paper}" for paper in new
    }


def test_lost_downloads_cost_no_paper_its_archive_while_sources_do_not_come(line, arxiv):
    arxiv.oai.papers.append(OaiPaper("2405.00004", "2024-05-04"))
    arxiv.sources["2405.00004v1"] = text_source("2405.00004")
    assert line.run_to(MAY, "raw_papers").success
    before, rows = _papers(line), line.rows(MAY)
    shutil.rmtree(line.folder / "lake/downloads")
    sources, arxiv.failing = arxiv.failing, {f"{paper.paper}v1": 500 for paper in arxiv.oai.papers}
    goes, *stay = arxiv.oai.papers
    arxiv.oai.papers = [_withdrawn(goes, arxiv.oai.today), *stay]
    withdrawn = f"arxiv:{goes.paper}"
    for _ in range(2):
        outcome = line.run_to(MAY, "raw_papers")
        assert "arxiv-export" in failure(outcome)
        assert materialized(outcome)["raw_papers"]["rows"] == 4
        assert _papers(line) == before | {withdrawn: before[withdrawn] | {"status": "withdrawn"}}
        assert not any(name.startswith("rejects") for name in line.rows(MAY))
    arxiv.oai.papers, arxiv.failing = [goes, *stay], sources
    shutil.rmtree(line.folder / "lake/downloads")
    assert line.run_to(MAY, "raw_papers").success
    assert line.rows(MAY) == rows
