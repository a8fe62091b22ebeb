"""The publishing target: the same behaviour in a folder and in a bucket."""

import polars as pl
import pytest

from resources.publishers.publisher import Publisher, open_publisher


@pytest.fixture(params=["folder", "bucket"])
def publisher(request, tmp_path) -> Publisher:
    folder = str(tmp_path / "published")
    return open_publisher(folder if request.param == "folder" else f"{request.getfixturevalue('bucket')}/figures")


def put(publisher: Publisher, path: str, content: bytes, tmp_path) -> None:
    local = tmp_path / "local"
    local.write_bytes(content)
    publisher.put(path, local)


def test_a_file_is_put_listed_read_replaced_and_deleted(publisher, tmp_path):
    put(publisher, "arxiv/2024-01/manifest.json", b"one", tmp_path)
    put(publisher, "arxiv/2024-01/manifest.json", b"second", tmp_path)
    put(publisher, "arxiv/2024-02/manifest.json", b"three", tmp_path)
    assert list(publisher.files("arxiv/2024-01")) == [("arxiv/2024-01/manifest.json", 6)]
    assert publisher.read("arxiv/2024-01/manifest.json") == b"second"
    publisher.delete("arxiv/2024-01/manifest.json")
    assert [path for path, _ in publisher.files()] == ["arxiv/2024-02/manifest.json"]


def test_part_of_a_file_is_read_without_the_rest(publisher, tmp_path):
    put(publisher, "a/b.tar", bytes(range(200)), tmp_path)
    assert publisher.read_range("a/b.tar", 100, 3) == bytes([100, 101, 102])
    with publisher.open("a/b.tar") as file:
        file.seek(198)
        assert file.read() == bytes([198, 199])


def test_a_file_of_several_upload_parts_arrives_whole(publisher, tmp_path):
    content = bytes(range(256)) * (9 << 12)
    put(publisher, "large.tar", content, tmp_path)
    with publisher.open("large.tar") as file:
        assert file.read() == content


def test_a_missing_file_is_a_file_not_found(publisher):
    with pytest.raises(FileNotFoundError):
        publisher.read("arxiv/2024-01/manifest.json")
    with pytest.raises(FileNotFoundError):
        publisher.open("arxiv/2024-01/manifest.json")


def test_a_parquet_reader_opens_the_uri_of_a_file(publisher, tmp_path):
    pl.DataFrame({"pair_id": ["a", "b"]}).write_parquet(tmp_path / "rows.parquet")
    publisher.put("x/rows.parquet", tmp_path / "rows.parquet")
    assert pl.scan_parquet(publisher.uri("x/rows.parquet")).collect()["pair_id"].to_list() == ["a", "b"]


def test_a_hugging_face_target_is_refused_with_what_is_supported():
    with pytest.raises(ValueError, match="not supported in this version; set S1_PUBLISH to a folder or to s3://"):
        open_publisher("hf://datasets/someone/figures")
