"""A metadata file of JSON lines, one record a line, sorted into months once a version.

arXiv's snapshot is one file of 2.7 million lines, 4.5 GB, and the order of such files is not to be relied on. A cell
needs the lines of one month, so the first cell to read a version of the file spreads its lines over one file a month.
"""

import fcntl
import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from resources.sources.mirror import Mirror

LINE_BYTES = 1 << 20  # the longest line of arXiv's real snapshot, 2,000 authors and all, has a tenth of that
BUFFER_BYTES = 64 << 20

MonthOfLine = Callable[[bytes], str | None]


@dataclass(frozen=True)
class MonthlyLines:
    """The lines of one version of a file by month, in `folder`; `unidentified` lines tell no month."""

    folder: Path
    months: frozenset[str]
    unidentified: int

    @classmethod
    def open(cls, mirror: Mirror, path: str, cache: Path, month_of_line: MonthOfLine) -> "MonthlyLines":
        """The index of a mirror's file under `cache`, made when this version has none yet.

        `month_of_line` tells the month ("YYYY-MM") that a line belongs to, None when it tells none. Processes that
        come while one makes the index wait for it; indexes of earlier versions are removed. Raises FileNotFoundError
        when there is no such file.
        """
        version = mirror.stat(path).version
        shelf = cache / "monthly-lines" / _short_hash(f"{mirror.url} {path}")
        folder = shelf / _short_hash(version)
        if not folder.is_dir():
            _build_once(shelf, folder, mirror.stream(path), month_of_line)
        summary = json.loads((folder / "index.json").read_text())
        return cls(folder, frozenset(summary["months"]), summary["unidentified"])

    def lines(self, month: str) -> list[bytes]:
        """The lines of that month ("YYYY-MM"), in the file's order."""
        if month not in self.months:
            return []
        return (self.folder / f"{month}.jsonl").read_bytes().splitlines()


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _build_once(shelf: Path, folder: Path, chunks: Iterable[bytes], month_of_line: MonthOfLine) -> None:
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
        unidentified = _spread(chunks, building, month_of_line)
        months = sorted(path.stem for path in building.iterdir())
        (building / "index.json").write_text(json.dumps({"months": months, "unidentified": unidentified}))
        building.rename(folder)


def _spread(chunks: Iterable[bytes], folder: Path, month_of_line: MonthOfLine) -> int:
    """Appends each line to its month's file; returns how many lines tell no month."""
    waiting: defaultdict[str, list[bytes]] = defaultdict(list)
    waiting_bytes = unidentified = 0
    for line in _lines(chunks):
        month = month_of_line(line)
        if month is None:
            unidentified += 1
            continue
        waiting[month].append(line)
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
