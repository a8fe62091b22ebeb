"""A harvest whose process is killed in the middle of a file goes on with the next one where it was."""

import json
import re
import subprocess
import sys

import pytest
from werkzeug import Request, Response

from resources.live.access import Downloads, LiveAccess
from s1_assets.cells import Cell
from s1_assets.settings import PROJECT
from s1_assets_tests.resources.live.conftest import CONTACT, harvest
from s1_assets_tests.resources.live.crossref_server import CrossrefServer, work
from s1_assets_tests.resources.live.pmc_server import Pmc

HARVEST = """
import sys
from pathlib import Path
from resources.live.access import Downloads, LiveAccess
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import harvest
contact, downloads, cache, services, source, month = sys.argv[1:]
harvest(LiveAccess(contact, Downloads(downloads), Path(cache), services), Cell(source, month))
"""


def _chemrxiv():
    crossref = CrossrefServer([work(f"10.26434/chemrxiv-2024-{letter}") for letter in "abc"])

    def answer(request: Request) -> Response:
        return crossref(request) if request.path.startswith("/crossref/") else Response(b"%PDF-1.7 made up")

    return answer, Cell("chemrxiv", "2024-05"), "chemrxiv-2024-b", "chemrxiv-2024-a"


def _natcomms():
    pmc = Pmc()
    for pmcid in ("PMC1", "PMC2", "PMC3"):
        pmc.add(pmcid)
    return pmc, Cell("natcomms", "2024-06"), "PMC2.1/Fig1_HTML.png", "PMC1.1/"


@pytest.mark.parametrize("source", [_chemrxiv, _natcomms])
def test_a_killed_harvest_goes_on_where_it_was(source, httpserver, tmp_path):
    answer, cell, killed_at, done = source()
    asked: list[str] = []
    running: list[subprocess.Popen[bytes]] = []

    def kill(request: Request) -> Response:
        asked.append(request.path)
        if running and killed_at in request.path:
            running.pop().kill()
        return answer(request)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(kill)
    names = ("crossref", "chemrxiv", "pmc-oa", "eutils")
    services = json.dumps({name: httpserver.url_for(f"/{name}") for name in names})
    places = CONTACT, str(tmp_path / "downloads"), str(tmp_path / "cache"), services
    process = subprocess.Popen([sys.executable, "-c", HARVEST, *places, *cell], cwd=PROJECT)
    running.append(process)
    assert process.wait() == -9
    assert running == []
    asked.clear()
    live = LiveAccess(CONTACT, Downloads(places[1]), tmp_path / "cache", services)
    harvest(live, cell)
    assert not any(done in path and "metadata" not in path for path in asked)
    assert sum(killed_at in path for path in asked) == 1
    asked.clear()
    harvest(live, cell)
    assert asked == []
