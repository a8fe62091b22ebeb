"""Reads a published generation back and holds it against its manifest: what arrived is what was meant.

Every tar is streamed once; memory holds the keys and hashes of one cell and a few images.
"""

import hashlib
import io
import itertools
import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl
from PIL import Image

from resources.publishers.publisher import Publisher
from s1_assets.publishing.manifest import Manifest, PublishedFile
from s1_assets.tables import Row

CHUNK_BYTES = 1 << 20
SAMPLES_IN_FLIGHT = 64
COLUMNS = ["key", "rights", "shard", "image_file", "image_offset", "image_bytes", "image_sha256", "width", "height"]


def verify(publisher: Publisher, manifest: Manifest) -> list[str]:
    """What is wrong with the files that a manifest names, a line each; empty when all is well.

    All is well when size and SHA-256 of every file are the manifest's; JSONL and Parquet have the same rows; rows with
    an image and samples of the tars correspond one to one; no key comes twice; every image lies at the bytes its row
    says, has the row's hash and size in pixels, and decodes.
    """
    metadata = manifest.kind("jsonl") + manifest.kind("parquet")
    findings = [finding for file in metadata for finding in _verify_file(publisher, file)]
    if findings:
        return findings
    rows = _metadata(publisher, manifest)
    findings += _verify_counts(manifest, rows)
    findings += _verify_jsonl(publisher, manifest, rows)
    by_shard = {shard: part for (shard,), part in rows.drop_nulls("shard").group_by("shard")}
    shards = manifest.kind("webdataset")
    unnamed = by_shard.keys() - {file.file for file in shards}
    findings += [f"{shard}: named by rows but not by the manifest" for shard in sorted(unnamed)]
    with ThreadPoolExecutor() as pool:
        for file in shards:
            expected = {row["key"]: row for row in by_shard.get(file.file, rows.clear()).iter_rows(named=True)}
            findings += _verify_shard(publisher, file, expected, pool)
    return findings


class _HashedStream(io.RawIOBase):
    """Passes bytes on and keeps count of them: `size` so far, and their hash."""

    def __init__(self, source: io.BufferedReader):
        self.size = 0
        self.sha256 = hashlib.sha256()
        self._source = source

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._source.read(size)
        self.size += len(chunk)
        self.sha256.update(chunk)
        return chunk

    def problems(self, file: PublishedFile) -> Iterator[str]:
        """Reads to the end; says where size or hash are not the manifest's."""
        while self.read(CHUNK_BYTES):
            pass
        if self.size != file.bytes:
            yield f"{file.file}: {self.size} bytes, the manifest says {file.bytes}"
        elif self.sha256.hexdigest() != file.sha256:
            yield f"{file.file}: its SHA-256 is not the manifest's"


@dataclass(frozen=True)
class _TarSample:
    """The members of one key of a tar: extension to (offset, content)."""

    key: str
    members: Mapping[str, tuple[int, bytes]]


def _verify_file(publisher: Publisher, file: PublishedFile) -> Iterator[str]:
    try:
        with publisher.open(file.file) as source:
            yield from _HashedStream(source).problems(file)
    except FileNotFoundError:
        yield f"{file.file}: missing"


def _metadata(publisher: Publisher, manifest: Manifest) -> pl.DataFrame:
    files = [publisher.uri(file.file) for file in manifest.kind("parquet")]
    if not files:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    return pl.scan_parquet(files, glob=False).select(COLUMNS).collect()


def _verify_counts(manifest: Manifest, rows: pl.DataFrame) -> Iterator[str]:
    cell = f"{manifest.cell}"
    images = rows["shard"].count()
    if (rows.height, images) != (manifest.rows, manifest.images):
        yield f"{cell}: {rows.height} rows, {images} images; the manifest says {manifest.rows} and {manifest.images}"
    if dict(rows["rights"].value_counts().iter_rows()) != manifest.rights:
        yield f"{cell}: the rights of the rows are not those the manifest counts"
    for key in rows["key"].filter(rows["key"].is_duplicated()).unique().sort():
        yield f"{cell}: the key {key} comes twice"


def _verify_jsonl(publisher: Publisher, manifest: Manifest, rows: pl.DataFrame) -> Iterator[str]:
    for file in manifest.kind("jsonl"):
        with publisher.open(file.file) as lines:
            identities = ((row["key"], row["image_sha256"]) for row in map(json.loads, lines))
            pairs = itertools.zip_longest(identities, rows.select("key", "image_sha256").iter_rows())
            differing = sum(1 for line, row in pairs if line != row)
        if differing:
            yield f"{file.file}: {differing} rows differ from those of the Parquet file"


def _verify_shard(
    publisher: Publisher, file: PublishedFile, expected: Mapping[str, Row], pool: ThreadPoolExecutor
) -> Iterator[str]:
    seen: set[str] = set()
    try:
        with publisher.open(file.file) as source:
            stream = _HashedStream(source)
            try:
                for sample, problem in _judged(stream, expected, pool):
                    if sample.key in seen:
                        yield f"{file.file}: the key {sample.key} comes twice"
                    seen.add(sample.key)
                    if problem:
                        yield f"{file.file}: {sample.key}: {problem}"
            except tarfile.TarError as error:
                yield f"{file.file}: no readable tar after {stream.size} bytes ({error})"
            yield from stream.problems(file)
    except FileNotFoundError:
        yield f"{file.file}: missing"
        return
    for key in sorted(expected.keys() - seen):
        yield f"{file.file}: the row {key} has no image"


def _judged(
    stream: _HashedStream, expected: Mapping[str, Row], pool: ThreadPoolExecutor
) -> Iterator[tuple[_TarSample, str | None]]:
    """The samples of a tar in order, each with what is wrong with it; images are decoded side by side."""
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        samples = _samples(tar)
        while batch := list(itertools.islice(samples, SAMPLES_IN_FLIGHT)):
            rows = [expected.get(sample.key) for sample in batch]
            yield from zip(batch, pool.map(_problem, batch, rows), strict=True)


def _samples(tar: tarfile.TarFile) -> Iterator[_TarSample]:
    for key, members in itertools.groupby(_members(tar), lambda member: member[0].partition(".")[0]):
        yield _TarSample(key, {name.partition(".")[2]: (offset, content) for name, offset, content in members})


def _members(tar: tarfile.TarFile) -> Iterable[tuple[str, int, bytes]]:
    for member in tar:
        content = tar.extractfile(member)
        yield member.name, member.offset_data, content.read() if content else b""


def _problem(sample: _TarSample, row: Row | None) -> str | None:
    """What is wrong with one sample, given the metadata row of its key."""
    if row is None:
        return "no metadata row names this sample"
    if sample.members.keys() != {"png", "json"}:
        return f"its members are {sorted(sample.members)}, not an image and its JSON"
    offset, image = sample.members["png"]
    if (offset, len(image)) != (row["image_offset"], row["image_bytes"]):
        return "its image is not at the bytes its row names"
    if hashlib.sha256(image).hexdigest() != row["image_sha256"]:
        return "its image is not the one its row names (SHA-256)"
    record = json.loads(sample.members["json"][1])
    if (record["key"], record["image_sha256"]) != (sample.key, row["image_sha256"]):
        return "its JSON is that of another sample"
    return _image_problem(image, (row["width"], row["height"]))


def _image_problem(image: bytes, size: tuple[int, int]) -> str | None:
    try:
        picture = Image.open(io.BytesIO(image), formats=("PNG", "JPEG"))
        if picture.size != size:
            return f"its image is {picture.size} pixels, its row says {size}"
        picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return f"its image does not decode ({error})"
    return None
