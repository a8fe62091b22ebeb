"""Make the sample papers as a small arXiv mirror: `python -m samples.make FOLDER` writes `FOLDER/arxiv/`.

Each folder of `samples/papers/` is one paper; README.md beside this file says what it holds.
"""

import argparse
import importlib
import shutil
import tempfile
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from samples.arxiv_layout import SNAPSHOT, Record, chunk, chunk_name, gzipped, gzipped_tar, manifest, snapshot, write
from samples.typesetting import pdf_of

PAPERS = Path(__file__).with_name("papers")


@dataclass(frozen=True)
class Sample:
    """One sample paper: its folder, its record, and how arXiv keeps it.

    `member` is tar, tex (a single file), pdf, or none (withdrawn: a record without a source).
    """

    folder: Path
    record: Record
    chunk: int
    member: str


def read_samples() -> list[Sample]:
    """All papers of the folder `papers`, in order of id."""
    samples = [_read(path) for path in PAPERS.glob("*/paper.toml")]
    return sorted(samples, key=lambda sample: sample.record.id)


def _read(path: Path) -> Sample:
    fields = tomllib.loads(path.read_text())
    number, member = fields.pop("chunk"), fields.pop("member")
    versions = tuple(datetime.fromisoformat(time) for time in fields.pop("versions"))
    authors, categories = tuple(fields.pop("authors")), tuple(fields.pop("categories"))
    record = Record(authors=authors, categories=categories, versions=versions, **fields)
    return Sample(path.parent, record, number, member)


def source_files(sample: Sample) -> dict[str, bytes]:
    """Every file of the paper's source, pictures drawn, by its path in the archive."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "source"
        shutil.copytree(sample.folder / "source", folder)
        importlib.import_module(f"samples.papers.{sample.folder.name}.pictures").draw(folder)
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def member_of(sample: Sample) -> tuple[str, bytes]:
    """Name and bytes of the paper in its chunk.

    Raises:
        ValueError: for a `member` in paper.toml that arXiv does not have, or a single file that is not one.
    """
    files = source_files(sample)
    match sample.member, len(files):
        case "tar", _:
            return f"{sample.record.id}.gz", gzipped_tar(files)
        case "tex", 1:
            return f"{sample.record.id}.gz", gzipped(*files.values())
        case "pdf", _:
            return f"{sample.record.id}.pdf", pdf_of(files)
    raise ValueError(
        f"{sample.folder}/paper.toml: member {sample.member!r} with {len(files)} files; "
        "use tar, tex (exactly one file), pdf or none"
    )


def make_samples(folder: Path) -> None:
    """Write the mirror `folder`/arxiv; files that would not change are left alone, so that nothing looks new."""
    samples = read_samples()
    members: dict[tuple[str, int], dict[str, bytes]] = defaultdict(dict)
    for sample in samples:
        if sample.member != "none":
            name, content = member_of(sample)
            members[sample.record.month, sample.chunk][name] = content
    chunks = {key: chunk(key[0], papers) for key, papers in members.items()}
    files = {f"src/{chunk_name(*key)}": tar for key, tar in chunks.items()}
    files["src/arXiv_src_manifest.xml"] = manifest(chunks, members)
    files[SNAPSHOT] = snapshot([sample.record for sample in samples])
    write(folder / "arxiv", files)


def main() -> None:
    """Command line: one argument, the folder that becomes the mirror."""
    parser = argparse.ArgumentParser(description="Make the sample papers as a small arXiv mirror.")
    parser.add_argument("folder", type=Path, help="the mirror; papers go to FOLDER/arxiv")
    folder = parser.parse_args().folder
    make_samples(folder)
    print(f"sample papers are in {folder / 'arxiv'}")


if __name__ == "__main__":
    main()
