"""The metadata snapshot that Kaggle hosts (Cornell-University/arxiv), sorted into months once a version.

The snapshot is one file of 2.7 million JSON lines, 4.5 GB; its order is not to be relied on. A cell needs the
lines of one month, so the first cell to read a version of the snapshot spreads its lines over one file a month.
"""

import contextlib
import fcntl
import hashlib
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from resources.sources.arxiv.ids import canonical_id, month_of
from resources.sources.mirror import Mirror

SNAPSHOT = "arxiv/arxiv-metadata-oai-snapshot.json"
LINE_BYTES = 1 << 20  # the longest line of the real snapshot, 2,000 authors and all, has a tenth of that
BUFFER_BYTES = 64 << 20
_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*"([^"\\]{1,64})"')


@dataclass(frozen=True)
class SnapshotIndex:
    """The lines of one version of the snapshot by month, in `folder`; `unidentified` lines name no arXiv paper."""

    folder: Path
    months: frozenset[str]
    unidentified: int

    @classmethod
    def open(cls, mirror: Mirror, cache: Path) -> "SnapshotIndex":
        """The index of the mirror's snapshot under `cache`, made when this version has none yet.

        Processes that come while one makes it wait for it; indexes of earlier versions are removed. Raises
        FileNotFoundError when the mirror has no snapshot.
        """
        try:
            version = mirror.stat(SNAPSHOT).version
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"{mirror.url} has no {SNAPSHOT}; put the metadata snapshot there (Kaggle, Cornell-University/arxiv)"
            ) from error
        shelf = cache / "arxiv-metadata" / _short_hash(mirror.url)
        folder = shelf / _short_hash(version)
        if not folder.is_dir():
            _build_once(mirror, shelf, folder)
        summary = json.loads((folder / "index.json").read_text())
        return cls(folder, frozenset(summary["months"]), summary["unidentified"])

    def lines(self, month: str) -> list[bytes]:
        """The snapshot's lines whose id is of that month ("YYYY-MM"), in the snapshot's order."""
        if month not in self.months:
            return []
        return (self.folder / f"{month}.jsonl").read_bytes().splitlines()


def paper_of_line(line: bytes) -> str | None:
    """The canonical id that a line of the snapshot names, even where the rest of it is damaged."""
    match = _ID.match(line)
    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
        return canonical_id(match[1].decode() if match else json.loads(line)["id"])
    return None


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _build_once(mirror: Mirror, shelf: Path, folder: Path) -> None:
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return
        for left in shelf.iterdir():  # earlier versions, and what a killed process left
            if left.is_dir():
                shutil.rmtree(left)
        building = shelf / "building"
        building.mkdir()
        unidentified = _spread(mirror.stream(SNAPSHOT), building)
        months = sorted(path.stem for path in building.iterdir())
        (building / "index.json").write_text(json.dumps({"months": months, "unidentified": unidentified}))
        building.rename(folder)


def _spread(chunks: Iterable[bytes], folder: Path) -> int:
    """Appends each line to its month's file; returns how many lines name no arXiv paper."""
    waiting: defaultdict[str, list[bytes]] = defaultdict(list)
    waiting_bytes = unidentified = 0
    for line in _lines(chunks):
        paper = paper_of_line(line)
        if paper is None:
            unidentified += 1
            continue
        waiting[month_of(paper)].append(line)
        waiting_bytes += len(line)
        if waiting_bytes > BUFFER_BYTES:
            _append(folder, waiting)
            waiting_bytes = 0
    _append(folder, waiting)
    return unidentified


def _append(folder: Path, waiting: dict[str, list[bytes]]) -> None:
    for month, lines in waiting.items():
        with (folder / f"{month}.jsonl").open("ab") as file:
            file.write(b"\n".join(lines) + b"\n")
    waiting.clear()


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines that are not blank. Of one longer than LINE_BYTES, pieces come that no JSON reader takes for a record."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from filter(bytes.strip, lines)
        if len(rest) > LINE_BYTES:
            yield rest
            rest = b""
    if rest.strip():
        yield rest
