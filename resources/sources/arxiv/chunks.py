"""arXiv's source archives: tar chunks of about 500 MB, and the manifest that promises what is in them.

Layout and manifest: https://info.arxiv.org/help/bulk_data_s3.html. Chunks hold a month's papers in the byte order of
their item names (`first_item` to `last_item`), each as `YYMM/<item>.gz` or `.pdf`.
"""

import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree

from resources.sources.arxiv.ids import canonical_id, item_of, yymm_of
from resources.sources.mirror import Mirror, MirrorObject

FOLDER = "arxiv/src"
MANIFEST = f"{FOLDER}/arXiv_src_manifest.xml"
# Of a mirror that live services fill: `chunks` has the MD5 of each chunk that came, `in_bucket` what was seen of
# each that is read where it is published, so that planning asks nobody.
FETCHED = f"{FOLDER}/fetched.json"
PEEK_BYTES = 64 << 10
_FILE_NAME = re.compile(r"src/(?P<name>arXiv_src_(?P<yymm>\d{4})_\d+)\.tar")
_MEMBER = re.compile(r"(?:\./)?\d{4}/([^/]+)\.(?:gz|pdf)")


@dataclass(frozen=True)
class Promise:
    """What the manifest says of a chunk; MD5 sums in hexadecimal, of the tar and of its members' bytes in tar order.

    `made` is the day on which arXiv made it and `size` its bytes, None where the manifest does not tell.
    """

    first_item: str
    last_item: str
    items: int
    md5: str
    content_md5: str
    made: date | None
    size: int | None = field(default=None, repr=False)  # the hash says as much; in `repr` it would remake every part


@dataclass(frozen=True)
class Chunk:
    """One tar of a month. `stored` is None when it is not in the mirror, `promise` when there is no manifest.

    `first_item` is the item name of its first paper, None when nothing tells it.
    """

    name: str
    promise: Promise | None
    stored: MirrorObject | None
    first_item: str | None

    @property
    def path(self) -> str:
        """Path of the tar under the mirror."""
        return f"{FOLDER}/{self.name}.tar"

    @property
    def made(self) -> date:
        """The day whose versions of papers it holds: when arXiv made it, else (at the latest) when it came here."""
        if self.promise and self.promise.made:
            return self.promise.made
        return self.stored.modified.date() if self.stored else date.max

    def covers(self, item: str) -> bool:
        """Whether an item that follows `first_item` is within the chunk, as far as the manifest tells."""
        return self.promise is None or item <= self.promise.last_item


def chunks_of(mirror: Mirror, month: str) -> list[Chunk]:
    """The chunks of a month ("YYYY-MM"), by name.

    The manifest says which there are; without one, those in the mirror count. One that came before arXiv made it anew
    is not the one that is promised, and so not there; nor is one that is to be read in place and was not seen yet.
    Raises ValueError for a manifest that cannot be read.
    """
    yymm = yymm_of(month)
    if mirror.exists(MANIFEST):
        noted = _noted(mirror)
        return [
            Chunk(name, promise, _stored(mirror, name, promise, noted), promise.first_item)
            for name, promise in _promises(mirror, yymm).items()
        ]
    return [
        Chunk(name["name"], None, stored, _first_item(mirror, stored))
        for stored in mirror.objects(FOLDER)
        if (name := _FILE_NAME.fullmatch(stored.path.removeprefix("arxiv/"))) and name["yymm"] == yymm
    ]


def is_chunk(path: str) -> bool:
    """Whether a path under the mirror is that of a chunk."""
    return path.startswith(f"{FOLDER}/") and bool(_FILE_NAME.fullmatch(path.removeprefix("arxiv/")))


def paper_of_member(name: str) -> str | None:
    """The canonical id of the paper that a member of a chunk holds; None when the name is not that of a paper."""
    match = _MEMBER.fullmatch(name)
    try:
        return canonical_id(match[1]) if match else None
    except ValueError:
        return None


def _noted(mirror: Mirror) -> dict[str, Any]:
    if not mirror.exists(FETCHED):
        return {}
    noted: dict[str, Any] = json.loads(b"".join(mirror.stream(FETCHED)))
    return noted


def _stored(mirror: Mirror, name: str, promise: Promise, noted: Mapping[str, Any]) -> MirrorObject | None:
    path = f"{FOLDER}/{name}.tar"
    if noted and mirror.elsewhere and mirror.elsewhere.holds(path):
        seen = noted.get("in_bucket", {}).get(name, {})
        if seen.get("md5") != promise.md5:
            return None
        return MirrorObject(path, seen["size"], seen["version"], datetime.fromisoformat(seen["modified"]))
    if noted.get("chunks", {}).get(name, promise.md5) != promise.md5:
        return None
    try:
        return mirror.stat(path)
    except FileNotFoundError:
        return None


def _promises(mirror: Mirror, yymm: str) -> dict[str, Promise]:
    manifest = io.BytesIO(b"".join(mirror.stream(MANIFEST)))
    try:
        # expat bounds the expansion of entities, and Python's expat loads nothing from outside.
        promises = dict(
            _promise(element)
            for _, element in ElementTree.iterparse(manifest)  # noqa: S314
            if element.tag == "file" and element.findtext("yymm", "").strip() == yymm
        )
    except (ElementTree.ParseError, ValueError) as error:
        raise ValueError(f"{MANIFEST} in {mirror.url} cannot be read, fetch it again: {error}") from error
    return dict(sorted(promises.items()))


def _promise(file: ElementTree.Element) -> tuple[str, Promise]:
    fields = {field.tag: (field.text or "").strip() for field in file}
    name = _FILE_NAME.fullmatch(fields.get("filename", ""))
    if not name:
        raise ValueError(f"unexpected file name {fields.get('filename')!r}")
    try:
        promise = Promise(
            first_item=fields["first_item"],
            last_item=fields["last_item"],
            items=int(fields["num_items"]),
            md5=fields["md5sum"].lower(),
            content_md5=fields["content_md5sum"].lower(),
            made=_day(fields.get("timestamp", "")),
            size=int(fields["size"]) if fields.get("size") else None,
        )
    except KeyError as error:
        raise ValueError(f"{name['name']} has no {error}") from error
    return name["name"], promise


def _day(timestamp: str) -> date | None:
    try:
        return date.fromisoformat(timestamp[:10])
    except ValueError:
        return None


def _first_item(mirror: Mirror, stored: MirrorObject) -> str | None:
    head = io.BytesIO(mirror.read(stored.path, 0, min(PEEK_BYTES, stored.size)))
    return next((item_of(paper) for name in _names(head) if (paper := paper_of_member(name))), None)


def _names(head: io.BytesIO) -> Iterator[str]:
    try:
        with tarfile.open(fileobj=head, mode="r|") as tar:
            for entry in tar:
                yield entry.name
    except tarfile.TarError:
        return  # the peek ends here, or the file is no tar, which reading it in full will tell
