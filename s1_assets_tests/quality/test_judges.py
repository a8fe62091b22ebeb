"""Judges on a lake of made-up cells."""

import io
from collections.abc import Sequence
from hashlib import sha256

import pytest
from PIL import Image

from resources.lake import Lake, PartWriter
from s1_assets.cells import Cell
from s1_assets.quality import judges
from s1_assets.quality.trend import earlier_cells, vitals
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, QUALITY_METRICS, RAW_PAPERS, Row, Table
from s1_assets_tests.quality.made_up_rows import metrics_row


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path))


def put(lake: Lake, table: Table, cell: Cell, rows: Sequence[Row], **counts: int) -> None:
    writer = PartWriter(lake, {table: lake.path(table, cell, "part")})
    writer.append({table.name: rows})
    writer.commit(f"{table.name} {cell}", {"counts": counts})


def make_cell(lake: Lake, month: str, recaption_chars: int, *, source: str = "arxiv", kept_raw: int = 1) -> Cell:
    cell = Cell(source, month)
    names = [f"p#{number}" for number in range(1, 5)]
    put(lake, RAW_PAPERS, cell, [{"paper_id": "p", "status": "live"}, {"paper_id": "q", "status": "withdrawn"}])
    put(lake, FIGURE_PAIRS, cell, [{"pair_id": name} for name in names])
    statuses = {"status: kept_raw": kept_raw, "status: enhanced": 4 - kept_raw, "reused": 2}
    put(lake, ENHANCED_CAPTIONS, cell, [{"pair_id": name} for name in names], **statuses)
    scores = {"clip_raw": 0.2, "clip_recaption": 0.25, "pppl_raw": 100.0, "pppl_recaption": 10.0}
    rows = [metrics_row(pair_id=name, recaption_chars=recaption_chars, **scores) for name in names]
    put(lake, QUALITY_METRICS, cell, rows)
    return cell


def test_vitals_are_read_from_footers_and_narrow_columns(lake):
    found = vitals(lake, make_cell(lake, "2024-01", 700))
    assert found == {
        "recaption_chars": 700,
        "clip_gain": pytest.approx(0.25),
        "pppl_shift": pytest.approx(-1),
        "numbers_grounded": None,
        "kept_raw": 0.25,
        "pairs_per_paper": 4,
    }


def test_earlier_cells_are_the_last_of_the_source_that_have_pairs(lake):
    for month in ("2023-01", "2023-11", "2024-01", "2024-02", "2024-04"):
        make_cell(lake, month, 700)
    make_cell(lake, "2023-12", 700, source="biorxiv")
    put(lake, QUALITY_METRICS, Cell("arxiv", "2023-12"), [])
    assert [cell.month for cell in earlier_cells(lake, Cell("arxiv", "2024-03"), 3)] == [
        *("2024-02", "2024-01", "2023-11")
    ]


def test_a_cell_that_is_unlike_those_before_it_is_named_and_drawn(lake):
    for month, chars in (("2024-01", 700), ("2024-02", 720), ("2024-03", 740)):
        make_cell(lake, month, chars)
    same = judges.drift(lake, make_cell(lake, "2024-04", 725))
    assert (same.passed, same.sample_size) == (True, 3)
    assert same.plot is not None
    other = judges.drift(lake, make_cell(lake, "2024-04", 300))
    assert not other.passed
    assert other.text.startswith("recaption_chars 300 against 720 before")
    assert "needs at least 3 earlier cells" in judges.drift(lake, Cell("arxiv", "2024-03")).text


def test_images_that_do_not_open_are_shown_with_part_pair_and_reason_and_no_more_than_a_few(lake):
    cell, picture = Cell("arxiv", "2024-01"), io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    whole, cut, gif = picture.getvalue(), picture.getvalue()[:30], b"GIF89a"
    images = [("whole", whole, whole), ("altered", cut, whole), ("cut", cut, cut), *[("gif", gif, gif)] * 20]
    rows = [{"pair_id": name, "image": image, "image_sha256": sha256(was).hexdigest()} for name, image, was in images]
    put(lake, FIGURE_PAIRS, cell, rows)
    verdict = judges.images_decode(lake, cell)
    assert (verdict.value, verdict.sample_size, len(verdict.examples)) == (22, 23, judges.EXAMPLES)
    altered, cut_off, other, *_ = verdict.examples
    assert altered == {"part": "part", "pair_id": "altered", "why": "its bytes are not those of image_sha256"}
    assert (cut_off["pair_id"], other["pair_id"]) == ("cut", "gif")
    assert other["why"].startswith("it is neither a PNG nor a JPEG")


def test_raw_captions_are_judged_before_anything_is_captioned(lake):
    cell = Cell("arxiv", "2024-01")
    captions = [("A pump.", None), ("Figure 3:", None), ("(a)", "Side view."), ("", ""), ("12", None)]
    rows = [{"pair_id": f"p#{n}", "caption": c, "subcaption": s} for n, (c, s) in enumerate(captions)]
    put(lake, FIGURE_PAIRS, cell, rows)
    verdict = judges.usable_raw_captions(lake, cell)
    assert (verdict.passed, verdict.severity, verdict.value) == (False, "warn", pytest.approx(0.6))
    assert all(reason in verdict.text for reason in ("1 bare_label", "1 empty", "1 bare_number"))


def test_what_was_measured_is_drawn_and_what_was_not_is_not(lake):
    cell = make_cell(lake, "2024-01", 700)
    drawn = {judge.__name__: judge(lake, cell).plot for judge in (judges.clip_gain, judges.pppl_shift)}
    assert all(plot and plot.startswith(b"\x89PNG") for plot in drawn.values())
    assert judges.clip_margin(lake, cell).plot is None
    assert judges.clip_gain(lake, Cell("arxiv", "1999-01")).plot is None
