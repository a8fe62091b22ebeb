"""arXiv's chunks read in their bucket: the same rows as from copies, by ranges, and no copy."""

import json
import re
import threading
from multiprocessing import forkserver

import dagster as dg
import pytest

from resources.configured import MirrorResource, WorkersResource
from resources.live import arxiv_chunks, arxiv_metadata
from s1_assets.cells import Cell
from s1_assets_tests.line import Line, failure, materialized
from s1_assets_tests.resources.live.arxiv_server import ArxivServer, figure_source, text_source
from s1_assets_tests.resources.live.bucket_server import BucketServer
from s1_assets_tests.resources.live.conftest import CONTACT, ask_quickly
from s1_assets_tests.resources.live.oai_server import OaiPaper, OaiServer
from s1_assets_tests.resources.sources.arxiv_mirror import ArxivMirror

MAY = Cell("arxiv", "2024-05")
CHUNK, MANIFEST = "src/arXiv_src_2405_001.tar", "src/arXiv_src_manifest.xml"
FIRST, SECOND, NEW = "2405.00001", "2405.00002", "2405.00003"


@pytest.fixture
def arxiv(httpserver):
    papers = [OaiPaper(paper, "2024-05-01") for paper in (FIRST, SECOND, NEW)]
    arxiv = ArxivServer(OaiServer(papers), {f"{paper}v1": text_source(paper) for paper in (FIRST, SECOND, NEW)})
    httpserver.expect_request(re.compile("/(?:oai|e-print/.*)")).respond_with_handler(arxiv)
    return arxiv


@pytest.fixture
def origin(tmp_path):
    """What arXiv has in its bucket, as files."""
    origin = ArxivMirror(tmp_path / "origin")
    members = {f"2405/{FIRST}.gz": figure_source(FIRST), f"2405/{SECOND}.gz": text_source(SECOND)}
    origin.add_chunk("arXiv_src_2405_001", members)
    return origin


@pytest.fixture
def new_workers():
    """Workers of a test's own: their server keeps the environment in which it began."""
    forkserver._forkserver._stop()
    yield
    forkserver._forkserver._stop()


