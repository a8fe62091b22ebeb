"""Papers that were fetched one by one, because no chunk has them or their last version yet.

    arxiv/eprint/<YYMM>/<day of the fetch>/<item>v<version>.gz or .pdf    as members of a chunk are
    arxiv/eprint/<YYMM>/<day of the fetch>/<item>v<version>.none          arXiv had no source then; the file says why

The days of fetches are parts of their own, so that a later fetch leaves what an earlier one brought as it is.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from resources.sources.arxiv.chunk_index import Member
from resources.sources.arxiv.formats import HEAD_BYTES, contents_of
from resources.sources.arxiv.ids import canonical_id, yymm_of
from resources.sources.mirror import Mirror, MirrorObject

FOLDER = "arxiv/eprint"
_PATH = re.compile(
    rf"{FOLDER}/(?P<yymm>\d{{4}})/(?P<day>\d{{4}}-\d\d-\d\d)/(?P<item>[^/]+)v(?P<version>\d{{1,4}})\.(?:gz|pdf|none)"
)


@dataclass(frozen=True)
class Eprint:
    """A version of a paper that was asked for on a day (YYYY-MM-DD)."""

    paper: str
    item: str
    version: int
    yymm: str
    day: str
    stored: MirrorObject

    @property
    def is_there(self) -> bool:
        """Whether arXiv had a source for it."""
        return not self.stored.path.endswith(".none")

    @property
    def part(self) -> str:
        """The part of the cell that it belongs to."""
        return f"arXiv_eprint_{self.yymm}_{self.day}"


def eprint_path(item: str, version: int, yymm: str, day: str, suffix: str) -> str:
    """Where a fetched version lies in the mirror; `day` is YYYY-MM-DD, `suffix` is gz, pdf or none."""
    return f"{FOLDER}/{yymm}/{day}/{item}v{version}.{suffix}"


def eprints_of(mirror: Mirror, month: str) -> dict[str, Eprint]:
    """What is there of a month's papers ("YYYY-MM"), by canonical id: of each the highest version, fetched last."""
    latest: dict[str, Eprint] = {}
    for eprint in _asked_for(mirror, month):
        earlier = latest.get(eprint.paper)
        if eprint.is_there and not (earlier and eprint.version < earlier.version):
            latest[eprint.paper] = eprint
    return dict(sorted(latest.items()))


def without_source(mirror: Mirror, month: str, since: str) -> set[tuple[str, int]]:
    """Papers and versions of a month that arXiv had no source of when asked after the day `since` (YYYY-MM-DD)."""
    return {
        (eprint.paper, eprint.version)
        for eprint in _asked_for(mirror, month)
        if not eprint.is_there and eprint.day > since
    }


def _asked_for(mirror: Mirror, month: str) -> Iterator[Eprint]:
    """Every version that was asked for of a month's papers, by day."""
    for stored in mirror.objects(f"{FOLDER}/{yymm_of(month)}"):
        if match := _PATH.fullmatch(stored.path):
            with contextlib.suppress(ValueError):
                paper = canonical_id(match["item"])
                yield Eprint(paper, match["item"], int(match["version"]), match["yymm"], match["day"], stored)


def read_eprint(mirror: Mirror, eprint: Eprint) -> Member:
    """A fetched paper as a member that begins at byte 0 of its file."""
    sha256, head = hashlib.sha256(), b""
    for piece in mirror.stream(eprint.stored.path):
        sha256.update(piece)
        head = head or piece[:HEAD_BYTES]
    name = PurePosixPath(eprint.stored.path).name
    contents = contents_of(name, head)
    return Member(eprint.paper, name, 0, eprint.stored.size, sha256.hexdigest(), contents, eprint.version)
