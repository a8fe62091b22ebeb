"""What the client makes of a service's answers and failures."""

import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from werkzeug import Request, Response

from resources.live.answers import KeptAnswers
from resources.live.failures import SourceDownError, SourceRefusedError, without_secrets
from resources.live.http import Client, not_empty
from resources.live.limits import LONGEST_CLOSURE, RateLimit
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK


def _answers(*responses):
    """A handler that gives these responses in turn, then the last again; it notes when it was asked."""
    arrivals = []

    def handle(request: Request) -> Response:
        arrivals.append(time.time())
        return responses[min(len(arrivals), len(responses)) - 1]

    return handle, arrivals


def test_every_request_says_who_asks(client, httpserver):
    httpserver.expect_request("/works").respond_with_data("found")
    assert client.get("journal", "works").body == b"found"
    [(request, _)] = httpserver.log
    assert "s1-assets" in request.headers["User-Agent"]
    assert CONTACT in request.headers["User-Agent"]


@pytest.mark.parametrize("contact", [None, "", "somebody"])
def test_without_a_contact_nothing_is_asked(tmp_path, contact):
    with pytest.raises(ValueError, match="S1_CONTACT"):
        Client(contact, tmp_path, {})


def test_parameters_are_percent_encoded_again(client, httpserver):
    httpserver.expect_request("/oai").respond_with_data("page")
    client.get("journal", "oai", {"resumptionToken": "verb%3DListRecords%26skip%3D5|+"})
    [(request, _)] = httpserver.log
    assert request.query_string == b"resumptionToken=verb%253DListRecords%2526skip%253D5%7C%2B"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_failure_that_passes_is_tried_again(client, httpserver, status):
    handle, arrivals = _answers(Response("busy", status), Response("well"))
    httpserver.expect_request("/works").respond_with_handler(handle)
    assert client.get("journal", "works").body == b"well"
    assert len(arrivals) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_not_tried_again_and_quotes_the_service(client, httpserver, status):
    handle, arrivals = _answers(Response("Access denied\nfor you", status))
    httpserver.expect_request("/works").respond_with_handler(handle)
    with pytest.raises(SourceRefusedError, match=r"journal: .*'Access denied for you'.*HTTP \d") as raised:
        client.get("journal", "works")
    assert raised.value.status == status
    assert len(arrivals) == 1


def test_an_expected_status_is_an_answer(client, httpserver):
    httpserver.expect_request("/works").respond_with_data("none", 404)
    assert client.get("journal", "works", expected=frozenset({404})).status == 404


def test_a_service_that_stays_down_is_told_with_what_to_do(new_client, httpserver):
    told = []
    handle, arrivals = _answers(Response("", 503))
    httpserver.expect_request("/works").respond_with_handler(handle)
    with pytest.raises(SourceDownError, match=r"503 .* at each of 3 tries \(HTTP 503\).*/works; run again later"):
        new_client(log=told.append).get("journal", "works")
    assert len(arrivals) == 3
    assert told == [f"journal: it answered 503 SERVICE UNAVAILABLE; try {number} follows" for number in (2, 3)]


def test_a_service_that_cannot_be_reached_is_down(new_client):
    unreachable = new_client(url="http://127.0.0.1:9")
    with pytest.raises(SourceDownError, match="ConnectError"):
        unreachable.get("journal", "works")


def test_an_answer_that_does_not_come_is_a_failure_that_passes(new_client, httpserver):
    def handle(request: Request) -> Response:
        seen.append(request)
        if len(seen) == 1:
            time.sleep(1.5)
        return Response("late")

    seen: list[Request] = []
    httpserver.expect_request("/works").respond_with_handler(handle)
    hasty = new_client(patience=replace(QUICK, attempts=6, first_wait=0.5, longest_wait=0.5, silence=1.0))
    assert hasty.get("journal", "works").body == b"late"
    assert len(seen) > 1


def test_a_pause_that_is_asked_for_in_seconds_is_kept(client, httpserver):
    handle, arrivals = _answers(Response("", 503, {"Retry-After": "1"}), Response("well"))
    httpserver.expect_request("/works").respond_with_handler(handle)
    assert client.get("journal", "works").body == b"well"
    assert arrivals[1] - arrivals[0] >= 1


def test_a_pause_that_is_asked_for_by_date_is_kept(client, httpserver):
    until = (datetime.now(UTC) + timedelta(seconds=3)).replace(microsecond=0)
    pause = {"Retry-After": format_datetime(until, usegmt=True)}
    handle, arrivals = _answers(Response("", 503, pause), Response("well"))
    httpserver.expect_request("/works").respond_with_handler(handle)
    assert client.get("journal", "works").body == b"well"
    assert arrivals[1] >= until.timestamp()


