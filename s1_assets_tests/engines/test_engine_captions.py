"""The line with the real engine: every figure ends with a caption or a reason, the same in process and over HTTP."""

import json
import re
from collections import Counter
from pathlib import PurePath

import pytest

from s1_assets.cells import Cell
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, Row
from s1_assets_tests.engines.conftest import MODEL
from s1_assets_tests.line import Line, failure

SAMPLES = Cell("arxiv", "2024-05")
# What the simplest of the sample figures show, by file name: kind, and colours where they are of the model's palette.
SHOWN = {
    "film.png": ("micrograph", ()),
    "resistance.pdf": ("line chart", ()),
    "midpoint.pdf": ("line chart", ("blue",)),
    "width.pdf": ("bar chart", ("orange",)),
    "map.png": ("heat map", ()),
    "field.jpg": ("micrograph", ()),
    "valve.png": ("micrograph", ()),
    "growth.pdf": ("line chart", ("blue", "orange")),
    "transmission.png": ("heat map", ()),
    "histogram.pdf": ("histogram", ("blue",)),
    "variance.pdf": ("line chart", ("red",)),
    "correlation.png": ("heat map", ("blue",)),
    "topology.pdf": ("diagram", ()),
    "step_voltage.pdf": ("line chart", ("blue",)),
    "efficiency.png": ("bar chart", ("green",)),
    "spectrum.eps": ("line chart", ("black",)),
    "zenith.eps": ("line chart", ("red",)),
}


def captions(line: Line, cell: Cell = SAMPLES) -> list[Row]:
    """Runs the cell as far as its captions, and gives them."""
    outcome = line.run_to(cell, "enhanced_captions")
    assert outcome.success, failure(outcome)
    rows = list(line.lake.cell_rows(ENHANCED_CAPTIONS, cell))
    pairs = [row["pair_id"] for row in line.lake.cell_rows(FIGURE_PAIRS, cell, ["pair_id"])]
    assert [row["pair_id"] for row in rows] == pairs
    for row in rows:
        check(row)
    return rows


def check(row: Row) -> None:
    """What holds for every row that an engine made."""
    assert row["status"] in {"enhanced", "kept_raw", "failed"}
    assert (row["status"] == "enhanced") == (row["status_detail"] is None)
    assert row["model"] == MODEL.name
    assert len(row["model_revision"]) == 64
    assert row["prompt_id"].startswith("brief-")
    assert row["recaption"] or row["status"] != "enhanced"
    if row["status"] == "enhanced":
        assert row["visual"] in row["recaption"] or row["visual"].rstrip(".") in row["recaption"]
        assert json.loads(row["decoding"])["seed"] == row["attempts"] - 1
        assert min(row["prompt_tokens"], row["completion_tokens"]) > 0
    if row["status"] == "kept_raw":
        assert row["attempts"] == 3
        assert re.match(r"[a-z_]+: .", row["status_detail"])


@pytest.fixture(scope="module")
def in_process(sample_mirror, engine_environment, tmp_path_factory):
    """A line with captions of the sample papers by the engine in this process, and what the run said."""
    names = ("S1_MODEL", "S1_ENGINE", "S1_PROMPT")
    settings = {"S1_CAPTIONER": "vllm"} | {name: engine_environment[name] for name in names}
    line = Line(tmp_path_factory.mktemp("in process") / "line", sample_mirror, more=settings)
    return line, captions(line)


def test_the_sample_papers_get_captions_from_their_images(in_process):
    _, rows = in_process
    statuses = Counter(row["status"] for row in rows)
    assert statuses["failed"] == 0
    assert statuses["enhanced"] >= 0.75 * len(rows)
    assert len({row["visual"] for row in rows if row["visual"]}) > len(rows) / 4


def test_captions_of_sample_charts_name_what_is_drawn(in_process):
    line, rows = in_process
    files = {row["pair_id"]: PurePath(row["source_file"]).name for row in line.lake.cell_rows(FIGURE_PAIRS, SAMPLES)}
    seen = {files[row["pair_id"]]: row["visual"] for row in rows if row["status"] == "enhanced"}
    charts = seen.keys() & SHOWN.keys()
    assert len(charts) >= 10
    kinds = [chart for chart in charts if f"is a {SHOWN[chart][0]} " in seen[chart]]
    assert len(kinds) >= 0.7 * len(charts)
    coloured = [chart for chart in charts if SHOWN[chart][1]]
    named = [chart for chart in coloured if all(colour in seen[chart] for colour in SHOWN[chart][1])]
    assert len(named) >= 0.75 * len(coloured)


def test_a_run_tells_what_its_engine_did(in_process):
    line, rows = in_process
    metadata = line.metadata("enhanced_captions")
    assert metadata["prompt_tokens"] == sum(row["prompt_tokens"] for row in rows)
    assert metadata["asked_again"] == sum(row["attempts"] - 1 for row in rows)
    assert metadata["prompt_tokens_per_second"] > 0
    assert 0 < metadata["prefix_cache_hit_rate"] < 1
    assert metadata["deaths"] == 0


def test_captions_are_kept_when_nothing_of_them_changed(in_process):
    line, rows = in_process
    line.lake.delete(line.lake.parts(ENHANCED_CAPTIONS, SAMPLES)[0].path)
    again = captions(line)
    assert line.metadata("enhanced_captions")["parts_new"] == 1
    assert [row["cache_key"] for row in again] == [row["cache_key"] for row in rows]


def test_an_endpoint_gives_the_same_captions(in_process, engine_line, sample_mirror, server):
    _, rows = in_process
    others = captions(engine_line(sample_mirror, S1_CAPTIONER="openai", S1_ENDPOINTS=server.url))
    first = {row["pair_id"]: row["recaption"] for row in rows if row["attempts"] == 1 and row["status"] == "enhanced"}
    same = [row for row in others if row["pair_id"] in first and row["recaption"] == first[row["pair_id"]]]
    assert len(same) == len(first)


@pytest.mark.parametrize("month", ["2017-08", "2024-02"])
def test_real_papers_end_with_captions_or_reasons(shared_data, engine_line, month):
    rows = captions(engine_line(shared_data / "mirrors"), Cell("arxiv", month))
    assert rows
    assert all(row["status"] != "failed" for row in rows)


def test_two_replicas_on_the_cpu_share_the_work(in_process, engine_line, sample_mirror):
    _, rows = in_process
    line = engine_line(sample_mirror, S1_DATA_PARALLEL="2")
    others = captions(line)
    metadata = line.metadata("enhanced_captions")
    assert metadata["answered by rank 0"] > 0
    assert metadata["answered by rank 1"] > 0
    assert {row["pair_id"] for row in others} == {row["pair_id"] for row in rows}
    assert Counter(row["status"] for row in others)["failed"] == 0
