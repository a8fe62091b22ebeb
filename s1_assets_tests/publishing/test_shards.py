"""A published generation: tars, metadata, manifest, the switch to it, and what a reader finds."""

import hashlib
import io
import json
import tarfile

import polars as pl
import pytest
from PIL import Image

from s1_assets.publishing.manifest import read_manifest, read_manifests, switch_to
from s1_assets.publishing.shards import write_generation
from s1_assets.publishing.verify import verify
from s1_assets_tests.publishing.made_up_pairs import CELL, FINGERPRINT, cell_samples, pair_row, paper_row, sample_of

PAPERS = [
    paper_row("arxiv:2401.00001"),
    paper_row("arxiv:hep-th/9901001", rights="noncommercial"),
    paper_row("arxiv:2401.00002", rights="pointer_only", license=None),
]


def publish(publisher, scratch, papers=PAPERS, fingerprint=FINGERPRINT, **options):
    return write_generation(
        publisher,
        CELL,
        fingerprint,
        cell_samples(papers),
        withheld={"arxiv:2401.00009": "withdrawn"},
        scratch=scratch,
        **options,
    )


def members(publisher, path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with publisher.open(path) as file, tarfile.open(fileobj=file) as tar:
        return [(member, tar.extractfile(member).read()) for member in tar]


def rows_of(publisher, manifest) -> list[dict]:
    [file] = manifest.kind("parquet")
    return pl.read_parquet(publisher.uri(file.file)).to_dicts()


def test_a_tar_holds_image_and_json_side_by_side_under_one_key_and_one_rights_class(publisher, scratch):
    manifest = publish(publisher, scratch)
    tars = manifest.kind("webdataset")
    assert [file.file for file in tars] == [
        f"arxiv/2024-01/{manifest.generation}/arxiv-2024-01-noncommercial-00000.tar",
        f"arxiv/2024-01/{manifest.generation}/arxiv-2024-01-open-00000.tar",
    ]
    names = [member.name for member, _ in members(publisher, tars[1].file)]
    assert names == [
        f"arxiv-2401_00001-{place}.{extension}" for place in ("001", "002a", "002b") for extension in ("png", "json")
    ]
    for image, text in zip(*[iter(members(publisher, tars[1].file))] * 2, strict=True):
        record = json.loads(text[1])
        assert hashlib.sha256(image[1]).hexdigest() == record["image_sha256"]
        assert Image.open(io.BytesIO(image[1])).format.lower() == record["image_format"]
        assert record["rights"] == "open"


def test_a_row_names_the_bytes_of_its_image_so_that_one_range_request_fetches_it(publisher, scratch):
    manifest = publish(publisher, scratch)
    rows = [row for row in rows_of(publisher, manifest) if row["shard"]]
    assert len(rows) == manifest.images == 6
    for row in rows:
        image = publisher.read_range(row["shard"], row["image_offset"], row["image_bytes"])
        assert hashlib.sha256(image).hexdigest() == row["image_sha256"]


def test_jsonl_and_parquet_hold_the_same_rows(publisher, scratch):
    manifest = publish(publisher, scratch)
    [file] = manifest.kind("jsonl")
    lines = [json.loads(line) for line in publisher.read(file.file).splitlines()]
    assert lines == rows_of(publisher, manifest)


def test_pointer_only_rows_stand_in_the_metadata_without_an_image_anywhere(publisher, scratch):
    manifest = publish(publisher, scratch)
    pointers = [row for row in rows_of(publisher, manifest) if row["rights"] == "pointer_only"]
    assert len(pointers) == 3
    assert all(row["shard"] is row["image_offset"] is None and row["image_sha256"] for row in pointers)
    in_tars = {name for file in manifest.kind("webdataset") for name, _ in members(publisher, file.file)}
    assert not any("2401_00002" in member.name for member in in_tars)
    assert manifest.rights == {"noncommercial": 3, "open": 3, "pointer_only": 3}
    assert "pointer_only" in json.loads(manifest.to_json())["layout"]


def test_anothers_figure_in_an_open_paper_leaves_no_image_and_counts_as_pointer_only(publisher, scratch):
    closed = {"rights": "pointer_only", "permissions": "© 2015 Someone."}
    pairs = [pair_row("arxiv:2401.00001", 1), pair_row("arxiv:2401.00001", 2, **closed)]
    samples = [sample_of(paper_row(), pair) for pair in pairs]
    manifest = write_generation(publisher, CELL, FINGERPRINT, samples, withheld={}, scratch=scratch)
    assert (manifest.rows, manifest.images, manifest.rights) == (2, 1, {"open": 1, "pointer_only": 1})
    shown, withheld = rows_of(publisher, manifest)
    assert shown["shard"]
    assert (withheld["shard"], withheld["permissions"]) == (None, "© 2015 Someone.")
    [tar] = manifest.kind("webdataset")
    assert {member.name.rpartition(".")[0] for member, _ in members(publisher, tar.file)} == {shown["key"]}
    assert verify(publisher, manifest) == []


def test_the_manifest_says_size_and_hashes_of_every_file(publisher, scratch):
    manifest = publish(publisher, scratch)
    on_disk = dict(publisher.files("arxiv/2024-01"))
    assert {file.file: file.bytes for file in manifest.files} == on_disk
    for file in manifest.files:
        assert hashlib.sha256(publisher.read(file.file)).hexdigest() == file.sha256
        assert len(file.xet_hash) == 64
    assert {file.kind: file.rows for file in manifest.files} == {"webdataset": 3, "jsonl": 9, "parquet": 9}


def test_the_same_rows_give_the_same_bytes(publisher, scratch):
    assert publish(publisher, scratch) == publish(publisher, scratch)
    [first, *_] = members(publisher, publish(publisher, scratch).kind("webdataset")[0].file)
    assert (first[0].mtime, first[0].uid, first[0].gid, first[0].uname) == (0, 0, 0, "")


def test_a_tar_closes_before_it_exceeds_its_size(publisher, scratch):
    papers = [paper_row(f"arxiv:2401.{number:05d}") for number in range(1, 11)]
    manifest = publish(publisher, scratch, papers, shard_bytes=30_720)
    tars = manifest.kind("webdataset")
    assert len(tars) > 2
    assert all(file.bytes <= 30_720 for file in tars)
    assert sum(file.rows for file in tars) == manifest.rows == 30
    assert not list(scratch.glob("*.tar"))


def test_a_pair_that_comes_twice_stops_the_generation(publisher, scratch):
    with pytest.raises(ValueError, match=r"arxiv:2401\.00001#1 comes twice"):
        publish(publisher, scratch, [PAPERS[0], PAPERS[0]])


def test_a_cell_without_pairs_has_a_manifest_and_no_files(publisher, scratch):
    manifest = publish(publisher, scratch, [])
    switch_to(publisher, manifest, scratch)
    assert manifest.files == ()
    assert read_manifest(publisher, CELL) == manifest
    assert [path for path, _ in publisher.files()] == ["arxiv/2024-01/manifest.json"]


def test_readers_see_a_generation_only_after_the_switch_and_then_the_older_one_is_gone(publisher, scratch):
    old = publish(publisher, scratch)
    entry = switch_to(publisher, old, scratch)
    assert (entry.file, entry.kind, entry.rows) == ("arxiv/2024-01/manifest.json", "manifest", 9)
    new = publish(publisher, scratch, PAPERS[:1], hashlib.sha256(b"second").hexdigest())
    assert read_manifest(publisher, CELL) == old
    assert {file.file for file in old.files} <= dict(publisher.files()).keys()
    switch_to(publisher, new, scratch)
    assert list(read_manifests(publisher)) == [new]
    assert dict(publisher.files()).keys() == {file.file for file in new.files} | {"arxiv/2024-01/manifest.json"}


def test_what_a_killed_run_left_in_the_generation_is_removed_by_the_switch(publisher, scratch):
    manifest = publish(publisher, scratch)
    leftover = scratch / "leftover"
    leftover.write_bytes(b"half a shard")
    publisher.put(f"arxiv/2024-01/{manifest.generation}/arxiv-2024-01-open-00001.tar", leftover)
    switch_to(publisher, manifest, scratch)
    assert "arxiv-2024-01-open-00001.tar" not in " ".join(path for path, _ in publisher.files())


def test_a_cell_never_published_has_no_manifest(publisher):
    assert read_manifest(publisher, CELL) is None
