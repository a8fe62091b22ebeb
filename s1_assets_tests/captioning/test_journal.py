"""The journal holds what a killed run had finished."""

import resource
from pathlib import Path

import pytest

from s1_assets.captioning.journal import Journal
from s1_assets.cells import Cell

CELL = Cell("arxiv", "2024-05")
ROWS = [
    {"pair_id": f"arxiv:1#{number}", "cache_key": str(number), "status": "enhanced", "recaption": "Zeile\u2028und π"}
    for number in (1, 2)
]


def test_rows_come_back_as_they_were_written(tmp_path):
    journal = Journal(tmp_path, CELL)
    for row in ROWS:
        journal.append("part_1", row)
    assert list(Journal(tmp_path, CELL).rows("part_1")) == ROWS
    assert list(journal.rows("part_2")) == []


def test_a_row_that_a_kill_cut_off_is_dropped_and_writing_goes_on(tmp_path):
    journal = Journal(tmp_path, CELL)
    journal.append("part_1", ROWS[0])
    [path] = Path(tmp_path).rglob("*.jsonl")
    path.write_bytes(path.read_bytes() + b'{"pair_id": "arxiv:1#2", "reca')
    assert list(journal.rows("part_1")) == ROWS[:1]
    journal.append("part_1", ROWS[1])
    assert list(journal.rows("part_1")) == ROWS


@pytest.mark.parametrize("line", [b"\0\0\0", b"[1]", b'{"pair_id": "arxiv:1#3"}', b"[" * 100_000, b"\xff", b""])
def test_a_line_that_is_no_row_is_passed_over(tmp_path, line):
    journal = Journal(tmp_path, CELL)
    journal.append("part_1", ROWS[0])
    [path] = Path(tmp_path).rglob("*.jsonl")
    path.write_bytes(path.read_bytes() + line + b"\n")
    journal.append("part_1", ROWS[1])
    assert list(journal.rows("part_1")) == ROWS


def test_a_row_that_does_not_fit_on_the_disk_is_told_and_leaves_nothing_half_written(tmp_path):
    journal = Journal(tmp_path, CELL)
    journal.append("part_1", ROWS[0])
    [path] = Path(tmp_path).rglob("*.jsonl")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 5, limits[1]))  # a write is cut off there
    try:
        with pytest.raises(OSError, match=r"only 5 of \d+ bytes .*S1_CACHE"):
            journal.append("part_1", ROWS[1])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    journal.append("part_1", ROWS[1])
    assert list(journal.rows("part_1")) == ROWS


def test_committed_parts_are_forgotten(tmp_path):
    journal = Journal(tmp_path, CELL)
    for part in ("one", "two", "three"):
        journal.append(part, ROWS[0])
    journal.drop("one")
    journal.keep_only({"two"})
    assert [len(list(journal.rows(part))) for part in ("one", "two", "three")] == [0, 1, 0]


def test_cells_do_not_see_each_other(tmp_path):
    Journal(tmp_path, CELL).append("part_1", ROWS[0])
    assert list(Journal(tmp_path, Cell("arxiv", "2024-06")).rows("part_1")) == []
