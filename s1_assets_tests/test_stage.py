"""The shared mechanism: only what changed is made, a kill loses nothing, and what lost its upstream goes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.rejects import Reason, Reject
from s1_assets.stage import Output, Part, Stage, run_stage
from s1_assets.tables import CONTEXT_BUNDLES, REJECTS

CELL = Cell("arxiv", "2024-01")
STAGE = Stage(CONTEXT_BUNDLES, version="1")
ROWS_PER_PART = 40


def bundle(part: str, number: int) -> dict:
    return {"pair_id": f"arxiv:{part}#{number}", "paper_id": f"arxiv:{part}", "title": f"Paper {part}", "mentions": []}


def produce(parts):
    """Interleaves the parts, with a reject in each, and takes long enough to be killed in the middle."""
    for number in range(ROWS_PER_PART):
        for part in parts:
            time.sleep(float(os.environ.get("SECONDS_PER_ROW", "0")))
            yield Output(part.name, {"context_bundles": [bundle(part.name, number)]}, consumed=1, counts={"seen": 1})
    for part in parts:
        reject = Reject(Reason.TIMEOUT, "not done after 300 s").row(f"arxiv:{part.name}", "context_bundles")
        yield Output(part.name, {"rejects": [reject]}, done=True)


def parts(*fingerprints: str) -> list[Part]:
    return [Part(f"part_{n}", fingerprint, ROWS_PER_PART) for n, fingerprint in enumerate(fingerprints)]


def run(lake: Lake, upstream: list[Part], stage: Stage = STAGE):
    return run_stage(stage, lake, CELL, upstream, produce=produce, log=print)


def contents(folder: Path) -> dict[str, list]:
    lake = Lake(str(folder))
    return {
        f"{table.name}/{part.name}": list(lake.rows(table, CELL, part.name))
        for table in (CONTEXT_BUNDLES, REJECTS)
        for part in lake.parts(table, CELL)
    }


def test_a_second_run_makes_nothing_and_reports_the_same_rows(tmp_path):
    lake = Lake(str(tmp_path))
    first, second = run(lake, parts("a", "b")), run(lake, parts("a", "b"))
    assert (first.parts_written, first.rows_new) == (["part_0", "part_1"], 80)
    assert (second.parts_written, second.parts_current, second.rows_new) == ([], ["part_0", "part_1"], 0)
    assert first.rows == second.rows == {"context_bundles": 80, "rejects": 2}
    assert first.counts == second.counts == {"seen": 80}


@pytest.mark.parametrize(
    ("upstream", "stage", "made"),
    [
        (parts("a", "changed"), STAGE, ["part_1"]),
        (parts("a", "b"), Stage(CONTEXT_BUNDLES, version="2"), ["part_0", "part_1"]),
        (parts("a", "b"), Stage(CONTEXT_BUNDLES, version="1", config={"model": "x"}), ["part_0", "part_1"]),
        (parts("a", "b", "c"), STAGE, ["part_2"]),
    ],
    ids=["one upstream part", "code version", "configuration", "new part"],
)
def test_only_what_changed_is_made_again(tmp_path, upstream, stage, made):
    lake = Lake(str(tmp_path))
    run(lake, parts("a", "b"))
    assert run(lake, upstream, stage).parts_written == made


def test_a_part_that_lost_its_upstream_goes_with_its_side_tables(tmp_path):
    lake = Lake(str(tmp_path))
    run(lake, parts("a", "b"))
    assert run(lake, parts("a")).parts_deleted == ["part_1"]
    assert set(contents(tmp_path)) == {"context_bundles/part_0", "rejects/part_0.context_bundles"}


def test_a_part_that_lost_its_upstream_stays_until_those_are_made_that_its_rows_may_have_gone_into(tmp_path):
    lake = Lake(str(tmp_path))
    run(lake, parts("a"))

    def fails(pending):
        yield Output(pending[0].name, {"context_bundles": [bundle("part_1", 1)]})
        raise ConnectionError("the mirror went away")

    with pytest.raises(ConnectionError):
        run_stage(STAGE, lake, CELL, parts("a", "b")[1:], produce=fails, log=print)
    assert [part.name for part in lake.parts(CONTEXT_BUNDLES, CELL)] == ["part_0"]
    assert run(lake, parts("a", "b")[1:]).parts_deleted == ["part_0"]


def test_a_part_without_rows_is_committed_too(tmp_path):
    lake = Lake(str(tmp_path))
    empty = run_stage(
        STAGE, lake, CELL, parts("a"), produce=lambda pending: iter([Output("part_0", done=True)]), log=print
    )
    assert empty.parts_written == ["part_0"]
    assert lake.parts(CONTEXT_BUNDLES, CELL)[0].rows == 0


def test_a_failure_keeps_committed_parts_and_leaves_the_others_to_the_next_run(tmp_path):
    lake = Lake(str(tmp_path))

    def fails_in_the_second_part(pending):
        yield Output("part_0", {"context_bundles": [bundle("part_0", 1)]}, done=True)
        yield Output("part_1", {"context_bundles": [bundle("part_1", 1)]})
        raise ConnectionError("the mirror went away")

    with pytest.raises(ConnectionError):
        run_stage(STAGE, lake, CELL, parts("a", "b"), produce=fails_in_the_second_part, log=print)
    assert [part.name for part in lake.parts(CONTEXT_BUNDLES, CELL)] == ["part_0"]
    assert run(lake, parts("a", "b")).parts_written == ["part_1"]


@pytest.mark.parametrize(("failed", "is_made_again"), [(0, False), (1, False), (2, True), (100, True)])
def test_a_part_with_too_many_rows_that_another_run_may_do_better_is_made_again(tmp_path, failed, is_made_again):
    lake = Lake(str(tmp_path))
    stage = Stage(CONTEXT_BUNDLES, version="1", retried="status: failed")

    def made(failing: int) -> list[str]:
        def hundred_rows(pending):
            rows = [bundle("part_0", number) for number in range(100)]
            yield Output("part_0", {"context_bundles": rows}, done=True, counts={"status: failed": failing})

        return run_stage(stage, lake, CELL, parts("a"), produce=hundred_rows, log=print).parts_written

    assert made(failed) == ["part_0"]
    [before] = lake.parts(CONTEXT_BUNDLES, CELL)
    assert made(0) == (["part_0"] if is_made_again else [])
    [after] = lake.parts(CONTEXT_BUNDLES, CELL)
    assert (after.fingerprint != before.fingerprint) == is_made_again  # later stages see it by this
    assert made(0) == []


def test_a_producer_that_forgets_to_end_a_part_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="no end was reported for part"):
        run_stage(STAGE, Lake(str(tmp_path)), CELL, parts("a"), produce=lambda pending: iter([]), log=print)


def test_kills_at_random_moments_and_a_last_run_give_the_same_rows(tmp_path):
    """A fixed number of SIGKILLs at moments drawn from a fixed seed; then the tables equal an undisturbed run's."""
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    run(Lake(str(undisturbed)), parts(*"abcdef"))
    moments = random.Random(20)
    script = (
        "from s1_assets_tests.test_stage import *\n"
        "import sys\nprint('ready', flush=True)\n"
        "for part in parts(*'abcdef'):\n    run(Lake(sys.argv[1]), parts(*'abcdef')[:int(part.name[-1]) + 1])\n"
    )
    kills = 0
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(disturbed)],
            env=os.environ | {"SECONDS_PER_ROW": "0.002"},
            stdout=subprocess.PIPE,
            text=True,
        )
        process.stdout.readline()
        time.sleep(moments.uniform(0, 0.2))
        kills += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert kills >= 10
    run(Lake(str(disturbed)), parts(*"abcdef"))
    assert contents(disturbed) == contents(undisturbed)
    names = {path.name for path in disturbed.rglob("*") if path.is_file()}
    assert names >= {f"part_{n}.parquet" for n in range(6)}
