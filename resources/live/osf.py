"""The preprint servers that OSF hosts, from its API (JSON:API, https://developer.osf.io) into the downloads mirror.

Documented: lists of preprints with filters by provider and dates (gte, lt), `page[size]` up to 100, `links.next`,
embedded contributors and licence, and a file's `links.download`. Known from what others tell: a list embeds the first
contributors, or none at all, and the rest is to be asked for paper by paper; `embed=primary_file` fails with 502, so
that a file is one more request. Assumed: a list may hold the newest version of a preprint only, earlier ones are at
its relation `versions`; and links lead to files.osf.io.

Of what the API gives a mirror keeps what is read: no permissions, no more of contributors than name and place.
"""

import functools
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from resources.live.access import LiveAccess
from resources.live.answers import Answer
from resources.live.changes import Changes
from resources.live.download import download
from resources.live.failures import FailuresInARow, SourceError, SourceRefusedError
from resources.live.http import UnusableError
from resources.live.partial import Download, Promised
from resources.live.preprint_pdfs import MAX_PDF_BYTES, NoPdfError, OpenPdf, harvest_pdfs
from resources.live.record_lists import ListedPage, ListedRecord, changed_records, harvest_records, kept
from resources.sources.preprints.record import Preprint
from resources.sources.preprints.records import MonthRecords, RecordShelf
from s1_assets.cells import Cell

SERVICE, FILES = "osf", "osf-files"
ROWS = 100
ROWS_OF_CHANGES = 25  # so that a step stays short where contributors are asked for one by one
MAX_CONTRIBUTOR_PAGES = 50
ADVICE = "nothing of these papers is noted. See in a browser whether OSF gives its files, and run again later"
_LIST = "preprints/?embed=contributors&embed=license"
_ID = re.compile(r"[A-Za-z0-9]{1,40}")
_NAME = re.compile(r"[a-z0-9]{5,12}(?:_v\d{1,3})?")
_NOT_THERE = {404, 410, 451}
_NOT_KEPT = {"date_modified", "current_user_permissions"}
_STATED = ("date_published", "date_withdrawn", "date_last_transitioned")

Resource = dict[str, Any]


@dataclass(frozen=True)
class OsfRecords:
    """The lists of one server. A mark is a day, and after a blank the place in its list, if that is not its begin."""

    source: str

    def posted(self, live: LiveAccess, month: str, since: datetime | None) -> Iterator[list[ListedRecord]]:
        """Pages of the versions published in a month, with their earlier versions; or of those modified since."""
        first = date.fromisoformat(f"{month}-01")
        last = (first + timedelta(days=32)).replace(day=1)
        filters = {"[date_published][gte]": f"{first}", "[date_published][lt]": f"{last}"}
        if since:
            filters["[date_modified][gte]"] = f"{since.astimezone(UTC):%Y-%m-%d}"
        place: str | None = self._list(live, filters, ROWS)
        while place:
            resources, place = _page(live, place)
            details = _Details(live)
            yield [record for resource in _in_any_order(resources) for record in details.versions(resource)]

    def begin(self, when: datetime) -> str:
        """That day."""
        return f"{when.astimezone(UTC):%Y-%m-%d}"

    def changed(self, live: LiveAccess, mark: str) -> Iterator[ListedPage]:
        """Pages of what was modified, day by day, from a mark on until today."""
        begun, _, place = mark.partition(" ")
        day, today = date.fromisoformat(begun), datetime.now(UTC).date()
        while True:
            filters = {"[date_modified][gte]": f"{day}", "[date_modified][lt]": f"{day + timedelta(days=1)}"}
            resources, after = _page(live, place or self._list(live, filters, ROWS_OF_CHANGES))
            records = [*map(_Details(live).listed, _in_any_order(resources))]
            if after:
                place = after
                yield ListedPage(records, f"{day} {place}", more=True)
                continue
            day, place = day + timedelta(days=1), ""
            yield ListedPage(records, f"{day}", more=day <= today)
            if day > today:
                return

    def _list(self, live: LiveAccess, filters: Mapping[str, str], rows: int) -> str:
        named = {f"filter{name}": value for name, value in filters.items()}
        parameters = {"filter[provider]": self.source, **named, "page[size]": str(rows)}
        return _below(live, live.client.address(SERVICE, _LIST, parameters))


def harvest_resources(live: LiveAccess, cell: Cell) -> None:
    """Records of the month."""
    harvest_records(live, OsfRecords(cell.source), cell.month)


