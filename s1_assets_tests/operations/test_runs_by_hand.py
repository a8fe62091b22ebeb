"""Cells run in a process of their own, as by `make cell`, take turns at the pool `gpu`; killed ones give it back."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import dagster as dg
import pytest
from dagster._utils.concurrency import ConcurrencyKeyInfo

from s1_assets.cells import Cell
from s1_assets.lost_runs import lost_runs
from s1_assets.partitions import partition_key
from s1_assets.settings import PROJECT
from s1_assets_tests.operations.daemon import comes
from s1_assets_tests.operations.deployment import NOTING, Daemons, configured_instance

CELL, PART, OTHER = Cell("engrxiv", "2024-05"), "engrxiv_2024-05-08", Cell("psyarxiv", "2024-05")
SOON = {"run_monitoring": {"enabled": True, "free_slots_after_run_end_seconds": 1}}


@pytest.fixture
def daemons(tmp_path):
    with configured_instance(tmp_path / "home", "dagster.yaml", NOTING | SOON) as instance:
        yield Daemons(instance)


@pytest.fixture
def hanging(tmp_path) -> None:
    """The captions of CELL hang for ever, as on a disk that does not answer: the journal of its part is a pipe."""
    journal = tmp_path / "cache/captions" / CELL.source / CELL.month / f"{PART}.jsonl"
    journal.parent.mkdir(parents=True)
    os.mkfifo(journal)


@pytest.fixture
def by_hand(tmp_path, sample_mirror) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts `python -m s1_assets`; what it prints goes to `log`, and it ends with the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("S1_")}
    places = {"DAGSTER_HOME": "home", "S1_LAKE": "lake", "S1_CACHE": "cache"}
    deployment = kept | {name: str(tmp_path / folder) for name, folder in places.items()}
    deployment |= {"S1_MIRROR": str(sample_mirror), "S1_WORKERS": "local:1"}
    with ExitStack() as stack:

        def start(*arguments: str) -> subprocess.Popen:
            log = stack.enter_context((tmp_path / "log").open("a"))
            command = ["env", "--default-signal=HUP,INT", sys.executable, "-m", "s1_assets", *arguments]
            process = subprocess.Popen(command, env=deployment, cwd=PROJECT, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        yield start


def pool(instance: dg.DagsterInstance) -> ConcurrencyKeyInfo:
    return instance.event_log_storage.get_concurrency_info("gpu")


def test_cells_take_turns_at_the_gpu_and_a_killed_one_gives_back_its_turn_and_its_cell(
    daemons, by_hand, hanging, monkeypatch
):
    monkeypatch.setattr("s1_assets.lost_runs.SETTLED", -1)
    instance = daemons.instance
    killed = by_hand("cell", CELL.source, CELL.month)
    assert comes(lambda: pool(instance).active_run_ids)
    (lost,) = instance.get_runs()
    other = by_hand("cell", OTHER.source, OTHER.month)
    assert comes(lambda: pool(instance).pending_run_ids)
    waiting, _ = instance.get_runs()
    assert (pool(instance).active_run_ids, pool(instance).pending_run_ids) == ({lost.run_id}, {waiting.run_id})
    begun = instance.all_logs(waiting.run_id, dg.DagsterEventType.STEP_START)
    assert "enhanced_captions" not in [entry.step_key for entry in begun]

    killed.kill()
    killed.wait()
    again = daemons.queue("cell", {"dagster/partition": partition_key(CELL)})
    assert daemons.start_runs() == []
    lost_runs(dg.build_sensor_context(instance=instance))
    failed = instance.get_run_by_id(lost.run_id)
    assert failed.status is dg.DagsterRunStatus.FAILURE
    assert failed.tags["dagster/will_retry"] == "false"
    assert [run.run_id for run in daemons.start_runs()] == [again]

    assert comes(lambda: daemons.free_slots() or lost.run_id not in pool(instance).active_run_ids)
    assert comes(lambda: other.poll() is not None)
    assert instance.get_run_by_id(waiting.run_id).status is dg.DagsterRunStatus.SUCCESS


@pytest.mark.parametrize("closing", [signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_a_closed_terminal_or_ctrl_c_ends_a_backfill_and_its_run_says_so(daemons, by_hand, hanging, closing, tmp_path):
    instance = daemons.instance
    backfill = by_hand("backfill", CELL.source, "--from", "2024-04", "--to", CELL.month, "--now")
    assert comes(lambda: pool(instance).active_run_ids)
    backfill.send_signal(closing)
    assert comes(lambda: backfill.poll() is not None)
    (run,) = instance.get_runs()
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert pool(instance).active_run_ids == set()
    assert "interrupted; 1 cells were not begun" in (tmp_path / "log").read_text()
