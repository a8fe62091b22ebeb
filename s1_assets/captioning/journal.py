"""Finished captions of a part that is not committed yet: a kill loses only what is in flight.

One file of JSON lines a part, in a local folder. A line is in the operating system's hands as soon as it is written;
a last line that a kill cut off is dropped, and a line that is no row is passed over: its figure is asked for again.
The file goes when its part is committed.
"""

import errno
import json
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from s1_assets.cells import Cell
from s1_assets.tables import Row


class Journal:
    """The finished captions of one cell, by part."""

    def __init__(self, folder: Path, cell: Cell):
        self._folder = folder / cell.source / cell.month

    def rows(self, part: str) -> Iterator[Row]:
        """What is written of a part, in the order in which it was finished; cuts off what a kill left half written."""
        path = self._path(part)
        if not path.exists():
            return
        lines = path.read_bytes().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            os.truncate(path, path.stat().st_size - len(lines.pop()))
        yield from filter(None, map(_row, lines))

    def append(self, part: str, row: Row) -> None:
        """Writes a row of tables.ENHANCED_CAPTIONS; `rows` of the part was read before. Raises OSError for no room."""
        line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
        path = self._path(part)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:
            before = file.tell()
            written = file.write(line)
            if written != len(line):  # as of a disk that is full: nothing raises then
                file.truncate(before)
                raise OSError(
                    errno.ENOSPC,
                    f"only {written} of {len(line)} bytes of a caption could be written. Make room there, or set "
                    "S1_CACHE to a folder on another disk, and run again; what was written before is kept",
                    str(path),
                )

    def drop(self, part: str) -> None:
        """Forgets a part that was committed."""
        self._path(part).unlink(missing_ok=True)

    def keep_only(self, parts: Collection[str]) -> None:
        """Forgets all other parts: a kill may fall between a commit and `drop`."""
        for path in self._folder.glob("*.jsonl"):
            if path.stem not in parts:
                path.unlink(missing_ok=True)

    def _path(self, part: str) -> Path:
        return self._folder / f"{part}.jsonl"


def _row(line: bytes) -> Row | None:
    """The row of a line; None for what `append` did not write."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and {"cache_key", "status"} <= row.keys() else None
