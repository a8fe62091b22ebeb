"""A month of bioRxiv through the line without a mirror gives the tables that the same files in a mirror give."""

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import boto3
import pytest

from resources.configured import MirrorResource
from s1_assets.cells import Cell
from s1_assets_tests.line import Line, failure, materialized
from s1_assets_tests.resources.live.conftest import CONTACT, ask_quickly
from s1_assets_tests.resources.live.openrxiv_server import RecordedServer

MAY, JANUARY = Cell("biorxiv", "2024-05"), Cell("biorxiv", "2024-01")


@dataclass
class Openrxiv:
    """A mirror as the services that it is like: its answers over HTTP and its archives in a bucket."""

    mirror: Path
    api: RecordedServer
    bucket: str

    def upload(self, source: str) -> None:
        client = boto3.client("s3")
        for path in sorted((self.mirror / source / "Current_Content").rglob("*.meca")):
            key = str(path.relative_to(self.mirror / source))
            client.upload_file(str(path), self.bucket.removeprefix("s3://"), key)

    def line(self, folder: Path, url: str) -> Line:
        """A line that has no mirror."""
        services = {"biorxiv-api": url, "biorxiv-s3": self.bucket, "medrxiv-s3": self.bucket}
        mirror = MirrorResource(
            cache=str(folder / "cache"),
            downloads=str(folder / "lake/downloads"),
            contact=CONTACT,
            services=json.dumps(services),
            patience={"attempts": 2, "first_wait": 0.01, "longest_wait": 0.01},
            retry_seconds=0.01,
        )
        (folder / "nothing").mkdir(parents=True)
        return Line(folder, folder / "nothing", {"S1_MIRROR": ""}, {"mirror": mirror})


@pytest.fixture
def serve(httpserver, bucket, monkeypatch):
    ask_quickly(monkeypatch, "biorxiv-api")

    def serve(mirror: Path, source: str = "biorxiv") -> Openrxiv:
        openrxiv = Openrxiv(mirror, RecordedServer(mirror), bucket)
        httpserver.expect_request(re.compile("/details/.*")).respond_with_handler(openrxiv.api)
        openrxiv.upload(source)
        return openrxiv

    return serve


@pytest.fixture
def url(httpserver):
    return httpserver.url_for("").rstrip("/")


def same_tables(live: Line, mirrored: Line, cell: Cell) -> list[dict]:
    """Runs a cell through both, holds their tables to each other, and returns the rows of `figure_pairs`."""
    for line in (live, mirrored):
        outcome = line.run_to(cell, "context_bundles")
        assert outcome.success, failure(outcome)
    rows = live.rows(cell)
    assert rows == mirrored.rows(cell)
    return [row for name, found in rows.items() if name.startswith("figure_pairs/") for row in found]


@pytest.mark.parametrize("source", ["biorxiv", "medrxiv"])
def test_a_month_of_samples_gives_the_tables_that_its_mirror_gives(serve, sample_mirror, tmp_path, url, source):
    openrxiv = serve(sample_mirror, source)
    live, mirrored = openrxiv.line(tmp_path / "live", url), Line(tmp_path / "mirrored", sample_mirror)
    cell = Cell(source, "2024-05")
    assert same_tables(live, mirrored, cell)
    openrxiv.api.asked.clear()
    second = materialized(live.run_to(cell, "raw_papers"))["raw_papers"]
    assert openrxiv.api.asked == []
    assert second["parts_new"] == 0


def test_a_recorded_month_gives_the_tables_that_its_mirror_gives(serve, shared_data, tmp_path, url):
    mirror = tmp_path / "recorded"
    shutil.copytree(shared_data / "mirrors/biorxiv", mirror / "biorxiv")
    live, mirrored = serve(mirror).line(tmp_path / "live", url), Line(tmp_path / "mirrored", mirror)
    assert len({row["paper_id"] for row in same_tables(live, mirrored, JANUARY)}) == 4


def test_a_new_archive_remakes_its_part_only(serve, sample_mirror, tmp_path, url):
    openrxiv = serve(sample_mirror)
    client, name = boto3.client("s3"), openrxiv.bucket.removeprefix("s3://")
    keys = [
        found["Key"] for found in client.list_objects_v2(Bucket=name, Prefix="Current_Content/May_2024")["Contents"]
    ]
    late = client.get_object(Bucket=name, Key=keys[0])["Body"].read()
    client.delete_object(Bucket=name, Key=keys[0])
    line = openrxiv.line(tmp_path / "live", url)
    before = materialized(line.run_to(MAY, "raw_papers"))["raw_papers"]
    client.put_object(Bucket=name, Key=keys[0], Body=late)
    after = materialized(line.run_to(MAY, "raw_papers"))["raw_papers"]
    assert after["parts_new"] == 1
    assert after["parts_current"] == before["parts_new"] - 1


def test_a_bucket_that_is_left_out_gives_rows_without_archives(serve, sample_mirror, tmp_path, url):
    openrxiv = replace(serve(sample_mirror), bucket=None)
    line = openrxiv.line(tmp_path / "live", url)
    outcome = line.run_to(MAY, "raw_papers", checks=False)
    assert outcome.success, failure(outcome)
    rows = [row for name, rows in line.rows(MAY).items() if name.startswith("raw_papers/") for row in rows]
    assert {row["format"] for row in rows} == {"none"}


def test_a_month_without_papers_succeeds_with_no_rows(serve, sample_mirror, tmp_path, url):
    nothing = {"messages": [{"status": "no posts found"}], "collection": []}
    mirror = tmp_path / "empty"
    path = mirror / "biorxiv/api/details/biorxiv/2024-07-01/2024-07-31/0/json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(nothing))
    line = serve(mirror).line(tmp_path / "live", url)
    july = Cell("biorxiv", "2024-07")
    outcome = line.run_to(july, "context_bundles", checks=False)
    assert outcome.success, failure(outcome)
    assert [rows for rows in line.rows(july).values() if rows] == []


def test_an_empty_answer_fails_the_run_clearly(serve, shared_data, tmp_path, url):
    mirror = tmp_path / "recorded"
    shutil.copytree(shared_data / "mirrors/biorxiv/api", mirror / "biorxiv/api")
    line = serve(mirror).line(tmp_path / "live", url)
    outcome = line.run_to(Cell("biorxiv", "2024-03"), "raw_papers", checks=False)
    assert not outcome.success
    assert "biorxiv-api: the answer is empty at each of 2 tries" in failure(outcome)
