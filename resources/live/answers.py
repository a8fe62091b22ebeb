"""Answers of live services, kept on disk so that a run that is made again asks for nothing twice."""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

FOREVER = timedelta.max
_KEPT_HEADERS = ("content-type", "last-modified", "etag", "date")


@dataclass(frozen=True)
class Answer:
    """One answer: HTTP status, headers by lower-case name, and the decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class KeptAnswers:
    """Answers by service and URL, one file each: a line of JSON with the headers, then the body.

    File names are hashes of the URLs, so that no parameter of one is readable on disk.
    """

    folder: Path

    def find(self, service: str, url: str, fresh_for: timedelta) -> Answer | None:
        """The answer kept for a URL, unless there is none or it is older than `fresh_for`."""
        path = self._path(service, url)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        kept = json.loads(head)
        if time.time() - kept["received"] > fresh_for.total_seconds():
            return None
        return Answer(kept["status"], kept["headers"], body)

    def keep(self, service: str, url: str, answer: Answer) -> None:
        """Keeps an answer in place of any earlier one; a killed process leaves no half of it."""
        path = self._path(service, url)
        path.parent.mkdir(parents=True, exist_ok=True)
        headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
        head = json.dumps({"status": answer.status, "received": time.time(), "headers": headers})
        writing = path.with_suffix(f".{os.getpid()}")
        writing.write_bytes(head.encode() + b"\n" + answer.body)
        writing.replace(path)

    def _path(self, service: str, url: str) -> Path:
        return self.folder / service / hashlib.sha256(url.encode()).hexdigest()