def test_a_longer_pause_ends_the_run_and_is_kept_by_later_ones(new_client, httpserver):
    handle, arrivals = _answers(Response("", 429, {"Retry-After": "3600"}))
    httpserver.expect_request("/works").respond_with_handler(handle)
    for client in (new_client(), new_client()):
        with pytest.raises(SourceDownError, match=r"is to be left alone, closed until 2\d\d\d-.*UTC.*run again then"):
            client.get("journal", "works")
    assert len(arrivals) == 1


def test_a_refusal_that_asks_for_a_pause_gets_it(new_client, httpserver):
    handle, arrivals = _answers(Response("too often", 403, {"Retry-After": "3600"}))
    httpserver.expect_request("/works").respond_with_handler(handle)
    with pytest.raises(SourceRefusedError, match="too often"):
        new_client().get("journal", "works")
    with pytest.raises(SourceDownError, match="is to be left alone"):
        new_client().get("journal", "works")
    assert len(arrivals) == 1


@pytest.mark.parametrize("asked", ["1795000000", "Fri, 31 Dec 2999 23:59:59 GMT", "9" * 30, "9" * 400, "9" * 5000])
def test_an_absurd_pause_closes_a_service_for_a_day_at_most(client, httpserver, asked):
    httpserver.expect_request("/works").respond_with_data("", 429, {"Retry-After": asked})
    with pytest.raises(SourceDownError, match="closed until 2") as raised:
        client.get("journal", "works")
    assert raised.value.__cause__.until <= time.time() + LONGEST_CLOSURE


@pytest.mark.parametrize("asked", ["soon", "-5", "Fri, 31 Dec 99999 23:59:59 GMT", "Fri, 99 Foo 2026 00:00:00 GMT"])
def test_a_pause_that_is_none_is_not_kept(client, httpserver, asked):
    handle, _ = _answers(Response("", 503, {"Retry-After": asked}), Response("well"))
    httpserver.expect_request("/works").respond_with_handler(handle)
    assert client.get("journal", "works").body == b"well"


def test_an_empty_answer_is_a_failure_where_told(client, httpserver):
    handle, arrivals = _answers(Response(" \n"), Response("{}"))
    httpserver.expect_request("/details").respond_with_handler(handle)
    assert client.get("journal", "details", usable=not_empty).body == b"{}"
    assert client.get("journal", "details").body == b"{}"
    assert len(arrivals) == 3


def test_a_damaged_compression_is_a_failure_that_passes(client, httpserver):
    packed = {"Content-Encoding": "gzip"}
    handle, arrivals = _answers(Response(b"no gzip", headers=packed), Response(gzip.compress(b"well"), headers=packed))
    httpserver.expect_request("/works").respond_with_handler(handle)
    assert client.get("journal", "works").body == b"well"
    assert len(arrivals) == 2


def test_a_compression_that_ends_early_is_a_failure_that_passes(client, httpserver):
    packed, whole = {"Content-Encoding": "gzip"}, gzip.compress(b"well")
    handle, _ = _answers(Response(whole[:-9], headers=packed), Response(whole, headers=packed))
    httpserver.expect_request("/works").respond_with_handler(handle)
    assert client.get("journal", "works").body == b"well"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,deflate", "deflate", "br"])
@pytest.mark.parametrize("status", [200, 403])
def test_an_answer_that_is_encoded_otherwise_than_asked_for_is_not_unpacked(client, httpserver, encoding, status):
    body = gzip.compress(gzip.compress(b"well"))
    httpserver.expect_request("/works").respond_with_data(body, status, {"Content-Encoding": encoding})
    why = "is encoded as '" if status == 200 else r"refused the request, '' \(HTTP 403\)"
    with pytest.raises((SourceDownError, SourceRefusedError), match=why):
        client.get("journal", "works")
    assert httpserver.log[0][0].headers["Accept-Encoding"] == "gzip"


def test_an_answer_that_is_too_large_is_refused(client, httpserver):
    packed = Response(gzip.compress(bytes(100_000)), headers={"Content-Encoding": "gzip"})
    httpserver.expect_request("/works").respond_with_handler(lambda request: packed)
    assert len(client.get("journal", "works").body) == 100_000
    with pytest.raises(SourceRefusedError, match="more than 99999 bytes"):
        client.get("journal", "works", max_bytes=99_999)


def test_a_redirect_is_followed_on_the_same_host(client, httpserver):
    httpserver.expect_request("/old").respond_with_data("", 301, {"Location": "/new"})
    httpserver.expect_request("/new").respond_with_data("moved")
    assert client.get("journal", "old").body == b"moved"


