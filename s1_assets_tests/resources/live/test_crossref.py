"""Crossref's lists: cursors, failures in disguise, and the limit that it tells."""

import json
import time
from dataclasses import replace

import pytest
from werkzeug import Response

from resources.live.access import Downloads, LiveAccess
from resources.live.crossref import works
from resources.live.failures import SourceDownError, SourceRefusedError
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly
from s1_assets_tests.resources.live.crossref_server import CrossrefServer, work

PATH = "prefixes/10.26434/works"
POSTED = {"type": "posted-content"}


@pytest.fixture
def server(httpserver):
    server = CrossrefServer([work(f"10.26434/chemrxiv-2024-{letter}") for letter in "abcde"])
    httpserver.expect_request(f"/{PATH}").respond_with_handler(server)
    return server


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch):
    ask_quickly(monkeypatch, "crossref")
    overrides = json.dumps({"crossref": httpserver.url_for("").rstrip("/")})
    return LiveAccess(CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK)


def _dois(live, **options):
    return [work["DOI"][-1] for page in works(live, PATH, POSTED, **options) for work in page.works]


def test_a_list_goes_on_to_its_end_with_cursors_as_they_came(live, server):
    assert _dois(live) == list("abcde")
    assert [asked["cursor"] for asked in server.asked] == ["*", "+/= 2", "+/= 4"]
    assert {asked["mailto"] for asked in server.asked} == {CONTACT}
    assert {asked["filter"] for asked in server.asked} == {"type:posted-content"}


def test_a_contact_that_is_no_address_is_no_parameter(live, server):
    live = replace(live, contact="https://example.org/team")
    assert len(_dois(live)) == 5
    assert not any("mailto" in asked for asked in server.asked)


def test_a_list_whose_cursor_is_lost_starts_again(live, server):
    server.lost = {"+/= 2"}
    assert _dois(live) == list("ababcde")


def test_a_request_that_is_refused_is_not_made_again(live, server):
    server.failing = [Response('{"status":"failed","message":[{"value":"x"}]}', 400)]
    with pytest.raises(SourceRefusedError, match="crossref: it refused the request"):
        _dois(live)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>busy</html>",
        '{"status": "ok", "message": {"items": null, "total-results": 3}}',
        '{"status": "failed", "message": {"items": [], "total-results": 3}}',
        '{"status": "ok", "message": []}',
        "[" * 100_000,
    ],
)
def test_an_answer_that_is_no_list_is_asked_for_again(live, server, body):
    server.failing = [Response(body)]
    assert _dois(live) == list("abcde")
    server.failing = [Response(body) for _ in range(QUICK.attempts)]
    with pytest.raises(SourceDownError, match="no list of works"):
        _dois(live)


def test_a_service_that_asks_for_a_pause_gets_it_and_the_list_goes_on(live, server):
    server.failing = [Response("", 429, headers={"Retry-After": "1"})]
    before = time.time()
    assert _dois(live) == list("abcde")
    assert time.time() - before >= 1


def test_a_limit_lower_than_ours_is_kept(live, server, httpserver):
    httpserver.clear()

    def slow(request):
        response = server(request)
        response.headers |= {"X-Rate-Limit-Limit": "2", "X-Rate-Limit-Interval": "1s"}
        return response

    httpserver.expect_request(f"/{PATH}").respond_with_handler(slow)
    before = time.time()
    assert len(_dois(live)) == 5
    assert time.time() - before >= 2 * 0.5


def test_what_is_no_record_is_left_out(live, server):
    server.page = 10
    body = {"items": ["x", None, work("10.26434/chemrxiv-2024-z")], "total-results": 3, "next-cursor": "c"}
    server.failing = [Response(json.dumps({"status": "ok", "message": body}))]
    assert _dois(live) == ["z"]
