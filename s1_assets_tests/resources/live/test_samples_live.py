"""The sample papers through the line from services that give them: the same tables as from a mirror that holds them."""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from werkzeug import Request, Response

from resources.configured import MirrorResource
from s1_assets.cells import Cell
from s1_assets_tests.line import Line, failure, materialized
from s1_assets_tests.resources.live.conftest import CONTACT, ask_quickly
from s1_assets_tests.resources.live.crossref_server import CrossrefServer, chemrxiv_server
from s1_assets_tests.resources.live.osf_server import OsfServer
from s1_assets_tests.resources.live.pmc_server import Pmc

LAST = "context_bundles"


@pytest.fixture
def live_line(httpserver, tmp_path, monkeypatch):
    """Makes a line without a mirror, whose services of the given names are all at the local server."""

    def make(*names: str) -> Line:
        ask_quickly(monkeypatch, *names)
        (tmp_path / "nothing").mkdir()
        url = httpserver.url_for("").rstrip("/")
        mirror = MirrorResource(
            cache=str(tmp_path / "live/cache"),
            downloads=str(tmp_path / "live/lake/downloads"),
            contact=CONTACT,
            services=json.dumps({name: f"{url}/{name}" for name in names}),
            patience={"attempts": 2, "first_wait": 0.01, "longest_wait": 0.01},
            retry_seconds=0.01,
        )
        return Line(tmp_path / "live", tmp_path / "nothing", {"S1_MIRROR": ""}, {"mirror": mirror})

    return make


@pytest.fixture
def mirror_line(sample_mirror, tmp_path):
    """Makes a line from a mirror that holds some folders of the sample papers."""

    def make(*folders: str) -> Line:
        for folder in folders:
            shutil.copytree(sample_mirror / folder, tmp_path / "part" / folder)
        return Line(tmp_path / "mirrored", tmp_path / "part")

    return make


def _same(live: Line, mirrored: Line, cell: Cell, asked: list[str], but: Sequence[str] = ()) -> None:
    """Runs a cell from both, and the live one again, which asks for nothing and makes nothing.

    The rows are the same but for some columns.
    """
    for line in (live, mirrored):
        outcome = line.run_to(cell, LAST)
        assert outcome.success, failure(outcome)
    rows, expected = (
        {
            name: [{column: value for column, value in row.items() if column not in but} for row in found]
            for name, found in line.rows(cell).items()
        }
        for line in (live, mirrored)
    )
    assert rows == expected
    assert sum(len(found) for name, found in rows.items() if name.startswith("figure_pairs/")) > 0
    asked.clear()
    again = materialized(live.run_to(cell, LAST))
    assert asked == []
    assert again["raw_papers"]["parts_new"] == 0


def test_chemrxiv(live_line, mirror_line, sample_mirror: Path, httpserver):
    asked: list[str] = []
    lines = (sample_mirror / "chemrxiv/works.jsonl").read_text().splitlines()
    indexed = {"indexed": {"date-time": "2024-06-01T00:00:00Z"}, "score": 0.0}
    crossref = CrossrefServer([json.loads(line) | indexed for line in lines])
    server = chemrxiv_server(sample_mirror / "chemrxiv", crossref)

    def site(request: Request) -> Response:
        asked.append(request.path)
        return server(request)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(site)
    _same(live_line("crossref", "chemrxiv"), mirror_line("chemrxiv"), Cell("chemrxiv", "2024-05"), asked)


def test_nature_communications(live_line, mirror_line, sample_mirror: Path, httpserver):
    pmc, root = Pmc(), sample_mirror / "pmc-oa"
    pmc.objects = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    pmc.released = {path.name[3:].partition(".")[0]: "2024/06/20" for path in (root / "metadata").iterdir()}
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(pmc)
    lines = live_line("eutils", "pmc-oa"), mirror_line("pmc-oa")
    # Pictures of formulas are not fetched, so that an article's folder is another one.
    _same(*lines, Cell("natcomms", "2024-06"), pmc.asked, but=("archive_size", "sha256"))


def test_servers_on_osf(live_line, mirror_line, sample_mirror: Path, httpserver):
    lines = (sample_mirror / "psyarxiv/preprints.jsonl").read_text().splitlines()
    osf = OsfServer([json.loads(line) for line in lines])
    osf.files = {
        resource["id"]: (sample_mirror / f"psyarxiv/pdf/{resource['id']}.pdf").read_bytes()
        for resource in osf.resources
    }
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(osf)
    _same(live_line("osf", "osf-files"), mirror_line("psyarxiv"), Cell("psyarxiv", "2024-05"), osf.asked)
