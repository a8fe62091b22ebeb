"""An endpoint as captioners meet it: busy, failing, hanging, gone and well again. The server is a scripted one."""

import asyncio
import json
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from socket import create_server
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from resources.captioners.endpoint import FAULTY_ATTEMPTS, MAX_ANSWER_BYTES, Endpoint
from s1_assets.captioning.engine import (
    Chat,
    Completion,
    Decoding,
    EngineUnavailableError,
    RefusedError,
    ReplicaDiedError,
)

CHAT = Chat("Write captions.", "Title: tea", b"\x89PNG picture", "png", "Caption: a cup")
DECODING = Decoding(temperature=0.5, top_p=0.9, seed=3, max_tokens=77)
ANSWER = {
    "choices": [{"message": {"content": '{"visual": "a", "contextual": "b"}'}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 120, "completion_tokens": 9},
}
COMPLETION = Completion('{"visual": "a", "contextual": "b"}', "stop", 120, 9)


@pytest.fixture
def httpserver():
    """Answers several requests at a time, as real servers do."""
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture
def server(httpserver: HTTPServer) -> HTTPServer:
    httpserver.expect_request("/health").respond_with_data("")
    httpserver.expect_request("/v1/models").respond_with_json({"data": [{"id": "small"}]})
    return httpserver


def answers(server: HTTPServer, *responses: Response | Callable[[Request], Response]) -> list[Request]:
    """Has the server give these responses one after the other, the last one for ever; returns the requests it gets."""
    seen: list[Request] = []

    def handle(request: Request) -> Response:
        request.get_data()
        seen.append(request)
        response = responses[min(len(seen), len(responses)) - 1]
        return response if isinstance(response, Response) else response(request)

    server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(handle)
    return seen


def good() -> Response:
    return Response(json.dumps(ANSWER), content_type="application/json")


def ask(url: str, **options: object) -> Completion:
    async def once() -> Completion:
        endpoint = Endpoint(url, "small", **options)
        try:
            return await endpoint.complete(CHAT, DECODING)
        finally:
            await endpoint.stop()

    return asyncio.run(once())


def start(url: str, model: str = "small", **options: object) -> None:
    async def once() -> None:
        endpoint = Endpoint(url, model, **options)
        try:
            await endpoint.start()
        finally:
            await endpoint.stop()

    asyncio.run(once())


def test_a_request_holds_instructions_then_the_paper_then_the_image_then_the_figure(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    seen = answers(server, good())
    assert ask(server.url_for("/v1/")) == COMPLETION
    [request] = seen
    body = request.get_json()
    system, user = body["messages"]
    assert (system["role"], system["content"]) == ("system", "Write captions.")
    assert [part["type"] for part in user["content"]] == ["text", "image_url", "text"]
    assert user["content"][0]["text"] == "Title: tea"
    assert user["content"][1]["image_url"]["url"] == "data:image/png;base64,iVBORyBwaWN0dXJl"
    assert (body["model"], body["temperature"], body["top_p"], body["seed"]) == ("small", 0.5, 0.9, 3)
    assert body["max_tokens"] == 77
    assert set(body["response_format"]["json_schema"]["schema"]["required"]) == {"visual", "contextual"}
    assert request.headers["Authorization"] == "Bearer secret"


def test_an_image_goes_by_a_shared_folder_and_is_gone_afterwards(server, tmp_path):
    read: list[bytes] = []

    def look(request: Request) -> Response:
        url = urlparse(request.get_json()["messages"][1]["content"][1]["image_url"]["url"])
        assert url.scheme == "file"
        read.append(Path(url2pathname(url.path)).read_bytes())
        return good()

    answers(server, look)
    assert ask(server.url_for("/"), image_folder=tmp_path) == COMPLETION
    assert read == [CHAT.image]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [408, 409, 425, 429, 503])
def test_a_busy_endpoint_that_is_well_is_asked_again_for_as_long_as_it_takes(server, status, quick_retries):
    seen = answers(server, *[Response("busy", status, headers={"Retry-After": "0"})] * 20, good())
    assert ask(server.url_for("/")) == COMPLETION
    assert len(seen) == 21


@pytest.mark.parametrize("said", ["nan", "inf", "-5", "soon", "Fri, 31 Dec 1999 23:59:59 GMT", ""])
def test_a_retry_after_that_is_no_wait_counts_as_nothing_said(server, said, quick_retries):
    answers(server, Response("busy", 429, headers={"Retry-After": said}), good())
    assert ask(server.url_for("/")) == COMPLETION


def test_odd_lines_among_the_counters_are_passed_over(server):
    lines = ("queries_total", "queries_total{", 'queries_total{a="b"} 7', "queries_total{} nan", "hits_total{} x")
    text = "\n".join(f"vllm:prefix_cache_{line}" for line in lines)
    server.expect_request("/metrics").respond_with_data(text)

    async def counted() -> Mapping[str, float]:
        endpoint = Endpoint(server.url_for("/"), "small")
        try:
            return await endpoint.statistics()
        finally:
            await endpoint.stop()

    assert asyncio.run(counted()) == {"prefix_cache_queries": 7.0}


def test_a_request_that_found_the_endpoint_busy_still_has_all_its_tries(server, quick_retries):
    answers(server, *[Response("busy", 429)] * FAULTY_ATTEMPTS, Response("boom", 500), good())
    assert ask(server.url_for("/")) == COMPLETION


def test_an_endpoint_that_stays_busy_ends_the_run_and_makes_nothing_suspect(server, quick_retries):
    seen = answers(server, Response("busy", 429, headers={"Retry-After": "0"}))
    with pytest.raises(EngineUnavailableError, match=r"busy \(429\).* answered nobody"):
        ask(server.url_for("/"), patience=1.0)
    assert len(seen) > 1


def test_a_busy_endpoint_whose_health_fails_is_dead(httpserver):
    httpserver.expect_request("/health").respond_with_data("", status=503)
    answers(httpserver, Response("busy", 503))
    with pytest.raises(ReplicaDiedError, match="/health fails"):
        ask(httpserver.url_for("/"))


def test_an_endpoint_whose_health_is_counted_too_is_not_dead(httpserver, quick_retries):
    httpserver.expect_request("/health").respond_with_data("", status=429)
    answers(httpserver, Response("busy", 429), good())
    assert ask(httpserver.url_for("/")) == COMPLETION


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_client_error_is_the_row_s_own_failure(server, status):
    seen = answers(server, Response("image too large", status))
    with pytest.raises(RefusedError, match=f"{status}: image too large"):
        ask(server.url_for("/"))
    assert len(seen) == 1


@pytest.mark.parametrize("status", [302, 404, 405, 410])
def test_what_every_request_would_meet_ends_the_run_and_fails_no_row(server, status):
    seen = answers(server, Response("The model `small` does not exist.", status, headers={"Location": "/elsewhere"}))
    with pytest.raises(EngineUnavailableError, match=rf"answers {status}, .*does not exist.*S1_ENDPOINTS"):
        ask(server.url_for("/"))
    assert len(seen) == 1


def test_wrong_credentials_end_the_run(server):
    answers(server, Response("", 401))
    with pytest.raises(PermissionError, match="OPENAI_API_KEY"):
        ask(server.url_for("/"))


@pytest.mark.parametrize(
    "response", [Response("no", 400), Response("", 401), Response("", 404), Response("boom", 500), Response("[]")]
)
def test_a_password_in_the_url_goes_to_the_endpoint_and_into_no_message(server, response, quick_retries, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    seen = answers(server, response)
    url = server.url_for("/v1").replace("http://", "http://someone:p%40ss@")
    with pytest.raises((RefusedError, PermissionError, EngineUnavailableError)) as raised:
        ask(url)
    assert (seen[0].authorization.username, seen[0].authorization.password) == ("someone", "p@ss")
    told = "".join(traceback.format_exception(raised.value)) + Endpoint(url, "small").name
    assert f"localhost:{server.port}" in told or f"127.0.0.1:{server.port}" in told
    assert not any(secret in told for secret in ("someone", "p@ss", "p%40ss"))


def test_a_url_that_cannot_be_read_is_told_without_its_password():
    with pytest.raises(ValueError, match=r"ends with '127\.0\.0\.1:80' cannot be read") as raised:
        Endpoint("http://someone:open/sesame@127.0.0.1:80", "small")
    assert not any(secret in str(raised.value) for secret in ("someone", "open", "sesame"))


def cut_off(_: Request) -> Response:
    return Response(json.dumps(ANSWER)[:30], headers={"Content-Length": "400"}, content_type="application/json")


FAULTS = {
    "500": Response("boom", 500),
    "cut off": cut_off,
    "no JSON": Response("<html>", content_type="text/html"),
    "endless tokens": Response(json.dumps(ANSWER).replace("120", "Infinity"), content_type="application/json"),
    "too many tokens": Response(json.dumps(ANSWER).replace("120", "1e30"), content_type="application/json"),
    "nested without end": Response("[" * 100_000, content_type="application/json"),
    "a list": Response("[]", content_type="application/json"),
    "huge": Response(b" " * (MAX_ANSWER_BYTES + 1), content_type="application/json"),
    "no choices": Response('{"choices": []}', content_type="application/json"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_an_endpoint_that_is_well_is_tried_again(server, fault, quick_retries):
    seen = answers(server, fault, good())
    assert ask(server.url_for("/")) == COMPLETION
    assert len(seen) == 2


def test_a_request_that_an_endpoint_in_good_health_never_answers_is_refused(server, quick_retries):
    seen = answers(server, Response("boom", 500))
    with pytest.raises(RefusedError, match=f"failed {FAULTY_ATTEMPTS} times"):
        ask(server.url_for("/"))
    assert len(seen) == FAULTY_ATTEMPTS


@pytest.fixture
def quick_retries(monkeypatch):
    """Waits between tries, of half a second and more, would only take time here."""
    monkeypatch.setattr("resources.captioners.endpoint.LONGEST_WAIT", 0.01)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_an_endpoint_whose_health_fails_is_its_death(httpserver, fault):
    httpserver.expect_request("/health").respond_with_data("", status=500)
    answers(httpserver, fault)
    with pytest.raises(ReplicaDiedError, match="/health fails"):
        ask(httpserver.url_for("/"))


def test_an_endpoint_that_is_gone_is_dead():
    with closing(create_server(("127.0.0.1", 0))) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(ReplicaDiedError, match="/health fails"):
        ask(f"http://127.0.0.1:{port}")
    with pytest.raises(ReplicaDiedError):
        start(f"http://127.0.0.1:{port}")


def test_a_request_that_hangs_is_sent_again_and_then_refused(server, quick_retries):
    released = threading.Event()

    def hang(_: Request) -> Response:
        released.wait(5)
        return good()

    answers(server, hang)
    try:
        with pytest.raises(RefusedError, match="no whole answer within"):
            ask(server.url_for("/"), answer_seconds=0.05)
    finally:
        released.set()


def test_an_answer_that_drips_is_cut_off(server, quick_retries):
    released = threading.Event()

    def drips() -> Iterator[bytes]:
        while not released.wait(0.02):
            yield b" "

    answers(server, lambda _: Response(drips(), content_type="application/json"))
    try:
        with pytest.raises(RefusedError, match="no whole answer within"):
            ask(server.url_for("/"), answer_seconds=0.2)
    finally:
        released.set()


def test_an_endpoint_that_serves_another_model_cannot_be_used(server):
    start(server.url_for("/"))
    with pytest.raises(ValueError, match="serves small, not S1_MODEL=large"):
        start(server.url_for("/"), "large")


def test_an_endpoint_with_a_shorter_window_than_prompts_need_cannot_be_used(httpserver):
    httpserver.expect_request("/health").respond_with_data("")
    httpserver.expect_request("/v1/models").respond_with_json({"data": [{"id": "small", "max_model_len": 4096}]})
    start(httpserver.url_for("/"), window=4096)
    with pytest.raises(ValueError, match=r"window of 4096 tokens .* --max-model-len 8192"):
        start(httpserver.url_for("/"), window=8192)
