"""Metadata lines that harvests brought, one file a month of papers and fetch: `arxiv/oai/<YYYY-MM>/<fetch>.jsonl`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from resources.sources.arxiv.snapshot import paper_of_line
from resources.sources.inventory import Inventory
from resources.sources.mirror import Mirror

FOLDER = "arxiv/oai"
UNPLACED = "unplaced"  # in the place of a month: lines that name no arXiv paper
_FETCH = re.compile(rf"{FOLDER}/(?P<month>\d{{4}}-\d\d)/(?P<name>[^/]+)\.jsonl")


@dataclass(frozen=True)
class Fetch:
    """What one fetch brought of one month: canonical ids. Names of fetches sort by time."""

    month: str
    name: str
    papers: frozenset[str]


def harvested_lines(mirror: Mirror, month: str) -> list[bytes]:
    """The lines of a month's papers ("YYYY-MM"), in the order in which they came; none where nothing was harvested."""
    files = [found.path for found in mirror.objects(f"{FOLDER}/{month}") if _FETCH.fullmatch(found.path)]
    return [line for path in files for line in _lines(mirror, path)]


def fetches_after(mirror: Mirror, name: str) -> Iterator[Fetch]:
    """What fetches brought whose name follows `name` (all for an empty one), by month and time."""
    for found in mirror.objects(FOLDER):
        fetch = _FETCH.fullmatch(found.path)
        if fetch and fetch["name"] > name:
            papers = frozenset(paper for line in _lines(mirror, found.path) if (paper := paper_of_line(line)))
            yield Fetch(fetch["month"], fetch["name"], papers)


def add_harvested(inventory: Inventory, mirror: Mirror) -> None:
    """Adds what was harvested to an inventory of arXiv: a file counts once, and each line that names no paper."""
    for found in mirror.objects(FOLDER):
        if fetch := _FETCH.fullmatch(found.path):
            inventory.add(found.path, fetch["month"], "")
        elif found.path.startswith(f"{FOLDER}/{UNPLACED}/"):
            for line in _lines(mirror, found.path):
                inventory.add(found.path, None, f"it names no arXiv paper and begins with {line[:40]!r}")


def _lines(mirror: Mirror, path: str) -> list[bytes]:
    return b"".join(mirror.stream(path)).splitlines()
