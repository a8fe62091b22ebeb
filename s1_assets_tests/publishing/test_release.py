"""A release: what it names, counts, changes and buries, and what loaders find in it."""

import hashlib
import json
import re
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from resources.publishers.publisher import open_publisher
from s1_assets.cells import Cell
from s1_assets.publishing.manifest import read_release, switch_to
from s1_assets.publishing.release import write_release
from s1_assets.publishing.shards import write_generation
from s1_assets.publishing.verify import verify
from s1_assets.tables import Row
from s1_assets_tests.publishing.made_up_pairs import cell_samples, paper_row

FIRST, SECOND, THIRD = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 2, 3))
ARXIV, BIORXIV = Cell("arxiv", "2024-01"), Cell("biorxiv", "2024-02")
OPEN = paper_row("arxiv:2401.00001")
NONCOMMERCIAL = paper_row("arxiv:hep-th/9901001", rights="noncommercial", license="https://evil.example/|<script>")
POINTER = paper_row("arxiv:2401.00002", rights="pointer_only", license=None, discipline="astronomy")
PREPRINT = paper_row("biorxiv:10.1101/2024.02.03.1", discipline="biology", month="2024-02", doi="10.1000/journal")


@pytest.fixture
def publish(publisher, scratch):
    """Publishes papers as a new generation of their cell."""

    def publish_cell(cell: Cell, papers: list[Row], withheld=None) -> None:
        fingerprint = hashlib.sha256(repr(papers).encode()).hexdigest()
        manifest = write_generation(
            publisher, cell, fingerprint, cell_samples(papers), withheld=withheld or {}, scratch=scratch
        )
        switch_to(publisher, manifest, scratch)

    return publish_cell


@pytest.fixture
def release(publisher, scratch, publish):
    publish(ARXIV, [OPEN, NONCOMMERCIAL, POINTER], withheld={"arxiv:2401.00009": "withdrawn"})
    publish(BIORXIV, [PREPRINT])
    return write_release(publisher, FIRST, scratch)


def tombstones(publisher, release) -> list[tuple]:
    lines = publisher.read(f"releases/{release.id}/tombstones.jsonl").splitlines()
    return [tuple(json.loads(line).values()) for line in lines]


def s1_rows(publisher, release, path) -> list[Row]:
    return [json.loads(line) for line in publisher.read(f"releases/{release.id}/{path}").splitlines()]


def test_a_release_names_every_file_with_the_bytes_that_are_there(publisher, release):
    assert read_release(publisher) == release
    named = [*release.files, *(file for manifest in release.cells for file in manifest.files)]
    for file in named:
        content = publisher.read(file.file)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256)
    assert publisher.read(f"releases/{release.id}/release.json") == publisher.read("release.json")


def test_its_numbers_are_those_of_the_rows(release):
    statistics = release.statistics
    assert statistics["total"] == {"pairs": 12, "papers": 4, "images": 9}
    assert [(group["source"], group["pairs"]) for group in statistics["sources"]] == [("arxiv", 9), ("biorxiv", 3)]
    assert {group["discipline"]: group["papers"] for group in statistics["disciplines"]} == {
        "physics": 2,
        "biology": 1,
        "astronomy": 1,
    }
    assert {(group["rights"], group["license"], group["images"]) for group in statistics["licenses"]} == {
        ("open", OPEN["license"], 6),
        ("noncommercial", NONCOMMERCIAL["license"], 3),
        ("pointer_only", None, 0),
    }
    assert statistics["lengths"]["recaption"]["mean"] == len("The rate falls over time, as the paper says.")
    assert statistics["lengths"]["recaption"]["cv"] == 0
    assert statistics["measures"] == {"numbers_grounded": {"mean": 1.0, "pairs": 12}}
    assert release.changes == {"added": 12, "removed": 0, "changed": 0}


def test_a_bucket_is_published_verified_and_released_like_a_folder(bucket, scratch):
    target = open_publisher(f"{bucket}/figures")
    for _ in range(2):
        manifest = write_generation(target, ARXIV, "first", cell_samples([OPEN]), withheld={}, scratch=scratch)
        assert verify(target, manifest) == []
        switch_to(target, manifest, scratch)
    release = write_release(target, FIRST, scratch)
    assert read_release(target) == release
    assert release.statistics["total"] == {"pairs": 3, "papers": 1, "images": 3}


def test_nothing_new_means_no_new_release(publisher, scratch, release):
    assert write_release(publisher, SECOND, scratch) == release
    assert len({path.split("/")[1] for path, _ in publisher.files("releases")}) == 1


def test_what_comes_back_the_same_day_is_a_release_of_its_own(publisher, scratch, release):
    changes = publisher.read(f"releases/{release.id}/changes.parquet")
    taken_back = write_release(
        publisher, FIRST, scratch, lambda cell: {PREPRINT["paper_id"]: "withdrawn"} if cell == BIORXIV else {}
    )
    back = write_release(publisher, FIRST, scratch, lambda _: {})
    assert (taken_back.previous, back.previous) == (release.id, taken_back.id)
    assert len({release.id, taken_back.id, back.id}) == 3
    assert publisher.read(f"releases/{release.id}/changes.parquet") == changes
    assert write_release(publisher, SECOND, scratch) == back


