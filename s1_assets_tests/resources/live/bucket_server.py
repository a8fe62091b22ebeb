"""A bucket in small, path-style at one local HTTP server, that keeps which ranges of which files were asked for."""

import hashlib
import re
import threading
from dataclasses import dataclass, field

from werkzeug import Request, Response


@dataclass
class BucketServer:
    """Files by their path in the bucket `name`; `down` has methods that are answered 503, `broken` such files.

    Bytes wait until `held` is set, where there is one. `asked` has method, path and bytes of each request.
    """

    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, range | None]] = field(default_factory=list)
    held: threading.Event | None = None
    payers: set[str | None] = field(default_factory=set)

    def __call__(self, request: Request) -> Response:
        path = request.path.removeprefix(f"/{self.name}/")
        span = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        wanted = range(int(span[1]), int(span[2]) + 1) if span else None
        self.asked.append((request.method, path, wanted))
        self.payers.add(request.headers.get("x-amz-request-payer"))
        if self.held and request.method == "GET":
            self.held.wait(60)
        if request.method in self.down or path in self.broken:
            return Response("<Error><Code>SlowDown</Code></Error>", 503)
        if path not in self.files:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        content = self.files[path]
        headers = {"ETag": f'"{hashlib.md5(content).hexdigest()}"', "Last-Modified": "Tue, 02 Jan 2024 10:00:00 GMT"}
        if wanted is None:
            return Response(content, headers=headers)
        if wanted.start >= len(content):
            return Response("<Error><Code>InvalidRange</Code></Error>", 416)
        headers["Content-Range"] = f"bytes {wanted[0]}-{min(wanted[-1], len(content) - 1)}/{len(content)}"
        return Response(content[wanted.start : wanted.stop], 206, headers)

    def bytes_of(self, path: str) -> list[range]:
        """The ranges of a file that were asked for, in order."""
        return [wanted for method, asked, wanted in self.asked if method == "GET" and asked == path and wanted]
