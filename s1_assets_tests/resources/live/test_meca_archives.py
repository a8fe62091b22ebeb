"""Archives of bioRxiv and medRxiv from buckets whose requester pays: each once, whole, and only what is new."""

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import boto3
import pytest
from werkzeug import Request, Response

from resources.live import meca_archives
from resources.live.access import Downloads, LiveAccess
from resources.live.buckets import Bucket
from resources.live.failures import SourceRefusedError
from resources.live.meca_archives import NewestArchives, harvest_archives, new_archives
from resources.live.partial import locked_partial
from resources.sources.articles.meca import folder_of
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK
from s1_assets_tests.resources.sources.article_mirror import article, biorxiv, meca, read_all

JANUARY = Cell("biorxiv", "2024-01")
FOLDER = "Current_Content/January_2024"
ONE, TWO = meca(article("10.1101/1")), meca(article("10.64898/2"))


@pytest.fixture
def live(bucket, tmp_path, told):
    overrides = json.dumps({"biorxiv-s3": bucket, "medrxiv-s3": bucket})
    downloads = Downloads(str(tmp_path / "downloads"))
    return LiveAccess(CONTACT, downloads, tmp_path / "cache", overrides, QUICK, told.append)


@pytest.fixture
def put(bucket):
    def put(name, content, folder=FOLDER):
        boto3.client("s3").put_object(Bucket=bucket.removeprefix("s3://"), Key=f"{folder}/{name}", Body=content)

    put("one.meca", ONE)
    put("two.meca", TWO)
    put("README.txt", b"not an archive")
    put("other.meca", ONE, "Current_Content/January_2025")
    return put


def stored(live, source="biorxiv"):
    return {
        file.path.removeprefix(f"{source}/Current_Content/"): file.version
        for file in live.downloads.mirror.objects(f"{source}/Current_Content")
    }


def test_the_archives_of_a_month_come_once_and_are_read(live, put, tmp_path, told):
    harvest_archives(live, JANUARY)
    before = stored(live)
    assert sorted(before) == ["January_2024/one.meca", "January_2024/two.meca"]
    assert "biorxiv: 2 archives of 2024-01 are new and fetched now" in told[0]
    rows = read_all(biorxiv(tmp_path / "downloads")).papers
    assert {row["paper_id"] for row in rows} == {"biorxiv:10.1101/1", "biorxiv:10.64898/2"}
    harvest_archives(live, JANUARY)
    assert stored(live) == before
    assert len(told) == 1


def test_medrxiv_has_a_bucket_of_its_own(live, put, bucket):
    live = replace(live, overrides=json.dumps({"medrxiv-s3": bucket}))
    harvest_archives(live, Cell("medrxiv", "2024-01"))
    assert sorted(stored(live, "medrxiv")) == ["January_2024/one.meca", "January_2024/two.meca"]


def test_an_archive_that_was_made_anew_is_fetched_again_and_no_other(live, put):
    harvest_archives(live, JANUARY)
    before = stored(live)
    put("one.meca", ONE.replace(b"content/a.xml", b"content/b.xml"))  # of the same size
    harvest_archives(live, JANUARY)
    after = stored(live)
    assert [path for path in after if after[path] != before[path]] == ["January_2024/one.meca"]


def test_archives_that_were_copied_by_other_means_are_taken_as_they_are(live, put):
    live.downloads.put(f"biorxiv/{FOLDER}/one.meca", ONE)
    live.downloads.put(f"biorxiv/{FOLDER}/two.meca", TWO[:100])
    before = stored(live)
    harvest_archives(live, JANUARY)
    after = stored(live)
    assert [path for path in after if after[path] != before[path]] == ["January_2024/two.meca"]
    put("one.meca", ONE[::-1])
    harvest_archives(live, JANUARY)
    assert stored(live)["January_2024/one.meca"] != before["January_2024/one.meca"]


def test_a_run_fetches_a_bounded_number_and_the_next_goes_on(live, put, told):
    harvest_archives(live, JANUARY, limit=1)
    assert sorted(stored(live)) == ["January_2024/one.meca"]
    assert "1 of 2 archives of 2024-01" in told[0]
    harvest_archives(live, JANUARY, limit=1)
    assert sorted(stored(live)) == ["January_2024/one.meca", "January_2024/two.meca"]


