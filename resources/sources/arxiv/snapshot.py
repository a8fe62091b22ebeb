"""The metadata snapshot that Kaggle hosts (Cornell-University/arxiv): one JSON line a paper."""

import contextlib
import hashlib
import json
import re
from datetime import date
from pathlib import Path

from resources.sources.arxiv.ids import canonical_id, month_of
from resources.sources.mirror import Mirror
from resources.sources.monthly_lines import MonthlyLines

SNAPSHOT = "arxiv/arxiv-metadata-oai-snapshot.json"
_UPDATED = re.compile(rb'"update_date"\s*:\s*"(\d{4}-\d\d-\d\d)"')
_UPDATED_BYTES = 40  # the longest that it is cut through between two chunks
_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*"([^"\\]{1,64})"')


def open_snapshot(mirror: Mirror, cache: Path) -> MonthlyLines:
    """The mirror's snapshot by month. Raises FileNotFoundError when the mirror has none."""
    try:
        return MonthlyLines.open(mirror, SNAPSHOT, cache, _place_of_line)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{mirror.url} has no {SNAPSHOT}; put the metadata snapshot there (Kaggle, Cornell-University/arxiv)"
        ) from error


def snapshot_until(mirror: Mirror, cache: Path) -> date | None:
    """The day until which the mirror's snapshot has changes, None when there is no snapshot or it tells no day.

    It is the latest `update_date` of all lines, found once for each version of the file.
    """
    try:
        version = mirror.stat(SNAPSHOT).version
    except FileNotFoundError:
        return None
    kept = cache / "snapshot-until" / hashlib.sha256(f"{mirror.url} {version}".encode()).hexdigest()
    if not kept.exists():
        latest, rest = b"", b""
        for chunk in mirror.stream(SNAPSHOT):
            latest = max([latest, *_UPDATED.findall(rest + chunk)])
            rest = chunk[-_UPDATED_BYTES:]
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(latest.decode())
    try:
        return date.fromisoformat(kept.read_text())
    except ValueError:
        return None


def _place_of_line(line: bytes) -> tuple[str, None]:
    paper = paper_of_line(line)
    if paper is None:
        raise ValueError(f"it names no arXiv paper and begins with {line[:40]!r}")
    return month_of(paper), None


def paper_of_line(line: bytes) -> str | None:
    """The canonical id that a line of the snapshot names, even where the rest of it is damaged."""
    match = _ID.match(line)
    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
        return canonical_id(match[1].decode() if match else json.loads(line)["id"])
    return None
