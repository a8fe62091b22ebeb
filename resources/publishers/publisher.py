"""The place the data set is published to: a folder, or a bucket of an object store. Paths are relative to its root."""

import io
from collections.abc import Iterator
from pathlib import Path

import obstore
from obstore.store import LocalStore

from resources.object_store import RangeFile, open_store

# One upload part; a shard of 1 GB is 125 of them, several under way at a time.
PART_BYTES = 8 << 20
BUFFER_BYTES = 8 << 20


class Publisher:
    """Files under one root. A file appears whole or not at all, and replacing one is a single step."""

    def __init__(self, url: str):
        self.url = url.rstrip("/")
        self._store = open_store(url, create=True)

    def put(self, path: str, content: Path | bytes) -> None:
        """Puts a local file or bytes at `path`, large ones in parts; readers see the old until the new is whole."""
        obstore.put(self._store, path, content, chunk_size=PART_BYTES)

    def read(self, path: str) -> bytes:
        """All bytes of a small file. Raises FileNotFoundError when it is not there."""
        return bytes(obstore.get(self._store, path).bytes())

    def read_range(self, path: str, offset: int, length: int) -> bytes:
        """`length` bytes from byte `offset` on, such as one image of a shard."""
        return bytes(obstore.get_range(self._store, path, start=offset, length=length))

    def open(self, path: str) -> io.BufferedReader:
        """A file to read in any order without loading it whole. Raises FileNotFoundError when it is not there."""
        return io.BufferedReader(RangeFile(self._store, path), BUFFER_BYTES)

    def files(self, folder: str = "") -> Iterator[tuple[str, int]]:
        """(path, bytes) of every file below `folder`."""
        for batch in obstore.list(self._store, prefix=folder or None):
            for item in batch:
                yield item["path"], item["size"]

    def delete(self, path: str) -> None:
        """Removes a file."""
        obstore.delete(self._store, path)

    def uri(self, path: str) -> str:
        """What a Parquet reader (polars, DuckDB) opens: a local path, or the object's URL."""
        if isinstance(self._store, LocalStore):
            return str(Path(str(self._store.prefix), path))
        return f"{self.url}/{path}"


def open_publisher(url: str) -> Publisher:
    """The publishing target at `url`: a folder (made when missing), or `s3://bucket/prefix`, `gs://…`, `az://…`.

    Raises ValueError for a target that is not supported.
    """
    if url.startswith("hf://"):
        raise ValueError(
            f"publishing to {url} is not supported in this version; "
            "set S1_PUBLISH to a folder or to s3://bucket/prefix, and upload that tree"
        )
    return Publisher(url)
