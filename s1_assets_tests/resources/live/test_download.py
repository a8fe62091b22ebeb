"""How files are received: resumed, verified, and taken only when they are whole."""

import hashlib
import os

import pytest
from werkzeug import Request, Response

from resources.live.download import download
from resources.live.failures import SourceDownError, SourceRefusedError
from resources.live.partial import Promised

CONTENT = os.urandom(50_000)
SUMS = Promised(len(CONTENT), hashlib.md5(CONTENT).hexdigest(), hashlib.sha256(CONTENT).hexdigest())


class Shelf:
    """Serves one file by ranges, and breaks the first `breaks` transfers off after `after` bytes.

    With `heedless` it gives ranges whatever If-Range says, as some caches do.
    """

    def __init__(self, content=CONTENT, *, etag='"one"', modified=None, breaks=0, after=20_000, heedless=False):
        self.content, self.etag, self.breaks, self.after = content, etag, breaks, after
        self.modified, self.heedless = modified, heedless
        self.asked: list[str | None] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.headers.get("Range"))
        start = 0
        same = self.heedless or request.headers.get("If-Range") in (self.etag, self.modified)
        if request.headers.get("Range") and same:
            start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        body, size = self.content[start:], len(self.content)
        marks = {"ETag": self.etag, "Last-Modified": self.modified}
        headers = {"Content-Length": str(len(body))} | {name: mark for name, mark in marks.items() if mark}
        if start:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        if self.breaks:
            self.breaks -= 1
            body = body[: self.after]
        response = Response(body, 206 if start else 200)
        response.headers.update(headers)  # the length of the whole, also where less comes
        return response


@pytest.fixture
def shelf(httpserver):
    shelf = Shelf()
    httpserver.expect_request("/file").respond_with_handler(shelf)
    return shelf


def _partials(client):
    return list((client.cache / "partial").iterdir())


def test_a_file_comes_whole_and_leaves_nothing_behind(client, shelf):
    with download(client, "journal", "file", promised=SUMS) as file:
        assert file.path.read_bytes() == CONTENT
        assert file.headers["etag"] == '"one"'
    assert _partials(client) == []


def test_a_transfer_that_breaks_off_goes_on_where_it_stopped(client, shelf):
    shelf.breaks = 2
    with download(client, "journal", "file", promised=SUMS) as file:
        assert file.path.read_bytes() == CONTENT
    assert shelf.asked == [None, "bytes=20000-", "bytes=40000-"]


def test_a_transfer_goes_on_in_a_later_run(new_client, shelf):
    shelf.breaks, shelf.after = 3, 10_000
    with (
        pytest.raises(SourceDownError, match="RemoteProtocolError"),
        download(new_client(), "journal", "file", promised=SUMS),
    ):
        pass
    with download(new_client(), "journal", "file", promised=SUMS) as file:
        assert file.path.read_bytes() == CONTENT
    assert shelf.asked[-1] == "bytes=30000-"


def test_a_file_that_changed_meanwhile_starts_again(client, httpserver):
    shelf = Shelf(content=bytes(50_000), breaks=1)

    def handle(request: Request) -> Response:
        answer = shelf(request)
        shelf.content, shelf.etag = CONTENT, '"two"'
        return answer

    httpserver.expect_request("/file").respond_with_handler(handle)
    with download(client, "journal", "file", promised=SUMS) as file:
        assert file.path.read_bytes() == CONTENT
    assert shelf.asked == [None, "bytes=20000-"]


SUNDAY, MONDAY = "Sun, 29 Nov 2026 10:00:00 GMT", "Mon, 30 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"etag": '"two"'}),
        ({}, {"etag": 'W/"one"'}),
        ({"etag": None, "modified": SUNDAY}, {"modified": MONDAY}),
        ({"modified": SUNDAY}, {"etag": None, "modified": MONDAY}),
        ({"content": bytes(49_999)}, {}),
    ],
)
def test_the_rest_of_another_version_is_not_joined_to_what_came(client, httpserver, before, after):
    shelf = Shelf(**{"content": bytes(50_000), "breaks": 1, "heedless": True} | before)

    def handle(request: Request) -> Response:
        answer = shelf(request)
        shelf.__dict__.update({"content": CONTENT} | after)
        return answer

    httpserver.expect_request("/file").respond_with_handler(handle)
    with download(client, "journal", "file") as file:
        assert file.path.read_bytes() == CONTENT
    assert shelf.asked == [None, "bytes=20000-", None]


def test_a_time_of_modification_serves_to_go_on_where_a_tag_is_weak(client, httpserver):
    shelf = Shelf(etag='W/"weak"', modified=SUNDAY, breaks=1)
    httpserver.expect_request("/file").respond_with_handler(shelf)
    with download(client, "journal", "file", promised=SUMS) as file:
        assert file.path.read_bytes() == CONTENT
    assert shelf.asked == [None, "bytes=20000-"]


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_resumed(client, httpserver, etag):
    shelf = Shelf(etag=etag, breaks=1)
    httpserver.expect_request("/file").respond_with_handler(shelf)
    with download(client, "journal", "file", promised=SUMS) as file:
        assert file.path.read_bytes() == CONTENT
    assert shelf.asked == [None, None]


@pytest.mark.parametrize("promised", [Promised(size=1), Promised(md5="0" * 32), Promised(sha256="0" * 64)])
def test_a_file_that_is_not_as_promised_is_refused_and_removed(client, shelf, promised):
    with (
        pytest.raises(SourceRefusedError, match="promised"),
        download(client, "journal", "file", promised=promised),
    ):
        pytest.fail("a broken file was handed out")
    assert _partials(client) == []


def test_a_file_that_is_too_large_is_refused(client, shelf):
    with (
        pytest.raises(SourceRefusedError, match="more than 40000 bytes"),
        download(client, "journal", "file", max_bytes=40_000),
    ):
        pytest.fail("too large a file was handed out")
    assert _partials(client) == []


def test_a_file_that_is_not_there_is_told_by_its_status(client, httpserver):
    httpserver.expect_request("/file").respond_with_data("none", 404)
    with pytest.raises(SourceRefusedError) as raised, download(client, "journal", "file"):
        pass
    assert raised.value.status == 404


def test_compressed_files_stay_as_they_are(client, httpserver):
    httpserver.expect_request("/file").respond_with_data(CONTENT, headers={"Content-Encoding": "x-gzip"})
    with download(client, "journal", "file", promised=SUMS) as file:
        assert file.path.read_bytes() == CONTENT
    assert httpserver.log[0][0].headers["Accept-Encoding"] == "identity"
