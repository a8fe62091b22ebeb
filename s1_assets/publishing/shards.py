"""Writes the generation of a cell: WebDataset tars, and the same rows as JSONL and Parquet.

A row is written as it comes and a tar leaves the machine as soon as it is full: memory holds a row group of metadata
and the cell's keys, the local disk one open tar per rights class and the metadata. The same rows give the same bytes.
"""

import hashlib
import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from resources.lake import TableFile
from resources.publishers.publisher import Publisher
from s1_assets.cells import Cell
from s1_assets.publishing.manifest import Manifest, PublishedFile, cell_folder, publish_file
from s1_assets.publishing.record import LOCATION, POINTER_ONLY, PUBLISHED_PAIRS, Sample
from s1_assets.tables import Row

SHARD_BYTES = 1_000_000_000
GENERATION_LETTERS = 12


def write_generation(
    publisher: Publisher,
    cell: Cell,
    fingerprint: str,
    samples: Iterable[Sample],
    *,
    withheld: Mapping[str, str],
    scratch: Path,
    shard_bytes: int = SHARD_BYTES,
) -> Manifest:
    """Publishes the files of one generation of a cell and returns its manifest, which is not in place yet.

    `fingerprint` identifies what the samples are made from; its hash names the generation. `withheld` gives the status
    of each paper that is not live. A tar closes before it exceeds `shard_bytes`. `scratch` is an empty local folder.
    A cell without samples has no files. Raises ValueError when a pair comes twice.
    """
    generation = hashlib.sha256(fingerprint.encode()).hexdigest()[:GENERATION_LETTERS]
    writer = _Generation(publisher, cell, f"{cell_folder(cell)}/{generation}", scratch, shard_bytes)
    for sample in samples:
        writer.add(sample)
    writer.close()
    return Manifest(
        source=cell.source,
        month=cell.month,
        generation=generation,
        fingerprint=fingerprint,
        rows=writer.rights.total(),
        images=writer.rights.total() - writer.rights[POINTER_ONLY],
        rights=dict(sorted(writer.rights.items())),
        withheld=dict(sorted(withheld.items())),
        files=tuple(sorted(writer.files, key=lambda file: file.file)),
    )


class _Generation:
    """The files of a generation while they are written."""

    def __init__(self, publisher: Publisher, cell: Cell, folder: str, scratch: Path, shard_bytes: int):
        self.rights: Counter[str] = Counter()
        self.files: list[PublishedFile] = []
        self._publisher, self._cell, self._folder, self._scratch = publisher, cell, folder, scratch
        self._shard_bytes = shard_bytes
        self._keys: set[str] = set()
        self._tars: dict[str, _Tar] = {}
        self._tars_begun: Counter[str] = Counter()
        self._parquet = TableFile(PUBLISHED_PAIRS, scratch / "metadata.parquet")
        self._jsonl = (scratch / "metadata.jsonl").open("wb")

    def add(self, sample: Sample) -> None:
        """Writes one pair."""
        key, rights = sample.record["key"], sample.record["rights"]
        if key in self._keys:
            raise ValueError(f"{self._cell}: the pair {sample.record['pair_id']} comes twice")
        self._keys.add(key)
        self.rights[rights] += 1
        location: Row = dict.fromkeys(field.name for field in LOCATION)
        if sample.image is not None:
            location = self._tar_for(rights, sample).add(sample)
        row = sample.record | location
        self._parquet.append([row])
        self._jsonl.write(_json(row) + b"\n")

    def close(self) -> None:
        """Publishes what is still open."""
        for tar in self._tars.values():
            self._publish_tar(tar)
        self._jsonl.close()
        self._parquet.close({})
        if self._keys:
            for kind in ("jsonl", "parquet"):
                self._publish(f"metadata.{kind}", kind, len(self._keys))

    def _tar_for(self, rights: str, sample: Sample) -> "_Tar":
        tar = self._tars.get(rights)
        if tar and tar.size_with(sample) > self._shard_bytes:
            self._publish_tar(tar)
            tar = None
        if tar is None:
            name = f"{self._cell.source}-{self._cell.month}-{rights}-{self._tars_begun[rights]:05d}.tar"
            self._tars_begun[rights] += 1
            tar = self._tars[rights] = _Tar(self._scratch / name, f"{self._folder}/{name}")
        return tar

    def _publish_tar(self, tar: "_Tar") -> None:
        tar.close()
        self._publish(tar.local.name, "webdataset", tar.rows)

    def _publish(self, name: str, kind: str, rows: int) -> None:
        local = self._scratch / name
        self.files.append(publish_file(self._publisher, f"{self._folder}/{name}", kind, rows, local))
        local.unlink()


class _Tar:
    """One WebDataset tar: the image and the JSON of a sample side by side, headers that depend on nothing else."""

    def __init__(self, local: Path, path: str):
        self.local, self.rows = local, 0
        self._path = path
        self._file = local.open("wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.GNU_FORMAT)  # noqa: SIM115 - closed by close()

    def size_with(self, sample: Sample) -> int:
        """Bytes that the tar would have if it were closed after `sample`, names being at most 100 bytes long."""
        members = (sample.image or b"", _json(sample.record))
        more = sum(tarfile.BLOCKSIZE + _padded(len(member)) for member in members)
        return _padded(self._file.tell() + more + 2 * tarfile.BLOCKSIZE, tarfile.RECORDSIZE)

    def add(self, sample: Sample) -> Row:
        """Adds a sample; returns where its image lies, as the columns of `LOCATION`."""
        image = sample.image or b""
        name = f"{sample.record['key']}.png"
        self._add_member(name, image)
        offset = self._file.tell() - _padded(len(image))
        self._add_member(f"{sample.record['key']}.json", _json(sample.record))
        self.rows += 1
        return {"shard": self._path, "image_file": name, "image_offset": offset, "image_bytes": len(image)}

    def close(self) -> None:
        """Ends the tar."""
        self._tar.close()
        self._file.close()

    def _add_member(self, name: str, content: bytes) -> None:
        header = tarfile.TarInfo(name)
        header.size = len(content)
        self._tar.addfile(header, io.BytesIO(content))


def _padded(size: int, unit: int = tarfile.BLOCKSIZE) -> int:
    return -(-size // unit) * unit


def _json(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, allow_nan=False).encode()
