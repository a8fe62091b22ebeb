"""What a reader follows: the manifest of each cell, and the release that names the generation of every cell.

    <source>/<month>/<generation>/…      the files of one generation of a cell
    <source>/<month>/manifest.json       which generation is current; replaced in one step
    release.json                         which generation of every cell the current release is made of

A generation is never changed once its manifest is in place, and it stays until neither the manifest nor the release
names it: whoever follows one of the two always finds the files.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import hf_xet

from resources.publishers.publisher import Publisher
from s1_assets.cells import Cell

LAYOUT = (
    "A WebDataset tar holds rows of one rights class, each as <key>.png and <key>.json. The image member is always "
    "named .png, because loaders take the extension for the name of a field; image_format says what it is. Rows whose "
    "rights are pointer_only stand in the metadata files only, without their image."
)
MANIFEST = re.compile(r"[a-z]+/\d{4}-\d{2}/manifest\.json")
RELEASE = "release.json"


@dataclass(frozen=True)
class PublishedFile:
    """One published file: a row of `published_shards`. `file` is its path under the target, `bytes` its size."""

    file: str
    kind: str
    rows: int
    bytes: int
    sha256: str
    xet_hash: str


@dataclass(frozen=True)
class Manifest:
    """The files of one generation of a cell.

    `fingerprint` says what it was made from. `rows` counts pairs, `images` those with an image, `rights` the pairs of
    each rights class. `withheld` gives the status of each paper that is not published because it is not live.
    """

    source: str
    month: str
    generation: str
    fingerprint: str
    rows: int
    images: int
    rights: Mapping[str, int]
    withheld: Mapping[str, str]
    files: tuple[PublishedFile, ...]

    @property
    def cell(self) -> Cell:
        """The cell it belongs to."""
        return Cell(self.source, self.month)

    def kind(self, kind: str) -> list[PublishedFile]:
        """The files of one kind: webdataset, jsonl or parquet."""
        return [file for file in self.files if file.kind == kind]

    def to_json(self) -> str:
        """This manifest as it is published."""
        return json.dumps({"layout": LAYOUT} | asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "Manifest":
        """A manifest from the fields of its JSON object, those that are not its own left aside."""
        own = {name: fields[name] for name in cls.__dataclass_fields__}
        return cls(**own | {"files": tuple(PublishedFile(**file) for file in fields["files"])})


@dataclass(frozen=True)
class Release:
    """A release: the manifests of its cells, what is in them, and its own files.

    `created` is ISO 8601, `previous` the release it follows. `changes` counts the pairs added, removed and changed
    since then; `tombstones` counts the papers and pairs that must no longer be used; `duplicates` the papers that
    repeat a work of the release (releases made before this was told have none).
    """

    id: str
    created: str
    previous: str | None
    statistics: Mapping[str, Any]
    changes: Mapping[str, int]
    tombstones: int
    files: tuple[PublishedFile, ...]
    cells: tuple[Manifest, ...]
    duplicates: int = 0

    def to_json(self) -> str:
        """This release as it is published."""
        return json.dumps({"layout": LAYOUT} | asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "Release":
        """A release from the fields of its JSON object, those that are not its own left aside."""
        own = {name: fields[name] for name in cls.__dataclass_fields__.keys() & fields.keys()}
        files = tuple(PublishedFile(**file) for file in fields["files"])
        return cls(**own | {"files": files, "cells": tuple(map(Manifest.from_fields, fields["cells"]))})


def cell_folder(cell: Cell) -> str:
    """Where a cell's generations and its manifest lie under the target."""
    return f"{cell.source}/{cell.month}"


def publish_file(publisher: Publisher, path: str, kind: str, rows: int, local: Path) -> PublishedFile:
    """Puts a finished local file at `path` and says what was put: size, SHA-256 and Xet hash."""
    with local.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    [xet] = hf_xet.hash_files([str(local)])
    publisher.put(path, local)
    return PublishedFile(path, kind, rows, local.stat().st_size, sha256, xet.hash)


def read_manifest(publisher: Publisher, cell: Cell) -> Manifest | None:
    """The current manifest of a cell, or None when the cell was never published."""
    try:
        return Manifest.from_fields(json.loads(publisher.read(f"{cell_folder(cell)}/manifest.json")))
    except FileNotFoundError:
        return None


def read_manifests(publisher: Publisher) -> Iterator[Manifest]:
    """The current manifest of every published cell, by source and month."""
    for path in sorted(path for path, _ in publisher.files() if MANIFEST.fullmatch(path)):
        yield Manifest.from_fields(json.loads(publisher.read(path)))


def read_release(publisher: Publisher) -> Release | None:
    """The current release, or None before the first."""
    try:
        return Release.from_fields(json.loads(publisher.read(RELEASE)))
    except FileNotFoundError:
        return None


def switch_to(publisher: Publisher, manifest: Manifest, scratch: Path) -> PublishedFile:
    """Makes a generation the current one of its cell, then removes what nobody follows any more.

    Its files are already in place. `scratch` is a local folder for the manifest on its way.
    """
    local = scratch / "manifest.json"
    local.write_text(manifest.to_json(), encoding="utf-8")
    path = f"{cell_folder(manifest.cell)}/manifest.json"
    published = publish_file(publisher, path, "manifest", manifest.rows, local)
    remove_superseded(publisher, manifest, read_release(publisher))
    return published


def remove_superseded(publisher: Publisher, current: Manifest, release: Release | None) -> None:
    """Deletes the files of a cell that neither its current manifest nor the current release names."""
    folder = cell_folder(current.cell)
    manifests = [current, *(cell for cell in (release.cells if release else ()) if cell.cell == current.cell)]
    named = {file.file for manifest in manifests for file in manifest.files}
    for path, _ in list(publisher.files(folder)):
        if path not in named and path != f"{folder}/manifest.json":
            publisher.delete(path)