def test_nothing_new_means_no_new_release_after_one_whose_id_does_not_tell_what_it_follows(publisher, scratch, release):
    earlier = replace(release, previous="2025-12-01-01234567")
    publisher.put("release.json", earlier.to_json().encode())
    assert write_release(publisher, SECOND, scratch) == earlier


def test_a_release_says_what_was_added_removed_and_changed(publisher, scratch, publish, release):
    publish(ARXIV, [OPEN | {"title": "A better title"}, POINTER], withheld={"arxiv:hep-th/9901001": "retracted"})
    second = write_release(publisher, SECOND, scratch)
    assert second.previous == release.id
    assert second.changes == {"added": 0, "removed": 3, "changed": 3}
    changes = pl.read_parquet(publisher.uri(f"releases/{second.id}/changes.parquet"))
    assert set(changes.filter(change="changed")["paper_id"]) == {"arxiv:2401.00001"}
    assert set(changes["source"]) == {"arxiv"}


def test_what_left_gets_a_tombstone_with_its_reason_that_later_releases_keep(publisher, scratch, publish, release):
    assert tombstones(publisher, release) == [("arxiv:2401.00009", None, "withdrawn", release.id)]
    publish(ARXIV, [POINTER], withheld={"arxiv:2401.00009": "withdrawn", "arxiv:hep-th/9901001": "retracted"})
    second = write_release(publisher, SECOND, scratch)
    assert tombstones(publisher, second) == [
        *(("arxiv:2401.00001", f"arxiv:2401.00001#{place}", "removed", second.id) for place in ("1", "2a", "2b")),
        ("arxiv:2401.00009", None, "withdrawn", release.id),
        ("arxiv:hep-th/9901001", None, "retracted", second.id),
        *(("arxiv:hep-th/9901001", f"arxiv:hep-th/9901001#{p}", "retracted", second.id) for p in ("1", "2a", "2b")),
    ]
    publish(ARXIV, [OPEN, POINTER], withheld={"arxiv:hep-th/9901001": "retracted"})
    third = write_release(publisher, THIRD, scratch)
    assert third.tombstones == 4
    assert {paper for paper, *_ in tombstones(publisher, third)} == {"arxiv:hep-th/9901001"}
    assert {since for *_, since in tombstones(publisher, third)} == {second.id}


def test_the_files_of_a_release_stay_until_the_next_one_is_in_place(publisher, scratch, publish, release):
    released = {file.file for manifest in release.cells for file in manifest.files}
    publish(ARXIV, [OPEN])
    assert released <= dict(publisher.files()).keys()
    second = write_release(publisher, SECOND, scratch)
    left = {path for path, _ in publisher.files() if re.match(r"[a-z]+/\d{4}-\d{2}/\w+/", path)}
    assert left == {file.file for manifest in second.cells for file in manifest.files}
    of_the_first = {path.rpartition("/")[2] for path, _ in publisher.files(f"releases/{release.id}")}
    assert of_the_first == {"release.json", "changes.parquet", "duplicates.jsonl", "tombstones.jsonl"}


def test_a_missing_file_stops_the_release(publisher, scratch, publish, release):
    publish(ARXIV, [OPEN])
    [tar] = [path for path, _ in publisher.files("biorxiv") if path.endswith(".tar")]
    publisher.delete(tar)
    with pytest.raises(RuntimeError, match=re.escape(tar)):
        write_release(publisher, SECOND, scratch)
    assert read_release(publisher) == release


def test_without_a_published_cell_there_is_no_release(publisher, scratch):
    with pytest.raises(ValueError, match="materialize published_shards"):
        write_release(publisher, FIRST, scratch)


def test_cells_without_pairs_make_a_release_too(publisher, scratch, publish):
    publish(Cell("arxiv", "1991-07"), [])
    release = write_release(publisher, FIRST, scratch)
    assert release.statistics["total"]["pairs"] == 0
    assert "**0** figure-caption pairs" in publisher.read("README.md").decode()


def test_the_s1_layout_has_its_keys_and_no_path_dangles(publisher, release):
    rows = s1_rows(publisher, release, "arxiv/jsonl/24_recaption.jsonl")
    assert len(rows) == 6
    assert list(rows[0]) == ["arxiv_id", "title", "image_path", "caption", "recaption", "categories", "key"]
    assert {row["arxiv_id"] for row in rows} == {"2401.00001", "hep-th/9901001"}
    assert rows[1]["caption"].endswith("[CITE]. Panel a.")
    for row in rows:
        shard, member = row["image_path"].split(".tar/")
        with tarfile.open(publisher.uri(f"{shard}.tar")) as tar:
            assert tar.getmember(member).size
    [first, *_] = s1_rows(publisher, release, "biorxiv/jsonl/24_recaption.jsonl")
    assert first["doi"] == "10.1101/2024.02.03.1"


