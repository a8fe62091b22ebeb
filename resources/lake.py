"""The lake: tables as Parquet parts in a hive layout, in a folder or an object store.

`<lake>/<table>/source=<source>/month=<YYYY-MM>/<part>.parquet`. A part appears whole or not at all: it is
written beside the lake and put in place in one step (obstore stages and renames on a disk; one PUT or a
completed multipart upload on an object store). What it was made from stands in its Parquet footer.
"""

import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

import obstore
import pyarrow as pa
import pyarrow.parquet as pq

from resources.object_store import RangeFile, open_store
from s1_assets.cells import Cell
from s1_assets.tables import Row, Table

FINGERPRINT = b"s1.fingerprint"
STATS = b"s1.stats"
# A row group is what a reader must load to see one row: small enough for a browser, large enough to compress.
ROW_GROUP_BYTES = 8 << 20
ROW_GROUP_ROWS = 1000


@dataclass(frozen=True)
class PartFile:
    """One committed part: where it lies, what it was made from, when it was written, and what its writer counted."""

    name: str
    path: str
    fingerprint: str
    rows: int
    bytes: int
    written: datetime
    stats: Mapping[str, Any]


class TableFile:
    """A Parquet file being written row by row to a path or an open file; memory stays within one row group."""

    def __init__(self, table: Table, target: Path | BinaryIO):
        self.rows = 0
        self._table = table
        images = {field.name for field in table.schema if pa.types.is_binary(field.type)}  # compressed already
        self._writer = pq.ParquetWriter(
            target,
            table.schema,
            compression={name: "none" if name in images else "zstd" for name in table.schema.names},
            use_dictionary=[name for name in table.schema.names if name not in images],
        )
        self._buffer: list[Row] = []
        self._buffered_bytes = 0

    def append(self, rows: Iterable[Row]) -> None:
        """Adds rows; columns that a row leaves out become null."""
        for row in rows:
            self._buffer.append(row)
            self._buffered_bytes += sum(len(v) for v in row.values() if isinstance(v, bytes | str))
            if self._buffered_bytes >= ROW_GROUP_BYTES or len(self._buffer) >= ROW_GROUP_ROWS:
                self._flush()

    def close(self, footer: Mapping[bytes, str]) -> None:
        """Writes what is left, and `footer` among the file's key-value metadata."""
        self._flush()
        self._writer.add_key_value_metadata(dict(footer))
        self._writer.close()

    def _flush(self) -> None:
        if self._buffer:
            self._writer.write_table(pa.Table.from_pylist(self._buffer, schema=self._table.schema))
            self.rows += len(self._buffer)
            self._buffer, self._buffered_bytes = [], 0


