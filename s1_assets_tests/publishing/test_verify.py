"""Verification finds whatever is wrong between a manifest and the files it names."""

import dataclasses
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from resources.publishers.publisher import Publisher
from s1_assets.publishing.manifest import Manifest, publish_file
from s1_assets.publishing.shards import write_generation
from s1_assets.publishing.verify import verify
from s1_assets_tests.publishing.made_up_pairs import CELL, FINGERPRINT, cell_samples, drawn_image, paper_row

PAPERS = [paper_row("arxiv:2401.00001"), paper_row("arxiv:2401.00002", rights="pointer_only")]


@pytest.fixture
def manifest(publisher, scratch) -> Manifest:
    return write_generation(publisher, CELL, FINGERPRINT, cell_samples(PAPERS), withheld={}, scratch=scratch)


def published_path(publisher: Publisher, manifest: Manifest, kind: str) -> Path:
    [file] = manifest.kind(kind)
    return Path(publisher.uri(file.file))


def with_changed_tar(publisher, manifest, scratch, change) -> Manifest:
    """A manifest with right hashes whose tar was rewritten by `change`, a function from members to members."""
    [file] = manifest.kind("webdataset")
    with tarfile.open(publisher.uri(file.file)) as tar:
        members = [(member.name, tar.extractfile(member).read()) for member in tar]
    local = scratch / "changed.tar"
    with tarfile.open(local, "w") as tar:
        for name, content in change(members):
            header = tarfile.TarInfo(name)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    changed = publish_file(publisher, file.file, file.kind, file.rows, local)
    files = tuple(changed if entry is file else entry for entry in manifest.files)
    return dataclasses.replace(manifest, files=files)


def test_what_was_written_is_found_good(publisher, manifest):
    assert verify(publisher, manifest) == []


def test_an_empty_cell_is_good(publisher, scratch):
    empty = write_generation(publisher, CELL, FINGERPRINT, [], withheld={}, scratch=scratch)
    assert verify(publisher, empty) == []


@pytest.mark.parametrize("kind", ["webdataset", "jsonl", "parquet"])
def test_a_changed_byte_a_cut_and_a_missing_file_are_found(publisher, manifest, kind):
    path = published_path(publisher, manifest, kind)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert any("SHA-256 is not the manifest's" in finding for finding in verify(publisher, manifest))
    path.write_bytes(content[: len(content) // 2])
    assert any("the manifest says" in finding for finding in verify(publisher, manifest))
    path.unlink()
    assert any("missing" in finding for finding in verify(publisher, manifest))


def test_a_row_without_its_image_is_found(publisher, manifest, scratch):
    changed = with_changed_tar(publisher, manifest, scratch, lambda members: members[:-2])
    [finding] = verify(publisher, changed)
    assert finding.endswith("the row arxiv-2401_00001-002b has no image")


def test_an_image_without_its_row_and_a_sample_without_its_image_are_found(publisher, manifest, scratch):
    extra = [("stranger-1-001.png", b"x"), ("stranger-1-001.json", b"{}")]
    changed = with_changed_tar(publisher, manifest, scratch, lambda members: members + extra)
    assert verify(publisher, changed) == [
        f"{changed.kind('webdataset')[0].file}: stranger-1-001: no metadata row names this sample"
    ]
    changed = with_changed_tar(publisher, manifest, scratch, lambda members: members[1:6])
    assert any("not an image and its JSON" in finding for finding in verify(publisher, changed))


def test_a_swapped_image_and_a_key_that_comes_twice_are_found(publisher, manifest, scratch):
    def swap(members):
        (first, _), *rest = members
        return [(first, drawn_image("another")), *rest]

    findings = verify(publisher, with_changed_tar(publisher, manifest, scratch, swap))
    assert any("arxiv-2401_00001-001: its image is not" in finding for finding in findings)
    twice = with_changed_tar(publisher, manifest, scratch, lambda members: members + members[:2])
    assert any("comes twice" in finding for finding in verify(publisher, twice))


def test_an_image_that_does_not_decode_is_found_although_its_hash_is_right(publisher, scratch):
    samples = []
    for sample in cell_samples(PAPERS[:1], figures=1):
        broken = sample.image[:60]
        digest = hashlib.sha256(broken).hexdigest()
        samples.append(sample._replace(record=sample.record | {"image_sha256": digest}, image=broken))
    manifest = write_generation(publisher, CELL, FINGERPRINT, samples, withheld={}, scratch=scratch)
    [finding] = verify(publisher, manifest)
    assert "does not decode" in finding


def test_an_image_of_another_size_than_its_row_says_is_found(publisher, scratch):
    samples = [s._replace(record=s.record | {"width": 640}) for s in cell_samples(PAPERS[:1], figures=1)]
    manifest = write_generation(publisher, CELL, FINGERPRINT, samples, withheld={}, scratch=scratch)
    assert "(96, 64) pixels, its row says (640, 64)" in verify(publisher, manifest)[0]


def test_metadata_files_that_disagree_are_found(publisher, manifest, scratch):
    [file] = manifest.kind("jsonl")
    rows = [json.loads(line) for line in publisher.read(file.file).splitlines()]
    rows[0]["image_sha256"] = "0" * 64
    local = scratch / "rows.jsonl"
    local.write_text("\n".join(map(json.dumps, rows[:-1])) + "\n")
    changed = publish_file(publisher, file.file, "jsonl", file.rows, local)
    files = tuple(changed if entry is file else entry for entry in manifest.files)
    findings = verify(publisher, dataclasses.replace(manifest, files=files))
    assert findings == [f"{file.file}: 2 rows differ from those of the Parquet file"]


def test_counts_that_are_not_the_rows_are_found(publisher, manifest):
    wrong = dataclasses.replace(manifest, rows=7, rights={"open": 7})
    findings = verify(publisher, wrong)
    assert findings[0] == "arxiv 2024-01: 6 rows, 3 images; the manifest says 7 and 3"
    assert "rights" in findings[1]
