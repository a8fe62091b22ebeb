"""Engines, servers and runs are killed while they work: nothing is lost, nothing is doubled, the run ends green."""

import gzip
import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from s1_assets.cells import Cell
from s1_assets.settings import PROJECT
from s1_assets.tables import ENHANCED_CAPTIONS, FIGURE_PAIRS, Row
from s1_assets_tests.engines.conftest import DEADLY_WORDS, Server
from s1_assets_tests.line import Line, failure
from s1_assets_tests.resources.sources.arxiv_mirror import ArxivMirror, record, tar_of
from samples.drawing import BLUE, chart

SAMPLES = Cell("arxiv", "2024-05")


def journaled(line: Line) -> int:
    """Captions that stand in the journal now."""
    journals = Path(line.environment["S1_CACHE"], "captions").rglob("*.jsonl")
    return sum(path.read_bytes().count(b"\n") for path in journals)


@contextmanager
def meanwhile(condition: Callable[[], bool], act: Callable[[], object]):
    """Acts once, as soon as the condition holds while the body runs; fails when it never did."""
    ended, acted = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.is_set():
            if condition():
                acted.set()
                act()
                return
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
    assert acted.is_set(), "the run ended before it was disturbed"


def run(line: Line, cell: Cell = SAMPLES, *, checks: bool = True) -> list[Row]:
    """Runs a cell as far as its captions: one row a pair, in order."""
    outcome = line.run_to(cell, "enhanced_captions", checks=checks)
    assert outcome.success, failure(outcome)
    return rows_of(line, cell)


def rows_of(line: Line, cell: Cell) -> list[Row]:
    rows = list(line.lake.cell_rows(ENHANCED_CAPTIONS, cell))
    pairs = [row["pair_id"] for row in line.lake.cell_rows(FIGURE_PAIRS, cell, ["pair_id"])]
    assert [row["pair_id"] for row in rows] == pairs
    return rows


def engine_cores() -> list[psutil.Process]:
    """Those of this process's own engine; a server's are its own children."""
    return [child for child in psutil.Process().children() if "EngineCore" in " ".join(child.cmdline())]


def test_a_killed_engine_core_costs_no_caption(engine_line, sample_mirror):
    line = engine_line(sample_mirror)

    def kill() -> None:
        for core in engine_cores():
            core.kill()

    with meanwhile(lambda: journaled(line) >= 3, kill):
        rows = run(line)
    assert all(row["status"] != "failed" for row in rows)
    assert line.metadata("enhanced_captions")["deaths"] == 1


def test_a_figure_that_kills_the_engine_is_found_and_marked(engine_line, tmp_path):
    with chart(tmp_path / "chart.png") as axes:
        axes.plot([0, 1, 2], [0, 2, 3], color=BLUE)
    picture = (tmp_path / "chart.png").read_bytes()
    captions = [f"A pump and{DEADLY_WORDS}.", "A pump at work.", "A valve at rest."]
    ids = [f"2401.0000{number}" for number in range(1, len(captions) + 1)]
    mirror = ArxivMirror(tmp_path / "mirror")
    papers = {f"2401/{name}.gz": archive(text, picture) for name, text in zip(ids, captions, strict=True)}
    mirror.add_chunk("arXiv_src_2401_001", papers)
    mirror.write_snapshot(*map(record, ids))
    line = engine_line(tmp_path / "mirror")
    rows = run(line, Cell("arxiv", "2024-01"), checks=False)  # one failure in three is more than the check lets pass
    assert [row["status"] == "failed" for row in rows] == [True, False, False]
    assert "the engine dies of this figure" in rows[0]["status_detail"]
    assert rows[0]["recaption"].startswith("A pump and deadly")


def archive(caption: str, picture: bytes) -> bytes:
    source = rf"""\documentclass{{article}}\usepackage{{graphicx}}\begin{{document}}
    \begin{{figure}}\includegraphics{{chart}}\caption{{{caption}}}\label{{f}}\end{{figure}}
    The level rises at once (Fig.~\ref{{f}}).\end{{document}}"""
    return gzip.compress(tar_of({"main.tex": source.encode(), "chart.png": picture}))


def test_a_killed_run_loses_only_what_was_in_flight(engine_line, engine_environment, sample_mirror, tmp_path):
    line = engine_line(sample_mirror)
    (tmp_path / "home").mkdir()
    environment = engine_environment | line.environment | {"DAGSTER_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "s1_assets", "cell", *SAMPLES]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
    try:
        while journaled(line) < 5:
            assert process.poll() is None
            time.sleep(0.01)
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait()
    finished = journaled(line)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive, "the engine outlives its run"
    rows = run(line)
    assert all(row["status"] != "failed" for row in rows)
    assert line.metadata("enhanced_captions")["reused"] >= finished
    assert journaled(line) == 0


def test_a_killed_server_is_waited_for(engine_line, sample_mirror, server: Server, monkeypatch):
    monkeypatch.setattr("s1_assets.captioning.dispatch._LONGEST_PAUSE", 1.0)  # it is asked for as soon as it is back
    line = engine_line(sample_mirror, S1_CAPTIONER="openai", S1_ENDPOINTS=server.url)
    with meanwhile(lambda: journaled(line) >= 3, server.restart):
        rows = run(line)
    assert all(row["status"] != "failed" for row in rows)
    assert line.metadata("enhanced_captions")["deaths"] >= 1


def test_an_endpoint_that_fails_now_and_then_costs_no_caption(engine_line, sample_mirror, server: Server):
    faults = [
        Response("boom", 500),
        Response("busy", 429, headers={"Retry-After": "0"}),
        Response("busy", 503),
        Response(json.dumps({})[:1], headers={"Content-Length": "400"}),
        Response("<html>", 200),
    ]
    sent: Counter[bytes] = Counter()

    def forward(request: Request) -> Response:
        body = request.get_data()
        if request.path.endswith("completions"):
            sent[body] += 1
            if sent[body] == 1 and len(sent) % 3 == 0:  # the first try of every third request
                return faults[len(sent) // 3 % len(faults)]
        kind = {"Content-Type": request.headers.get("Content-Type", "application/json")}
        answer = httpx.request(request.method, server.url + request.path, content=body, headers=kind, timeout=600)
        return Response(answer.content, answer.status_code, content_type=answer.headers.get("Content-Type"))

    with HTTPServer(host="127.0.0.1", threaded=True) as proxy:
        for path in ("/health", "/v1/models", "/metrics", "/v1/chat/completions"):
            proxy.expect_request(path).respond_with_handler(forward)
        rows = run(engine_line(sample_mirror, S1_CAPTIONER="openai", S1_ENDPOINTS=proxy.url_for("/")))
    assert all(row["status"] != "failed" for row in rows)
    assert sent.total() > len(sent) >= len(rows)


def test_a_server_that_is_gone_for_good_ends_the_run_and_keeps_what_is_finished(
    engine_line, sample_mirror, monkeypatch
):
    monkeypatch.setattr("resources.captioners.opened.PATIENCE", 0.1)
    line = engine_line(sample_mirror, S1_CAPTIONER="openai", S1_ENDPOINTS="http://127.0.0.1:9")
    outcome = line.run_to(SAMPLES, "enhanced_captions")
    assert not outcome.success
    assert "127.0.0.1:9" in failure(outcome)
    assert "run again" in failure(outcome)
