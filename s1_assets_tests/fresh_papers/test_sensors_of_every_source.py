"""Each source's sensor over its own service: a posted paper's cell is asked for once, also after a failure."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pytest
from werkzeug import Request, Response

from resources.live.services import SERVICES
from s1_assets.cells import SOURCES, Cell
from s1_assets.partitions import partition_key
from s1_assets_tests.fresh_papers.watched import YESTERDAY, Watched
from s1_assets_tests.resources.live.conftest import CONTACT, ask_quickly
from s1_assets_tests.resources.live.crossref_server import CrossrefServer, work
from s1_assets_tests.resources.live.openrxiv_server import OpenrxivServer, version
from s1_assets_tests.resources.live.osf_server import OsfServer, resource
from s1_assets_tests.resources.live.pmc_server import Pmc

NOW = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"


def openrxiv() -> OpenrxivServer:
    return OpenrxivServer([version("10.64898/1", YESTERDAY)])


def chemrxiv() -> CrossrefServer:
    return CrossrefServer([work("10.26434/chemrxiv-2026-1", YESTERDAY, NOW)])


class PmcAndCrossref(Pmc):
    """Articles from PMC, and their retractions, of which there is none, from Crossref."""

    def __call__(self, request: Request) -> Response:
        return CrossrefServer()(request) if request.path.startswith("/crossref/") else super().__call__(request)


def natcomms() -> Pmc:
    server = PmcAndCrossref()
    server.add("PMC1")
    server.released["1"] = NOW[:10].replace("-", "/")
    return server


def osf() -> OsfServer:
    return OsfServer([resource("abcde_v1", YESTERDAY, YESTERDAY)])


SERVERS: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "biorxiv": (openrxiv, ("biorxiv-api",)),
    "medrxiv": (openrxiv, ("biorxiv-api",)),
    "chemrxiv": (chemrxiv, ("crossref",)),
    "natcomms": (natcomms, ("eutils", "crossref", "pmc-oa")),
}
MONTHS = {"natcomms": "2024-06"}  # when the articles were published that are released now


@pytest.mark.parametrize("source", sorted({*SOURCES} - {"arxiv"}))
def test_a_posted_papers_cell_is_asked_for_once_and_a_service_that_is_down_loses_nothing(
    source, httpserver, tmp_path, monkeypatch
):
    make, names = SERVERS.get(source, (osf, ("osf",)))
    ask_quickly(monkeypatch, *names)
    server = make()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(server)
    root = httpserver.url_for("").rstrip("/")
    services = dict.fromkeys(SERVICES) | {name: root if name == "biorxiv-api" else f"{root}/{name}" for name in names}
    configuration = {
        "cache": str(tmp_path / "cache"),
        "downloads": str(tmp_path / "lake/downloads"),
        "contact": CONTACT,
        "services": json.dumps(services),
        "patience": {"attempts": 1, "first_wait": 0.01, "longest_wait": 0.01},
        "retry_seconds": 0.01,
    }
    cell = Cell(source, MONTHS.get(source, YESTERDAY[:7]))
    with dg.DagsterInstance.ephemeral() as instance:
        watched = Watched(None, configuration, instance, sensor=f"fresh_{source}")
        watched.made(cell)
        server.failing = [Response("", 503)]
        assert f"1 looks at {source} failed" in watched.look()
        watched.let_pass()
        assert asked(watched) == [partition_key(cell)]
        watched.let_pass()
        assert "nothing is new" in watched.look()


def asked(watched: Watched) -> list[str | None]:
    """Looks until the sensor asks; the cells that it asks for."""
    for _ in range(10):
        if requests := watched.ask():
            return [request.partition_key for request in requests]
    raise AssertionError(f"nothing was asked for: {watched.state()}")
