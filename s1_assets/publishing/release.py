"""Assembles the published cells into a release.

    releases/<id>/release.json           what it is made of: the manifest of every cell, its numbers, its own files
    releases/<id>/changes.parquet        pairs added, removed and changed since the release before
    releases/<id>/tombstones.jsonl       papers and pairs that must no longer be used
    releases/<id>/duplicates.jsonl       papers that repeat a work of the release: other versions, preprints of articles
    releases/<id>/<source>/jsonl/…       the rows in the layout of S1-MMAlign
    README.md, croissant.json            dataset card and Croissant metadata of the current release
    release.json                         the current release; replaced last, in one step

Nothing is copied: a release names the files of its cells, which stay until the next release no longer names them.
Of the releases before, what they were, what they changed and their tombstones stay.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

import polars as pl

from resources.publishers.publisher import Publisher
from s1_assets.cells import Cell
from s1_assets.publishing.card import dataset_card
from s1_assets.publishing.changes import TOMBSTONES, taken_back, tombstones, write_changes
from s1_assets.publishing.croissant import croissant
from s1_assets.publishing.manifest import (
    RELEASE,
    Manifest,
    PublishedFile,
    Release,
    publish_file,
    read_manifests,
    read_release,
    remove_superseded,
)
from s1_assets.publishing.s1_layout import write_s1_files
from s1_assets.publishing.statistics import measure, scan_metadata
from s1_assets.publishing.works import duplicates

# The status of each paper of a cell that is not live, as it is known now.
Withheld = Callable[[Cell], Mapping[str, str]]

# Raised by hand when the same cells would give other release files.
VERSION = "4"


def write_release(publisher: Publisher, created: datetime, scratch: Path, withheld: Withheld = lambda _: {}) -> Release:
    """Publishes a release of every published cell and returns it; when nothing changed since the last, returns that.

    A paper that is `withheld` has its tombstone even where its cell was not published since it was taken back.
    `scratch` is an empty local folder. Raises ValueError when no cell is published yet, and RuntimeError when a file
    that the release would name is not there.
    """
    manifests = tuple(read_manifests(publisher))
    if not manifests:
        raise ValueError(f"nothing is published under {publisher.url}; materialize published_shards of a cell first")
    previous = read_release(publisher)
    since = _taken_back_since(manifests, withheld)
    if previous and previous.id.endswith((_identity(manifests, since, previous.previous), _identity(manifests, since))):
        return previous  # the latter: its id is from before ids told what a release follows
    release_id = f"{created:%Y-%m-%d}-{_identity(manifests, since, previous.id if previous else None)}"
    stated = {one.cell: {**one.withheld, **since.get(one.cell, {})} for one in manifests}
    release = _assemble(publisher, manifests, stated, previous, release_id=release_id, created=created, scratch=scratch)
    _switch_to(publisher, release, previous)
    return release


def _taken_back_since(manifests: Sequence[Manifest], withheld: Withheld) -> dict[Cell, dict[str, str]]:
    """The status of papers that were taken back after their cell was published: a step before it may have failed."""
    since = {one.cell: dict(withheld(one.cell).items() - one.withheld.items()) for one in manifests}
    return {cell: papers for cell, papers in since.items() if papers}


def _identity(
    manifests: Sequence[Manifest], since: Mapping[Cell, Mapping[str, str]], follows: str | None = None
) -> str:
    """Hash of what a release is made of and which one it follows: what comes back is no earlier release again."""
    cells: list[list[object]] = [[manifest.source, manifest.month, manifest.fingerprint] for manifest in manifests]
    cells += [[*cell, sorted(papers.items())] for cell, papers in since.items()]
    return hashlib.sha256(json.dumps([VERSION, cells, *([follows] if follows else [])]).encode()).hexdigest()[:8]


def _assemble(
    publisher: Publisher,
    manifests: tuple[Manifest, ...],
    stated: Mapping[Cell, Mapping[str, str]],
    previous: Release | None,
    *,
    release_id: str,
    created: datetime,
    scratch: Path,
) -> Release:
    folder = f"releases/{release_id}"
    before = {manifest.cell: manifest for manifest in previous.cells} if previous else {}
    changes = scratch / "changes.parquet"
    counts = write_changes(publisher, before, {manifest.cell: manifest for manifest in manifests}, changes)
    published = scan_metadata(publisher, manifests)
    withheld = taken_back(published, stated)
    gone = tombstones(_tombstones_of(publisher, previous), pl.scan_parquet(changes), withheld, release_id)
    stones = scratch / "tombstones.jsonl"
    gone.write_ndjson(stones)
    repeated = duplicates(published.join(withheld.lazy(), on="paper_id", how="anti"))
    repeats = scratch / "duplicates.jsonl"
    repeated.write_ndjson(repeats)
    files = [
        publish_file(publisher, f"{folder}/changes.parquet", "changes", counts.total(), changes),
        publish_file(publisher, f"{folder}/tombstones.jsonl", "tombstones", gone.height, stones),
        publish_file(publisher, f"{folder}/duplicates.jsonl", "duplicates", repeated.height, repeats),
    ]
    for path, rows, local in write_s1_files(publisher, manifests, repeated, withheld, scratch):
        files.append(publish_file(publisher, f"{folder}/{path}", "s1_jsonl", rows, local))
        local.unlink()
    return Release(
        id=release_id,
        created=created.isoformat(timespec="seconds"),
        previous=previous.id if previous else None,
        statistics=measure(published),
        changes=dict(counts),
        tombstones=gone.height,
        files=tuple(files),
        cells=manifests,
        duplicates=repeated.height,
    )


def _tombstones_of(publisher: Publisher, release: Release | None) -> pl.DataFrame:
    if release is None:
        return TOMBSTONES.to_frame()
    [file] = [file for file in release.files if file.kind == "tombstones"]
    return pl.read_ndjson(BytesIO(publisher.read(file.file)), schema=TOMBSTONES)


def _switch_to(publisher: Publisher, release: Release, previous: Release | None) -> None:
    """Makes `release` the current one, once all that it names is there, and removes what it supersedes."""
    sizes = dict(publisher.files())
    named: list[PublishedFile] = [*release.files, *(file for manifest in release.cells for file in manifest.files)]
    absent = [file.file for file in named if sizes.get(file.file) != file.bytes]
    if absent:
        raise RuntimeError(
            f"release {release.id}: {len(absent)} file(s) are missing or of another size, such as {absent[0]}; "
            "a cell was published meanwhile, or files were removed by hand: publish those cells again, then release"
        )
    publisher.put("README.md", dataset_card(release).encode())
    publisher.put("croissant.json", json.dumps(croissant(release), indent=1, ensure_ascii=False).encode())
    publisher.put(f"releases/{release.id}/{RELEASE}", release.to_json().encode())
    publisher.put(RELEASE, release.to_json().encode())
    kept = {manifest.cell: manifest for manifest in previous.cells} if previous else {}
    for manifest in read_manifests(publisher):
        if manifest != kept.get(manifest.cell):
            remove_superseded(publisher, manifest, release)
    for file in previous.files if previous else ():
        if file.kind == "s1_jsonl":
            publisher.delete(file.file)