def harvest_files(live: LiveAccess, cell: Cell) -> None:
    """The PDFs that are lacking of these."""
    if FILES in live.client.services:
        harvest_pdfs(live, cell, FILES, _opener(live, cell), ADVICE)


def changed_preprints(source: str, live: LiveAccess, since: str = "", pages: int = 4) -> Changes:
    """Preprints whose records came after the watermark `since`: see `changed_records`."""
    return changed_records(live, OsfRecords(source), since, pages)


def _page(live: LiveAccess, place: str) -> tuple[list[Resource], str | None]:
    """The resources of a page, and the place of the next one."""
    read = json.loads(live.client.get(SERVICE, place, usable=_check_list).body)
    after = (read.get("links") or {}).get("next")
    following = _below(live, str(after)) if after else None
    if following == place:
        raise SourceRefusedError(SERVICE, str(after), "its list goes on where it is", "see what the service answers")
    return [one for one in read["data"] if isinstance(one, dict)], following


def _below(live: LiveAccess, url: str) -> str:
    """A URL as path and parameters below the service's own. Raises SourceRefusedError for one that is not below it."""
    base = f"{live.client.services[SERVICE].url}/"
    if not url.startswith(base) or "/../" in url:
        raise SourceRefusedError(SERVICE, url, "it sends one on to another place", "set the URL of osf in S1_SERVICES")
    return url.removeprefix(base)


class _Details:
    """What lists leave out of single preprints: earlier versions, and all contributors but the first ones.

    A preprint of which they do not come keeps no other from coming, nor itself: what OSF does not have is left out, and
    a record of which something else failed is not whole. After some failures in a row no more is asked for on a page.
    """

    def __init__(self, live: LiveAccess):
        self._live, self._failures = live, FailuresInARow()

    def versions(self, resource: Resource) -> Iterator[ListedRecord]:
        """A preprint as it is kept, and the versions before it where it is not the first."""
        name, attributes = str(resource.get("id")), resource.get("attributes")
        earlier: list[Resource] | None = []
        if isinstance(attributes, dict) and attributes.get("version") not in (None, 1) and _NAME.fullmatch(name):
            earlier = self._asked(f"earlier versions of {name}", lambda: _earlier_versions(self._live, name))
        yield self.listed(resource, whole=earlier is not None)
        yield from map(self.listed, earlier or [])

    def listed(self, resource: Resource, *, whole: bool = True) -> ListedRecord:
        """A resource as it is kept; one that is none as it came, for its reader to tell."""
        attributes, embeds = resource.get("attributes"), resource.get("embeds")
        if not isinstance(attributes, dict) or not _NAME.fullmatch(str(resource.get("id"))):
            return ListedRecord(kept(resource), "9999")
        contributors, came = _embedded_contributors(resource), True
        if contributors is None or _has_more_contributors(resource):
            every = self._asked(
                f"contributors of {resource['id']}", lambda: _every_contributor(self._live, resource["id"])
            )
            came, contributors = every is not None, every or contributors
        record = {
            "id": resource["id"],
            "type": resource.get("type"),
            "attributes": {name: value for name, value in attributes.items() if name not in _NOT_KEPT},
            "links": resource.get("links"),
            "relationships": {"primary_file": {"data": {"id": _file_id(resource)}}},
            "embeds": {
                "contributors": {"data": [_contributor(one) for one in contributors or [] if isinstance(one, dict)]},
                "license": embeds.get("license") if isinstance(embeds, dict) else None,
            },
        }
        stated = max(str(attributes.get(name) or "") for name in _STATED)
        completed = None if came else functools.partial(_with_contributors_of, record)
        return ListedRecord(kept(record), stated, whole and came, completed)

    def _asked(self, what: str, ask: Callable[[], list[Resource]]) -> list[Resource] | None:
        """What is asked for one preprint: nothing where OSF has nothing, None where it did not come for now."""
        if self._failures.enough:
            return None
        try:
            found = ask()
        except SourceError as error:
            if error.status in _NOT_THERE:
                self._live.log(f"OSF: {what} are left out: {error}")
                found = []
            else:
                self._failures.add(error, telling=False)
                self._live.log(f"OSF: {what} are left for another run: {error}")
                return None
        self._failures.end()
        return found


def _in_any_order(resources: list[Resource]) -> list[Resource]:
    """The same in another order each time, so that those that fail are not always first."""
    return random.sample(resources, len(resources))


def _with_contributors_of(record: Resource, before: bytes) -> bytes:
    """A record whose contributors did not all come, as a line, with those of the line before where it has more."""
    known = _embedded_contributors(json.loads(before)) or []
    contributors = max(known, record["embeds"]["contributors"]["data"], key=len)
    return kept({**record, "embeds": {**record["embeds"], "contributors": {"data": contributors}}})


