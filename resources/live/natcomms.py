"""Nature Communications from PMC's open-access bucket into the downloads mirror.

    pmc-oa/metadata/<name>.json, pmc-oa/<name>/…     as in the bucket: metadata of every version, files of the newest
    pmc-oa/looked/<YYYY-MM>.json                     what was found of a month, and when each article was looked at
    pmc-oa/left/<YYYY-MM>.json                       which articles did not come (left_papers.py)

Metadata are stored when all files of their version are there, so that an article is complete or not there at all. Of
media only pictures are fetched that the article's XML shows: no supplements, no videos. What is retracted has no
pictures, and what is under no licence that allows to pass pictures on has metadata only.

The articles of a month are those that a search found, and those that were told since (natcomms_news.py), so that a run
that a release led to fetches it, however lately the month was searched for.
"""

import dataclasses
import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from resources.live import entrez
from resources.live.access import LiveAccess
from resources.live.failures import BrokenPromiseError, FailuresInARow, SourceError, SourceRefusedError, TooLargeError
from resources.live.left_papers import LeftPapers
from resources.live.pmc_bucket import ArticleFile, file_of, metadata_of, metadata_tags, open_file, urls_of
from resources.sources.articles.news import released_in
from resources.sources.articles.pmc import ROOT
from s1_assets.cells import Cell, days_of
from s1_assets.extraction.jats.media_files import is_picture, stem
from s1_assets.extraction.jats.xml import href, parse_article
from s1_assets.publishing.rights import rights_of
from s1_assets.rejects import Reject

JOURNAL = '"Nat Commun"[journal] AND open_access[filter]'
ARTICLES_A_RUN = 1000  # about half an hour; a month has as many
FRESH_SECONDS = 6 * 3600
LOOK_AGAIN = timedelta(days=7)
LOOKS_A_SAVE = 50
_NOT_THERE = 404


@dataclass
class _Month:
    """The articles of a month as searched for `at` that time (seconds since 1970), and when each was looked at.

    `tags` are those of the versions' metadata that are here.
    """

    at: float = 0.0
    articles: list[str] = field(default_factory=list)
    looked: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


def search_month(live: LiveAccess, cell: Cell) -> None:
    """Searches for the articles of a month, unless that was done of late.

    Raises SourceDownError and SourceRefusedError as the client does.
    """
    with live.alone("natcomms"):
        month = _read(live, cell.month)
        if time.time() - month.at > FRESH_SECONDS:
            month.articles = _in_order(_found(live, cell.month))
            month.at = time.time()
            _write(live, cell.month, month)


def harvest_articles(live: LiveAccess, cell: Cell, limit: int = ARTICLES_A_RUN) -> None:
    """Fetches up to `limit` articles of a month that are new, or that were not looked at for a week.

    What keeps one article from coming keeps no other: it is looked at again by the next run. Raises SourceDownError and
    SourceRefusedError as the client does for many articles in a row; what was stored until then stays.
    """
    with live.alone("natcomms"):
        month = _read(live, cell.month)
        again = (datetime.now(UTC) - LOOK_AGAIN).isoformat()
        articles = _in_order([*month.articles, *released_in(live.downloads.mirror, cell.month)])
        due = [pmcid for pmcid in articles if month.looked.get(pmcid, "") < again]
        if len(due) > limit:
            live.log(f"natcomms {cell.month}: {len(due)} articles are to be looked at; {limit} of them are now")
        failures, left = FailuresInARow(), LeftPapers(live, f"{ROOT}/left/{cell.month}.json")
        try:
            for number, pmcid in enumerate(left.last(due, str)[:limit], 1):
                try:
                    _look(live, month, pmcid)
                    failures.end()
                    left.came(pmcid)
                except SourceError as error:
                    live.log(f"natcomms: {pmcid} is left for another run: {error}")
                    telling = not left.fails_by_its_own(pmcid)
                    left.note(pmcid)
                    failures.add(error, telling=telling)
                    if failures.enough:
                        live.log(
                            f"natcomms {cell.month}: articles that did not come before do not now; the rest is left"
                        )
                        break
                if number % LOOKS_A_SAVE == 0:
                    _write(live, cell.month, month)
        finally:
            if due:
                _write(live, cell.month, month)


def _in_order(pmcids: Iterable[str]) -> list[str]:
    """Each once, the lowest number first."""
    return sorted(set(pmcids), key=lambda pmcid: int(pmcid[3:]))


