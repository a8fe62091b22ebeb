"""A metadata file of JSON lines, one record a line, sorted into months once a version.

arXiv's snapshot is one file of 2.7 million lines, 4.5 GB, and the order of such files is not to be relied on. A cell
needs the lines of one month, so the first cell to read a version of the file spreads its lines over one file a month.
"""

import fcntl
import hashlib
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.sources.inventory import EXAMPLES, Inventory
from resources.sources.mirror import Mirror

LINE_BYTES = 1 << 20  # the longest line of arXiv's real snapshot, 2,000 authors and all, has a tenth of that
BUFFER_BYTES = 64 << 20

_FORMAT = "2"  # of the index; another one makes it again

# The month ("YYYY-MM") that a line belongs to, and the name of the file that it describes, if any. Raises ValueError,
# saying why, for a line that tells no month.
PlaceOfLine = Callable[[bytes], tuple[str, str | None]]


@dataclass(frozen=True)
class MonthlyLines:
    """The lines of one version of a mirror's file `path` by month, in `folder`.

    `months` counts the lines of each month, `files` are the files that they describe. `unplaced` lines tell no month;
    `strays` are the first of these, by line number and why.
    """

    folder: Path
    path: str
    months: Mapping[str, int]
    files: frozenset[str]
    unplaced: int
    strays: tuple[tuple[int, str], ...]

    @classmethod
    def open(cls, mirror: Mirror, path: str, cache: Path, place_of_line: PlaceOfLine) -> "MonthlyLines":
        """The index of a mirror's file under `cache`, made when this version has none yet.

        Processes that come while one makes the index wait for it; indexes of earlier versions are removed. Raises
        FileNotFoundError when there is no such file.
        """
        version = mirror.stat(path).version
        shelf = cache / "monthly-lines" / _short_hash(f"{mirror.url} {path}")
        folder = shelf / _short_hash(f"{_FORMAT} {version}")
        if not folder.is_dir():
            _build_once(shelf, folder, mirror.stream(path), place_of_line)
        summary = json.loads((folder / "index.json").read_text())
        strays = tuple((number, why) for number, why in summary["strays"])
        return cls(folder, path, summary["months"], frozenset(summary["files"]), summary["unplaced"], strays)

    def lines(self, month: str) -> list[bytes]:
        """The lines of that month ("YYYY-MM"), in the file's order."""
        if month not in self.months:
            return []
        return (self.folder / f"{month}.jsonl").read_bytes().splitlines()

    def inventory(self, source: str) -> Inventory:
        """All lines of the file as an inventory of its source."""
        inventory = Inventory.of(source)
        for month, lines in self.months.items():
            inventory.add(f"{self.path}, {lines} of its lines", month, "", lines)
        for number, why in self.strays:
            inventory.add(f"{self.path}, line {number}", None, why)
        if more := self.unplaced - len(self.strays):
            inventory.add(f"{self.path}, {more} more of its lines", None, "as those before", more)
        return inventory


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _build_once(shelf: Path, folder: Path, chunks: Iterable[bytes], place_of_line: PlaceOfLine) -> None:
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
        summary = _spread(chunks, building, place_of_line)
        (building / "index.json").write_text(json.dumps(summary))
        building.rename(folder)


def _spread(chunks: Iterable[bytes], folder: Path, place_of_line: PlaceOfLine) -> dict[str, Any]:
    """Appends each line to its month's file; returns the fields of `MonthlyLines` that tell of them."""
    waiting: defaultdict[str, list[bytes]] = defaultdict(list)
    months, files, strays = Counter[str](), set[str](), list[tuple[int, str]]()
    waiting_bytes = unplaced = 0
    for number, line in _lines(chunks):
        try:
            month, file = place_of_line(line)
        except ValueError as error:
            unplaced += 1
            if unplaced <= EXAMPLES:
                strays.append((number, str(error)[:200]))
            continue
        months[month] += 1
        if file:
            files.add(file)
        waiting[month].append(line)
        waiting_bytes += len(line)
        if waiting_bytes > BUFFER_BYTES:
            _append(folder, waiting)
            waiting_bytes = 0
    _append(folder, waiting)
    return {"months": dict(sorted(months.items())), "files": sorted(files), "unplaced": unplaced, "strays": strays}


def _append(folder: Path, waiting: dict[str, list[bytes]]) -> None:
    for month, lines in waiting.items():
        with (folder / f"{month}.jsonl").open("ab") as file:
            file.write(b"\n".join(lines) + b"\n")
    waiting.clear()


def _lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, each with its number, from 1 on.

    Of one longer than LINE_BYTES, pieces come that no JSON reader takes for a record.
    """
    number, rest = 1, b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from ((number + ended, line) for ended, line in enumerate(lines) if line.strip())
        number += len(lines)
        if len(rest) > LINE_BYTES:
            yield number, rest
            rest = b""
    if rest.strip():
        yield number, rest
