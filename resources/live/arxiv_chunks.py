"""arXiv's source chunks of a month, from its bucket (requester pays) into the downloads mirror.

    arxiv/src/arXiv_src_manifest.xml, arxiv/src/arXiv_src_<YYMM>_<NNN>.tar     as in the bucket
    arxiv/src/fetched.json                                                     which versions these are

Chunks are fetched whole and once, for who would pay for the bucket's traffic each time; who works beside the bucket
reads them in place (`arxiv_in_place.py`), and then only the manifest is fetched.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from resources.live.access import LiveAccess
from resources.live.buckets import Bucket
from resources.live.failures import BrokenPromiseError, SourceRefusedError
from resources.live.partial import Promised
from resources.sources.arxiv.chunks import FETCHED, MANIFEST, Chunk, chunks_of

SERVICE = "arxiv-s3"
FRESH_SECONDS = 6 * 3600  # the manifest changes about monthly


@dataclass
class _Fetched:
    """The manifest's entity tag and when it was looked at (seconds since 1970); the MD5 of each chunk that is here.

    `in_bucket` has the chunks that are read in place: the promised MD5, and size, version and time as the bucket told.
    """

    manifest: str = ""
    at: float = 0.0
    chunks: dict[str, str] = field(default_factory=dict)
    in_bucket: dict[str, dict[str, Any]] = field(default_factory=dict)


def harvest_chunks(live: LiveAccess, month: str) -> None:
    """Fetches what the mirror lacks of a month's chunks ("YYYY-MM"), and those that arXiv has made anew.

    Where they are read in place they are looked at: one whose size is not what the manifest promises does not count.
    A chunk that is not what the manifest promises, or not there, is left for a later run and said in the log. Raises
    SourceDownError and SourceRefusedError when the bucket fails or denies access.
    """
    bucket = Bucket.of(live.client, SERVICE, requester_pays=True)
    with live.alone(SERVICE):
        _fetch_manifest(live, bucket)
    with live.alone(f"{SERVICE}-{month}"):  # other months' runs need not wait for 100 GB
        here, chunks = _read(live).chunks, chunks_of(live.downloads.mirror, month)
        if live.downloads.elsewhere:
            _look_at(live, bucket, chunks)
            return
        for chunk in chunks:
            if chunk.promise and (chunk.stored is None or here.get(chunk.name) != chunk.promise.md5):
                _fetch_chunk(live, bucket, chunk)


def _fetch_manifest(live: LiveAccess, bucket: Bucket) -> None:
    """Looks whether there is another manifest, unless that was done of late. Raises SourceRefusedError for none."""
    fetched, path = _read(live), in_bucket(MANIFEST)
    if time.time() - fetched.at <= FRESH_SECONDS:
        return
    try:
        tag = bucket.head(path)["e_tag"] or ""
    except FileNotFoundError as error:
        why, advice = "there is no manifest", f"set the URL of {SERVICE} in S1_SERVICES to one that has it, or to null"
        raise SourceRefusedError(SERVICE, f"{bucket.url}/{path}", why, advice) from error
    if not tag or tag != fetched.manifest:
        live.downloads.put(MANIFEST, bucket.read(path))
    fetched.manifest, fetched.at = tag, time.time()
    _write(live, fetched)


def _fetch_chunk(live: LiveAccess, bucket: Bucket, chunk: Chunk) -> None:
    assert chunk.promise is not None, "only chunks of the manifest are fetched"
    try:
        with bucket.download(in_bucket(chunk.path), Promised(md5=chunk.promise.md5)) as file:
            live.log(f"arXiv: {chunk.name} came, {file.path.stat().st_size / 1e6:.0f} MB")
            live.downloads.put(chunk.path, file.path)
    except (FileNotFoundError, BrokenPromiseError) as error:
        live.log(f"arXiv: {chunk.name} is left out: {error}")
        return
    with live.alone(SERVICE):
        fetched = _read(live)
        fetched.chunks[chunk.name] = chunk.promise.md5
        _write(live, fetched)


def _look_at(live: LiveAccess, bucket: Bucket, chunks: Sequence[Chunk]) -> None:
    """Notes what the bucket has of the chunks that the manifest promises."""
    seen = {chunk.name: _seen(live, bucket, chunk) for chunk in chunks}
    with live.alone(SERVICE):
        fetched = _read(live)
        noted = {name: found for name, found in (fetched.in_bucket | seen).items() if found}
        if noted != fetched.in_bucket:
            fetched.in_bucket = noted
            _write(live, fetched)


def _seen(live: LiveAccess, bucket: Bucket, chunk: Chunk) -> dict[str, Any]:
    """What is noted of a chunk; nothing for one that is not there or not as promised."""
    assert chunk.promise is not None, "the manifest is there"
    try:
        meta = bucket.head(in_bucket(chunk.path))
    except FileNotFoundError as error:
        live.log(f"arXiv: {chunk.name} is left out: {error}")
        return {}
    size, modified = meta["size"], meta["last_modified"].isoformat()
    if chunk.promise.size not in {None, size}:
        live.log(f"arXiv: {chunk.name} is left out: it has {size} bytes, {chunk.promise.size} were promised")
        return {}
    return {"md5": chunk.promise.md5, "size": size, "version": meta["e_tag"] or "", "modified": modified}


def in_bucket(path: str) -> str:
    """Where a file of `arxiv/` in the mirror lies in the bucket."""
    return str(PurePosixPath(path).relative_to("arxiv"))


def _read(live: LiveAccess) -> _Fetched:
    return _Fetched(**live.downloads.state(FETCHED))


def _write(live: LiveAccess, fetched: _Fetched) -> None:
    live.downloads.put_state(FETCHED, asdict(fetched))
