"""What a source takes back leaves the data set, whichever way the source says it: from a look to the tombstone."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from werkzeug import Request, Response

from resources.configured import MirrorResource
from resources.live.services import SERVICES
from s1_assets.cells import Cell
from s1_assets.partitions import cell_of
from s1_assets_tests.fresh_papers.test_withdrawal import release
from s1_assets_tests.fresh_papers.watched import YESTERDAY, Watched
from s1_assets_tests.line import Line, failure
from s1_assets_tests.resources.live.conftest import ask_quickly
from s1_assets_tests.resources.live.crossref_server import CrossrefServer, chemrxiv_server
from s1_assets_tests.resources.live.openrxiv_server import OpenrxivServer, version
from s1_assets_tests.resources.live.osf_server import OsfServer
from s1_assets_tests.resources.live.pmc_server import Pmc

NOW = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
Server = Callable[[Request], Response]


@dataclass
class Source:
    """The sample papers of a source at local services; `take_back` takes one, by its id without the source's name."""

    server: Server
    take_back: Callable[[str], None]
    names: tuple[str, ...]


def biorxiv(mirror: Path, bucket: str) -> Source:
    """A new version that is of the type `withdrawn`."""
    answers = (mirror / "biorxiv/api/details/biorxiv").glob("2024-05-*/*/*/json")
    server = OpenrxivServer([record for path in answers for record in json.loads(path.read_text())["collection"]])
    for path in (mirror / "biorxiv/Current_Content").rglob("*.meca"):
        key = path.relative_to(mirror / "biorxiv").as_posix()
        boto3.client("s3").upload_file(str(path), bucket.removeprefix("s3://"), key)

    def take_back(doi: str) -> None:
        last = max(int(one["version"]) for one in server.records if one["doi"].lower() == doi)
        server.records.append(version(doi, YESTERDAY, last + 1, type="withdrawn"))

    return Source(server, take_back, ("biorxiv-api",))


def chemrxiv(mirror: Path, bucket: str) -> Source:
    """A title that says so."""
    works = [json.loads(line) for line in (mirror / "chemrxiv/works.jsonl").read_text().splitlines()]
    crossref = CrossrefServer([one | {"indexed": {"date-time": "2024-06-01T00:00:00Z"}} for one in works])

    def take_back(doi: str) -> None:
        for one in crossref.works:
            if one["DOI"].lower().startswith(doi):
                stamp = {"date-time": f"{NOW}Z"}
                one |= {"title": ["WITHDRAWN: " + one["title"][0]], "indexed": stamp, "deposited": stamp}

    return Source(chemrxiv_server(mirror / "chemrxiv", crossref), take_back, ("crossref", "chemrxiv"))


def psyarxiv(mirror: Path, bucket: str) -> Source:
    """A date of withdrawal."""
    lines = (mirror / "psyarxiv/preprints.jsonl").read_text().splitlines()
    server = OsfServer([json.loads(line) for line in lines])
    server.files = {one["id"]: (mirror / f"psyarxiv/pdf/{one['id']}.pdf").read_bytes() for one in server.resources}

    def take_back(name: str) -> None:
        for one in server.resources:
            if one["id"].startswith(name):
                one["attributes"] |= {"date_withdrawn": NOW, "date_modified": NOW}

    return Source(server, take_back, ("osf", "osf-files"))


def natcomms(mirror: Path, bucket: str) -> Source:
    """A notice of retraction at Crossref."""
    root, notices = mirror / "pmc-oa", CrossrefServer()
    pmc = Pmc({path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()})
    pmc.released = {path.name[3:].partition(".")[0]: "2024/06/20" for path in (root / "metadata").iterdir()}

    def server(request: Request) -> Response:
        if request.path.startswith("/crossref/works/"):
            return Response(json.dumps({"message": {"published": {"date-parts": [[2024, 6, 18]]}}}))
        return notices(request) if request.path.startswith("/crossref/") else pmc(request)

    def take_back(doi: str) -> None:
        update = [{"DOI": doi, "type": "retraction"}]
        notices.works.append({"DOI": "10.1038/s41467-026-9-9", "indexed": {"date-time": NOW}, "update-to": update})

    return Source(server, take_back, ("eutils", "pmc-oa", "crossref"))


SOURCES: dict[str, tuple[Callable[[Path, str], Source], str, str]] = {
    "biorxiv": (biorxiv, "2024-05", "withdrawn"),
    "chemrxiv": (chemrxiv, "2024-05", "withdrawn"),
    "psyarxiv": (psyarxiv, "2024-05", "withdrawn"),
    "natcomms": (natcomms, "2024-06", "retracted"),
}


@pytest.fixture(params=SOURCES)
def name(request):
    return request.param


@pytest.fixture
def source(name, sample_mirror, bucket, httpserver, monkeypatch):
    source = SOURCES[name][0](sample_mirror, bucket)
    ask_quickly(monkeypatch, *source.names)
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(source.server)
    return source


@pytest.fixture
def services(source, bucket, httpserver):
    """S1_SERVICES that leads to it, and leaves out all others."""
    root = httpserver.url_for("").rstrip("/")
    places = {name: root if name == "biorxiv-api" else f"{root}/{name}" for name in source.names}
    return json.dumps(dict.fromkeys(SERVICES) | places | {"biorxiv-s3": bucket})


@pytest.fixture
def line(configuration, tmp_path):
    (tmp_path / "nothing").mkdir()
    return Line(tmp_path, tmp_path / "nothing", {"S1_MIRROR": ""}, {"mirror": MirrorResource(**configuration)})


def test_what_a_source_takes_back_has_a_tombstone_in_the_next_release(name, source, configuration, line):
    _, month, reason = SOURCES[name]
    cell, watched = Cell(name, month), Watched(None, configuration, line.instance, sensor=f"fresh_{name}")
    run(line, cell)
    before = release(line)  # of a sample that was retracted before
    papers = papers_with_pairs(line, cell)
    goes = min(papers)

    source.take_back(goes.partition(":")[2])
    asked = asked_for(watched)
    assert cell in asked
    for one in asked:
        run(line, one)
    assert papers_with_pairs(line, cell) == papers - {goes}
    stones = set(release(line)) - set(before)
    assert (goes, None, reason) in stones
    assert {(paper, why) for paper, _, why in stones} == {(goes, reason)}


def run(line: Line, cell: Cell) -> None:
    outcome = line.run(cell)
    assert outcome.success, failure(outcome)


def asked_for(watched: Watched) -> set[Cell]:
    """Looks until the sensor asks; the cells that it asks for."""
    for _ in range(10):
        if requests := watched.ask():
            return {cell_of(str(request.partition_key)) for request in requests}
    raise AssertionError(f"nothing was asked for: {watched.state()}")


def papers_with_pairs(line: Line, cell: Cell) -> set[str]:
    parts = line.rows(cell).items()
    return {row["paper_id"] for name, rows in parts if name.startswith("figure_pairs/") for row in rows}
