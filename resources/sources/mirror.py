"""A mirror of the paper sources: a folder or an object store that holds `<source>/` in each source's own layout."""

import functools
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

import obstore
from obstore.store import LocalStore, ObjectStore

from resources.object_store import RangeFile, open_store

STREAM_BYTES = 8 << 20
RANGE_BYTES = 256 << 10


@dataclass(frozen=True)
class MirrorObject:
    """One file of a mirror: path under the root, size in bytes, and a token that changes when the file does.

    `modified` is when it came to lie there.
    """

    path: str
    size: int
    version: str
    modified: datetime = field(repr=False, compare=False)


class Elsewhere(Protocol):
    """Files of a mirror that stay where they are published. Listings do not show them."""

    def holds(self, path: str) -> bool:
        """Whether the file at a path of the mirror is one of them, if it is there."""

    def stat(self, path: str) -> MirrorObject:
        """Size and version of one. Raises FileNotFoundError for one that is not there."""

    def read(self, path: str, offset: int, size: int) -> bytes:
        """`size` bytes from byte `offset` on, fewer where the file ends before. Raises OSError when it is not read."""


@dataclass(frozen=True)
class Mirror:
    """The mirror at `url`: a local path, or `s3://bucket/prefix`, `gs://…`, `az://…`; `elsewhere` has files beside it.

    It holds nothing but where files are, so it travels to worker processes, which open it for themselves. A bucket
    whose requester pays is read with AWS_REQUEST_PAYER=true in the environment, beside the credentials.
    Every method raises ValueError for a path that leads out of the root, and FileNotFoundError for a file
    that is not there.
    """

    url: str
    elsewhere: Elsewhere | None = None

    def objects(self, folder: str) -> list[MirrorObject]:
        """The files under a folder at any depth, by path; none when there is no such folder."""
        store = _store(self.url)
        batches = obstore.list(store, prefix=_inside(folder.removesuffix("/")))
        return sorted((_described(store, meta) for batch in batches for meta in batch), key=lambda found: found.path)

    def entries(self, folder: str) -> list[str]:
        """Names of the folders (with a slash at the end) and files directly in a folder, without what they hold."""
        store, root = _store(self.url), _inside(folder.removesuffix("/"))
        found = obstore.list_with_delimiter(store, prefix=root)
        paths = [f"{prefix.rstrip('/')}/" for prefix in found["common_prefixes"]]
        paths += [meta["path"] for meta in found["objects"]]
        return sorted(path.removeprefix(f"{root}/") for path in paths)

    def stat(self, path: str) -> MirrorObject:
        """Size and version of one file."""
        if self.elsewhere and self.elsewhere.holds(path):
            return self.elsewhere.stat(path)
        store = _store(self.url)
        return _described(store, obstore.head(store, _inside(path)))

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        try:
            self.stat(path)
        except FileNotFoundError:
            return False
        return True

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Exactly `size` bytes from byte `offset` on. Raises EOFError when the file ends before they do.

        A path that ends in a slash is a folder, whose bytes are those of `pack`.
        """
        if size == 0:
            return b""
        is_folder = path.endswith("/")
        content = self.pack(path)[offset : offset + size] if is_folder else self._range(path, offset, size)
        if len(content) < size:
            raise EOFError(
                f"{path} in {self.url} ends at byte {offset + len(content)}; it changed since it was indexed"
            )
        return content

    def open(self, path: str) -> BinaryIO:
        """A file to seek in, read by ranges: for archives of which only a little is wanted."""
        return io.BufferedReader(RangeFile(_store(self.url), _inside(path)), RANGE_BYTES)

    def pack(self, folder: str) -> bytes:
        """A folder's files as one archive: an uncompressed tar, by path, without times, so that its bytes are stable.

        Papers that lie as loose files can so be named by one path, one size and one hash, as all others are.
        """
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for found in self.objects(folder):
                member = tarfile.TarInfo(found.path.removeprefix(folder))
                member.size = found.size
                tar.addfile(member, io.BytesIO(self.read(found.path, 0, found.size)))
        return packed.getvalue()

    def stream(self, path: str, chunk_bytes: int = STREAM_BYTES) -> Iterator[bytes]:
        """The whole file, `chunk_bytes` at a time.

        Each chunk is a request of its own, so that one which fails or stalls is tried again by itself and no
        time limit counts for the whole file.
        """
        size = self.stat(path).size
        for offset in range(0, size, chunk_bytes):
            yield self._range(path, offset, min(chunk_bytes, size - offset))

    def _range(self, path: str, offset: int, size: int) -> bytes:
        if self.elsewhere and self.elsewhere.holds(path):
            return self.elsewhere.read(path, offset, size)
        return bytes(obstore.get_range(_store(self.url), _inside(path), start=offset, length=size))


@functools.cache
def _store(url: str) -> ObjectStore:
    return open_store(url)


def _inside(path: str) -> str:
    if any(segment in ("", ".", "..") for segment in path.split("/")):
        raise ValueError(f"{path!r} is no path inside a mirror; give one from its root, such as arxiv/src/name.tar")
    return path


def _described(store: ObjectStore, meta: "obstore.ObjectMeta") -> MirrorObject:
    modified = f"{meta['size']}-{meta['last_modified'].isoformat()}"
    # A disk's e_tag names the inode, which a copy of the mirror does not keep; its size and time it does.
    version = modified if isinstance(store, LocalStore) else meta["e_tag"] or modified
    return MirrorObject(meta["path"], meta["size"], version, meta["last_modified"])
