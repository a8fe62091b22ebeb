import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from resources.sources import monthly_lines
from resources.sources.arxiv.snapshot import open_snapshot
from resources.sources.mirror import Mirror
from resources.sources.monthly_lines import MonthlyLines
from s1_assets_tests.resources.sources.arxiv_mirror import ArxivMirror, record


@pytest.fixture
def made(tmp_path: Path) -> ArxivMirror:
    return ArxivMirror(tmp_path / "mirror")


def ids(index: MonthlyLines, month: str) -> list[str]:
    return [json.loads(line)["id"] for line in index.lines(month)]


def test_lines_are_found_by_month_whatever_their_order(made: ArxivMirror, tmp_path: Path) -> None:
    papers = ["2402.00001", "2401.00002", "math/0703001", "2401.00001", "hep-th/9101001"]
    made.write_snapshot(*map(record, papers))
    index = open_snapshot(Mirror(str(made.root)), tmp_path / "cache")
    assert ids(index, "2024-01") == ["2401.00002", "2401.00001"]
    assert ids(index, "2007-03") == ["math/0703001"]
    assert ids(index, "1991-01") == ["hep-th/9101001"]
    assert ids(index, "2024-03") == []


def test_a_line_without_an_id_is_told_with_its_number_and_harms_no_other(
    made: ArxivMirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monthly_lines, "LINE_BYTES", 5000)
    monkeypatch.setattr("resources.sources.mirror.Mirror.stream.__defaults__", (1000,))
    bad = [b"not json", b"[1]", b'{"id": 7}', b'{"id": "nonsense"}', b"\xff\xfe", b"x" * 5500]
    reordered = b'{"title": "t", "id": "2401.00003"}'
    made.write_snapshot(record("2401.00001"), *bad, b"", reordered, record("2401.00002"))
    index = open_snapshot(Mirror(str(made.root)), tmp_path / "cache")
    assert ids(index, "2024-01") == ["2401.00001", "2401.00003", "2401.00002"]
    assert [number for number, _ in index.strays[:6]] == [2, 3, 4, 5, 6, 7]
    assert "begins with b'not json'" in index.strays[0][1]
    assert index.unplaced == index.inventory("arxiv").unplaced >= len(bad)


def test_the_index_is_made_once_a_version_and_replaced_by_the_next(made: ArxivMirror, tmp_path: Path) -> None:
    made.write_snapshot(record("2401.00001"))
    first = open_snapshot(Mirror(str(made.root)), tmp_path / "cache")
    stamp = (first.folder / "index.json").stat().st_mtime_ns
    again = open_snapshot(Mirror(str(made.root)), tmp_path / "cache")
    assert again == first
    assert (again.folder / "index.json").stat().st_mtime_ns == stamp
    made.write_snapshot(record("2401.00001"), record("2401.00002"))
    second = open_snapshot(Mirror(str(made.root)), tmp_path / "cache")
    assert ids(second, "2024-01") == ["2401.00001", "2401.00002"]
    assert not first.folder.exists()


def test_what_a_killed_process_left_is_cleared_away(made: ArxivMirror, tmp_path: Path) -> None:
    made.write_snapshot(record("2401.00001"))
    left = open_snapshot(Mirror(str(made.root)), tmp_path / "cache").folder
    left.rename(left.with_name("building"))
    index = open_snapshot(Mirror(str(made.root)), tmp_path / "cache")
    assert ids(index, "2024-01") == ["2401.00001"]
    assert not left.with_name("building").exists()


def test_processes_that_come_together_get_one_index(made: ArxivMirror, tmp_path: Path) -> None:
    made.write_snapshot(*(record(f"2401.{number:05d}") for number in range(1, 2001)))
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(open_snapshot, [Mirror(str(made.root))] * 3, [tmp_path / "cache"] * 3))
    assert found == [found[0]] * 3
    assert len(found[0].lines("2024-01")) == 2000


def test_a_mirror_without_snapshot_is_an_error_that_says_what_to_do(made: ArxivMirror, tmp_path: Path) -> None:
    (made.root / "arxiv/arxiv-metadata-oai-snapshot.json").unlink()
    with pytest.raises(FileNotFoundError, match="Kaggle"):
        open_snapshot(Mirror(str(made.root)), tmp_path / "cache")
