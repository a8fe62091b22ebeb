"""Real papers from local servers in the place of the services: the same rows as from the mirror that holds them."""

import json
import re

import pytest

from resources.live.access import Downloads, LiveAccess
from resources.sources.articles.pmc import PmcCell
from resources.sources.mirror import Mirror
from resources.sources.preprints.cell import PreprintCell
from s1_assets_tests import mirrored
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly, harvest
from s1_assets_tests.resources.live.crossref_server import CrossrefServer, chemrxiv_server
from s1_assets_tests.resources.live.pmc_server import Pmc


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch):
    names = ("crossref", "chemrxiv", "pmc-oa", "eutils")
    ask_quickly(monkeypatch, *names)
    overrides = json.dumps({name: httpserver.url_for(f"/{name}") for name in names})
    return LiveAccess(CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK)


def _read(plan, mirror, cell, cache, but=()):
    """Rows and rejects of a cell, without some columns."""
    planned = plan(mirror, cell, cache)
    contents = [planned.read(part.name) for part in planned.parts()]
    papers = [row for found in contents for row in found.papers]
    rejects = [row for found in contents for row in found.rejects]
    identities = [row for found in contents for row in found.identities]
    return [{name: value for name, value in row.items() if name not in but} for row in papers], rejects, identities


def test_chemrxiv(live, shared_data, httpserver, tmp_path):
    mirror = shared_data / "mirrors/chemrxiv"
    crossref = CrossrefServer([json.loads(line) for line in (mirror / "works.jsonl").read_text().splitlines()], page=7)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(chemrxiv_server(mirror, crossref))
    cells = sorted({cell for cell, _ in mirrored.chemrxiv_records(shared_data / "mirrors")})
    for cell in cells:
        harvest(live, cell)
    for cell in cells:
        found = _read(PreprintCell.open, live.downloads.mirror, cell, live.cache)
        expected = _read(PreprintCell.open, Mirror(str(shared_data / "mirrors")), cell, tmp_path / "other")
        assert found == expected
        assert found[0]


def test_nature_communications(live, shared_data, httpserver, tmp_path):
    root = shared_data / "mirrors/pmc-oa"
    pmc = Pmc({path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()})
    for path in (root / "metadata").iterdir():
        pmc.released[path.name[3:].partition(".")[0]] = "2024/06/20"
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(pmc)
    # An article's folder in the bucket has more than is fetched.
    but = ("archive_size", "sha256")
    cells = sorted({cell for cell, _, _ in mirrored.nature_communications(shared_data / "mirrors")})
    for cell in cells:
        harvest(live, cell)
    papers = 0
    for cell in cells:
        found = _read(PmcCell.open, live.downloads.mirror, cell, live.cache, but)
        assert found == _read(PmcCell.open, Mirror(str(shared_data / "mirrors")), cell, tmp_path / "other", but)
        papers += len(found[0])
    assert papers > 0