class Lake:
    """The tables under one root, a local folder or an object-store URL."""

    def __init__(self, url: str):
        self.url = url
        self._store = open_store(url, create=True)

    def path(self, table: Table, cell: Cell, part: str) -> str:
        """Where a part of a table lies under the root."""
        return f"{table.name}/source={cell.source}/month={cell.month}/{part}.parquet"

    def parts(self, table: Table, cell: Cell) -> list[PartFile]:
        """The committed parts of a table's cell, by name."""
        folder = f"{table.name}/source={cell.source}/month={cell.month}/"
        found = []
        for batch in obstore.list(self._store, prefix=folder):
            found += [
                self._part(item["path"], item["size"], item["last_modified"])
                for item in batch
                if item["path"].endswith(".parquet")
            ]
        return sorted(found, key=lambda part: part.name)

    def cells(self, table: Table) -> list[Cell]:
        """The cells in which a table has something, by source and month."""
        sources = self._folders(f"{table.name}/")
        months = [month for source in sources for month in self._folders(source)]
        return sorted(Cell(*(level.partition("=")[2] for level in month.split("/")[1:3])) for month in months)

    def _folders(self, prefix: str) -> list[str]:
        found = obstore.list_with_delimiter(self._store, prefix=prefix)["common_prefixes"]
        return [f"{folder.rstrip('/')}/" for folder in found]

    def digest(self, table: Table, cell: Cell) -> str:
        """Hash of the fingerprints of a cell's parts: the state of the table there."""
        fingerprints = " ".join(part.fingerprint for part in self.parts(table, cell))
        return hashlib.sha256(fingerprints.encode()).hexdigest()

    def rows(
        self, table: Table, cell: Cell, part: str, columns: Sequence[str] | None = None, batch_rows: int = 64
    ) -> Iterator[Row]:
        """Rows of one part in file order, `batch_rows` in memory at a time. A part that is not there has no rows."""
        try:
            file = pq.ParquetFile(RangeFile(self._store, self.path(table, cell, part)))
        except FileNotFoundError:
            return
        for group in range(file.num_row_groups):  # pyarrow keeps what it has read of all that it is asked for
            for batch in file.iter_batches(batch_size=batch_rows, row_groups=[group], columns=columns):
                yield from batch.to_pylist()

    def lookup(self, table: Table, cell: Cell, part: str, keys: Set[str]) -> dict[str, Row]:
        """The rows of a part whose key (the first column of the table's) is among `keys`, by key.

        Only the row groups that hold one are read in full, so a few images do not cost the whole part's.
        """
        try:
            file = pq.ParquetFile(RangeFile(self._store, self.path(table, cell, part)))
        except FileNotFoundError:
            return {}
        key = table.key[0]
        found: dict[str, Row] = {}
        for group in range(file.num_row_groups):
            if keys.isdisjoint(file.read_row_group(group, [key])[key].to_pylist()):
                continue
            for batch in file.iter_batches(batch_size=64, row_groups=[group]):
                found |= {row[key]: row for row in batch.to_pylist() if row[key] in keys}
        return found

    def cell_rows(self, table: Table, cell: Cell, columns: Sequence[str] | None = None) -> Iterator[Row]:
        """Rows of all parts of a cell, part by part."""
        for part in self.parts(table, cell):
            yield from self.rows(table, cell, part.name, columns)

    def pairs(self, cell: Cell, part: str, columns: Mapping[Table, Sequence[str] | None]) -> Iterator[tuple[Row, ...]]:
        """Rows of several tables side by side, pair by pair: the stages keep a part's pairs in one order.

        Every table's columns must include `pair_id`. Raises RuntimeError when the parts do not hold the same
        pairs, which means that a stage in between has not run since its upstream changed.
        """
        streams = [self.rows(table, cell, part, wanted) for table, wanted in columns.items()]
        for rows in zip_longest(*streams):
            if len({row and row["pair_id"] for row in rows}) > 1:
                tables = ", ".join(table.name for table in columns)
                raise RuntimeError(f"{cell} {part}: {tables} hold different pairs; run the cell's whole chain again")
            yield rows

    def text(self, path: str) -> str | None:
        """A small text file under the root, or None when it is not there."""
        try:
            return bytes(obstore.get(self._store, path).bytes()).decode()
        except FileNotFoundError:
            return None

    def put(self, path: str, file: BinaryIO) -> int:
        """Puts a finished file in place, in one step; returns its size in bytes."""
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        obstore.put(self._store, path, file)
        return size

    def delete(self, path: str) -> None:
        """Removes a part; one that is already gone is no error."""
        try:
            obstore.delete(self._store, path)
        except FileNotFoundError:
            return

    def _part(self, path: str, size: int, written: datetime) -> PartFile:
        name = path.rsplit("/", 1)[-1].removesuffix(".parquet")
        try:
            footer = pq.ParquetFile(RangeFile(self._store, path)).metadata
        except pa.ArrowInvalid:  # no Parquet file: not what anything was committed as, so it is made again
            return PartFile(name, path, "", rows=0, bytes=size, written=written, stats={})
        extra = footer.metadata or {}
        return PartFile(
            name=name,
            path=path,
            fingerprint=extra.get(FINGERPRINT, b"").decode(),
            rows=footer.num_rows,
            bytes=size,
            written=written,
            stats=json.loads(extra.get(STATS, b"{}")),
        )


class PartWriter:
    """Writes one part of a stage's table and of its side tables, and commits them together.

    Use as a context manager; what is not committed leaves no trace. Side tables go in place first, so that
    the stage's own part, whose fingerprint says "done", is the last to appear.
    """

    def __init__(self, lake: Lake, paths: Mapping[Table, str]):
        self._lake, self._paths = lake, paths
        # Files without a name in the temporary folder (TMPDIR): a killed run leaves nothing behind.
        self._files: dict[str, BinaryIO] = {table.name: tempfile.TemporaryFile() for table in paths}  # noqa: SIM115
        self._tables = {table.name: TableFile(table, self._files[table.name]) for table in paths}

    def append(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Adds rows, given by table name."""
        for table, more in rows.items():
            self._tables[table].append(more)

    def commit(self, fingerprint: str, stats: Mapping[str, Any]) -> tuple[dict[str, int], int]:
        """Puts everything in place; returns the rows of each table and the bytes written in all."""
        self._close({FINGERPRINT: fingerprint, STATS: json.dumps(dict(stats))})
        rows = {name: table.rows for name, table in self._tables.items()}
        own, *side_tables = self._paths
        written = 0
        for table in (*side_tables, own):
            if rows[table.name] or table is own:
                written += self._lake.put(self._paths[table], self._files[table.name])
            else:
                self._lake.delete(self._paths[table])
        self._free()
        return rows, written

    def discard(self) -> None:
        """Frees the temporary files of a part that is not to be committed."""
        self._close({})
        self._free()

    def _close(self, footer: Mapping[bytes, str]) -> None:
        for table in self._tables.values():
            table.close(footer)

    def _free(self) -> None:
        for file in self._files.values():
            file.close()
