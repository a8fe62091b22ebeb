"""arXiv's full text in the downloads mirror: chunks from a bucket whose requester pays, and single sources."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from werkzeug import Request, Response

from resources.live import arxiv_chunks
from resources.live.access import Downloads, LiveAccess
from resources.live.arxiv_chunks import harvest_chunks
from resources.live.arxiv_eprints import harvest_eprints
from resources.live.buckets import Bucket
from resources.live.failures import FailuresInARow, SourceDownError, SourceRefusedError
from resources.live.partial import Promised, locked_partial
from resources.sources.arxiv.cell import ArxivCell
from resources.sources.arxiv.harvested import HARVESTED
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly
from s1_assets_tests.resources.sources.arxiv_mirror import TEX, ArxivMirror, record

MAY = "2024-05"
PDF = b"%PDF-1.5 of a paper"


@pytest.fixture
def live(httpserver, bucket, tmp_path, monkeypatch, told):
    ask_quickly(monkeypatch, "arxiv-export")
    overrides = json.dumps({"arxiv-export": httpserver.url_for("/").rstrip("/"), "arxiv-s3": bucket})
    return LiveAccess(
        CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK, told.append
    )


@pytest.fixture
def origin(tmp_path):
    """What arXiv has, as files that tests upload."""
    origin = ArxivMirror(tmp_path / "origin")
    origin.add_chunk("arXiv_src_2405_001", {"2405/2405.00001.gz": TEX, "2405/2405.00002.pdf": PDF})
    origin.add_chunk("arXiv_src_2406_001", {"2406/2406.00001.gz": TEX})
    return origin


@pytest.fixture
def upload(bucket, origin):
    def upload():
        client = boto3.client("s3")
        for path in (origin.root / "arxiv/src").iterdir():
            client.upload_file(str(path), bucket.removeprefix("s3://"), f"src/{path.name}")

    upload()
    return upload


def _stored(live, folder="arxiv/src"):
    return {found.path: found.version for found in live.downloads.mirror.objects(folder)}


def _stale(live):
    state = json.loads(b"".join(live.downloads.mirror.stream(arxiv_chunks.FETCHED)))
    live.downloads.put(arxiv_chunks.FETCHED, json.dumps(state | {"at": 0}).encode())


def _metadata(live, *papers, **fields):
    lines = "".join(json.dumps(record(paper, **fields)) + "\n" for paper in papers)
    live.downloads.put("arxiv/arxiv-metadata-oai-snapshot.json", lines.encode())


BY_ND, BY = (f"http://creativecommons.org/licenses/{terms}/4.0/" for terms in ("by-nc-nd", "by"))


def _version(number, paper="2405.00002", **fields):
    """A record of a paper at a version, each a day after the one before; chunks are of 4 March."""
    days = [f"{day} Jun 2024 10:00:00 GMT" for day in range(1, number + 1)]
    versions = [{"version": f"v{count}", "created": f"Sat, {day}"} for count, day in enumerate(days, 1)]
    return record(paper, versions=versions, update_date=f"2024-06-0{number}", withdrawn=False, **fields)


def _harvested(live, *records):
    name = HARVESTED.next_name(live.downloads.mirror)
    live.downloads.put(HARVESTED.path(MAY, name), "".join(json.dumps(one) + "\n" for one in records).encode())


def _asked_days_ago(live, days):
    """Lets what was asked for without an answer have been asked for so many days ago."""
    folder = Path(live.downloads.url) / "arxiv/eprint/2405"
    then = folder / f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}"
    then.mkdir(exist_ok=True)
    for path in [*folder.glob("*/*.none")]:
        path.rename(then / path.name)


def _rows(live, month=MAY):
    cell = ArxivCell.open(live.downloads.mirror, month, live.cache)
    return {row["paper_id"]: (part.name, row) for part in cell.parts() for row in cell.read(part.name).papers}


def test_a_months_chunks_come_once_and_are_what_the_manifest_promises(live, origin, upload):
    harvest_chunks(live, MAY)
    before = _stored(live)
    assert {path.rpartition("/")[2] for path in before} == {
        "arXiv_src_2405_001.tar",
        "arXiv_src_manifest.xml",
        "fetched.json",
    }
    _metadata(live, "2405.00001", "2405.00002")
    assert {paper: part for paper, (part, _) in _rows(live).items()} == {
        "arxiv:2405.00001": "arXiv_src_2405_001",
        "arxiv:2405.00002": "arXiv_src_2405_001",
    }
    _stale(live)
    before = _stored(live)
    harvest_chunks(live, MAY)
    after = _stored(live)
    assert [path for path in after if after[path] != before[path]] == [arxiv_chunks.FETCHED]


def test_a_chunk_that_arxiv_makes_anew_is_fetched_again(live, origin, upload):
    harvest_chunks(live, MAY)
    before = _stored(live)
    origin.entries = [""]
    origin.add_chunk("arXiv_src_2405_001", {"2405/2405.00001.gz": TEX + b" ", "2405/2405.00002.pdf": PDF})
    upload()
    _stale(live)
    harvest_chunks(live, MAY)
    path = "arxiv/src/arXiv_src_2405_001.tar"
    assert _stored(live)[path] != before[path]


def test_a_chunk_that_is_not_as_promised_or_missing_keeps_no_other_from_coming(live, origin, upload, told):
    origin.add_chunk("arXiv_src_2405_002", {"2405/2405.00003.gz": TEX}, md5="0" * 32)
    origin.add_chunk("arXiv_src_2405_003", {"2405/2405.00004.gz": TEX}).unlink()
    upload()
    harvest_chunks(live, MAY)
    assert [path for path in _stored(live) if path.endswith(".tar")] == ["arxiv/src/arXiv_src_2405_001.tar"]
    left_out = [line for line in told if "left out" in line]
    assert ["was promised" in left_out[0], "is not there" in left_out[1]] == [True, True]


def test_a_chunk_of_before_that_arxiv_made_anew_is_not_read_for_the_new_one(live, origin, upload, export):
    """Its papers are fetched one by one until the new one comes."""
    _metadata(live, "2405.00001", "2405.00002")
    harvest_chunks(live, MAY)
    origin.entries = [""]
    again = {"2405/2405.00001.gz": TEX + b" ", "2405/2405.00002.pdf": PDF}
    origin.add_chunk("arXiv_src_2405_001", again, md5="0" * 32)
    upload()
    _stale(live)
    harvest_chunks(live, MAY)
    harvest_eprints(live, MAY)
    assert export.asked == ["2405.00001v1", "2405.00002v1"]
    assert [row["format"] for _, row in _rows(live).values()] == ["latex", "pdf"]


def test_a_chunk_that_broke_off_goes_on_where_it_stopped(live, origin, upload, bucket):
    """The bytes that are here are not asked for again: wrong ones show in the hash, and are forgotten then."""
    name, chunk = "src/arXiv_src_2405_001.tar", (origin.root / "arxiv/src/arXiv_src_2405_001.tar").read_bytes()
    source, md5 = Bucket.of(live.client, "arxiv-s3", requester_pays=True), hashlib.md5(chunk).hexdigest()
    with locked_partial(live.cache, f"{bucket}/{name}") as partial:
        tag = source.head(name)["e_tag"]
    partial.begin(tag)
    partial.path.write_bytes(b"x" * 700)
    with pytest.raises(SourceRefusedError, match="was promised"), source.download(name, Promised(md5=md5)):
        pass
    partial.begin(tag)
    partial.path.write_bytes(chunk[:700])
    with source.download(name, Promised(md5=md5)) as file:
        assert file.path.read_bytes() == chunk
    partial.begin('"another"')
    partial.path.write_bytes(b"x" * 700)
    with source.download(name, Promised(md5=md5)) as file:
        assert file.path.read_bytes() == chunk


def test_a_bucket_that_cannot_be_reached_is_down(live, monkeypatch, upload):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(SourceDownError, match=r"arxiv-s3: .*run again later"):
        harvest_chunks(live, MAY)


def test_requests_say_that_the_requester_pays(live, httpserver, monkeypatch, upload):
    headers = []

    def handle(request: Request) -> Response:
        headers.append(request.headers.get("x-amz-request-payer"))
        return Response("<Error><Code>AccessDenied</Code></Error>", 403)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(handle)
    monkeypatch.setenv("AWS_ENDPOINT_URL", httpserver.url_for("").rstrip("/"))
    with pytest.raises(SourceRefusedError, match=r"access was denied.*AWS_ACCESS_KEY_ID.*requester pays"):
        harvest_chunks(live, MAY)
    assert set(headers) == {"requester"}


@dataclass
class Export:
    """Sources by id and version."""

    sources: dict[str, Response] = field(default_factory=dict)
    denied: bool = False
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        name = request.path.removeprefix("/e-print/")
        self.asked.append(name)
        if self.denied:
            return Response("Access denied", 403)
        return self.sources.get(name) or Response("No such paper", 404)


@pytest.fixture
def export(httpserver):
    export = Export(
        {
            "2405.00001v1": Response(TEX, headers={"Content-Encoding": "x-gzip"}),
            "2405.00002v1": Response(PDF, content_type="application/pdf"),
            "2405.00003v1": Response(gzip.decompress(TEX), content_type="application/x-eprint"),
        }
    )
    httpserver.expect_request(re.compile("/e-print/.*")).respond_with_handler(export)
    return export


def test_papers_of_no_chunk_come_one_by_one_and_once(live, export):
    _metadata(live, "2405.00001", "2405.00002", "2405.00003", "2405.00004")
    harvest_eprints(live, MAY)
    assert sorted(export.asked) == ["2405.00001v1", "2405.00002v1", "2405.00003v1", "2405.00004v1"]
    rows = _rows(live)
    formats = {paper.removeprefix("arxiv:2405.0000"): row["format"] for paper, (_, row) in rows.items()}
    assert formats == {"1": "latex", "2": "pdf", "3": "latex", "4": "none"}
    part, row = rows["arxiv:2405.00001"]
    assert part.startswith("arXiv_eprint_2405_20")
    assert live.downloads.mirror.read(row["archive"], row["archive_offset"], row["archive_size"]) == TEX
    harvest_eprints(live, MAY)
    assert len(export.asked) == 4


def test_a_source_that_was_not_there_is_asked_for_again_after_some_days(live, export):
    _metadata(live, "2405.00004")
    harvest_eprints(live, MAY)
    harvest_eprints(live, MAY)
    assert len(export.asked) == 1
    _asked_days_ago(live, 7)
    export.sources["2405.00004v1"] = Response(PDF)
    harvest_eprints(live, MAY)
    assert len(export.asked) == 2
    assert _rows(live)["arxiv:2405.00004"][1]["format"] == "pdf"


def test_a_new_version_that_cannot_be_had_leaves_the_one_that_is_there_its_place_and_licence(live, export):
    _harvested(live, _version(1, license=BY_ND))
    harvest_eprints(live, MAY)
    _harvested(live, _version(2))
    harvest_eprints(live, MAY)
    assert export.asked == ["2405.00002v1", "2405.00002v2"]
    [(_, row)] = _rows(live).values()
    assert (row["version"], row["license"], row["rights"], row["format"]) == (1, BY_ND, "no_derivatives", "pdf")
    _asked_days_ago(live, 7)
    export.sources["2405.00002v2"] = Response(PDF + b" revised")
    harvest_eprints(live, MAY)
    [(_, row)] = _rows(live).values()
    assert (row["version"], row["license"], row["rights"]) == (2, BY, "open")


def test_a_paper_that_only_speaks_of_a_withdrawal_is_fetched(live, export):
    _metadata(live, "2405.00002", comments="This article was withdrawn", withdrawn=True)
    harvest_eprints(live, MAY)
    assert export.asked == []
    _metadata(live, "2405.00001", comments="An earlier version was withdrawn by the author", withdrawn=False)
    harvest_eprints(live, MAY)
    assert export.asked == ["2405.00001v1"]
    assert _rows(live)["arxiv:2405.00001"][1]["status"] == "live"


def test_a_new_version_is_fetched_and_takes_the_place_of_the_old_one(live, export):
    _metadata(live, "2405.00002")
    harvest_eprints(live, MAY)
    versions = [{"version": f"v{number}", "created": f"Mon, {number} Jan 2024 10:00:00 GMT"} for number in (1, 2)]
    _metadata(live, "2405.00002", versions=versions)
    export.sources["2405.00002v2"] = Response(PDF + b" revised")
    harvest_eprints(live, MAY)
    assert export.asked == ["2405.00002v1", "2405.00002v2"]
    [(_, row)] = _rows(live).values()
    assert row["archive"].endswith("/2405.00002v2.pdf")


def test_a_chunk_wins_over_what_was_fetched_one_by_one(live, export, upload):
    _metadata(live, "2405.00001", "2405.00002", "2405.00003")
    harvest_eprints(live, MAY)
    harvest_chunks(live, MAY)
    parts = {paper: part for paper, (part, _) in _rows(live).items()}
    assert (parts["arxiv:2405.00001"], parts["arxiv:2405.00002"]) == ("arXiv_src_2405_001",) * 2
    assert parts["arxiv:2405.00003"].startswith("arXiv_eprint_2405_")
    asked = len(export.asked)
    harvest_eprints(live, MAY)
    assert len(export.asked) == asked


def test_a_paper_that_was_revised_since_its_chunk_was_made_is_fetched_and_taken(live, export, upload):
    _harvested(live, _version(1, license=BY_ND), _version(1, "2405.00001"))
    harvest_chunks(live, MAY)
    harvest_eprints(live, MAY)
    assert export.asked == []
    _harvested(live, _version(2))
    _, row = _rows(live)["arxiv:2405.00002"]
    assert (row["version"], row["license"], row["rights"]) == (1, BY_ND, "no_derivatives")
    export.sources["2405.00002v2"] = Response(PDF + b" revised")
    harvest_eprints(live, MAY)
    assert export.asked == ["2405.00002v2"]
    part, row = _rows(live)["arxiv:2405.00002"]
    assert part.startswith("arXiv_eprint_2405_")
    assert (row["version"], row["license"], row["rights"]) == (2, BY, "open")


def test_a_chunk_that_comes_later_with_an_older_version_takes_nothing_from_what_was_fetched(live, export, upload):
    _harvested(live, _version(1, license=BY_ND), _version(2))
    export.sources["2405.00002v2"] = Response(PDF + b" revised")
    harvest_eprints(live, MAY)
    harvest_chunks(live, MAY)
    part, row = _rows(live)["arxiv:2405.00002"]
    assert part.startswith("arXiv_eprint_2405_")
    assert (row["version"], row["rights"]) == (2, "open")


def test_what_nothing_is_here_of_comes_before_what_was_revised(live, export, upload):
    _harvested(live, _version(2, "2405.00001"), _version(1, "2405.00003"))
    harvest_chunks(live, MAY)
    harvest_eprints(live, MAY, limit=1)
    assert export.asked == ["2405.00003v1"]


def test_papers_of_a_chunk_that_does_not_come_are_fetched_one_by_one(live, export, origin, upload):
    origin.add_chunk("arXiv_src_2405_002", {"2405/2405.00003.gz": TEX}, md5="0" * 32)
    upload()
    _metadata(live, "2405.00001", "2405.00002", "2405.00003")
    harvest_chunks(live, MAY)
    harvest_eprints(live, MAY)
    assert export.asked == ["2405.00003v1"]
    part, row = _rows(live)["arxiv:2405.00003"]
    assert (part[:17], row["format"]) == ("arXiv_eprint_2405", "latex")


def test_denied_access_stops_the_run_at_once_and_keeps_what_came(live, export):
    _metadata(live, "2405.00001")
    harvest_eprints(live, MAY)
    export.denied = True
    _metadata(live, "2405.00001", "2405.00002", "2405.00003")
    with pytest.raises(SourceRefusedError, match=r"arXiv denies access.*'Access denied'.*\(HTTP 403\).*for an hour"):
        harvest_eprints(live, MAY)
    assert len(export.asked) == 2
    assert len(_stored(live, "arxiv/eprint")) == 1


def test_after_denied_access_nothing_is_asked_for_an_hour(live, export):
    export.denied = True
    _metadata(live, "2405.00001")
    with pytest.raises(SourceRefusedError):
        harvest_eprints(live, MAY)
    export.denied = False
    patient = replace(live, patience=replace(QUICK, longest_closure=3000.0))
    with pytest.raises(SourceDownError, match=r"arxiv-export: it is to be left alone, closed until"):
        harvest_eprints(patient, MAY)
    assert len(export.asked) == 1


def test_a_service_that_moved_is_told_and_no_paper_is_given_up(live, export):
    papers = [f"2405.0000{number}" for number in range(FailuresInARow.MOST)]
    _metadata(live, *papers)
    away = Response("", 302, headers={"Location": "https://elsewhere.example/"})
    export.sources |= {f"{paper}v1": away for paper in papers}
    with pytest.raises(SourceRefusedError, match="redirects to elsewhere"):
        harvest_eprints(live, MAY)
    assert _stored(live, "arxiv/eprint") == {}


def test_a_web_page_in_the_place_of_a_source_is_not_taken_and_asked_for_again(live, export, told):
    _metadata(live, "2405.00002")
    export.sources["2405.00002v1"] = Response("<!DOCTYPE html><html>Please wait</html>")
    harvest_eprints(live, MAY)
    assert _stored(live, "arxiv/eprint") == {}
    assert "a web page came in its place" in told[-1]
    export.sources["2405.00002v1"] = Response(PDF)
    harvest_eprints(live, MAY)
    assert len(_stored(live, "arxiv/eprint")) == 1


def test_downloads_may_be_in_a_bucket(live, export, upload, bucket):
    live = replace(live, downloads=Downloads(f"{bucket}/downloads"))
    _metadata(live, "2405.00001", "2405.00003")
    for _ in range(2):
        harvest_chunks(live, MAY)
        harvest_eprints(live, MAY)
    assert export.asked == ["2405.00003v1"]
    rows = _rows(live)
    assert [row["format"] for _, row in rows.values()] == ["latex"] * 2
    assert [part[:14] for part, _ in rows.values()] == ["arXiv_src_2405", "arXiv_eprint_2"]


def test_a_run_fetches_a_bounded_number_and_the_next_goes_on(live, export):
    _metadata(live, "2405.00001", "2405.00002", "2405.00003")
    harvest_eprints(live, MAY, limit=2)
    assert len(export.asked) == 2
    harvest_eprints(live, MAY, limit=2)
    assert len(set(export.asked)) == len(export.asked) == 3
