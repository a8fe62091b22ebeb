"""PMC's bucket with two articles of a month, live access to it, and the rows that they become."""

import json
import re

import pytest

from resources.live.access import Downloads, LiveAccess
from resources.sources.articles.pmc import PmcCell
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly
from s1_assets_tests.resources.live.pmc_server import Pmc

JUNE = Cell("natcomms", "2024-06")
ONE, TWO = "10.1038/s41467-024-1-1", "10.1038/s41467-024-2-1"


@pytest.fixture
def pmc(httpserver):
    pmc = Pmc()
    media = {name: name.encode() for name in ("MediaObjects/Fig1_HTML.png", "MOESM1_ESM.pdf", "MOESM2.mp4", "IEq1.gif")}
    pmc.add("PMC1", 2, media)
    pmc.add("PMC1", 10)
    pmc.add("PMC2")
    httpserver.expect_request(re.compile("/pmc-oa.*|/eutils/.*")).respond_with_handler(pmc)
    return pmc


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch, told):
    names = ("pmc-oa", "eutils", "crossref")
    ask_quickly(monkeypatch, *names)
    overrides = json.dumps({name: httpserver.url_for(f"/{name}") for name in names})
    return LiveAccess(
        CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK, told.append
    )


def rows(live, month="2024-06"):
    cell = PmcCell.open(live.downloads.mirror, Cell("natcomms", month), live.cache)
    return {row["doi"]: row for part in cell.parts() for row in cell.read(part.name).papers}
