"""A folder or an object-store URL as one kind of store (obstore), and its objects as files."""

import io
from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore, ObjectStore, from_url


def open_store(url: str, *, create: bool = False) -> ObjectStore:
    """The store rooted at `url`: a local path, or `s3://bucket/prefix`, `gs://…`, `az://…`.

    Credentials, endpoint and region come from the environment as the AWS, Google and Azure tools read them
    (`AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, …). `create` makes a missing local folder.

    Raises FileNotFoundError for a local folder that is not there, and ValueError for a scheme obstore does not know.
    """
    if "://" in url and not url.startswith("file://"):
        return from_url(url)
    path = Path(url.removeprefix("file://")).expanduser().resolve()
    if create:
        path.mkdir(parents=True, exist_ok=True)
    elif not path.is_dir():
        raise FileNotFoundError(f"{path} is not a folder; name an existing folder or an object-store URL")
    return LocalStore(path, automatic_cleanup=True)  # no empty folders of what was deleted


class RangeFile(io.RawIOBase):
    """An object of a store as a seekable file that reads by byte range (see io.RawIOBase)."""

    def __init__(self, store: ObjectStore, path: str):
        self._store, self._path, self._position = store, path, 0
        self._length = obstore.head(store, path)["size"]

    def readable(self) -> bool:  # noqa: D102
        return True

    def seekable(self) -> bool:  # noqa: D102
        return True

    def tell(self) -> int:  # noqa: D102
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:  # noqa: D102
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:  # noqa: D102
        count = min(len(buffer), self._length - self._position)
        if count <= 0:
            return 0
        chunk = obstore.get_range(self._store, self._path, start=self._position, length=count)
        buffer[:count] = memoryview(chunk)
        self._position += count
        return count
