"""Files of live services: received to a local file, resumed where a transfer broke off, and verified."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from resources.live.failures import TooLargeError
from resources.live.http import Client, PassingError
from resources.live.partial import Download, Partial, Promised, locked_partial

MAX_FILE_BYTES = 8 << 30
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_RANGE_NOT_SATISFIABLE = 416
_STATUSES = frozenset({200, 206, _RANGE_NOT_SATISFIABLE})


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

    Raises as `Client.get` does, TooLargeError for a file of more than `max_bytes`, BrokenPromiseError for one that is
    not as promised.
    """
    url = client.address(service, path, parameters)
    with locked_partial(client.cache, url) as partial:
        headers = _receive(client, service, url, partial, max_bytes)
        partial.check(service, url, promised or Promised())
        yield Download(partial.path, headers)


def _receive(client: Client, service: str, url: str, partial: Partial, max_bytes: int) -> dict[str, str]:
    def receive(response: httpx.Response) -> dict[str, str]:
        total = _prepare(response, partial)
        end = time.monotonic() + client.patience.download
        with partial.path.open("ab") as file:
            for piece in response.iter_raw():
                if file.tell() + len(piece) > max_bytes:
                    partial.remove()
                    why = f"its file has more than {max_bytes} bytes"
                    raise TooLargeError(service, url, why, "leave it out, or allow more")
                file.write(piece)
                if time.monotonic() > end:
                    raise PassingError(f"the transfer took more than {client.patience.download:g} s")
            received = file.tell()
        if total is not None and received != total:
            partial.remove()
            raise PassingError(f"{received} of {total} bytes came")
        return {name.lower(): value for name, value in response.headers.items()}

    def headers() -> Mapping[str, str]:
        resumable = partial.size and partial.validator
        rest = {"Range": f"bytes={partial.size}-", "If-Range": partial.validator} if resumable else {}
        return {"Accept-Encoding": "identity", **rest}

    return client.ask(service, url, headers, receive, _STATUSES)


def _prepare(response: httpx.Response, partial: Partial) -> int | None:
    """Makes the partial file ready for the body of an answer; returns the size of the whole file when it is told."""
    etag, modified = response.headers.get("etag", ""), response.headers.get("last-modified", "")
    if response.status_code == httpx.codes.OK:
        length = response.headers.get("content-length", "")
        total = length if length.isdecimal() else ""
        partial.begin(etag, modified, total)
        return int(total) if total else None
    told = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    goes_on = response.status_code != _RANGE_NOT_SATISFIABLE and told and int(told[1]) == partial.size
    total = told[2].removeprefix("*") if told else ""
    if not goes_on or not partial.is_of(etag, modified, total):  # who heeds no If-Range may give the rest of another
        partial.remove()
        raise PassingError("it did not go on where the transfer broke off", response.status_code)
    return int(total) if total else None


def is_web_page(head: bytes) -> bool:
    """Whether a file that begins so is HTML, which gates and error pages send with status 200."""
    return head.lstrip().lower().startswith((b"<!doctype html", b"<html"))
