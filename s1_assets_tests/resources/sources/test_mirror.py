import io
import os
import pickle
import tarfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from resources.sources.mirror import Mirror

CONTENT = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """An S3 bucket that holds CONTENT as `root/arxiv/src/a b.tar`, reachable through the environment."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ALLOW_HTTP", "true")
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_REQUEST_PAYER", "true")
        client = boto3.client("s3")
        client.create_bucket(Bucket="mirror-of-papers")
        client.put_object(Bucket="mirror-of-papers", Key="root/arxiv/src/a b.tar", Body=CONTENT)
        client.put_object(Bucket="mirror-of-papers", Key="elsewhere/secret", Body=b"secret")
        yield "s3://mirror-of-papers/root"
    server.stop()


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "root/arxiv/src").mkdir(parents=True)
    (tmp_path / "root/arxiv/src/a b.tar").write_bytes(CONTENT)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret").write_bytes(b"secret")
    return str(tmp_path / "root")


@pytest.fixture(params=["folder", "bucket"])
def mirror(request: pytest.FixtureRequest) -> Mirror:
    return Mirror(request.getfixturevalue(request.param))


def test_files_are_listed_with_size_and_version(mirror: Mirror) -> None:
    (found,) = mirror.objects("arxiv/src")
    assert (found.path, found.size) == ("arxiv/src/a b.tar", len(CONTENT))
    assert found == mirror.stat("arxiv/src/a b.tar")
    assert mirror.objects("biorxiv") == []


def test_what_lies_directly_in_a_folder_is_named(mirror: Mirror) -> None:
    assert mirror.entries("arxiv") == ["src/"]
    assert mirror.entries("arxiv/src/") == ["a b.tar"]
    assert mirror.entries("biorxiv") == []


def test_a_range_is_read_exactly_or_not_at_all(mirror: Mirror) -> None:
    assert mirror.read("arxiv/src/a b.tar", 250, 12) == CONTENT[250:262]
    assert mirror.read("arxiv/src/a b.tar", 3, 0) == b""
    with pytest.raises(EOFError, match="ends at byte 10240"):
        mirror.read("arxiv/src/a b.tar", len(CONTENT) - 4, 8)


def test_a_stream_gives_the_whole_file_in_bounded_chunks(mirror: Mirror) -> None:
    chunks = list(mirror.stream("arxiv/src/a b.tar", chunk_bytes=4096))
    assert b"".join(chunks) == CONTENT
    assert max(map(len, chunks)) == 4096


def test_what_is_not_there_is_said_so(mirror: Mirror) -> None:
    assert mirror.exists("arxiv/src/a b.tar")
    assert not mirror.exists("arxiv/src/b.tar")
    with pytest.raises(FileNotFoundError):
        mirror.read("arxiv/src/b.tar", 0, 1)


@pytest.mark.parametrize(
    "path", ["../elsewhere/secret", "arxiv/../../elsewhere/secret", "/etc/passwd", "", "a//b", "./a"]
)
def test_no_path_leads_out_of_the_mirror(mirror: Mirror, path: str) -> None:
    for access in (mirror.exists, mirror.objects, mirror.stat):
        with pytest.raises(ValueError, match="no path inside"):
            access(path)
    with pytest.raises(ValueError, match="no path inside"):
        mirror.read(path, 0, 1)


def test_a_mirror_travels_to_other_processes_as_its_url(mirror: Mirror) -> None:
    mirror.stat("arxiv/src/a b.tar")
    travelled = pickle.loads(pickle.dumps(mirror))
    assert travelled == mirror
    assert travelled.read("arxiv/src/a b.tar", 0, 2) == CONTENT[:2]


def test_the_version_of_a_local_file_is_its_size_and_time(folder: str) -> None:
    path = Path(folder, "arxiv/src/a b.tar")
    before = Mirror(folder).stat("arxiv/src/a b.tar").version
    copy = path.with_name("copy.tar")
    copy.write_bytes(CONTENT)
    os.utime(copy, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    copy.replace(path)
    assert Mirror(folder).stat("arxiv/src/a b.tar").version == before
    os.utime(path, (0, 0))
    assert Mirror(folder).stat("arxiv/src/a b.tar").version != before


def test_a_folder_of_loose_files_reads_as_one_archive_with_stable_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "pmc-oa" / "PMC1.2"
    (folder / "media").mkdir(parents=True)
    (folder / "PMC1.2.xml").write_bytes(b"<article/>")
    (folder / "media" / "f1.png").write_bytes(b"picture")
    (tmp_path / "pmc-oa" / "PMC1.20").mkdir()
    (tmp_path / "pmc-oa" / "PMC1.20" / "other.xml").write_bytes(b"another paper")
    mirror = Mirror(str(tmp_path))
    packed = mirror.pack("pmc-oa/PMC1.2/")
    os.utime(folder / "PMC1.2.xml", (1, 1))
    assert mirror.read("pmc-oa/PMC1.2/", 0, len(packed)) == packed
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        contents = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    assert contents == {"PMC1.2.xml": b"<article/>", "media/f1.png": b"picture"}
    with pytest.raises(EOFError, match="changed since"):
        mirror.read("pmc-oa/PMC1.2/", 0, len(packed) + 1)
