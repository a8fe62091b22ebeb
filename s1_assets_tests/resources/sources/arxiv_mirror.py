"""Makes small arXiv mirrors for tests: tars, manifest and metadata snapshot."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TEX = gzip.compress(b"\\documentclass{article}\\begin{document}Text.\\end{document}", mtime=0)
ENTRY = (
    "<file><content_md5sum>{content}</content_md5sum><filename>src/{name}.tar</filename><first_item>{first}</first_item>"
    "<last_item>{last}</last_item><md5sum>{md5}</md5sum><num_items>{items}</num_items><seq_num>1</seq_num>"
    "<size>{size}</size><timestamp>2024-03-04 01:02:03</timestamp><yymm>{yymm}</yymm></file>"
)

Members = Mapping[str, bytes] | Sequence[tuple[tarfile.TarInfo, bytes]]


def entry(name: str, content: bytes = b"", **attributes: Any) -> tuple[tarfile.TarInfo, bytes]:
    """A tar entry with any attributes (type, linkname, size, ...), as hostile as wanted."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info, content


def tar_of(members: Members) -> bytes:
    """A tar; blocks are written as given, so that headers may lie."""
    entries = [entry(name, content) for name, content in members.items()] if isinstance(members, Mapping) else members
    blocks = io.BytesIO()
    for info, content in entries:
        blocks.write(info.tobuf(tarfile.GNU_FORMAT))
        blocks.write(content + b"\0" * (-len(content) % 512))
    return blocks.getvalue() + b"\0" * 1024


def record(paper: str, **fields: Any) -> dict[str, Any]:
    """A line of the snapshot with every field that the real ones have."""
    return {
        "id": paper,
        "submitter": "A. Author",
        "authors": "A. Author",
        "title": f"On {paper}",
        "comments": None,
        "journal-ref": None,
        "doi": None,
        "report-no": None,
        "categories": "cs.CV cs.LG",
        "license": "http://creativecommons.org/licenses/by/4.0/",
        "abstract": "  An abstract.\n",
        "versions": [{"version": "v1", "created": "Mon, 1 Jan 2024 10:00:00 GMT"}],
        "update_date": "2024-01-02",
        "authors_parsed": [["Author", "A.", ""]],
    } | fields


class ArxivMirror:
    """A mirror under `root` that tests fill."""

    def __init__(self, root: Path):
        self.root, self.entries = root, [""]
        (root / "arxiv/src").mkdir(parents=True)
        self.write_snapshot()

    def add_chunk(self, name: str, members: Members | bytes, *, listed: bool = True, **promise: Any) -> Path:
        """Writes a tar and, unless `listed` is false, its manifest entry; `promise` overrides what that says."""
        tar = members if isinstance(members, bytes) else tar_of(members)
        path = self.root / f"arxiv/src/{name}.tar"
        path.write_bytes(tar)
        if listed:
            self._promise(name, tar, members if isinstance(members, Mapping) else {}, promise)
        return path

    def _promise(self, name: str, tar: bytes, members: Mapping[str, bytes], promise: Mapping[str, Any]) -> None:
        items = sorted(Path(member).stem for member in members) or ["0"]
        facts = {
            "name": name,
            "yymm": name.split("_")[2],
            "first": items[0],
            "last": items[-1],
            "items": len(members),
            "size": len(tar),
            "md5": hashlib.md5(tar).hexdigest(),
            "content": hashlib.md5(b"".join(members.values())).hexdigest(),
        }
        self.entries.append(ENTRY.format(**facts | promise))
        manifest = f"<?xml version='1.0' standalone='yes'?><arXivSRC>{''.join(self.entries)}</arXivSRC>"
        (self.root / "arxiv/src/arXiv_src_manifest.xml").write_text(manifest)

    def write_snapshot(self, *lines: dict[str, Any] | bytes) -> None:
        """Writes the snapshot: records, or raw lines."""
        raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        path = self.root / "arxiv/arxiv-metadata-oai-snapshot.json"
        path.write_bytes(b"".join(line + b"\n" for line in raw))
