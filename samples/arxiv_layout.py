"""arXiv's bulk layout: source chunks with their manifest, and the metadata snapshot.

Chunks and manifest follow arXiv's bulk data help page (`src/arXiv_src_YYMM_NNN.tar`, members `YYMM/<id>.gz` or
`.pdf`, MD5 sums in `arXiv_src_manifest.xml`); the snapshot follows the one that Kaggle serves, a JSON object a line.
Nothing here depends on the clock, so the same papers give the same bytes.
"""

import gzip
import hashlib
import io
import json
import tarfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from samples.paper import Paper
from samples.typesetting import pdf_of

PACKED = datetime.fromisoformat("2024-07-01T00:00:00+00:00")
SNAPSHOT = "arxiv-metadata-oai-snapshot.json"


@dataclass(frozen=True)
class Record:
    """What arXiv knows of a paper. `versions` holds the submission time of each version (UTC), oldest first."""

    id: str
    title: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    license: str
    abstract: str
    versions: tuple[datetime, ...]
    comments: str | None = None
    doi: str | None = None
    journal_ref: str | None = None

    @property
    def month(self) -> str:
        """YYMM, the first half of the identifier."""
        return self.id.partition(".")[0]


def lay_out(papers: Sequence[Paper]) -> dict[str, bytes]:
    """Every file of the mirror by its path."""
    records: list[Record] = []
    members: defaultdict[tuple[str, int], dict[str, bytes]] = defaultdict(dict)
    for paper in papers:
        fields = dict(paper.record)
        number, kind = fields.pop("chunk"), fields.pop("member")
        record = _record(fields)
        records.append(record)
        if kind != "none":
            name, content = member(record.id, kind, paper.files())
            members[record.month, number][name] = content
    chunks = {key: chunk(key[0], contents) for key, contents in members.items()}
    files = {f"src/{chunk_name(*key)}": tar for key, tar in chunks.items()}
    files["src/arXiv_src_manifest.xml"] = manifest(chunks, members)
    files[SNAPSHOT] = snapshot(records)
    return {f"arxiv/{name}": content for name, content in files.items()}


def _record(fields: dict[str, Any]) -> Record:
    versions = tuple(datetime.fromisoformat(time) for time in fields.pop("versions"))
    authors, categories = tuple(fields.pop("authors")), tuple(fields.pop("categories"))
    return Record(authors=authors, categories=categories, versions=versions, **fields)


def member(identifier: str, kind: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Name and bytes of a paper in its chunk; `kind` is tar, tex (a single file) or pdf (an HTML page is typeset).

    Raises:
        ValueError: for a kind that arXiv does not have, or a single file that is not one.
    """
    match kind, len(files):
        case "tar", _:
            return f"{identifier}.gz", gzipped_tar(files)
        case "tex", 1:
            return f"{identifier}.gz", gzipped(*files.values())
        case "pdf", _:
            return f"{identifier}.pdf", pdf_of(files)
    raise ValueError(
        f"{identifier}: member {kind!r} with {len(files)} files; use tar, tex (exactly one file), pdf or none"
    )


def gzipped_tar(files: Mapping[str, bytes]) -> bytes:
    """A submission of several files: a gzipped tar."""
    return gzip.compress(_tar(dict(sorted(files.items()))), mtime=0)


def gzipped(content: bytes) -> bytes:
    """A submission of a single file: the file itself, gzipped, without its name."""
    return gzip.compress(content, mtime=0)


def chunk(month: str, members: Mapping[str, bytes]) -> bytes:
    """A chunk: a tar with the folder of the month (YYMM) and its members, `<id>.gz` or `<id>.pdf`, in order of id."""
    return _tar({f"{month}/": b""} | {f"{month}/{name}": members[name] for name in sorted(members)})


def _tar(files: Mapping[str, bytes]) -> bytes:
    """A tar of the files in the order given; a name that ends in a slash is a folder."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.mtime = int(PACKED.timestamp())
            if name.endswith("/"):
                member.type, member.mode = tarfile.DIRTYPE, 0o755
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def manifest(chunks: Mapping[tuple[str, int], bytes], members: Mapping[tuple[str, int], Mapping[str, bytes]]) -> bytes:
    """The manifest of the chunks, keyed by month (YYMM) and sequence number, with the members of each."""
    root = ElementTree.Element("arXivSRC")
    for (month, number), tar in sorted(chunks.items()):
        names = sorted(members[month, number])
        contents = b"".join(members[month, number][name] for name in names)
        entry = ElementTree.SubElement(root, "file")
        for field, value in {
            "content_md5sum": _md5(contents),
            "filename": f"src/{chunk_name(month, number)}",
            "first_item": names[0].rpartition(".")[0],
            "last_item": names[-1].rpartition(".")[0],
            "md5sum": _md5(tar),
            "num_items": len(names),
            "seq_num": number,
            "size": len(tar),
            "timestamp": f"{PACKED:%Y-%m-%d %H:%M:%S}",
            "yymm": month,
        }.items():
            ElementTree.SubElement(entry, field).text = str(value)
    ElementTree.SubElement(root, "timestamp").text = f"{PACKED:%a %b %d %H:%M:%S %Y}"
    ElementTree.indent(root)
    return b"<?xml version='1.0' standalone='yes'?>\n" + ElementTree.tostring(root) + b"\n"


def chunk_name(month: str, number: int) -> str:
    """File name of a chunk."""
    return f"arXiv_src_{month}_{number:03}.tar"


def snapshot(records: Sequence[Record]) -> bytes:
    """The metadata snapshot: one JSON object a line, in order of id."""
    ordered = sorted(records, key=lambda record: record.id)
    return "".join(json.dumps(_snapshot_entry(record)) + "\n" for record in ordered).encode()


def _snapshot_entry(record: Record) -> dict[str, object]:
    names = [author.rpartition(" ") for author in record.authors]
    return {
        "id": record.id,
        "submitter": record.authors[0],
        "authors": ", ".join(record.authors),
        "title": record.title,
        "comments": record.comments,
        "journal-ref": record.journal_ref,
        "doi": record.doi,
        "report-no": None,
        "categories": " ".join(record.categories),
        "license": record.license,
        "abstract": f"  {record.abstract.strip()}\n",
        "versions": [
            {"version": f"v{number}", "created": f"{created:%a, %-d %b %Y %H:%M:%S} GMT"}
            for number, created in enumerate(record.versions, start=1)
        ],
        "update_date": f"{record.versions[-1]:%Y-%m-%d}",
        "authors_parsed": [[family, given, ""] for given, _, family in names],
    }


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
