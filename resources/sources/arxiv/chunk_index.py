"""What one chunk holds, found in a single pass over its bytes: members with their place, hashes and format.

A changed record remakes its chunk's part without a change in the chunk, so indexes are remembered (`known_index`).
"""

import hashlib
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from resources.sources.arxiv.chunks import Chunk, paper_of_member
from resources.sources.arxiv.formats import HEAD_BYTES, Contents, contents_of
from resources.sources.known import Facts, known
from resources.sources.mirror import Mirror, MirrorObject
from s1_assets.rejects import Reason, Reject

BLOCK = 512
READ_BYTES = 1 << 20
_CONTROL = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True)
class Member:
    """One paper's bytes in a chunk: `size` bytes from byte `offset` of the tar; `version` where something tells it."""

    paper: str
    name: str
    offset: int
    size: int
    sha256: str
    contents: Contents
    version: int | None = None


@dataclass
class ChunkIndex:
    """A chunk's members in tar order, one a paper; what else lay in it; and why it cannot be used, if so.

    `others` are entries that give no paper, each with the paper it would have been of, if any.
    """

    members: list[Member] = field(default_factory=list)
    others: list[tuple[str | None, Reject]] = field(default_factory=list)
    problem: Reject | None = None


_INDEX = TypeAdapter(ChunkIndex)


def known_index(mirror: Mirror, chunk: Chunk, cache: Path) -> ChunkIndex:
    """`index_chunk`, once for each version of a chunk, as the folder `cache` remembers it.

    One that cannot be used is not remembered: what is wrong may be how it was read, and not the chunk.
    """
    if chunk.stored is None:
        return index_chunk(mirror, chunk)

    def learn(_: MirrorObject) -> Facts:
        index = index_chunk(mirror, chunk)
        if index.problem:
            raise _UnusableError(index)
        facts: Facts = _INDEX.dump_python(index, mode="json")
        return facts

    try:
        [(_, facts)] = known(mirror, f"{chunk.name} {chunk.promise}", cache, [chunk.stored], learn)
    except _UnusableError as error:
        return error.index
    return _INDEX.validate_python(facts)


class _UnusableError(Exception):
    """Has `known` remember nothing of an index with a problem."""

    def __init__(self, index: ChunkIndex):
        self.index = index
        super().__init__(str(index.problem))


class _Tally:
    """The stream of a tar on its way to tarfile: its MD5, its length and where its last byte that is not zero is."""

    def __init__(self, chunks: Iterator[bytes]):
        self._chunks, self._chunk, self._at = chunks, b"", 0
        self.length = self.content_end = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        if self._at >= len(self._chunk):
            self._chunk, self._at = next(self._chunks, b""), 0
        piece = self._chunk[self._at : self._at + size]
        self._at += len(piece)
        self._md5.update(piece)
        if content := len(piece.rstrip(b"\0")):
            self.content_end = self.length + content
        self.length += len(piece)
        return piece

    def finish(self) -> str:
        """Reads what tarfile left; returns the MD5 of everything."""
        while self.read(READ_BYTES):
            pass
        return self._md5.hexdigest()


def index_chunk(mirror: Mirror, chunk: Chunk) -> ChunkIndex:
    """Streams a chunk once and returns what it holds; memory stays at a few MB whatever the chunk's size.

    The index of a chunk that is missing, damaged, or not the bytes that the manifest promises has no members,
    and says so in `problem`.
    """
    if chunk.stored is None:
        return ChunkIndex(problem=Reject(Reason.SOURCE_MISSING, f"the manifest names {chunk.path}; it is not there"))
    tally, walk = _Tally(mirror.stream(chunk.path)), _Walk()
    stopped_by = walk.through(tally)
    md5 = tally.finish()
    if damage := walk.damage(tally, stopped_by):
        return ChunkIndex(problem=Reject(Reason.ARCHIVE_UNREADABLE, f"{chunk.path}: {damage}"))
    if chunk.promise and md5 != chunk.promise.md5:
        same_content = walk.content_md5.hexdigest() == chunk.promise.content_md5
        detail = (
            f"{chunk.path}: MD5 {md5}, the manifest promises {chunk.promise.md5}; {walk.files} of "
            f"{chunk.promise.items} items; their contents are {'' if same_content else 'not '}those promised"
        )
        return ChunkIndex(problem=Reject(Reason.CHECKSUM_MISMATCH, detail))
    return walk.index


def _is_plain(entry: tarfile.TarInfo) -> bool:
    return entry.isreg() and not entry.issparse()


class _Walk:
    """The pass through the entries of a tar."""

    def __init__(self) -> None:
        self.index = ChunkIndex()
        self.content_md5 = hashlib.md5(usedforsecurity=False)
        self.files = 0
        self._end = 0  # of the last entry's data
        self._by_paper: dict[str, Member] = {}

    def through(self, tally: _Tally) -> str | None:
        """Fills the index; returns what ended the pass before the tar's end."""
        try:
            with tarfile.open(fileobj=tally, mode="r|", bufsize=READ_BYTES) as tar:  # type: ignore[call-overload]
                for entry in tar:
                    self._end = entry.offset_data  # until its data has been read
                    self._take(tar, entry)
                    self._end = entry.offset_data + entry.size if _is_plain(entry) else tar.offset
        except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
            return str(error)
        finally:
            self.index.members = list(self._by_paper.values())
        return None

    def damage(self, tally: _Tally, stopped_by: str | None) -> str | None:
        """What is wrong with a tar that has been read to its end, from what ended the pass through it.

        tarfile takes a header that is no header for the end of the tar; and arXiv's own tars may leave out the
        padding after the last member, which tarfile takes for damage.
        """
        padded_end = -(-self._end // BLOCK) * BLOCK
        if stopped_by and self._end <= tally.length < padded_end:
            return None
        if not stopped_by and tally.content_end > padded_end:
            return f"no tar entry at byte {padded_end}"
        return stopped_by

    def _take(self, tar: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
        if entry.isdir():
            return
        name = _CONTROL.sub("?", entry.name)[:200]
        if not _is_plain(entry):
            self._leave(None, Reason.ARCHIVE_UNSAFE, "a link, device or sparse file", name)
            return
        self.files += 1
        paper = paper_of_member(entry.name)
        member = self._read(tar, entry, paper or "", name)
        if paper is None:
            self._leave(None, Reason.UNSUPPORTED_FORMAT, f"{member.size} bytes; not named as a paper is", name)
            return
        if earlier := self._by_paper.pop(paper, None):
            self._leave(paper, Reason.SUPERSEDED, f"{earlier.size} bytes; {name} follows in the tar", earlier.name)
        self._by_paper[paper] = member

    def _leave(self, paper: str | None, reason: Reason, detail: str, name: str) -> None:
        self.index.others.append((paper, Reject(reason, detail, source_file=name)))

    def _read(self, tar: tarfile.TarFile, entry: tarfile.TarInfo, paper: str, name: str) -> Member:
        file = tar.extractfile(entry)
        assert file is not None, "regular files have contents"
        sha256, head, left = hashlib.sha256(), b"", entry.size
        while left > 0:
            piece = file.read(min(READ_BYTES, left))
            if not piece:
                raise EOFError(f"{name} ends {left} bytes short")
            sha256.update(piece)
            self.content_md5.update(piece)
            head = head or piece[:HEAD_BYTES]
            left -= len(piece)
        return Member(paper, name, entry.offset_data, entry.size, sha256.hexdigest(), contents_of(entry.name, head))
