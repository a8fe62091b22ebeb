"""MECA archives of bioRxiv and medRxiv, from their buckets (requester pays) into the downloads mirror.

    <source>/Current_Content/<Month>_<year>/<uuid>.meca    as in the bucket
    <source>/archives/<YYYY-MM>.json                       the entity tag of each archive that was fetched

An archive is fetched whole and once: when the mirror lacks it, has it in another size, or has it from when the bucket
gave it another entity tag. So archives that were copied into the mirror by other means are taken as they are, and a
harvest that was killed goes on where it was.
"""

import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from resources.live.access import LiveAccess
from resources.live.buckets import Bucket
from resources.live.failures import BrokenPromiseError
from resources.live.partial import Promised
from resources.sources.articles.meca import CURRENT_SINCE, folder_of
from s1_assets.cells import Cell, month_before

if TYPE_CHECKING:
    from obstore import ObjectMeta

ARCHIVES_A_RUN = 12_000  # more than a month ever had: what is beyond waits for the next run
AT_ONCE = 4
TOLD_EVERY = 500
MAX_ARCHIVE_BYTES = 1 << 30  # planning holds one in memory; the largest known has 492 MB
LATE = timedelta(days=1)  # a file's time is that of the begin of its upload, and it shows at its end
_MD5 = re.compile(r'"?([0-9a-f]{32})"?')


@dataclass
class NewestArchives:
    """What a look at a bucket saw: the newest time of a file (seconds since 1970), and the files of LATE before it."""

    until: float
    seen: list[str] = field(default_factory=list)


def service_of(source: str) -> str:
    """The name of the service that is a source's bucket."""
    return f"{source}-s3"


def harvest_archives(live: LiveAccess, cell: Cell, limit: int = ARCHIVES_A_RUN) -> None:
    """Fetches up to `limit` archives of a month that the mirror lacks, or has from before they were made anew.

    An archive that is larger than MAX_ARCHIVE_BYTES, gone, or not what the bucket promised is left for a later run and
    said in the log. Archives from before December 2018 are in no folder of a month, and none is fetched. Raises
    SourceDownError and SourceRefusedError when the bucket fails or denies access; what came until then stays.
    """
    if cell.month < CURRENT_SINCE:
        live.log(
            f"{cell.source}: archives from before {CURRENT_SINCE} lie in the bucket's Back_Content, of all months "
            f"together, and are not fetched; copy that folder to {live.downloads.url}/{cell.source}/ for them"
        )
        return
    with live.alone(f"{service_of(cell.source)}-{cell.month}"):
        bucket = Bucket.of(live.client, service_of(cell.source), requester_pays=True)
        tags = live.downloads.state(_tags_path(cell))
        lacking = list(_lacking(live, cell.source, _archives(bucket, cell.month), tags))
        if lacking:
            size = sum(meta["size"] for meta in lacking[:limit]) / 1e9
            count = f"{min(limit, len(lacking))} of {len(lacking)}" if len(lacking) > limit else f"{len(lacking)}"
            live.log(f"{cell.source}: {count} archives of {cell.month} are new and fetched now, {size:.2f} GB")
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            fetched = pool.map(lambda meta: _fetch(live, cell.source, bucket, meta, tags), lacking[:limit])
            for number, _ in enumerate(fetched, 1):
                if number % TOLD_EVERY == 0:
                    live.log(f"{cell.source}: {number} archives of {cell.month} were fetched")
        finally:
            pool.shutdown(cancel_futures=True)
            live.downloads.put_state(_tags_path(cell), tags)


def new_archives(live: LiveAccess, source: str, mark: NewestArchives) -> tuple[dict[str, list[str]], NewestArchives]:
    """Archives of the current and the last month that came into the bucket since `mark`, by month, and the next mark.

    Named by file, since whose they are stands inside. What the mirror has is not new: a run fetched it. Asks for the
    list of two folders, some ten requests. Raises as `harvest_archives` does.
    """
    bucket, found, files = Bucket.of(live.client, service_of(source), requester_pays=True), dict[str, list[str]](), []
    this_month = f"{datetime.now(UTC):%Y-%m}"
    for month in (month_before(this_month), this_month):
        archives = list(_archives(bucket, month))
        files += archives
        lacking = _lacking(live, source, archives, live.downloads.state(_tags_path(Cell(source, month))))
        if came := [meta for meta in lacking if _is_new(meta, mark)]:
            found[month] = sorted(_name(meta) for meta in came)
    until = max((meta["last_modified"].timestamp() for meta in files), default=mark.until)
    until = max(min(until, time.time()), mark.until)
    recent = [_fingerprint(meta) for meta in files if meta["last_modified"].timestamp() > until - LATE.total_seconds()]
    return found, NewestArchives(until, recent)


def _is_new(meta: "ObjectMeta", mark: NewestArchives) -> bool:
    since = mark.until - LATE.total_seconds()
    return meta["last_modified"].timestamp() > since and _fingerprint(meta) not in mark.seen


def _archives(bucket: Bucket, month: str) -> Iterator["ObjectMeta"]:
    return (meta for meta in bucket.files(folder_of(month)) if meta["path"].lower().endswith(".meca"))


def _lacking(
    live: LiveAccess, source: str, archives: Iterable["ObjectMeta"], tags: dict[str, str]
) -> Iterator["ObjectMeta"]:
    """Those archives that the mirror lacks or has otherwise; `tags` gets the tags of those that it has."""
    listed = sorted(archives, key=lambda meta: meta["path"])
    folders = {meta["path"].rpartition("/")[0] for meta in listed}
    here = {file.path: file.size for folder in folders for file in live.downloads.mirror.objects(f"{source}/{folder}")}
    for meta in listed:
        name, tag = _name(meta), meta["e_tag"] or ""
        if here.get(f"{source}/{meta['path']}") == meta["size"] and tags.get(name, tag) == tag:
            tags[name] = tag
        else:
            yield meta


def _fetch(live: LiveAccess, source: str, bucket: Bucket, meta: "ObjectMeta", tags: dict[str, str]) -> None:
    path, tag = meta["path"], meta["e_tag"] or ""
    if meta["size"] > MAX_ARCHIVE_BYTES:
        live.log(f"{source}: {path} is left out: it has {meta['size']} bytes, more than {MAX_ARCHIVE_BYTES}")
        return
    md5 = _MD5.fullmatch(tag)
    try:
        with bucket.download(path, Promised(meta["size"], md5[1] if md5 else None)) as file:
            live.downloads.put(f"{source}/{path}", file.path)
    except (FileNotFoundError, BrokenPromiseError) as error:
        live.log(f"{source}: {path} is left out: {error}")
        return
    tags[_name(meta)] = tag


def _name(meta: "ObjectMeta") -> str:
    return meta["path"].rpartition("/")[2].removesuffix(".meca")


def _fingerprint(meta: "ObjectMeta") -> str:
    return f"{_name(meta)[:13]} {(meta['e_tag'] or '').strip(chr(34))[:8]}"


def _tags_path(cell: Cell) -> str:
    return f"{cell.source}/archives/{cell.month}.json"
