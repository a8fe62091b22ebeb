"""What has to be known of every archive of a source, found out once for each version of it."""

import gzip
import hashlib
import json
import tempfile
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from resources.sources.mirror import Mirror, MirrorObject

Facts = dict[str, Any]
REQUESTS_AT_ONCE = 16
# Of what is learnt; raised when the same archive gives other facts, so that all are looked at again. They depend on
# arxiv.chunk_index (with chunks.paper_of_member, ids, formats, records.tells_withdrawal and extraction.media.is_text),
# on articles.meca.read_archive, and on `_learn` of articles.pmc and of preprints.records.
RULES = "2"


def known(
    mirror: Mirror, shelf: str, cache: Path, objects: Iterable[MirrorObject], learn: Callable[[MirrorObject], Facts]
) -> list[tuple[MirrorObject, Facts]]:
    """Each object with the facts that `learn` finds out about it, in the order given.

    `learn` is asked, several at a time, for the objects that are new or changed since the last call for this `shelf`
    of the mirror; the rest is read back from a file under `cache`, of which nothing counts when it is damaged. Facts
    are a JSON object. What `learn` raises goes through, and nothing is remembered then.
    """
    name = hashlib.sha256(f"{RULES} {mirror.url} {shelf}".encode()).hexdigest()[:16]
    path = cache / "known-archives" / f"{name}.jsonl.gz"
    remembered = _read(path)
    listed = list(objects)
    new = [found for found in listed if (found.path, found.version) not in remembered]
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        for found, facts in zip(new, pool.map(learn, new), strict=True):
            remembered[found.path, found.version] = facts
    pairs = [(found, remembered[found.path, found.version]) for found in listed]
    if new:
        _write(path, [json.dumps([found.path, found.version, facts]) for found, facts in pairs])
    return pairs


def _read(path: Path) -> dict[tuple[str, str], Facts]:
    try:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        return {(where, version): facts for where, version, facts in map(json.loads, lines)}
    except (OSError, EOFError, zlib.error, ValueError):  # not there, or a crash of the machine left part of it
        return {}


def _write(path: Path, lines: list[str]) -> None:
    """Replaces the file in one step, so that processes that plan at the same time never read half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    Path(file.name).replace(path)