def test_the_card_has_tables_and_hostile_text_in_them_is_no_markup(publisher, release):
    card = publisher.read("README.md").decode()
    assert "| physics | 6 | 50.0% | 2 |" in card
    assert "| arxiv | 9 | 3 | 6 |" in card
    assert "<script>" not in card
    assert "https://evil.example/\\|\\<script\\>" in card
    assert "{{" not in card
    assert "| `numbers_grounded` | 1 | 12 |" in card
    assert "| `clip_raw` |" not in card


def test_the_card_lists_the_tars_of_each_rights_class(publisher, release):
    yaml = pytest.importorskip("yaml")
    front = yaml.safe_load(publisher.read("README.md").decode().split("---\n")[1])
    [config] = front["configs"]
    paths = {entry["split"]: entry["path"] for entry in config["data_files"]}
    assert paths.keys() == {"open", "noncommercial"}
    assert [Path(path).name for path in paths["open"]] == [
        "arxiv-2024-01-open-00000.tar",
        "biorxiv-2024-02-open-00000.tar",
    ]
    assert front["license"] == "other"
    assert front["size_categories"] == ["n<1K"]
    columns = next(feature for feature in front["dataset_info"][0]["features"] if feature["name"] == "json")
    assert {"name": "authors", "list": "string"} in columns["struct"]


def test_the_croissant_describes_every_column_of_the_files_it_names(publisher, release):
    document = json.loads(publisher.read("croissant.json"))
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    [files], [records] = document["distribution"], document["recordSet"]
    assert files["includes"] == [file.file for manifest in release.cells for file in manifest.kind("parquet")]
    schema = pl.read_parquet_schema(publisher.uri(files["includes"][0]))
    fields = {field["name"]: field for field in records["field"]}
    assert fields.keys() == schema.keys()
    assert fields["width"]["dataType"] == "sc:Integer"
    assert fields["mentions"]["repeated"]
    assert [part["name"] for part in fields["lineage"]["subField"]] == [
        field.name for field in schema["lineage"].fields
    ]


def test_a_work_that_came_twice_is_named_with_the_copy_to_keep(publisher, scratch, publish):
    again = paper_row("arxiv:2401.00001", month="2024-03", version=2)
    publish(ARXIV, [OPEN, NONCOMMERCIAL])
    publish(Cell("arxiv", "2024-03"), [again])
    made = write_release(publisher, FIRST, scratch)
    [row] = s1_rows(publisher, made, "duplicates.jsonl")
    assert row == {
        "paper_id": "arxiv:2401.00001",
        "source": "arxiv",
        "month": "2024-01",
        "kept_paper_id": "arxiv:2401.00001",
        "kept_month": "2024-03",
    }
    assert made.duplicates == 1
    assert "lists 1 such papers" in publisher.read("README.md").decode()
    shown = [row["arxiv_id"] for row in s1_rows(publisher, made, "arxiv/jsonl/24_recaption.jsonl")]
    assert shown.count("2401.00001") == shown.count("hep-th/9901001")


def test_a_paper_withdrawn_in_a_later_month_is_buried_with_its_earlier_versions(publisher, scratch, publish, release):
    paper = PREPRINT["paper_id"]
    publish(Cell("biorxiv", "2024-03"), [], withheld={paper: "withdrawn"})
    after = write_release(publisher, SECOND, scratch)
    assert (paper, None, "withdrawn", after.id) in tombstones(publisher, after)
    assert "biorxiv/jsonl/24_recaption.jsonl" not in {file.file.split("/", 2)[2] for file in after.files}


def test_a_paper_that_was_taken_back_since_its_cell_was_published_is_buried(publisher, scratch, release):
    """Its cell's run may have failed before it was published."""
    paper = PREPRINT["paper_id"]
    lake = {BIORXIV: {paper: "withdrawn"}, ARXIV: {"arxiv:2401.00009": "withdrawn"}}
    after = write_release(publisher, SECOND, scratch, lambda cell: lake[cell])
    assert tombstones(publisher, after) == [
        ("arxiv:2401.00009", None, "withdrawn", release.id),
        (paper, None, "withdrawn", after.id),
    ]
    assert "biorxiv/jsonl/24_recaption.jsonl" not in {file.file.split("/", 2)[2] for file in after.files}
    assert write_release(publisher, THIRD, scratch, lambda cell: lake[cell]) == after


def test_a_withdrawn_version_does_not_bury_a_later_one_that_is_live(publisher, scratch, publish, release):
    publish(Cell("biorxiv", "2024-01"), [], withheld={PREPRINT["paper_id"]: "withdrawn"})
    after = write_release(publisher, SECOND, scratch)
    assert PREPRINT["paper_id"] not in {paper for paper, *_ in tombstones(publisher, after)}


def test_a_copy_that_was_taken_back_later_is_not_kept_in_place_of_another(publisher, scratch, publish, release):
    publish(ARXIV, [OPEN | {"identifiers": ["doi:10.1000/journal"]}])
    publish(BIORXIV, [PREPRINT | {"identifiers": ["doi:10.1000/journal"]}])
    publish(Cell("biorxiv", "2024-03"), [], withheld={PREPRINT["paper_id"]: "withdrawn"})
    assert write_release(publisher, SECOND, scratch).duplicates == 0
