"""How long people wait for the UI over every cell of every source: its pages, and the launch of a backfill of all.

    make bench NAME=ui

Makes two instances on SQLite with the project's dagster.yaml: one in which nothing ever ran, and one in which CELLS
(700) cells did, the newest of all sources, with every asset materialized and every check passed. Each gets a web server
of its own, which is asked in GraphQL for what the pages show: the first answer after its start and the median of
REPEATS (5) more. A launch notes the backfill; its runs are made by a daemon, of which there is none.

Ends with `ratio`, the medians of all pages of the empty instance over those of the other: 1 is no slower.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData
from dagster._core.events import DagsterEvent, StepMaterializationData
from rich.console import Console
from rich.table import Table

from benchmarks.ui_requests import BACKFILL, PAGES, PARTITION_SET, REPOSITORY, WebServer
from s1_assets.backfill import cells_between
from s1_assets.cells import SOURCES, Cell
from s1_assets.definitions import LINE, build_defs
from s1_assets.jobs import CELL
from s1_assets.partitions import SOURCE_MONTH, partition_key
from s1_assets.settings import PROJECT

RAN, REPEATS = int(os.environ.get("CELLS", "700")), int(os.environ.get("REPEATS", "5"))
SECONDS_TO_START = 120


@dataclass(frozen=True)
class Wait:
    """Seconds for the first answer, and the median of later ones; None where a thing is done once."""

    first: float
    later: float | None = None


def note_runs(instance: dg.DagsterInstance, cells: Sequence[Cell]) -> None:
    """Writes into the instance what a good run of each cell leaves there."""
    job = build_defs().resolve_job_def(CELL.name)
    checks = sorted(job.asset_layer.asset_graph.asset_check_keys, key=str)
    for number, cell in enumerate(cells, 1):
        key = partition_key(cell)
        tags = job.get_tags_for_partition_key(key, selected_asset_keys=None)
        run = instance.create_run_for_job(job, tags=dict(tags), status=dg.DagsterRunStatus.SUCCESS)
        for asset in LINE:
            _note_asset(instance, run, asset.key, [check for check in checks if check.asset_key == asset.key], key)
        if number % 50 == 0:
            print(f"{number} of {len(cells)} cells noted as run", file=sys.stderr, flush=True)


def _note_asset(
    instance: dg.DagsterInstance, run: dg.DagsterRun, asset: dg.AssetKey, checks: Sequence[dg.AssetCheckKey], key: str
) -> None:
    made = StepMaterializationData(dg.AssetMaterialization(asset, partition=key))
    instance.report_dagster_event(_event(dg.DagsterEventType.ASSET_MATERIALIZATION, made), run.run_id)
    of_cell = dg.AssetRecordsFilter(asset_key=asset, asset_partitions=[key])
    (record,) = instance.fetch_materializations(of_cell, limit=1).records
    judged = AssetCheckEvaluationTargetMaterializationData(
        storage_id=record.storage_id, run_id=run.run_id, timestamp=record.timestamp
    )
    for check in checks:
        passed = dg.AssetCheckEvaluation(
            asset_key=asset,
            check_name=check.name,
            passed=True,
            metadata={},
            partition=key,
            target_materialization_data=judged,
        )
        instance.report_dagster_event(_event(dg.DagsterEventType.ASSET_CHECK_EVALUATION, passed), run.run_id)


def _event(kind: dg.DagsterEventType, data: StepMaterializationData | dg.AssetCheckEvaluation) -> DagsterEvent:
    return DagsterEvent(kind.value, CELL.name, event_specific_data=data)


@contextmanager
def web_server(home: Path) -> Iterator[WebServer]:
    """A web server of the instance in `home`, which has loaded the definitions and answered nothing yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "-p", port, "-w", "workspace.yaml"]
    environment = os.environ | {"DAGSTER_HOME": str(home)}
    with (home / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
    try:
        server, deadline = WebServer(f"http://127.0.0.1:{port}"), time.monotonic() + SECONDS_TO_START
        while not server.has_loaded():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the web server did not start: {(home / 'web.log').read_text()[-2000:]}")
            time.sleep(0.2)
        yield server
    finally:
        process.terminate()
        process.wait()


def timed(act: Callable[..., object], *given: object) -> float:
    """The seconds that something takes."""
    began = time.perf_counter()
    act(*given)
    return time.perf_counter() - began


def wait_for_page(server: WebServer, query: str, variables: Mapping[str, object]) -> Wait:
    """How long a page is waited for that is asked for again and again."""
    first, *later = (timed(server.ask, query, variables) for _ in range(REPEATS + 1))
    return Wait(first, median(later))


def waits_for_pages(server: WebServer) -> dict[str, Wait]:
    """How long each page is waited for."""
    return {page: wait_for_page(server, *request) for page, request in PAGES.items()}


def waits_for_launches(server: WebServer, home: Path, cells: Sequence[Cell]) -> dict[str, Wait]:
    """How long the launch of everything is waited for: in the UI as a job and as assets, and by the command line."""
    job = {
        "selector": {"partitionSetName": PARTITION_SET, "repositorySelector": REPOSITORY},
        "partitionNames": [partition_key(cell) for cell in cells],
    }
    assets = {
        "assetSelection": [{"path": list(asset.key.path)} for asset in LINE],
        "partitionNames": SOURCE_MONTH.get_partition_keys(),
    }
    command = [sys.executable, "-m", "s1_assets", "backfill", "all"]
    environment = os.environ | {"DAGSTER_HOME": str(home)}
    launched: list[str] = []
    waits = {
        "launch a backfill of every cell (the job)": Wait(timed(lambda: launched.append(server.launch(job)))),
        "launch every partition of six assets": Wait(timed(lambda: server.launch(assets))),
        "make backfill SOURCE=all, start of Python included": Wait(
            timed(lambda: subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True))
        ),
    }
    return waits | {"page of such a backfill": wait_for_page(server, BACKFILL, {"id": launched[0]})}


def table_of(empty: Mapping[str, Wait], filled: Mapping[str, Wait], cells: int) -> Table:
    """A row for each request, in seconds."""
    title = f"{len(SOURCE_MONTH.get_partition_keys()):,} partitions, of which {cells:,} cells exist: seconds"
    heads = ("first, nothing ran", "median", f"first, {RAN:,} cells ran", "median")
    table = Table("request", *heads, title=title)
    for request, wait in filled.items():
        waits = (empty.get(request), wait)
        numbers = [number for one in waits for number in ((one.first, one.later) if one else (None, None))]
        table.add_row(request, *("" if number is None else f"{number:.2f}" for number in numbers))
    return table


def main() -> None:
    """Measures both instances and prints the table."""
    cells = cells_between(SOURCES)
    waits = []
    with tempfile.TemporaryDirectory() as name:
        for ran in (0, RAN):
            home = Path(name) / f"ran{ran}"
            home.mkdir()
            shutil.copy(PROJECT / "dagster_home/dagster.yaml", home)
            with dg.DagsterInstance.from_config(str(home)) as instance:
                note_runs(instance, cells[:ran])
            with web_server(home) as server:
                waits.append(waits_for_pages(server) | (waits_for_launches(server, home, cells) if ran else {}))
    empty, filled = waits
    Console(width=None if sys.stdout.isatty() else 160).print(table_of(empty, filled, len(cells)))
    print(f"ratio {sum(empty[page].later or 0 for page in PAGES) / sum(filled[page].later or 0 for page in PAGES):.2f}")


if __name__ == "__main__":
    main()