@pytest.fixture
def bucket(httpserver, origin, monkeypatch, new_workers):
    bucket = BucketServer("copy")
    httpserver.expect_request(re.compile("/copy/.*")).respond_with_handler(bucket)
    monkeypatch.setenv("AWS_ENDPOINT_URL", httpserver.url_for("").rstrip("/"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    _publish(bucket, origin)
    return bucket


@pytest.fixture
def make_line(arxiv, bucket, httpserver, tmp_path, monkeypatch):
    """Makes lines over live services, each in a folder of its own name."""
    ask_quickly(monkeypatch, "arxiv-oai", "arxiv-export", "arxiv-s3")
    (tmp_path / "nothing").mkdir()
    export = httpserver.url_for("").rstrip("/")

    def make(
        name: str,
        *,
        in_place: bool,
        contact: str | None = CONTACT,
        bucket: str | None = "s3://copy",
        **resources: dg.ConfigurableResource,
    ) -> Line:
        mirror = MirrorResource(
            cache=str(tmp_path / name / "cache"),
            downloads=str(tmp_path / name / "lake/downloads"),
            contact=contact,
            services=json.dumps({"arxiv-oai": f"{export}/oai", "arxiv-export": export, "arxiv-s3": bucket}),
            chunks_in_place=in_place,
            patience={"attempts": 2, "first_wait": 0.01, "longest_wait": 0.01},
            retry_seconds=0.01,
        )
        return Line(tmp_path / name, tmp_path / "nothing", {"S1_MIRROR": ""}, {"mirror": mirror, **resources})

    return make


def _publish(bucket, origin):
    bucket.files |= {f"src/{path.name}": path.read_bytes() for path in (origin.root / "arxiv/src").iterdir()}


def _fetch_manifest(line):
    """Runs another month, for which there is no chunk."""
    assert line.run_to(Cell("arxiv", "2024-04"), "raw_papers").success


def _age(line):
    """Lets a day pass since the last harvest."""
    for name in (arxiv_metadata.STATE, arxiv_chunks.FETCHED):
        path = line.folder / "lake/downloads" / name
        state = json.loads(path.read_text())
        path.write_text(json.dumps(state | {"at": state["at"] - 86400}))


def _papers(line):
    rows = [row for name, rows in line.rows(MAY).items() if name.startswith("raw_papers/") for row in rows]
    return {row["paper_id"].removeprefix("arxiv:"): row for row in rows}


def _retries(outcome):
    return sum(event.is_step_up_for_retry for event in outcome.all_events)


def test_rows_are_those_of_copies_and_each_paper_is_read_by_its_range(make_line, bucket):
    copied, in_place = make_line("copied", in_place=False), make_line("in_place", in_place=True)
    outcome = copied.run_to(MAY, "figure_pairs")
    assert outcome.success, failure(outcome)
    bucket.asked.clear()
    outcome = in_place.run_to(MAY, "figure_pairs")
    assert outcome.success, failure(outcome)
    rows = in_place.rows(MAY)
    assert rows == copied.rows(MAY)
    assert len(rows["figure_pairs/arXiv_src_2405_001"]) == 1
    assert [*in_place.folder.rglob("*.tar")] == []
    papers, whole = _papers(in_place), range(len(bucket.files[CHUNK]))
    spans = [range(row["archive_offset"], row["archive_offset"] + row["archive_size"]) for row in papers.values()]
    by_paper = dict(zip(papers, spans, strict=True))
    assert bucket.bytes_of(CHUNK)[0] == whole
    assert sorted(bucket.bytes_of(CHUNK)[1:], key=lambda span: span.start) == [by_paper[FIRST], by_paper[SECOND]]
    assert bucket.payers == {"requester"}


def test_a_changed_record_has_no_chunk_read_again(make_line, bucket, arxiv):
    line = make_line("in_place", in_place=True)
    line.run_to(MAY, "raw_papers")
    arxiv.oai.papers[0] = OaiPaper(FIRST, arxiv.oai.today, title="A title that changed")
    _age(line)
    bucket.asked.clear()
    made = materialized(line.run_to(MAY, "raw_papers"))["raw_papers"]
    assert (made["parts_new"], made["parts_current"]) == (1, 1)
    assert _papers(line)[FIRST]["title"] == "A title that changed"
    assert [(method, path) for method, path, _ in bucket.asked] == [("HEAD", MANIFEST), ("HEAD", CHUNK)]


@pytest.mark.parametrize("in_place", [True, False])
def test_a_withdrawal_does_not_wait_for_the_bucket(make_line, bucket, arxiv, in_place):
    line = make_line("line", in_place=in_place)
    assert line.run_to(MAY, "raw_papers").success
    before = _papers(line)
    versions = [("Mon, 6 May 2024 10:00:00 GMT", ""), ("Tue, 7 May 2024 10:00:00 GMT", "I")]
    arxiv.oai.papers[0] = OaiPaper(FIRST, arxiv.oai.today, versions=versions)
    _age(line)
    bucket.down = {"GET", "HEAD"}
    assert re.search("arxiv-s3: it answered 503, .*asked for s3://copy/src/", failure(line.run_to(MAY, "raw_papers")))
    papers = _papers(line)
    assert {paper: row["status"] for paper, row in papers.items()} == {FIRST: "withdrawn", SECOND: "live", NEW: "live"}
    assert {paper: row["archive"] for paper, row in papers.items()} == {
        paper: row["archive"] for paper, row in before.items()
    }


def test_a_chunk_that_is_not_the_promised_one_is_left_out_until_the_manifest_tells_of_it(
    make_line, bucket, origin, arxiv
):
    line = make_line("in_place", in_place=True)
    line.run_to(MAY, "raw_papers")
    origin.entries = [""]
    members = {f"2405/{FIRST}.gz": figure_source(FIRST), f"2405/{SECOND}.gz": text_source("Another title")}
    bucket.files[CHUNK] = origin.add_chunk("arXiv_src_2405_001", members).read_bytes() + bytes(1 << 20)
    _age(line)
    assert line.run_to(MAY, "raw_papers").success
    assert {row["archive"].split("/")[1] for row in _papers(line).values()} == {"eprint"}
    _publish(bucket, origin)
    _age(line)
    assert line.run_to(MAY, "raw_papers").success
    assert _papers(line)[SECOND]["archive"] == f"arxiv/{CHUNK}"


def test_an_older_copy_is_not_read_in_the_place_of_the_bucket(make_line, bucket, origin):
    copied = make_line("line", in_place=False)
    copied.run_to(MAY, "raw_papers")
    origin.entries = [""]
    members = {f"2405/{FIRST}.gz": text_source("Another title"), f"2405/{SECOND}.gz": text_source(SECOND)}
    origin.add_chunk("arXiv_src_2405_001", members)
    _publish(bucket, origin)
    _age(copied)
    in_place = make_line("line", in_place=True)
    assert in_place.run_to(MAY, "figure_pairs").success
    row = _papers(in_place)[FIRST]
    assert (row["archive"], row["archive_size"]) == (f"arxiv/{CHUNK}", len(text_source("Another title")))
    back = make_line("line", in_place=False)
    assert back.run_to(MAY, "raw_papers").success
    assert (back.folder / "lake/downloads/arxiv" / CHUNK).read_bytes() == bucket.files[CHUNK]


def test_a_copy_that_arxiv_made_anew_counts_until_the_new_one_comes(make_line, bucket, origin):
    line = make_line("line", in_place=False)
    assert line.run_to(MAY, "raw_papers").success
    before = _papers(line)
    origin.entries = [""]
    members = {f"2405/{FIRST}.gz": text_source("Another title"), f"2405/{SECOND}.gz": text_source(SECOND)}
    anew = origin.add_chunk("arXiv_src_2405_001", members).read_bytes()
    bucket.files[MANIFEST] = (origin.root / "arxiv" / MANIFEST).read_bytes()
    bucket.broken = {CHUNK}
    _age(line)
    assert "it answered 503" in failure(line.run_to(MAY, "raw_papers"))
    assert _papers(line) == before
    bucket.files[CHUNK], bucket.broken = anew, set()
    assert line.run_to(MAY, "raw_papers").success
    assert _papers(line)[FIRST]["archive_size"] == len(text_source("Another title"))


def test_a_bucket_that_fails_is_tried_again_and_named(make_line, bucket):
    line = make_line("in_place", in_place=True)
    _fetch_manifest(line)
    bucket.down = {"GET"}
    told = failure(line.run_to(MAY, "raw_papers"))
    assert re.search(rf"arxiv-s3: it answered 503, SlowDown, asked for s3://copy/{CHUNK}; run again later", told)
    assert len(bucket.bytes_of(CHUNK)) == 2 * 4  # tries a run, and the asset's own three retries
    bucket.down.clear()
    assert line.run_to(MAY, "raw_papers").success
    bucket.down = {"GET"}
    outcome = line.run_alone(MAY, "figure_pairs")
    assert re.search(
        r"arXiv_src_2405_001\.tar cannot be read, run the cell again.*it answered 503, SlowDown", failure(outcome)
    )
    assert _retries(outcome) == 3
    bucket.down.clear()
    assert line.run_alone(MAY, "figure_pairs").success


def test_a_bucket_that_is_slower_than_a_paper_may_be_costs_no_paper_its_figures(make_line, bucket):
    line = make_line("line", in_place=True, workers=WorkersResource(address="local:1", paper_seconds=9))
    assert line.run_to(MAY, "raw_papers").success
    bucket.held = threading.Event()
    try:
        outcome = line.run_alone(MAY, "figure_pairs")
    finally:
        bucket.held.set()
    assert not outcome.success
    assert re.search(r"arXiv_src_2405_001\.tar cannot be read, run the cell again.*arxiv-s3", failure(outcome))
    assert _retries(outcome) == 3
    assert line.run_alone(MAY, "figure_pairs").success
    assert len(line.rows(MAY)["figure_pairs/arXiv_src_2405_001"]) == 1


@pytest.mark.parametrize("end", [None, 1000, 0], ids=["as long", "shorter", "empty"])
def test_a_chunk_that_changed_meanwhile_is_not_read_in_vain_again(make_line, bucket, end):
    line = make_line("line", in_place=True)
    assert line.run_to(MAY, "raw_papers").success
    bucket.files[CHUNK] = bytes(len(bucket.files[CHUNK]))[:end]
    outcome = line.run_alone(MAY, "figure_pairs")
    assert re.search("changed since raw_papers read it; run the cell's whole chain again", failure(outcome))
    assert _retries(outcome) == 0
    assert "figure_pairs/arXiv_src_2405_001" not in line.rows(MAY)


@pytest.mark.parametrize(
    ("mistake", "why"),
    [
        ({"contact": None}, "S1_CONTACT='' is no e-mail address"),
        ({"bucket": "s3://"}, "arxiv-s3"),
        ({"bucket": None}, "arXiv_src_2405_001"),
    ],
)
def test_a_mistake_in_a_setting_fails_the_run_and_costs_no_paper_its_figures(make_line, mistake, why):
    line = make_line("line", in_place=True)
    assert line.run_to(MAY, "raw_papers").success
    outcome = make_line("line", in_place=True, **mistake).run_alone(MAY, "figure_pairs")
    assert re.search(rf"arXiv_src_2405_001\.tar cannot be read, run the cell again.*{why}", failure(outcome))
    assert _retries(outcome) == 0
    assert line.run_alone(MAY, "figure_pairs").success
    rows = line.rows(MAY)
    assert len(rows["figure_pairs/arXiv_src_2405_001"]) == 1
    assert {row["reason"] for name in rows if name.startswith("rejects/") for row in rows[name]} == {"no_figures"}


def test_chunks_that_are_left_out_later_are_as_if_they_were_not_there(make_line):
    line = make_line("line", in_place=True)
    assert line.run_to(MAY, "raw_papers").success
    outcome = make_line("line", in_place=True, bucket=None).run_to(MAY, "raw_papers")
    assert outcome.success, failure(outcome)
    assert {row["archive"].split("/")[1] for row in _papers(line).values()} == {"eprint"}
