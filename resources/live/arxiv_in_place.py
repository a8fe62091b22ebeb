"""arXiv's chunks read where they are: their members by ranges, out of a bucket whose requester pays.

For who works beside the bucket (AWS, us-east-1), where reading costs next to nothing and copies would take 100 GB a
month of papers. A chunk is read whole once, to know what is in it; after that each paper's bytes when it is worked on.
"""

import functools
from dataclasses import dataclass, replace
from pathlib import Path

from resources.live.arxiv_chunks import SERVICE, in_bucket
from resources.live.buckets import Bucket
from resources.live.http import Client, Patience
from resources.live.services import services
from resources.sources.arxiv.chunks import is_chunk
from resources.sources.mirror import MirrorObject


@dataclass(frozen=True)
class ChunksInPlace:
    """The chunks as files of a mirror (`resources.sources.mirror.Elsewhere`); the fields are those of `LiveAccess`.

    Travels to worker processes, each of which asks for itself. What is read raises SourceDownError and
    SourceRefusedError when the bucket fails or denies access.
    """

    contact: str | None
    cache: Path
    overrides: str
    patience: Patience

    def within(self, seconds: float) -> "ChunksInPlace":
        """The same, of which a read ends within so many seconds: tries, the wait before the last one, and that one."""
        share, patience = seconds / 3, self.patience
        answer, wait = min(patience.answer, share), min(patience.longest_wait, share)
        return replace(self, patience=replace(patience, answer=answer, longest_wait=wait))

    def holds(self, path: str) -> bool:
        """Whether a path is that of a chunk."""
        return is_chunk(path)

    def stat(self, path: str) -> MirrorObject:
        """Size and version of a chunk. Raises FileNotFoundError for one that is not in the bucket."""
        meta = _bucket(self).head(in_bucket(path))
        return MirrorObject(path, meta["size"], meta["e_tag"] or "", meta["last_modified"])

    def read(self, path: str, offset: int, size: int) -> bytes:
        """`size` bytes of a chunk from byte `offset` on, fewer where it ends before; EOFError where it has none."""
        return _bucket(self).range(in_bucket(path), offset, size)


@functools.cache
def _bucket(chunks: ChunksInPlace) -> Bucket:
    client = Client(chunks.contact, chunks.cache, services(chunks.overrides), chunks.patience)
    return Bucket.of(client, SERVICE, requester_pays=True)
