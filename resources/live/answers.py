"""Answers of live services, and those of a list that is not read to its end yet, kept on disk."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_KEPT_HEADERS = ("content-type", "last-modified", "etag", "date")


@dataclass(frozen=True)
class Answer:
    """One answer: HTTP status, headers by lower-case name, and the decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class KeptAnswers:
    """Answers by URL in a folder of their own, so that a run that goes on after a failure asks for none twice.

    Those from before `since` (seconds since 1970) are asked for again. One file each: a line of JSON with the headers,
    then the body. File names are hashes of the URLs, so that no parameter of one is readable on disk.
    """

    folder: Path
    since: float

    def find(self, url: str) -> Answer | None:
        """The answer kept for a URL, unless there is none or it is too old."""
        path = self._path(url)
        if not path.exists() or path.stat().st_mtime < self.since:
            return None
        head, _, body = path.read_bytes().partition(b"\n")
        kept = json.loads(head)
        return Answer(kept["status"], kept["headers"], body)

    def keep(self, url: str, answer: Answer) -> None:
        """Keeps an answer in place of any earlier one; a killed process leaves no half of it."""
        path = self._path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
        head = json.dumps({"status": answer.status, "headers": headers})
        writing = path.with_suffix(f".{os.getpid()}")
        writing.write_bytes(head.encode() + b"\n" + answer.body)
        writing.replace(path)

    def forget(self) -> None:
        """Removes all, when the list is read."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, url: str) -> Path:
        return self.folder / hashlib.sha256(url.encode()).hexdigest()