def test_an_archive_that_was_cut_short_goes_on_where_it_stopped(live, put, bucket):
    """Bytes of an earlier, killed run are not asked for again; wrong ones show in the hash, and are forgotten then."""
    path = f"{FOLDER}/one.meca"
    tag = Bucket.of(live.client, "biorxiv-s3").head(path)["e_tag"]
    with locked_partial(live.cache, f"{bucket}/{path}") as partial:
        pass
    partial.begin(tag)
    partial.path.write_bytes(b"x" * 100)
    harvest_archives(live, JANUARY)
    assert sorted(stored(live)) == ["January_2024/two.meca"]
    partial.begin(tag)
    partial.path.write_bytes(ONE[:100])
    harvest_archives(live, JANUARY)
    stat = live.downloads.mirror.stat(f"biorxiv/{path}")
    assert live.downloads.mirror.read(stat.path, 0, stat.size) == ONE


@dataclass
class Shelf:
    """A bucket that lists `files` with other sizes and tags than they have, as `told` says, and denies `closed`."""

    files: dict[str, bytes]
    told: dict[str, tuple[int, str]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        if "list-type" in request.args:
            names = sorted({*self.files, *self.told})
            return Response(f"<ListBucketResult>{''.join(map(self._entry, names))}</ListBucketResult>")
        name = request.path.rpartition("/")[2]
        self.asked.append(name)
        if name in self.closed:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)
        if name not in self.files:
            return Response("", 404)
        size, tag = self._told(name)
        content, headers = self.files[name], {"ETag": tag, "Last-Modified": "Tue, 02 Jan 2024 10:00:00 GMT"}
        if request.method == "HEAD":
            return Response(b"0" * size, headers=headers)
        headers |= {"Content-Range": f"bytes 0-{size - 1}/{size}"}
        return Response(content, 206, headers)

    def _told(self, name: str) -> tuple[int, str]:
        content = self.files.get(name, b"")
        return self.told.get(name) or (len(content), f'"{hashlib.md5(content).hexdigest()}"')

    def _entry(self, name: str) -> str:
        size, tag = self._told(name)
        return (
            f"<Contents><Key>{FOLDER}/{name}</Key><LastModified>2024-01-02T10:00:00.000Z</LastModified>"
            f"<ETag>{escape(tag)}</ETag><Size>{size}</Size></Contents>"
        )


@pytest.fixture
def shelf(live, httpserver, monkeypatch):
    shelf = Shelf({"one.meca": ONE, "two.meca": TWO})
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(shelf)
    monkeypatch.setenv("AWS_ENDPOINT_URL", httpserver.url_for("").rstrip("/"))
    return shelf


def test_an_archive_that_is_not_as_promised_too_large_or_gone_keeps_no_other_from_coming(live, shelf, told):
    shelf.told = {
        "one.meca": (len(ONE), '"' + "0" * 32 + '"'),
        "gone.meca": (10, '"a"'),
        "huge.meca": (meca_archives.MAX_ARCHIVE_BYTES + 1, '"b"'),
    }
    harvest_archives(live, JANUARY)
    assert sorted(stored(live)) == ["January_2024/two.meca"]
    left_out = sorted(line for line in told if "left out" in line)
    assert [re.search(r"(\w+)\.meca is left out", line)[1] for line in left_out] == ["gone", "huge", "one"]
    assert ["is not there" in left_out[0], "bytes" in left_out[1], "was promised" in left_out[2]] == [True] * 3
    assert "huge.meca" not in shelf.asked


def test_a_transfer_that_ends_early_is_not_taken_for_the_whole(live, shelf, told):
    shelf.told = {"one.meca": (len(ONE), '"a-2"')}
    shelf.files["one.meca"] = ONE[:-40]
    harvest_archives(live, JANUARY)
    assert sorted(stored(live)) == ["January_2024/two.meca"]
    assert f"its file has {len(ONE) - 40} bytes, {len(ONE)} were promised" in told[-1]
    shelf.files["one.meca"] = ONE
    harvest_archives(live, JANUARY)
    assert len(stored(live)) == 2


def test_access_that_is_denied_midway_leaves_what_came(live, shelf):
    shelf.closed = {"two.meca"}
    with pytest.raises(SourceRefusedError, match="access was denied"):
        harvest_archives(live, JANUARY)
    assert sorted(stored(live)) == ["January_2024/one.meca"]
    shelf.closed.clear()
    shelf.asked.clear()
    harvest_archives(live, JANUARY)
    assert set(shelf.asked) == {"two.meca"}
    assert len(stored(live)) == 2


