"""A source's own bucket is asked at AWS, wherever one's own store is, and with its keys where it has some."""

import json
import re

import pytest

from resources.live.access import Downloads, LiveAccess
from resources.live.arxiv_chunks import harvest_chunks
from resources.live.buckets import Bucket
from resources.live.failures import SourceRefusedError
from s1_assets_tests.resources.live.bucket_server import BucketServer
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly

KEYS = {"ACCESS_KEY_ID": "AKIA{}", "SECRET_ACCESS_KEY": "secret-{}", "SESSION_TOKEN": "token-{}"}
COPY = {"arxiv-s3": "s3://arxiv-copy"}


@pytest.fixture
def servers(httpserver, monkeypatch):
    """AWS, and one's own store in the environment; each has the same file in both of arXiv's buckets."""
    for name in ("aws", "store"):
        for bucket in ("arxiv", "arxiv-copy"):
            server = BucketServer(f"{name}/{bucket}", {"src/a.tar": name.encode()})
            httpserver.expect_request(re.compile(f"/{name}/{bucket}/.*")).respond_with_handler(server)
    monkeypatch.setattr("resources.live.bucket_places.AWS", httpserver.url_for("/aws"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", httpserver.url_for("/store"))
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true")
    _set_keys(monkeypatch, "AWS", "store")
    return httpserver


@pytest.fixture
def make_live(tmp_path, monkeypatch):
    def make(**services: str) -> LiveAccess:
        ask_quickly(monkeypatch, "arxiv-s3")
        downloads = Downloads(str(tmp_path / "downloads"))
        return LiveAccess(CONTACT, downloads, tmp_path / "cache", json.dumps(services), QUICK)

    return make


def _set_keys(monkeypatch, prefix, owner):
    for name, value in KEYS.items():
        monkeypatch.setenv(f"{prefix}_{name}", value.format(owner))


def _credentials(httpserver):
    """Key, region and token of the last request."""
    headers = httpserver.log[-1][0].headers
    signed = re.search(r"Credential=(\w+)/\d+/([\w-]+)/", headers["Authorization"])
    return signed[1], signed[2], headers["x-amz-security-token"]


def _bucket(live):
    return Bucket.of(live.client, "arxiv-s3", requester_pays=True)


def test_the_own_endpoint_is_for_a_copy_and_not_for_the_source_s_own_bucket(servers, make_live):
    assert _bucket(make_live()).read("src/a.tar") == b"aws"
    assert _credentials(servers) == ("AKIAstore", "us-east-1", "token-store")
    assert servers.log[-1][0].headers["x-amz-request-payer"] == "requester"


def test_a_copy_is_where_the_environment_leads(servers, make_live, monkeypatch):
    monkeypatch.delenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST")
    _set_keys(monkeypatch, "S1_AWS", "payer")
    assert _bucket(make_live(**COPY)).read("src/a.tar") == b"store"
    assert _credentials(servers) == ("AKIAstore", "eu-central-1", "token-store")


def test_keys_for_sources_alone_take_the_place_of_the_store_s(servers, make_live, monkeypatch):
    _set_keys(monkeypatch, "S1_AWS", "payer")
    assert _bucket(make_live()).read("src/a.tar") == b"aws"
    assert _credentials(servers) == ("AKIApayer", "us-east-1", "token-payer")


def test_the_store_s_token_does_not_go_with_keys_for_sources_alone(servers, make_live, monkeypatch):
    _set_keys(monkeypatch, "S1_AWS", "payer")
    monkeypatch.delenv("S1_AWS_SESSION_TOKEN")
    assert _bucket(make_live()).read("src/a.tar") == b"aws"
    assert "x-amz-security-token" not in servers.log[-1][0].headers


def test_half_a_key_is_told(servers, make_live, monkeypatch):
    monkeypatch.setenv("S1_AWS_ACCESS_KEY_ID", "AKIApayer")
    with pytest.raises(ValueError, match="S1_AWS_SECRET_ACCESS_KEY is not set"):
        _bucket(make_live()).read("src/a.tar")


def test_an_endpoint_that_would_be_taken_for_the_source_s_own_bucket_too_is_refused(servers, make_live, monkeypatch):
    """obstore lets AWS_ENDPOINT_URL_S3 win over what it is told."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", servers.url_for("/store"))
    with pytest.raises(ValueError, match=r"AWS_ENDPOINT_URL_S3 would send .* s3://arxiv .*in AWS_ENDPOINT_URL in"):
        _bucket(make_live()).read("src/a.tar")
    assert servers.log == []


@pytest.mark.parametrize("services", [{}, COPY])
def test_a_bucket_without_a_manifest_is_told(servers, make_live, monkeypatch, services):
    monkeypatch.delenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST")
    url = services.get("arxiv-s3", "s3://arxiv")
    told = rf"arxiv-s3: there is no manifest, asked for {url}/src/arXiv_src_manifest.xml; .*S1_SERVICES"
    with pytest.raises(SourceRefusedError, match=told):
        harvest_chunks(make_live(**services), "2024-05")
