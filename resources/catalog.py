"""The lake as a DuckDB database: a view per table, and a small SQL shell over them.

    python -m s1_assets sql                       a shell over S1_LAKE
    python -m s1_assets sql -c "FROM raw_papers"  one query

DuckDB reads an object store through obstore, with the credentials of the environment, so that a lake on S3 needs no
DuckDB extension.
"""

import readline
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import duckdb
import fsspec  # type: ignore[import-untyped]
import pyarrow as pa
from obstore.fsspec import register

from s1_assets.tables import TABLES, Table

QUERIES = {
    "pairs_by_discipline": """
        SELECT discipline, month, count(*) AS pairs, count(DISTINCT paper_id) AS papers
        FROM figure_pairs JOIN raw_papers USING (paper_id, source, month)
        GROUP BY ALL ORDER BY month, pairs DESC
    """,
    "reject_reasons": """
        SELECT stage, reason, count(*) AS rejects, any_value(detail) AS example
        FROM rejects GROUP BY ALL ORDER BY rejects DESC, stage, reason
    """,
    "longest_captions": """
        SELECT pair_id, length(caption) AS caption_chars, length(recaption) AS recaption_chars,
               left(recaption, 200) AS recaption
        FROM enhanced_captions JOIN figure_pairs USING (pair_id, source, month)
        ORDER BY recaption_chars DESC NULLS LAST, pair_id LIMIT 20
    """,
}
HELP = (
    "Tables: .tables. Ready queries, run by their name: " + ", ".join(QUERIES) + ". "
    "A statement ends with ; and may span lines. .quit or Ctrl-D leaves."
)
HISTORY = Path("~/.local/state/s1-assets/sql_history")


def connect(lake_url: str) -> duckdb.DuckDBPyConnection:
    """A connection with a view per table of `tables.py`; `source` and `month` come from the folders.

    A table without a part yet is an empty view with the right columns; parts that come later are seen by the next
    connection. `lake_url` is a folder or an object-store URL.
    """
    connection = duckdb.connect()
    scheme, separator, _ = lake_url.partition("://")
    if separator and scheme != "file":
        register(scheme)
        connection.register_filesystem(fsspec.filesystem(scheme))
    root = lake_url if separator else str(Path(lake_url).expanduser().resolve())
    for table in TABLES:
        connection.execute(_view(connection, table, f"{root.removeprefix('file://').rstrip('/')}/{table.name}"))
    return connection


def _view(connection: duckdb.DuckDBPyConnection, table: Table, folder: str) -> str:
    files = "'" + f"{folder}/source=*/month=*/*.parquet".replace("'", "''") + "'"
    if connection.execute(f"SELECT count(*) FROM glob({files})").fetchall()[0][0]:  # noqa: S608 - quoted above
        options = "hive_partitioning = true, hive_types_autocast = false"
        return f"CREATE VIEW {table.name} AS SELECT * FROM read_parquet({files}, {options})"  # noqa: S608 - quoted above
    hive = [pa.field(name, pa.string()) for name in ("source", "month") if name not in table.schema.names]
    connection.register(f"no_{table.name}", pa.schema([*table.schema, *hive]).empty_table())
    return f"CREATE VIEW {table.name} AS SELECT * FROM no_{table.name}"  # noqa: S608 - a name of tables.py


def run(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Runs a statement, or a ready query by its name, and prints the rows; of bytes, their number is shown."""
    statement = statement.strip().rstrip(";")
    if statement == ".tables":
        statement = (
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name NOT LIKE 'no_%'"
        )
    relation = cast("duckdb.DuckDBPyRelation | None", connection.sql(QUERIES.get(statement, statement)))
    if relation is None:  # it was no statement, only a comment
        return
    columns = (
        f"octet_length({name}) || ' bytes' AS {name}" if kind == "BLOB" else name
        for name, kind in zip(map(_quoted, relation.columns), relation.types, strict=True)
    )
    relation.project(", ".join(columns)).show(max_width=shutil.get_terminal_size().columns, max_rows=200)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def statements(prompt: str = "sql> ", more: str = "...> ") -> Iterator[str]:
    """Statements typed or piped in, until the end of the input or .quit. Prompts are for a terminal only."""
    if not sys.stdin.isatty():
        prompt = more = ""
    text = ""
    while True:
        try:
            text += input(more if text else prompt) + "\n"
        except EOFError:
            if text.strip():
                yield text.strip()
            return
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            text = ""
            continue
        entered = text.strip()
        if entered in {".quit", ".exit"}:
            return
        if entered.endswith(";") or entered.startswith(".") or entered in QUERIES or not entered:
            text = ""
            if entered:
                yield entered


def answer(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """Runs a statement and prints its rows, or why there are none; returns the exit status."""
    try:
        run(connection, statement)
    except duckdb.Error as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def shell(connection: duckdb.DuckDBPyConnection) -> int:
    """Runs statements from a terminal, with history and line editing, or from a pipe.

    Returns the exit status: 1 where a statement from a pipe failed.
    """
    history = HISTORY.expanduser()
    history.parent.mkdir(parents=True, exist_ok=True)
    history.touch()
    readline.read_history_file(history)
    if sys.stdin.isatty():
        print(HELP)
    failed = sum(answer(connection, statement) for statement in statements())
    readline.write_history_file(history)
    return 1 if failed and not sys.stdin.isatty() else 0
