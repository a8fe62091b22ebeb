"""The DuckDB catalog: a view per table over a lake in a folder or a bucket, and a shell that shows no raw bytes."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resources import catalog
from resources.object_store import open_store
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, QUALITY_METRICS, RAW_PAPERS, REJECTS, TABLES

PROJECT = Path(__file__).resolve().parents[2]


def write_part(root: Path, table, part: str, rows: list[dict], month: str = "2024-01") -> None:
    folder = root / table.name / "source=arxiv" / f"month={month}"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), folder / f"{part}.parquet")


def fill(root: Path) -> None:
    """Two papers, three pairs in two months, and rejects of two stages."""
    for month, discipline, paper in (("2024-01", "physics", "arxiv:1"), ("2024-02", "biology", "arxiv:2")):
        columns = {"paper_id": paper, "source": "arxiv", "month": month, "discipline": discipline}
        write_part(root, RAW_PAPERS, "chunk_001", [columns], month)
    pairs = [
        {"pair_id": f"arxiv:1#{n}", "paper_id": "arxiv:1", "caption": "x" * n, "image": b"\x89PNG"} for n in (1, 2)
    ]
    write_part(root, FIGURE_PAIRS, "chunk_001", pairs)
    write_part(root, FIGURE_PAIRS, "chunk_001", [{"pair_id": "arxiv:2#1", "paper_id": "arxiv:2"}], "2024-02")
    captions = [{"pair_id": "arxiv:1#1", "recaption": "short"}, {"pair_id": "arxiv:1#2", "recaption": "longer one"}]
    write_part(root, ENHANCED_CAPTIONS, "chunk_001", captions)
    for stage, reasons in (("figure_pairs", ["file_missing"] * 3), ("raw_papers", ["withdrawn"])):
        rows = [{"paper_id": "arxiv:3", "stage": stage, "reason": reason, "detail": "d"} for reason in reasons]
        write_part(root, REJECTS, f"chunk_001.{stage}", rows)


@pytest.fixture
def lake(tmp_path) -> Path:
    root = tmp_path / "it's a lake"
    fill(root)
    return root


@pytest.fixture
def connection(lake):
    return catalog.connect(str(lake))


def test_every_table_is_a_view_with_its_columns_and_the_cell_it_lies_in(connection):
    for table in TABLES:
        columns = connection.sql(f"SELECT * FROM {table.name}").columns
        assert set(columns) == {*table.schema.names, "source", "month"}


def test_rows_of_all_parts_are_seen_with_their_month_as_text(connection):
    assert connection.sql("SELECT month, count(*) FROM figure_pairs GROUP BY 1 ORDER BY 1").fetchall() == [
        ("2024-01", 2),
        ("2024-02", 1),
    ]
    assert connection.sql("SELECT count(*) FROM rejects").fetchall() == [(4,)]


def test_a_table_without_a_part_is_empty_and_has_the_types_of_the_others(connection):
    assert connection.sql("SELECT count(*) FROM quality_metrics").fetchall() == [(0,)]
    kinds = dict(connection.sql("SELECT column_name, column_type FROM (DESCRIBE quality_metrics)").fetchall())
    assert (kinds["clip_raw"], kinds["flags"], kinds["month"]) == ("FLOAT", "VARCHAR[]", "VARCHAR")
    assert set(kinds) == {*QUALITY_METRICS.schema.names, "source", "month"}


def test_a_lake_that_is_not_there_yet_has_empty_views(tmp_path):
    connection = catalog.connect(str(tmp_path / "nowhere"))
    assert all(connection.sql(f"SELECT count(*) FROM {table.name}").fetchall() == [(0,)] for table in TABLES)


def test_the_ready_queries_answer_what_they_are_named_for(connection):
    answers = {name: connection.sql(query).fetchall() for name, query in catalog.QUERIES.items()}
    assert answers["pairs_by_discipline"] == [("physics", "2024-01", 2, 1), ("biology", "2024-02", 1, 1)]
    assert answers["reject_reasons"] == [
        ("figure_pairs", "file_missing", 3, "d"),
        ("raw_papers", "withdrawn", 1, "d"),
    ]
    assert answers["longest_captions"] == [("arxiv:1#2", 2, 10, "longer one"), ("arxiv:1#1", 1, 5, "short")]


def test_a_paper_whose_versions_came_in_two_months_counts_once_in_each(lake):
    row = {"paper_id": "arxiv:1", "source": "arxiv", "month": "2024-03", "discipline": "physics"}
    write_part(lake, RAW_PAPERS, "chunk_001", [row], "2024-03")
    write_part(lake, FIGURE_PAIRS, "chunk_001", [{"pair_id": "arxiv:1#1", "paper_id": "arxiv:1"}], "2024-03")
    connection = catalog.connect(str(lake))
    by_month = connection.sql(catalog.QUERIES["pairs_by_discipline"]).fetchall()
    assert [(month, pairs) for _, month, pairs, _ in by_month] == [("2024-01", 2), ("2024-02", 1), ("2024-03", 1)]
    assert len(connection.sql(catalog.QUERIES["longest_captions"]).fetchall()) == 2


@pytest.mark.parametrize("query", sorted(catalog.QUERIES))
def test_the_ready_queries_run_on_an_empty_lake(tmp_path, query):
    assert catalog.connect(str(tmp_path)).sql(catalog.QUERIES[query]).fetchall() == []


def test_bytes_are_shown_as_their_number(connection, capfd):
    catalog.run(connection, "SELECT pair_id, image FROM figure_pairs WHERE image IS NOT NULL;")
    shown = capfd.readouterr().out
    assert "4 bytes" in shown
    assert "PNG" not in shown


def test_the_tables_are_listed_with_columns_and_types(connection, capfd):
    catalog.run(connection, ".tables")
    shown = capfd.readouterr().out
    assert "raw_papers" in shown
    assert "no_quality_metrics" not in shown


def ask(lake: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "s1_assets", "sql", "--lake", str(lake), *arguments]
    home = {"HOME": str(lake.parent), "PATH": ""}
    return subprocess.run(
        command, check=False, cwd=PROJECT, input=typed, capture_output=True, text=True, env=home, timeout=60
    )


def test_the_command_runs_one_query_and_says_what_is_wrong_with_a_bad_one(lake):
    good = ask(lake, "-c", "reject_reasons")
    assert (good.returncode, good.stderr) == (0, "")
    assert "file_missing" in good.stdout
    bad = ask(lake, "-c", "SELECT nothing FROM nowhere")
    assert bad.returncode == 1
    assert "nowhere" in bad.stderr


def test_the_shell_reads_statements_over_several_lines_and_survives_errors(lake):
    typed = "SELECT 1\n  + 41 AS answer;\nFROM nowhere;\n\npairs_by_discipline\n.quit\nSELECT 'not reached';\n"
    answer = ask(lake, typed=typed)
    shown = answer.stdout
    assert "42" in shown
    assert "sql>" not in shown
    assert "nowhere does not exist" in answer.stderr
    assert answer.returncode == 1
    assert "biology" in shown
    assert "not reached" not in shown
    assert (lake.parent / ".local/state/s1-assets/sql_history").is_file()


def test_a_lake_in_a_bucket_is_read_like_a_folder(lake, bucket):
    store = open_store(f"{bucket}/lake")
    for file in lake.rglob("*.parquet"):
        store.put(str(file.relative_to(lake)), file)
    connection = catalog.connect(f"{bucket}/lake")
    assert connection.sql("SELECT count(*) FROM figure_pairs WHERE month = '2024-01'").fetchall() == [(2,)]
    assert connection.sql("SELECT count(*) FROM quality_metrics").fetchall() == [(0,)]
