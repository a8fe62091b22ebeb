"""Buckets are asked as politely as other services, and nothing of a credential comes into a message."""

import itertools
import json
import re
import time
import traceback
from dataclasses import replace

import pytest
from werkzeug import Request, Response

from resources.live.access import Downloads, LiveAccess
from resources.live.buckets import Bucket
from resources.live.failures import SourceDownError, SourceRefusedError, TooLargeError
from resources.live.limits import RateLimit
from resources.live.services import SERVICES
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK

NAME = "biorxiv-s3"
CONTENT = bytes(range(256)) * 8
REFUSAL = (
    "<Error><Code>{code}</Code><AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId><SignatureProvided>c0ffee</SignatureProvided>"
    "<StringToSign>AWS4-HMAC-SHA256 c0ffee</StringToSign></Error>"
)


class Shelf:
    """A bucket with one file. `failing` answers come first."""

    def __init__(self):
        self.failing: list[Response] = []
        self.asked: list[tuple[float, Request]] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append((time.time(), request))
        if self.failing:
            return self.failing.pop(0)
        if "list-type" in request.args:
            return Response("<ListBucketResult></ListBucketResult>")
        headers = {"ETag": '"one"', "Last-Modified": "Tue, 02 Jan 2024 10:00:00 GMT"}
        if given := re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", "")):
            start, end = int(given[1]), int(given[2])
            headers["Content-Range"] = f"bytes {start}-{end}/{len(CONTENT)}"
            return Response(CONTENT[start : end + 1], 206, headers)
        return Response(CONTENT, headers=headers)


@pytest.fixture
def shelf(httpserver, bucket, monkeypatch):
    shelf = Shelf()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(shelf)
    monkeypatch.setenv("AWS_ENDPOINT_URL", httpserver.url_for("").rstrip("/"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t")
    return shelf


@pytest.fixture
def live(tmp_path):
    overrides = json.dumps({NAME: "s3://papers"})
    return LiveAccess(CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK)


@pytest.fixture
def papers(live):
    return Bucket.of(live.client, NAME)


def test_every_request_says_who_asks(shelf, papers):
    papers.head("a")
    assert papers.read("a") == CONTENT
    assert list(papers.files("")) == []
    with papers.download("a") as file:
        assert file.path.read_bytes() == CONTENT
    assert len(shelf.asked) == 5
    assert all(CONTACT in request.headers["User-Agent"] for _, request in shelf.asked)


def test_requests_keep_to_the_limit_of_the_service(shelf, live, monkeypatch):
    monkeypatch.setitem(SERVICES, NAME, replace(SERVICES[NAME], limit=RateLimit("rare", 1, 0.3)))
    monkeypatch.setattr("resources.live.buckets.PIECE_BYTES", 1024)
    with Bucket.of(live.client, NAME).download("a"):
        pass
    Bucket.of(live.client, NAME).read("a")
    list(Bucket.of(live.client, NAME).files(""))
    times = [at for at, _ in shelf.asked]
    assert len(times) == 5
    assert all(later - earlier >= 0.2 for earlier, later in itertools.pairwise(times))


def test_a_bucket_that_is_left_alone_is_not_asked(shelf, live, papers):
    live.client.turnstile(NAME).close(3600)
    with pytest.raises(SourceDownError, match="biorxiv-s3: it is to be left alone, closed until"):
        papers.head("a")
    assert shelf.asked == []


def test_a_failure_that_passes_is_tried_again_as_often_as_other_services_are(shelf, papers):
    shelf.failing = [Response(REFUSAL.format(code="SlowDown"), 503) for _ in range(QUICK.attempts - 1)]
    assert papers.read("a") == CONTENT
    shelf.asked.clear()
    shelf.failing = [Response(REFUSAL.format(code="SlowDown"), 503) for _ in range(QUICK.attempts)]
    with pytest.raises(SourceDownError, match=r"biorxiv-s3: it answered 503, SlowDown.*run again later"):
        papers.read("a")
    assert len(shelf.asked) == QUICK.attempts


@pytest.mark.parametrize("status", [400, 403, 500])
@pytest.mark.parametrize("ask", [lambda papers: papers.read("a"), lambda papers: list(papers.files(""))])
def test_no_key_and_no_signature_stands_in_what_is_told(shelf, papers, status, ask):
    shelf.failing = [Response(REFUSAL.format(code="Refused"), status) for _ in range(QUICK.attempts)]
    with pytest.raises((SourceDownError, SourceRefusedError)) as raised:
        ask(papers)
    told = "".join(traceback.format_exception(raised.value))
    assert not [secret for secret in ("AKIAEXAMPLE", "s3cr3t", "c0ffee") if secret in told]


def test_a_file_that_is_too_large_is_refused(shelf, papers):
    with pytest.raises(TooLargeError, match="its file has 2048 bytes, more than 2047"):
        papers.read("a", max_bytes=2047)
    with pytest.raises(TooLargeError, match="more than 2047"), papers.download("a", max_bytes=2047):
        pass
    assert papers.read("a", max_bytes=2048) == CONTENT


@pytest.mark.parametrize("endpoint", ["http://bucket.example.org", "http://10.0.0.1:9000"])
def test_a_bucket_without_encryption_is_not_asked_unless_it_is_on_this_machine(shelf, papers, monkeypatch, endpoint):
    assert papers.read("a") == CONTENT
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(ValueError, match=f"AWS_ENDPOINT_URL='{endpoint}' is not encrypted"):
        replace(papers).read("a")