def test_a_redirect_is_followed_to_a_named_host_only(new_client, httpserver):
    elsewhere = f"localhost:{httpserver.port}"
    httpserver.expect_request("/old").respond_with_data("", 302, {"Location": f"http://{elsewhere}/new"})
    httpserver.expect_request("/new").respond_with_data("moved")
    with pytest.raises(SourceRefusedError, match=f"redirects to {elsewhere}, which is not the service's"):
        new_client().get("journal", "old")
    assert [request.path for request, _ in httpserver.log] == ["/old"]
    assert new_client(hosts=frozenset({elsewhere})).get("journal", "old").body == b"moved"


@pytest.mark.parametrize("target", ["http://example.org/", "file:///etc/passwd", "ftp://127.0.0.1/a"])
def test_a_redirect_without_encryption_or_to_no_web_address_is_refused(new_client, httpserver, target):
    httpserver.expect_request("/old").respond_with_data("", 302, {"Location": target})
    with pytest.raises(SourceRefusedError, match="redirects to"):
        new_client(hosts=frozenset({"example.org", ""})).get("journal", "old")


def test_redirects_without_end_are_refused(client, httpserver):
    httpserver.expect_request("/loop").respond_with_data("", 302, {"Location": "/loop"})
    with pytest.raises(SourceRefusedError, match="more than 5 redirects"):
        client.get("journal", "loop")


def test_a_service_without_encryption_is_not_asked(new_client):
    with pytest.raises(ValueError, match="no https:// URL"):
        new_client(url="http://example.org").get("journal", "works")


def test_kept_answers_are_asked_for_again_only_when_they_are_too_old_or_forgotten(new_client, httpserver, tmp_path):
    handle, arrivals = _answers(*(Response(name, headers={"Last-Modified": "today"}) for name in ("1", "2", "3")))
    httpserver.expect_request("/works").respond_with_handler(handle)
    began = time.time() - 60

    def body(since):
        kept = KeptAnswers(tmp_path / "list", since)
        answer = new_client().get("journal", "works", kept=kept, usable=not_empty)
        assert answer.headers["last-modified"] == "today"
        return answer.body

    assert [body(began), body(began), body(time.time() + 60), body(began)] == [b"1", b"1", b"2", b"2"]
    KeptAnswers(tmp_path / "list", began).forget()
    assert body(began) == b"3"
    assert len(arrivals) == 3


def test_failures_are_not_kept(client, httpserver, tmp_path):
    handle, _ = _answers(Response("gone", 404), Response("back"))
    httpserver.expect_request("/works").respond_with_handler(handle)
    kept = KeptAnswers(tmp_path / "list", 0.0)
    assert client.get("journal", "works", expected=frozenset({404}), kept=kept).status == 404
    assert client.get("journal", "works", kept=kept).body == b"back"


@pytest.mark.parametrize(("one_at_a_time", "said"), [(True, "close"), (False, "keep-alive")])
def test_a_service_of_one_connection_has_none_held_open_for_later(new_client, httpserver, one_at_a_time, said):
    httpserver.expect_request("/works").respond_with_data("found")
    new_client(limit=RateLimit("connections", 10, 0.001, one_at_a_time)).get("journal", "works")
    assert httpserver.log[0][0].headers["Connection"] == said


def test_credentials_stand_in_no_message_and_no_log(new_client, httpserver, caplog):
    caplog.set_level("DEBUG")
    told = []
    httpserver.expect_request("/works").respond_with_data("", 500)
    parameters = {"api_key": "hunter2", "mailto": "me@example.org", "q": "doi:10.1/x"}
    with pytest.raises(SourceDownError) as raised:
        new_client(log=told.append).get("journal", "works", parameters)
    logged = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]  # the server's own
    said = " ".join([str(raised.value), *told, *logged])
    assert "hunter2" not in said
    assert "me@" not in said
    assert "q=doi:10.1/x" in str(raised.value)


def test_a_refusal_that_repeats_who_asks_and_with_what_is_quoted_without_it(client, httpserver):
    said = f"{'-' * 190} key h&nter2 (h%26nter2) of {CONTACT} is not valid; it was h&nter2"
    httpserver.expect_request("/works").respond_with_data(said, 401)
    with pytest.raises(SourceRefusedError, match=r"--- key \[h") as raised:
        client.get("journal", "works", {"api_key": "h&nter2", "mailto": CONTACT})
    assert not [secret for secret in ("h&n", "h%26n", "data-team") if secret in str(raised.value)]


def test_secrets_are_hidden_and_nothing_else():
    assert without_secrets("https://u:p@host/a?api_key=1&X-Amz-Signature=2&resumptionToken=verb%3D1") == (
        "https://host/a?api_key=[hidden]&X-Amz-Signature=[hidden]&resumptionToken=verb%3D1"
    )
