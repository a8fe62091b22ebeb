"""What has come of a file of a live service, kept where the rest can be added to it."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from resources.live.failures import BrokenPromiseError


@dataclass(frozen=True)
class Promised:
    """What is known of a file before it comes: size in bytes, MD5 and SHA-256 in hexadecimal; None is not known."""

    size: int | None = None
    md5: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Download:
    """A finished download: the local file, and the headers of the answer that it came with, by lower-case name."""

    path: Path
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Partial:
    """The bytes of a file that are here, at `path`, and beside them what tells whether the rest is of the same file."""

    path: Path

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def marks(self) -> dict[str, str]:
        """What the file was marked with that the bytes are of: its `etag`, `modified` and `total`, those that it had.

        That is its entity tag, its time of modification and its size in bytes, as they were written.
        """
        return dict(json.loads(self._marks.read_text())) if self._marks.exists() else {}

    @property
    def validator(self) -> str:
        """What the rest may be asked for with (RFC 9110, section 8.8): a tag, or a time; empty where there is none."""
        etag = self.marks.get("etag", "")
        return self.marks.get("modified", "") if not etag or etag.startswith("W/") else etag  # weak: not of the bytes

    @property
    def _marks(self) -> Path:
        return self.path.with_suffix(".marks")

    def begin(self, etag: str = "", modified: str = "", total: str = "") -> None:
        """Starts again with a file that is marked so."""
        self.remove()
        marks = {"etag": etag, "modified": modified, "total": total}
        self._marks.write_text(json.dumps({name: mark for name, mark in marks.items() if mark}))

    def is_of(self, etag: str = "", modified: str = "", total: str = "") -> bool:
        """Whether the bytes may be of a file that is marked so: what is known of both is the same."""
        found = {"etag": etag, "modified": modified, "total": total}
        return all(found[name] in ("", mark) for name, mark in self.marks.items())

    def remove(self) -> None:
        """Forgets what is here."""
        self.path.unlink(missing_ok=True)
        self._marks.unlink(missing_ok=True)

    def check(self, service: str, url: str, promised: Promised) -> None:
        """Removes a finished file that is not as promised, and raises BrokenPromiseError."""
        if why := self._broken_promise(promised):
            self.remove()
            raise BrokenPromiseError(service, url, why, "the next run fetches it again")

    def _broken_promise(self, promised: Promised) -> str | None:
        if promised.size is not None and self.size != promised.size:
            return f"its file has {self.size} bytes, {promised.size} were promised"
        for name in ("md5", "sha256"):
            promise = getattr(promised, name)
            if promise is None:
                continue
            with self.path.open("rb") as file:
                found = hashlib.file_digest(file, name).hexdigest()
            if found != promise.lower():
                return f"its file has {name.upper()} {found}, {promise} was promised"
        return None


@contextmanager
def locked_partial(cache: Path, url: str) -> Iterator[Partial]:
    """What is here of the file at a URL, under the folder `cache`; removed when the block ends well.

    Others who want the same file wait meanwhile.
    """
    folder = cache / "partial"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(url.encode()).hexdigest()
    with _locked(path.with_suffix(".lock")):
        partial = Partial(path)
        yield partial
        partial.remove()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds the lock file, and removes it in the end: one a file ever fetched would be many."""
    while True:
        with path.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists() or path.stat().st_ino != os.fstat(lock.fileno()).st_ino:
                continue  # who held it before removed it
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return
