"""The lake's parts: whole or absent, readable by any Parquet tool, small row groups, on a disk and on S3."""

import os

import boto3
import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer

from resources.lake import Lake, PartWriter
from s1_assets.cells import Cell
from s1_assets.tables import FIGURE_PAIRS, REJECTS

CELL = Cell("arxiv", "2024-01")


def write(lake: Lake, part: str, pairs: list[dict], rejects: list[dict] = (), fingerprint: str = "f") -> None:
    paths = {
        FIGURE_PAIRS: lake.path(FIGURE_PAIRS, CELL, part),
        REJECTS: lake.path(REJECTS, CELL, f"{part}.figure_pairs"),
    }
    writer = PartWriter(lake, paths)
    writer.append({"figure_pairs": pairs, "rejects": list(rejects)})
    writer.commit(fingerprint, {"counts": {"papers": 3}})


def pair(number: int, size: int = 10) -> dict:
    return {"pair_id": f"arxiv:1#{number}", "paper_id": "arxiv:1", "figure": number, "image": os.urandom(size)}


@pytest.fixture(scope="module")
def s3_url():
    """An S3 bucket on a server of this test's own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    patch = pytest.MonkeyPatch()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }.items():
        patch.setenv(name, value)
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1").create_bucket(Bucket="lake")
    yield "s3://lake/tables"
    patch.undo()
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def lake(request, tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake") if request.param == "folder" else request.getfixturevalue("s3_url"))


def test_cells_of_a_table_are_those_with_parts(tmp_path, bucket):
    for lake in (Lake(str(tmp_path)), Lake(f"{bucket}/tables")):
        assert lake.cells(FIGURE_PAIRS) == []
        write(lake, "chunk_001", [pair(1)])
        write(lake, "chunk_002", [pair(1)])
        older = CELL._replace(month="2023-12")
        writer = PartWriter(lake, {FIGURE_PAIRS: lake.path(FIGURE_PAIRS, older, "chunk_001")})
        writer.append({"figure_pairs": [pair(1)]})
        writer.commit("f", {})
        assert lake.cells(FIGURE_PAIRS) == [older, CELL]


def test_a_committed_part_is_listed_with_its_fingerprint_and_read_back(lake):
    write(lake, "chunk_001", [pair(1), pair(2)], fingerprint="abc")
    [part] = lake.parts(FIGURE_PAIRS, CELL)
    assert (part.name, part.fingerprint, part.rows, part.stats["counts"]) == ("chunk_001", "abc", 2, {"papers": 3})
    assert [row["figure"] for row in lake.rows(FIGURE_PAIRS, CELL, "chunk_001")] == [1, 2]
    lake.delete(part.path)
    assert lake.parts(FIGURE_PAIRS, CELL) == []


def test_rows_of_a_part_that_is_not_there_are_none(lake):
    assert list(lake.rows(FIGURE_PAIRS, CELL, "nothing")) == []
    lake.delete(lake.path(FIGURE_PAIRS, CELL, "nothing"))


def test_pairs_are_looked_up_by_key_in_any_row_group(lake):
    pairs = [pair(number, size=5 << 20) for number in range(1, 6)]
    write(lake, "many", pairs)
    wanted = {"arxiv:1#1", "arxiv:1#5", "arxiv:1#9"}
    found = lake.lookup(FIGURE_PAIRS, CELL, "many", wanted)
    assert {key: row["image"] for key, row in found.items()} == {p["pair_id"]: p["image"] for p in (pairs[0], pairs[4])}
    assert lake.lookup(FIGURE_PAIRS, CELL, "nowhere", wanted) == {}


def test_an_empty_side_table_leaves_no_file_and_removes_the_older_one(lake):
    reject = {"paper_id": "arxiv:1", "stage": "figure_pairs", "reason": "timeout", "detail": ""}
    write(lake, "chunk_002", [pair(1)], [reject])
    assert len(lake.parts(REJECTS, CELL)) == 1
    write(lake, "chunk_002", [pair(1)])
    assert lake.parts(REJECTS, CELL) == []
    lake.delete(lake.path(FIGURE_PAIRS, CELL, "chunk_002"))


def test_row_groups_stay_small_so_that_a_few_rows_do_not_load_the_file(tmp_path):
    lake = Lake(str(tmp_path))
    write(lake, "big", [pair(n, 1 << 20) for n in range(40)])
    footer = pq.ParquetFile(tmp_path / lake.path(FIGURE_PAIRS, CELL, "big")).metadata
    groups = [footer.row_group(i).total_byte_size for i in range(footer.num_row_groups)]
    assert sum(groups) > 40 << 20
    assert max(groups) <= 12 << 20


def test_polars_and_duckdb_read_the_hive_layout_without_us(tmp_path):
    lake = Lake(str(tmp_path))
    write(lake, "chunk_001", [pair(1), pair(2)])
    pattern = f"{tmp_path}/figure_pairs/**/*.parquet"
    frame = pl.scan_parquet(pattern, hive_partitioning=True).select("source", "month", "figure").collect()
    assert frame.rows() == [("arxiv", "2024-01", 1), ("arxiv", "2024-01", 2)]
    query = f"select source, count(*) from read_parquet('{pattern}', hive_partitioning=true) group by all"
    assert duckdb.sql(query).fetchall() == [("arxiv", 2)]


def test_what_is_not_committed_leaves_no_trace(tmp_path):
    lake = Lake(str(tmp_path))
    writer = PartWriter(lake, {FIGURE_PAIRS: lake.path(FIGURE_PAIRS, CELL, "half")})
    writer.append({"figure_pairs": [pair(1)]})
    writer.discard()
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
