"""Records that arXiv modifies while their list is read: they go to its end, those after them move up, none is lost."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from werkzeug import Request, Response

from resources.live import arxiv_metadata
from resources.live.access import Downloads, LiveAccess
from resources.live.arxiv_metadata import PASSES, harvest_metadata
from resources.sources.arxiv.harvested import HARVESTED
from resources.sources.arxiv.metadata import records_of
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly
from s1_assets_tests.resources.live.oai_server import OaiPaper, OaiServer

MAY = "2024-05"
IDS = [f"2405.{number:05}" for number in range(1, 9)]
OLD = "2024-05-10"


class ChangingServer(OaiServer):
    """Modifies a paper after each page that is asked for by a token, `changes` times."""

    changes = 0

    def __call__(self, request: Request) -> Response:
        answer = super().__call__(request)
        if self.changes and "arXivRaw" in request.args.get("resumptionToken", ""):
            self.changes -= 1
            at = next(at for at, paper in enumerate(self.papers) if paper.datestamp != self.today)
            self.papers[at] = replace(self.papers[at], datestamp=self.today, title="On other things")
        return answer


@pytest.fixture
def server(httpserver):
    server = ChangingServer([OaiPaper(paper, OLD) for paper in IDS], page=2)
    httpserver.expect_request("/oai").respond_with_handler(server)
    return server


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch, told):
    ask_quickly(monkeypatch, "arxiv-oai")
    overrides = json.dumps({"arxiv-oai": httpserver.url_for("/oai")})
    downloads = Downloads(str(tmp_path / "downloads"))
    return LiveAccess(CONTACT, downloads, tmp_path / "cache", overrides, QUICK, told.append)


def _harvested_until(live, day):
    """Lets everything since a day have been harvested."""
    noted = {"first": day, "last": day, "at": 32503680000.0, "open": None, "older": None, "seen": {}}
    live.downloads.put_state(arxiv_metadata.STATE, noted)


def _here(live):
    return list(records_of(live.downloads.mirror, MAY, live.cache)[0])


def _brought(live):
    """How often harvests stored a record of each paper."""
    return Counter(paper for fetch in HARVESTED.after(live.downloads.mirror, "") for paper in fetch.papers)


def _lists(server):
    asked = [one for one in server.asked if one.get("metadataPrefix") == "arXivRaw"]
    return [(one["from"], one.get("until")) for one in asked]


def test_of_a_list_of_old_records_none_is_passed_over_and_none_stored_twice(live, server):
    _harvested_until(live, "2024-05-20")
    server.changes = 1
    harvest_metadata(live, MAY)
    assert _here(live) == IDS
    assert set(_brought(live).values()) == {1}
    assert (
        _lists(server) == [(arxiv_metadata._before("2024-05-01", timedelta(2)), "2024-05-19"), (server.today, None)] * 2
    )


def test_of_a_list_of_what_came_of_late_none_is_passed_over(live, server):
    yesterday = f"{date.fromisoformat(server.today) - timedelta(days=1)}"
    server.papers = [OaiPaper(paper, yesterday) for paper in IDS]
    server.changes = 1
    with live.alone("arxiv-oai"):
        while arxiv_metadata._step(live, date.fromisoformat(server.today), 8):
            pass
    assert _here(live) == IDS
    assert set(_brought(live).values()) == {1}


def test_a_list_that_does_not_change_is_read_once(live, server):
    _harvested_until(live, "2024-05-20")
    harvest_metadata(live, MAY)
    assert [until for _, until in _lists(server)] == ["2024-05-19", None]


def test_it_goes_on_over_several_steps(live, server, monkeypatch):
    monkeypatch.setattr(arxiv_metadata, "PAGES_A_STEP", 1)
    _harvested_until(live, "2024-05-20")
    server.changes = 1
    harvest_metadata(live, MAY)
    assert _here(live) == IDS


def test_a_list_that_never_holds_still_is_read_a_few_times(live, server, told):
    server.papers += [OaiPaper(f"2405.{number:05}", OLD) for number in range(9, 30)]
    _harvested_until(live, "2024-05-20")
    server.changes = 20
    harvest_metadata(live, MAY)
    assert [until for _, until in _lists(server)] == ["2024-05-19", None] * PASSES
    assert any("may be lacking" in line for line in told)


def test_a_list_is_read_again_when_what_was_modified_meanwhile_is_not_known(live, server, httpserver):
    _harvested_until(live, "2024-05-20")
    down = iter([503] * QUICK.attempts)

    def answer(request: Request) -> Response:
        if request.args.get("from") == server.today and (status := next(down, None)):
            return Response("", status)
        return server(request)

    httpserver.clear()
    httpserver.expect_request("/oai").respond_with_handler(answer)
    server.changes = 1
    harvest_metadata(live, MAY)
    assert _here(live) == IDS
