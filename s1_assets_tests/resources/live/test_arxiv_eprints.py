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
    paths = [found.path.rpartition("/")[2] for found in live.downloads.mirror.objects("arxiv/eprint")]
    return sorted(path.removesuffix("v1.pdf") for path in paths if path.endswith(".pdf"))


def test_one_paper_that_does_not_come_keeps_no_other(live, answers, asked):
    first = PAPERS[0]
    answers[first] = b"", 500
    harvest_eprints(live, MAY)
    assert _here(live) == PAPERS[1:]
    del answers[first]
    harvest_eprints(live, MAY)
    assert _here(live) == PAPERS


def test_a_web_page_among_sources_is_a_paper_without_one_for_some_days(live, answers, asked):
    answers[PAPERS[0]] = answers[PAPERS[-1]] = WEB_PAGE, 200
    harvest_eprints(live, MAY)
    asked.clear()
    harvest_eprints(live, MAY)
    assert (_here(live), asked) == (PAPERS[1:-1], [])
    _later(live)
    harvest_eprints(live, MAY)
    assert sorted(asked) == [PAPERS[0], PAPERS[-1]]


def _later(live):
    """Lets what was noted of single papers be of some days ago, and nothing be closed."""
    path = f"arxiv/left/{MAY}.json"
    live.downloads.put_state(path, dict.fromkeys(live.downloads.state(path), "2024-06-01"))
    notes = [found.path for found in live.downloads.mirror.objects("arxiv/eprint") if found.path.endswith(".none")]
    live.downloads.remove(notes)
    (live.cache / "limits/quick-arxiv-export.state").unlink(missing_ok=True)


def _list(live, papers):
    lines = "".join(json.dumps(record(paper)) + "\n" for paper in papers)
    live.downloads.put("arxiv/arxiv-metadata-oai-snapshot.json", lines.encode())


FAILURES = [(b"", 500), (WEB_PAGE, 200)]


@pytest.mark.parametrize("failure", FAILURES, ids=["5xx", "web pages"])
def test_papers_that_fail_while_others_come_keep_no_later_run_from_ending_well(live, answers, asked, failure):
    answers |= dict.fromkeys(PAPERS[::2], failure)
    for run in range(3):
        new = [f"2405.0002{one}" for one in range(run + 1)]
        _list(live, [*PAPERS, *new])
        harvest_eprints(live, MAY)
        assert _here(live) == sorted([*PAPERS[1::2], *new])


@pytest.mark.parametrize(
    ("failure", "number"), [(FAILURES[0], 3), (FAILURES[1], 10), ((b"", 403), 1)], ids=["5xx", "web pages", "denied"]
)
def test_a_month_of_which_nothing_but_failures_is_left_ends_well_from_the_second_day_on(
    live, answers, asked, failure, number
):
    _list(live, PAPERS[:number])
    answers |= dict.fromkeys(PAPERS[:number], failure)
    with pytest.raises((SourceDownError, SourceRefusedError)):
        harvest_eprints(live, MAY)
    for _ in range(3):
        _later(live)
        asked.clear()
        harvest_eprints(live, MAY)
        assert set(asked) == set(PAPERS[:number])


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
