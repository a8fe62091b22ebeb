"""A local arXiv, and the sensor over it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from s1_assets_tests.fresh_papers.watched import Watched
from s1_assets_tests.resources.live.arxiv_server import ArxivServer
from s1_assets_tests.resources.live.conftest import CONTACT, ask_quickly
from s1_assets_tests.resources.live.oai_server import OaiServer


@pytest.fixture
def arxiv(httpserver, monkeypatch) -> ArxivServer:
    """An arXiv without papers, which may be asked as often as one likes."""
    ask_quickly(monkeypatch, "arxiv-oai", "arxiv-export")
    arxiv = ArxivServer(OaiServer(page=1000))
    httpserver.expect_request(re.compile("/(oai|e-print/.*)")).respond_with_handler(arxiv)
    return arxiv


@pytest.fixture
def services(httpserver) -> str:
    """S1_SERVICES that leads to it."""
    root = httpserver.url_for("").rstrip("/")
    return json.dumps({"arxiv-oai": f"{root}/oai", "arxiv-export": root, "arxiv-s3": None})


@pytest.fixture
def configuration(services, tmp_path) -> dict[str, Any]:
    """What leads the mirror resource to it."""
    return {
        "cache": str(tmp_path / "cache"),
        "downloads": str(tmp_path / "lake/downloads"),
        "contact": CONTACT,
        "services": services,
        "patience": {"attempts": 2, "first_wait": 0.01, "longest_wait": 0.01},
        "retry_seconds": 0.01,
    }


@pytest.fixture
def watched(arxiv, configuration) -> Iterator[Watched]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Watched(arxiv, configuration, instance)
