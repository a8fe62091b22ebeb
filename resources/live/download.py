"""Files of live services: received to a local file, resumed where a transfer broke off, and verified."""

import fcntl
import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from resources.live.failures import SourceRefusedError
from resources.live.http import Client, PassingError

MAX_FILE_BYTES = 8 << 30
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_RANGE_NOT_SATISFIABLE = 416
_STATUSES = frozenset({200, 206, _RANGE_NOT_SATISFIABLE})


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


@contextmanager
def download(
    client: Client,
    service: str,
    path: str,
    parameters: Mapping[str, str | int] | None = None,
    *,
    promised: Promised | None = None,
    max_bytes: int = MAX_FILE_BYTES,
) -> Iterator[Download]:
    """The file that a service gives for `path`, as it came over the wire; removed when the block ends well.

    A transfer that breaks off goes on from where it stopped (RFC 9110, sections 13.1.5 and 14.2: Range with If-Range),
    also in a later run, and starts again when the file has changed since. Two processes that want the same file take
    turns. A file that is not there raises SourceRefusedError too, with `status` 404.

    Raises as `Client.get` does, and SourceRefusedError for a file of more than `max_bytes` or not as promised.
    """
    url = client.address(service, path, parameters)
    folder = client.cache / "partial"
    folder.mkdir(parents=True, exist_ok=True)
    partial = _Partial(folder / hashlib.sha256(url.encode()).hexdigest())
    with partial.locked():
        headers = _receive(client, service, url, partial, max_bytes)
        if why := _broken_promise(partial.path, promised or Promised()):
            partial.remove()
            raise SourceRefusedError(service, url, why, "the next run fetches it again")
        yield Download(partial.path, headers)
        partial.remove()


@dataclass(frozen=True)
class _Partial:
    """What has come of a file, and beside it what tells whether the rest would still be of the same file."""

    path: Path

    @property
    def _validator(self) -> Path:
        return self.path.with_suffix(".validator")

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def rest(self) -> dict[str, str]:
        """The request headers that ask for what is missing; none when all is."""
        if not self._validator.exists() or not self.path.exists() or not (size := self.path.stat().st_size):
            return {}
        return {"Range": f"bytes={size}-", "If-Range": self._validator.read_text()}

    def begin(self, headers: httpx.Headers) -> None:
        """Starts again with the file that an answer brings. Weak ETags do not tell whether bytes are the same."""
        self.remove()
        etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
        if validator := etag if etag and not etag.startswith("W/") else modified:
            self._validator.write_text(validator)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self._validator.unlink(missing_ok=True)


def _receive(client: Client, service: str, url: str, partial: _Partial, max_bytes: int) -> dict[str, str]:
    def receive(response: httpx.Response) -> dict[str, str]:
        total = _prepare(response, partial)
        end = time.monotonic() + client.patience.download
        with partial.path.open("ab") as file:
            for piece in response.iter_raw():
                if file.tell() + len(piece) > max_bytes:
                    partial.remove()
                    why = f"its file has more than {max_bytes} bytes"
                    raise SourceRefusedError(service, url, why, "leave it out, or allow more")
                file.write(piece)
                if time.monotonic() > end:
                    raise PassingError(f"the transfer took more than {client.patience.download:g} s")
            received = file.tell()
        if total is not None and received != total:
            partial.remove()
            raise PassingError(f"{received} of {total} bytes came")
        return {name.lower(): value for name, value in response.headers.items()}

    def headers() -> Mapping[str, str]:
        return {"Accept-Encoding": "identity", **partial.rest()}

    return client.ask(service, url, headers, receive, _STATUSES)


def _prepare(response: httpx.Response, partial: _Partial) -> int | None:
    """Makes the partial file ready for the body of an answer; returns the size of the whole file when it is told."""
    if response.status_code == httpx.codes.OK:
        partial.begin(response.headers)
        length = response.headers.get("content-length", "")
        return int(length) if length.isdecimal() else None
    told = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    have = partial.path.stat().st_size if partial.path.exists() else 0
    if response.status_code == _RANGE_NOT_SATISFIABLE or not told or int(told[1]) != have:
        partial.remove()
        raise PassingError("it did not go on where the transfer broke off", response.status_code)
    return None if told[2] == "*" else int(told[2])


def _broken_promise(path: Path, promised: Promised) -> str | None:
    size = path.stat().st_size
    if promised.size is not None and size != promised.size:
        return f"its file has {size} bytes, {promised.size} were promised"
    for name in ("md5", "sha256"):
        promise = getattr(promised, name)
        if promise is None:
            continue
        with path.open("rb") as file:
            found = hashlib.file_digest(file, name).hexdigest()
        if found != promise.lower():
            return f"its file has {name.upper()} {found}, {promise} was promised"
    return None
