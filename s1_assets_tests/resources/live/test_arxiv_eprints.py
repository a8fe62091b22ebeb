"""What keeps one source of arXiv's from coming, and what keeps all of them."""

import json
import re

import pytest
from werkzeug import Request, Response

from resources.live.access import Downloads, LiveAccess
from resources.live.arxiv_eprints import harvest_eprints
from resources.live.failures import FailuresInARow, SourceDownError, SourceRefusedError
from resources.live.refusals import RefusalsInARow
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly
from s1_assets_tests.resources.sources.arxiv_mirror import record

MAY = "2024-05"
PDF = b"%PDF-1.5 of a paper"
WEB_PAGE = b"<!DOCTYPE html><html>Checking your browser</html>"
PAPERS = [f"2405.{number:05}" for number in range(1, 16)]


@pytest.fixture
def answers():
    """What export.arxiv.org gives by paper; a PDF of all others."""
    return {}


@pytest.fixture
def asked(httpserver, answers):
    asked = []

    def answer(request: Request) -> Response:
        paper = request.path.removeprefix("/e-print/").removesuffix("v1")
        asked.append(paper)
        content, status = answers.get(paper, (PDF, 200))
        return Response(content, status)

    httpserver.expect_request(re.compile("/e-print/.*")).respond_with_handler(answer)
    return asked


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch, asked):
    ask_quickly(monkeypatch, "arxiv-export")
    overrides = json.dumps({"arxiv-export": httpserver.url_for("/").rstrip("/")})
    live = LiveAccess(CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK)
    lines = "".join(json.dumps(record(paper)) + "\n" for paper in PAPERS)
    live.downloads.put("arxiv/arxiv-metadata-oai-snapshot.json", lines.encode())
    return live


def _here(live):
    paths = [found.path for found in live.downloads.mirror.objects("arxiv/eprint")]
    return sorted(path.rpartition("/")[2].removesuffix("v1.pdf") for path in paths)


@pytest.mark.parametrize("failure", [(b"", 500), (WEB_PAGE, 200)], ids=["5xx", "a web page"])
def test_one_paper_that_does_not_come_keeps_no_other(live, answers, asked, failure):
    first = PAPERS[0]
    answers[first] = failure
    harvest_eprints(live, MAY)
    assert _here(live) == PAPERS[1:]
    del answers[first]
    harvest_eprints(live, MAY)
    assert _here(live) == PAPERS


def test_papers_that_fail_here_and_there_keep_no_other(live, answers):
    failing = PAPERS[::2]
    assert len(failing) > FailuresInARow.MOST
    answers |= dict.fromkeys(failing, (b"", 500))
    harvest_eprints(live, MAY)
    assert _here(live) == PAPERS[1::2]


def test_a_service_that_fails_again_and_again_is_down(live, answers, asked):
    answers |= dict.fromkeys(PAPERS[1:], (b"", 500))
    with pytest.raises(SourceDownError, match="answered 500"):
        harvest_eprints(live, MAY)
    assert len(set(asked)) == 1 + FailuresInARow.MOST


def test_a_gate_that_answers_with_web_pages_is_left_alone_after_some(live, answers, asked):
    answers |= dict.fromkeys(PAPERS[1:], (WEB_PAGE, 200))
    with pytest.raises(SourceRefusedError, match=r"refused 10 papers in a row.*a web page came.*for an hour"):
        harvest_eprints(live, MAY)
    assert len(asked) == 1 + RefusalsInARow.MOST
    with pytest.raises(SourceDownError, match="arxiv-export: it is to be left alone, closed until"):
        harvest_eprints(live, MAY)
    assert len(asked) == 1 + RefusalsInARow.MOST
    assert _here(live) == PAPERS[:1]