def _earlier_versions(live: LiveAccess, name: str) -> list[Resource]:
    place = f"preprints/{name}/versions/?embed=contributors&embed=license&page%5Bsize%5D={ROWS}"
    found = json.loads(live.client.get(SERVICE, place, usable=_check_list).body)["data"]
    return [one for one in found if isinstance(one, dict) and one.get("id") != name]


def _embedded_contributors(resource: Resource) -> list[Resource] | None:
    data = _contributors_of(resource).get("data")
    return data if isinstance(data, list) else None


def _has_more_contributors(resource: Resource) -> bool:
    links = _contributors_of(resource).get("links")
    return bool(isinstance(links, dict) and links.get("next"))


def _contributors_of(resource: Resource) -> Resource:
    embeds = resource.get("embeds")
    embedded = embeds.get("contributors") if isinstance(embeds, dict) else None
    return embedded if isinstance(embedded, dict) else {}


def _every_contributor(live: LiveAccess, name: str) -> list[Resource]:
    found, place = list[Resource](), f"preprints/{name}/contributors/?page%5Bsize%5D={ROWS}"
    for _ in range(MAX_CONTRIBUTOR_PAGES):
        page, after = _page(live, place)
        found += page
        if not after:
            break
        place = after
    return found


def _contributor(contributor: Resource) -> Resource:
    """A contributor with name and place only."""
    attributes = contributor.get("attributes")
    place = attributes if isinstance(attributes, dict) else {}
    try:
        name = str(contributor["embeds"]["users"]["data"]["attributes"]["full_name"])
    except (LookupError, TypeError):
        name = str(place.get("unregistered_contributor") or "")
    return {
        "attributes": {"index": place.get("index"), "bibliographic": place.get("bibliographic", True)},
        "embeds": {"users": {"data": {"attributes": {"full_name": name}}}},
    }


def _file_id(resource: Resource) -> str | None:
    """The id of the primary file that a resource names, as far as it is one."""
    try:
        found = str(resource["relationships"]["primary_file"]["data"]["id"])
    except (LookupError, TypeError):
        return None
    return found if _ID.fullmatch(found) else None


def _opener(live: LiveAccess, cell: Cell) -> OpenPdf:
    """What opens the PDFs of a month's versions, by the files that their records name."""
    shelf = RecordShelf.of(cell.source)
    files: dict[str, str | None] = {}
    for line in MonthRecords.open(live.downloads.mirror, cell.source, cell.month, live.cache).lines:
        try:
            files[shelf.place_of_line(line)[1] or ""] = _file_id(json.loads(line))
        except ValueError:
            continue

    def open_pdf(live: LiveAccess, preprint: Preprint) -> AbstractContextManager[Download]:
        if (file := files.get(preprint.file)) is None:
            raise NoPdfError("its record names no file")
        return _open_file(live, file)

    return open_pdf


def _open_file(live: LiveAccess, file: str) -> AbstractContextManager[Download]:
    """A file by its id, if it is a PDF; held against the size and hash that the API tells."""
    read = json.loads(live.client.get(SERVICE, f"files/{file}/", usable=_check_resource).body)["data"]
    attributes, links = read.get("attributes") or {}, read.get("links") or {}
    name, link, base = str(attributes.get("name")), str(links.get("download")), f"{live.client.services[FILES].url}/"
    if not name.lower().endswith(".pdf"):
        raise NoPdfError(f"its file is {name[:100]!r}, which is no PDF")
    if not link.startswith(base) or "/../" in link:
        raise NoPdfError(f"its file lies at {link[:200]!r}, which is not below {base}")
    size, hashes = attributes.get("size"), (attributes.get("extra") or {}).get("hashes") or {}
    promised = Promised(size if isinstance(size, int) else None, sha256=hashes.get("sha256"))
    return download(live.client, FILES, link.removeprefix(base), promised=promised, max_bytes=MAX_PDF_BYTES)


def _check_list(answer: Answer) -> None:
    if not isinstance(_data(answer), list):
        raise UnusableError("the answer is no list of resources")


def _check_resource(answer: Answer) -> None:
    if not isinstance(_data(answer), dict):
        raise UnusableError("the answer is no resource")


def _data(answer: Answer) -> object:
    try:
        return json.loads(answer.body)["data"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise UnusableError(f"the answer is no JSON:API document ({type(error).__name__})") from error