def _found(live: LiveAccess, month: str) -> Iterator[str]:
    """PMC ids of what came out in a month, by the dates that PMC has of it."""
    first, last = map(date.fromisoformat, days_of(month))
    for page in entrez.search(live, f"{JOURNAL} AND {entrez.days_between(first, last, 'pdat')}"):
        yield from page


def _look(live: LiveAccess, month: _Month, pmcid: str) -> None:
    """Brings what is new of an article's versions; one that could not be brought whole is looked at again next time."""
    tags = metadata_tags(live, pmcid)
    if not tags:
        live.log(f"natcomms: {pmcid} is not in the bucket yet")
        return
    whole = True
    for number, tag in tags.items():
        name = f"{pmcid}.{number}"
        path = f"{ROOT}/metadata/{name}.json"
        if month.tags.get(name) == tag and live.downloads.mirror.exists(path):
            continue
        content = metadata_of(live, name)
        if number == max(tags) and not _bring_files(live, name, json.loads(content)):
            whole = False
            continue
        live.downloads.put(path, content)
        month.tags[name] = tag
    if whole:
        month.looked[pmcid] = datetime.now(UTC).isoformat()


def _bring_files(live: LiveAccess, name: str, metadata: Mapping[str, Any]) -> bool:
    """Brings XML and pictures of an article version, if they are wanted; returns whether all is there."""
    if rights_of(str(metadata.get("license_code") or "")) == "pointer_only" or not metadata.get("xml_url"):
        return True
    try:
        text = file_of(name, metadata["xml_url"])
        if text.key != f"{name}/{name}.xml":
            raise ValueError(f"{text.key!r} is not where an article's XML lies")
    except ValueError as error:
        live.log(f"natcomms: {name} is left out: {error}")
        return True
    if not _bring(live, text):
        return False
    mirror = live.downloads.mirror
    if metadata.get("is_retracted") or not mirror.exists(f"{ROOT}/{text.key}"):
        return True
    shown = _shown(b"".join(mirror.stream(f"{ROOT}/{text.key}")))
    return all(_bring(live, file) for file in _media(live, name, metadata) if _key(file.key) in shown)


def _media(live: LiveAccess, name: str, metadata: Mapping[str, Any]) -> Iterator[ArticleFile]:
    for url in urls_of(metadata):
        try:
            file = file_of(name, url)
        except ValueError as error:
            live.log(f"natcomms: a file of {name} is left out: {error}")
            continue
        if is_picture(file.key):
            yield file


def _shown(xml: bytes) -> set[str]:
    """What an article's pictures go by, without folder and extension; nothing for XML that cannot be read."""
    article = parse_article(xml)
    if isinstance(article, Reject):
        return set()
    return {
        _key(unquote(href(element).partition("?")[0]).replace("\\", "/"))
        for element in article.iter("graphic", "media")
        if next(element.iterancestors("supplementary-material"), None) is None
    }


def _key(name: str) -> str:
    return stem(PurePosixPath(name).name).casefold()


def _bring(live: LiveAccess, file: ArticleFile) -> bool:
    """Fetches a file, unless the same is here; returns False for one that did not come as promised."""
    path = f"{ROOT}/{file.key}"
    if file.md5 and _md5(live, path) == file.md5.lower():
        return True
    try:
        with open_file(live, file) as received:
            live.downloads.put(path, received.path)
    except BrokenPromiseError as error:
        live.log(f"natcomms: {file.key} is left for another run, and its article with it: {error}")
        return False
    except SourceRefusedError as error:
        if not isinstance(error, TooLargeError) and error.status != _NOT_THERE:
            raise
        live.log(f"natcomms: {file.key} is left out: {error}")
    return True


def _md5(live: LiveAccess, path: str) -> str | None:
    mirror = live.downloads.mirror
    if not mirror.exists(path):
        return None
    digest = hashlib.md5(usedforsecurity=False)
    for piece in mirror.stream(path):
        digest.update(piece)
    return digest.hexdigest()


def _path(month: str) -> str:
    return f"{ROOT}/looked/{month}.json"


def _read(live: LiveAccess, month: str) -> _Month:
    return _Month(**live.downloads.state(_path(month)))


def _write(live: LiveAccess, month: str, state: _Month) -> None:
    live.downloads.put_state(_path(month), dataclasses.asdict(state))
