"""The line end to end on the sample papers, through Dagster, as an operator runs it."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run

from resources.publishers.publisher import open_publisher
from s1_assets.cells import Cell
from s1_assets.checks import standing_objections
from s1_assets.partitions import partition_key
from s1_assets.publishing.manifest import read_manifest
from s1_assets.publishing.verify import verify
from s1_assets.settings import PROJECT
from s1_assets.tables import FIGURE_PAIRS, QUALITY_METRICS, RAW_PAPERS, REJECTS, TABLES
from s1_assets_tests.line import LINE, Line, failure, materialized

MAY, JUNE = Cell("arxiv", "2024-05"), Cell("arxiv", "2024-06")


@pytest.fixture(scope="module")
def finished(sample_mirror, tmp_path_factory) -> Line:
    """A line that ran May once. Tests read it and leave it as it is."""
    line = Line(tmp_path_factory.mktemp("line"), sample_mirror)
    assert line.run(MAY).success
    return line


@pytest.fixture
def line(sample_mirror, tmp_path) -> Line:
    return Line(tmp_path, sample_mirror)


def test_a_cell_goes_from_archives_to_shards_that_verify(finished):
    publisher = open_publisher(finished.settings.publish)
    manifest = read_manifest(publisher, MAY)
    pairs = list(finished.lake.cell_rows(FIGURE_PAIRS, MAY))
    assert manifest.rows == len(pairs) > 20
    assert verify(publisher, manifest) == []


def test_every_table_holds_the_same_pairs(finished):
    pairs = {row["pair_id"] for row in finished.lake.cell_rows(FIGURE_PAIRS, MAY)}
    for table in TABLES:
        if table.key == ("pair_id",):
            rows = [row["pair_id"] for row in finished.lake.cell_rows(table, MAY)]
            assert len(rows) == len(pairs) and set(rows) == pairs, table.name


def test_a_second_run_makes_nothing_again(finished):
    before = finished.rows(MAY)
    second = finished.run(MAY)
    assert second.success
    assert {name: found["parts_new"] for name, found in materialized(second).items()} == dict.fromkeys(LINE, 0)
    assert finished.rows(MAY) == before


def test_a_materialization_tells_the_operator_what_happened(finished):
    found = materialized(finished.run(MAY))["figure_pairs"]
    assert {"rows", "rows_new", "rows_current", "rejected", "bytes_written", "seconds", "preview"} <= found.keys()
    assert "| ![figure](data:image/jpeg;base64," in found["preview"]
    reasons = {record.data["reason"]: record.data["count"] for record in found["reject_reasons"].records}
    assert sum(reasons.values()) == found["rejected"] > 0


def test_a_touched_chunk_remakes_its_part_and_no_other(line):
    assert materialized(line.run(MAY))["figure_pairs"]["parts_new"] == 3  # two chunks, and records without a source
    os.utime(line.folder / "mirror/arxiv/src/arXiv_src_2405_002.tar")
    before = line.rows(MAY)
    found = materialized(line.run(MAY))
    assert [found[name]["parts_new"] for name in LINE] == [1] * 6
    assert [found[name]["parts_current"] for name in LINE] == [2, 2, 2, 2, 2, 0]
    after = line.rows(MAY)
    shards = "published_shards/shards"  # names a new generation
    assert {name: rows for name, rows in after.items() if name != shards} == {
        name: rows for name, rows in before.items() if name != shards
    }


def test_a_chunk_that_is_gone_takes_its_rows_with_it(line):
    line.run(MAY)
    gone = line.folder / "mirror/arxiv/src/arXiv_src_2405_002.tar"
    gone.unlink()
    outcome = line.run(MAY)
    assert outcome.success
    rejects = [row for row in line.lake.cell_rows(REJECTS, MAY) if row["paper_id"] == "arXiv_src_2405_002"]
    assert [row["reason"] for row in rejects] == ["source_missing"]
    assert list(line.lake.rows(FIGURE_PAIRS, MAY, "arXiv_src_2405_002")) == []


def test_a_paper_taken_down_leaves_the_lake_and_the_shards_and_comes_back_when_allowed(line):
    line.run(JUNE)
    publisher = open_publisher(line.settings.publish)
    pairs = read_manifest(publisher, JUNE).rows
    listed = "# by request of the authors\narxiv:2406.99001 letter of 3 July 2024\n"
    (line.folder / "lake/takedowns.txt").write_text(listed)
    assert line.run(JUNE).success
    manifest = read_manifest(publisher, JUNE)
    assert manifest.withheld == {"arxiv:2406.99001": "withdrawn"}
    assert manifest.rows == pairs - 4
    assert not any(row["paper_id"] == "arxiv:2406.99001" for row in line.lake.cell_rows(FIGURE_PAIRS, JUNE))
    rejects = {(row["paper_id"], row["reason"], row["detail"]) for row in line.lake.cell_rows(REJECTS, JUNE)}
    assert ("arxiv:2406.99001", "taken_down", "letter of 3 July 2024") in rejects
    assert materialized(line.run(JUNE))["raw_papers"]["parts_new"] == 0
    (line.folder / "lake/takedowns.txt").unlink()
    line.run(JUNE)
    assert read_manifest(publisher, JUNE).rows == pairs


def test_a_takedown_list_with_a_line_that_names_no_paper_is_refused_with_the_line(line):
    (line.folder / "lake").mkdir(exist_ok=True)
    (line.folder / "lake/takedowns.txt").write_text("arxiv:2406.99001\n2406.99002 no source\n")
    assert "takedowns.txt, line 2: '2406.99002' is no paper_id" in failure(line.run(JUNE))


def corrupt_an_image(line: Line, cell: Cell) -> None:
    """Replaces an image in the lake and leaves the fingerprint, as a failing disk would."""
    from resources.lake import PartWriter

    part = line.lake.parts(FIGURE_PAIRS, cell)[0]
    rows = list(line.lake.rows(FIGURE_PAIRS, cell, part.name))
    rows[0]["image"] = rows[0]["image"][:100]
    writer = PartWriter(line.lake, {FIGURE_PAIRS: part.path})
    writer.append({"figure_pairs": rows})
    writer.commit(part.fingerprint, part.stats)


def test_nothing_is_published_while_a_blocking_check_fails_not_even_by_a_run_of_its_own(line):
    for asset in LINE[:2]:
        assert line.run_alone(JUNE, asset).success
    corrupt_an_image(line, JUNE)
    outcome = line.run(JUNE)
    assert not outcome.success
    failed = [check for check in outcome.get_asset_check_evaluations() if not check.passed]
    assert ("images_decode", "2024-06|arxiv") in [(check.check_name, check.partition) for check in failed]
    (example,) = next(check for check in failed if check.check_name == "images_decode").metadata["examples"].records
    assert example.data["part"] == "arXiv_src_2406_001"
    assert example.data["pair_id"].startswith("arxiv:2406.")
    assert "enhanced_captions" not in materialized(outcome)
    for asset in LINE[2:5]:
        assert line.run_alone(JUNE, asset).success
    alone = line.run_alone(JUNE, "published_shards")
    assert not alone.success
    assert "is not published: figure_pairs.images_decode failed: 1 of" in failure(alone)
    assert read_manifest(open_publisher(line.settings.publish), JUNE) is None


def test_recaptions_that_are_not_those_of_their_images_stop_a_cell_before_it_is_published(line):
    from resources.lake import PartWriter

    for asset in LINE[:5]:
        assert line.run_alone(JUNE, asset).success
    for part in line.lake.parts(QUALITY_METRICS, JUNE):
        rows = list(line.lake.rows(QUALITY_METRICS, JUNE, part.name))
        for place, row in enumerate(rows):  # what a shuffle does: the own recaptions score like those of others
            row |= {"clip_raw": 0.1, "clip_recaption": 0.2 + 0.01 * (place % 2), "clip_shuffled": 0.206}
        writer = PartWriter(line.lake, {QUALITY_METRICS: part.path})
        writer.append({QUALITY_METRICS.name: rows})
        writer.commit(part.fingerprint, part.stats)
    outcome = line.run(JUNE)
    failed = [check.check_name for check in outcome.get_asset_check_evaluations() if not check.passed]
    assert not outcome.success
    assert "clip_margin" in failed and "clip_gain" not in failed
    assert "published_shards" not in materialized(outcome)
    assert "quality_metrics.clip_margin failed" in failure(line.run_alone(JUNE, "published_shards"))


def test_nothing_is_published_that_was_not_made_from_the_tables_as_they_are(line):
    assert line.run(JUNE).success
    os.utime(line.folder / "mirror/arxiv/src/arXiv_src_2406_001.tar")
    for asset in LINE[:2]:
        assert line.run_alone(JUNE, asset).success
    mixed = failure(line.run_alone(JUNE, "published_shards"))
    assert "context_bundles arXiv_src_2406_001 was not made from figure_pairs as it is now" in mixed
    for asset in LINE[2:5]:
        assert line.run_alone(JUNE, asset).success
    assert "figure_pairs.images_decode judged another state" in failure(line.run_alone(JUNE, "published_shards"))


def test_a_check_that_another_run_has_only_planned_is_no_objection(line):
    assert line.run(JUNE).success
    job = line.defs.resolve_job_def("cell")
    queued = line.instance.create_run_for_job(job, tags={"dagster/partition": partition_key(JUNE)})
    assert standing_objections(line.instance, line.lake, JUNE) == []
    line.instance.report_run_canceled(queued)
    assert standing_objections(line.instance, line.lake, JUNE) == []


def test_a_run_that_was_overtaken_by_a_newer_one_publishes_by_its_own_verdicts(line):
    job = line.defs.resolve_job_def("cell")
    overtaken = line.instance.create_run_for_job(job, tags={"dagster/partition": partition_key(JUNE)})
    assert line.run(JUNE).success
    os.utime(line.folder / "mirror/arxiv/src/arXiv_src_2406_001.tar")
    assert execute_run(InMemoryJob(job), overtaken, line.instance).success


def test_a_verdict_that_does_not_say_which_tables_it_judged_does_not_count(line):
    assert line.run(JUNE).success
    passed = dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey("figure_pairs"), check_name="images_decode", passed=True, partition=partition_key(JUNE)
    )
    line.instance.report_runless_asset_event(passed)
    [objection] = standing_objections(line.instance, line.lake, JUNE)
    assert "images_decode judged another state" in objection


def test_a_verdict_of_another_lake_on_the_same_dagster_home_is_an_objection_that_says_so(line, sample_mirror):
    other = Line(line.folder / "other", sample_mirror, instance=line.instance)
    os.utime(other.folder / "mirror/arxiv/src/arXiv_src_2406_001.tar")
    assert line.run(JUNE).success
    assert other.run_to(JUNE, "figure_pairs").success
    [objection] = standing_objections(line.instance, line.lake, JUNE)
    assert "images_decode judged another state of the table" in objection
    assert f"that was on the lake {other.lake.url}, and this is {line.lake.url}" in objection
    assert line.run(JUNE).success
    assert standing_objections(line.instance, line.lake, JUNE) == []


def test_a_shard_that_is_lost_fails_its_check_and_is_published_again(line):
    assert line.run(JUNE).success
    [shard, *_] = (line.folder / "lake/releases").rglob("*.tar")
    shard.unlink()
    again = line.run(JUNE)
    assert again.success
    assert shard.is_file()


def test_an_archive_that_cannot_be_read_fails_the_run_and_costs_no_paper(line):
    line.run_alone(MAY, "raw_papers")
    tar, aside = line.folder / "mirror/arxiv/src/arXiv_src_2405_001.tar", line.folder / "aside.tar"
    tar.rename(aside)
    assert "cannot be read, run the cell again" in failure(line.run_alone(MAY, "figure_pairs"))
    aside.rename(tar)
    assert line.run_alone(MAY, "figure_pairs").success
    assert not any(row["reason"] == "parse_error" for row in line.lake.cell_rows(REJECTS, MAY))
    assert sum(part.rows for part in line.lake.parts(FIGURE_PAIRS, MAY)) > 20


def test_side_tables_that_are_lost_or_damaged_are_made_again(line):
    line.run(JUNE)
    before = line.rows(JUNE)
    shutil.rmtree(line.folder / "lake/rejects")
    next((line.folder / "lake/passages").rglob("*.parquet")).write_bytes(b"")
    assert line.run(JUNE).success
    assert line.rows(JUNE) == before


def test_figures_that_needed_a_renderer_are_made_again_when_it_is_there(line):
    if not shutil.which("gs"):
        pytest.skip("Ghostscript is not on this machine")
    (line.folder / "home").mkdir()
    environment = os.environ | line.environment | {"DAGSTER_HOME": str(line.folder / "home")}
    command = [sys.executable, "-m", "s1_assets", "cell", *MAY]
    for path, reasons in (("/nowhere", {"renderer_missing"}), (os.environ["PATH"], set())):
        subprocess.run(command, env=environment | {"PATH": path}, cwd=PROJECT, check=True, capture_output=True)
        rejects = {row["reason"] for row in line.lake.cell_rows(REJECTS, MAY)}
        assert rejects & {"renderer_missing"} == reasons


def test_a_paper_listed_before_it_first_arrives_is_taken_down_and_comes_back(line):
    (line.folder / "lake").mkdir(exist_ok=True)
    (line.folder / "lake/takedowns.txt").write_text("arxiv:2406.99001\n")
    line.run_alone(JUNE, "raw_papers")
    assert materialized(line.run_alone(JUNE, "raw_papers"))["raw_papers"]["parts_new"] == 0
    (line.folder / "lake/takedowns.txt").write_text("")
    line.run_alone(JUNE, "raw_papers")
    assert "withdrawn" not in {row["status"] for row in line.lake.cell_rows(RAW_PAPERS, JUNE)}


def test_a_cell_from_before_its_source_began_is_green_and_empty(line):
    outcome = line.run(Cell("medrxiv", "2001-01"))
    assert outcome.success
    assert {found["dagster/row_count"] for name, found in materialized(outcome).items() if name != LINE[-1]} == {0}
    assert not any(check.passed for check in outcome.get_asset_check_evaluations() if check.check_name == "clip_gain")
    assert "not measured" in months_check(outcome).description


def months_check(outcome: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    [found] = [check for check in outcome.get_asset_check_evaluations() if check.check_name == "everything_has_a_month"]
    return found


def test_a_line_of_no_month_shows_at_every_cell_of_its_source_and_goes_when_it_is_repaired(line):
    metadata = line.folder / "mirror/arxiv/arxiv-metadata-oai-snapshot.json"
    whole = metadata.read_bytes()
    assert months_check(line.run(JUNE)).passed
    metadata.write_bytes(b'{"title": "cut o\n' + whole)
    outcome = line.run(JUNE)
    assert outcome.success
    warned = months_check(outcome)
    assert (warned.passed, warned.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert f"{metadata.name}, line 1 (it names no arXiv paper" in warned.description
    found = materialized(outcome)["raw_papers"]
    assert found["unplaced"] == len(found["unplaced_examples"].records) == 1
    metadata.write_bytes(whole)
    assert months_check(line.run(JUNE)).passed


def test_a_source_that_is_not_in_the_mirror_and_a_missing_contact_are_named(line, tmp_path):
    shutil.rmtree(line.folder / "mirror/biorxiv")
    assert "has no biorxiv/; put" in failure(line.run(Cell("biorxiv", "2024-01")))
    from s1_assets.definitions import build_defs
    from s1_assets.settings import Settings

    job = build_defs(settings=Settings.from_environment({"S1_LAKE": str(tmp_path / "other")})).resolve_job_def("cell")
    outcome = job.execute_in_process(
        instance=dg.DagsterInstance.ephemeral(),
        partition_key=dg.MultiPartitionKey({"source": "arxiv", "month": "2024-05"}),
        raise_on_error=False,
    )
    assert "S1_CONTACT='' is no e-mail address" in failure(outcome)


def test_a_release_over_the_published_cells(line):
    line.run(MAY)
    outcome = line.defs.resolve_job_def("make_release").execute_in_process(instance=line.instance)
    made = materialized(outcome)["release"]
    assert made["cells"] == 1 and made["pairs"] > 20
    assert "license" in made["card"].lower()


def test_kills_of_the_running_process_lose_nothing_and_double_nothing(finished, sample_mirror, tmp_path):
    """SIGKILL of `python -m s1_assets cell` at moments drawn from a fixed seed, then an undisturbed run."""
    killed = Line(tmp_path, sample_mirror)
    for name in (tmp_path / "mirror").rglob("*.tar"):  # the same version of the mirror for both lines
        os.utime(name, ns=(0, (finished.folder / name.relative_to(tmp_path)).stat().st_mtime_ns))
    (tmp_path / "home").mkdir()
    environment = os.environ | killed.environment | {"DAGSTER_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "s1_assets", "cell", *MAY]
    moments = random.Random(5)
    for _ in range(20):
        process = subprocess.Popen(
            command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            process.wait(timeout=moments.uniform(1.5, 6))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
    ended = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert killed.rows(MAY) == finished.rows(MAY)


def test_no_worker_outlives_a_killed_run(line):
    (line.folder / "home").mkdir()
    environment = os.environ | line.environment | {"DAGSTER_HOME": str(line.folder / "home")}
    process = subprocess.Popen(
        [sys.executable, "-m", "s1_assets", "cell", *MAY], env=environment, cwd=PROJECT, stdout=subprocess.DEVNULL
    )
    children: set[int] = set()
    deadline = time.monotonic() + 60
    while not children and time.monotonic() < deadline and process.poll() is None:
        children = descendants(process.pid)
        time.sleep(0.05)
    time.sleep(2)
    children |= descendants(process.pid)
    process.kill()
    process.wait()
    assert children
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(map(alive, children)):
        time.sleep(0.1)
    assert not any(map(alive, children))


def descendants(pid: int) -> set[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        direct = {int(child) for child in children.read_text().split()}
    except FileNotFoundError:
        return set()
    return direct.union(*map(descendants, direct))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