def test_a_tag_of_several_parts_is_no_hash_and_the_size_is_held_to(live, bucket, tmp_path):
    client, name = boto3.client("s3"), bucket.removeprefix("s3://")
    key, piece = f"{FOLDER}/parts.meca", b"p" * (5 << 20)
    upload = client.create_multipart_upload(Bucket=name, Key=key)["UploadId"]
    parts = [
        {"PartNumber": number, "ETag": client.upload_part(
            Bucket=name, Key=key, UploadId=upload, PartNumber=number, Body=body)["ETag"]}
        for number, body in enumerate((piece, b"end"), 1)
    ]  # fmt: skip
    client.complete_multipart_upload(Bucket=name, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})
    for _ in range(2):
        harvest_archives(live, JANUARY)
    assert live.downloads.mirror.stat(f"biorxiv/{key}").size == len(piece) + 3


def test_a_folder_that_is_not_there_is_a_month_without_archives(live, put):
    harvest_archives(live, Cell("biorxiv", "2023-07"))
    assert stored(live) == {}


def test_archives_of_before_december_2018_are_told_to_lie_elsewhere(live, put, told):
    harvest_archives(live, Cell("biorxiv", "2018-11"))
    assert "Back_Content" in told[0]
    assert stored(live) == {}


def test_a_bucket_that_is_none_is_told(live, put):
    live = replace(live, overrides='{"biorxiv-s3": "s3://no-such-bucket-of-ours"}')
    with pytest.raises(SourceRefusedError, match=r"there is no such bucket.*set the URL of biorxiv-s3 in S1_SERVICES"):
        harvest_archives(live, JANUARY)


def test_denied_access_says_what_to_set_and_that_the_requester_pays(live, put, httpserver, monkeypatch):
    headers = []

    def deny(request: Request) -> Response:
        headers.append(request.headers.get("x-amz-request-payer"))
        return Response("<Error><Code>AccessDenied</Code></Error>", 403)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(deny)
    monkeypatch.setenv("AWS_ENDPOINT_URL", httpserver.url_for("").rstrip("/"))
    denied = r"biorxiv-s3: access was denied.*set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY .*its requester pays"
    with pytest.raises(SourceRefusedError, match=denied):
        harvest_archives(live, JANUARY)
    with pytest.raises(SourceRefusedError, match=denied):
        new_archives(live, "biorxiv", NewestArchives(0.0))
    assert set(headers) == {"requester"}


def test_an_environment_without_credentials_says_what_to_set(live, put, httpserver, monkeypatch):
    """Where nobody gives credentials, the address that machines of AWS have them from is asked."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", httpserver.url_for("").rstrip("/"))
    httpserver.expect_request("/latest/api/token").respond_with_data("", 403)
    with pytest.raises(SourceRefusedError, match=r"there are no credentials.*set AWS_ACCESS_KEY_ID"):
        harvest_archives(live, JANUARY)


def months():
    now = datetime.now(UTC)
    return f"{now.replace(day=1) - timedelta(days=1):%Y-%m}", f"{now:%Y-%m}"


def test_archives_that_came_since_the_last_look_are_told_once(live, put):
    last, current = months()
    put("a.meca", ONE, folder_of(last))
    put("b.meca", ONE, folder_of(current))
    found, mark = new_archives(live, "biorxiv", NewestArchives(0.0))
    assert found == {last: ["a"], current: ["b"]}
    assert new_archives(live, "biorxiv", mark) == ({}, mark)
    put("c.meca", ONE, folder_of(last))
    found, mark = new_archives(live, "biorxiv", mark)
    assert found == {last: ["c"]}
    put("b.meca", TWO, folder_of(current))
    found, mark = new_archives(live, "biorxiv", mark)
    assert found == {current: ["b"]}


def test_archives_that_a_run_has_fetched_are_not_new(live, put):
    _, current = months()
    put("a.meca", ONE, folder_of(current))
    harvest_archives(live, Cell("biorxiv", current))
    put("b.meca", ONE, folder_of(current))
    assert new_archives(live, "biorxiv", NewestArchives(0.0))[0] == {current: ["b"]}
    put("a.meca", ONE[::-1], folder_of(current))
    assert new_archives(live, "biorxiv", NewestArchives(0.0))[0] == {current: ["a", "b"]}


def test_downloads_may_be_in_a_bucket(live, put, bucket):
    live = replace(live, downloads=Downloads(f"{bucket}/downloads"))
    harvest_archives(live, JANUARY)
    before = stored(live)
    harvest_archives(live, JANUARY)
    assert len(before) == 2
    assert stored(live) == before
