"""Papers that were fetched one by one, because no chunk has them yet.

    arxiv/eprint/<YYMM>/<day of the fetch>/<item>v<version>.gz or .pdf    as members of a chunk are
    arxiv/eprint/<YYMM>/<day of the fetch>/<item>v<version>.none          arXiv has no source; the file says why

The days of fetches are parts of their own, so that a later fetch leaves what an earlier one brought as it is.
"""

import hashlib
import re
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
    """One fetched version of a paper; `part` is the part of the cell that it belongs to."""

    paper: str
    item: str
    version: int
    part: str
    stored: MirrorObject

    @property
    def is_there(self) -> bool:
        """Whether arXiv had a source for it."""
        return not self.stored.path.endswith(".none")


def eprint_path(item: str, version: int, yymm: str, day: str, suffix: str) -> str:
    """Where a fetched version lies in the mirror; `day` is YYYY-MM-DD, `suffix` is gz, pdf or none."""
    return f"{FOLDER}/{yymm}/{day}/{item}v{version}.{suffix}"


def eprints_of(mirror: Mirror, month: str) -> dict[str, Eprint]:
    """What was fetched of a month's papers ("YYYY-MM"), by item name: of each the highest version, fetched last."""
    latest: dict[str, Eprint] = {}
    for stored in mirror.objects(f"{FOLDER}/{yymm_of(month)}"):  # by day
        if not (match := _PATH.fullmatch(stored.path)):
            continue
        try:
            paper = canonical_id(match["item"])
        except ValueError:
            continue
        part = f"arXiv_eprint_{match['yymm']}_{match['day']}"
        eprint = Eprint(paper, match["item"], int(match["version"]), part, stored)
        if eprint.item not in latest or eprint.version >= latest[eprint.item].version:
            latest[eprint.item] = eprint
    return dict(sorted(latest.items()))


def read_eprint(mirror: Mirror, eprint: Eprint) -> Member:
    """A fetched paper as a member that begins at byte 0 of its file."""
    sha256, head = hashlib.sha256(), b""
    for piece in mirror.stream(eprint.stored.path):
        sha256.update(piece)
        head = head or piece[:HEAD_BYTES]
    name = PurePosixPath(eprint.stored.path).name
    contents = contents_of(name, head)
    return Member(eprint.paper, name, 0, eprint.stored.size, sha256.hexdigest(), contents)
