"""The bulk layout of bioRxiv and medRxiv: MECA archives by month, and the answers of their API.

Archives follow NISO RP-30-2020 (bioRxiv here) and the version 0.9 that HighWire wrote before it (medRxiv here), which
puts everything under a folder of its own. API answers lie at the path of their URL.
"""

import io
import json
import uuid
import zipfile
from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from samples.jats import Front, article_xml
from samples.paper import Paper

NAMES = {"biorxiv": "bioRxiv", "medrxiv": "medRxiv"}
LICENCES = {
    "cc_by": "https://creativecommons.org/licenses/by/4.0/",
    "cc_by_nc": "https://creativecommons.org/licenses/by-nc/4.0/",
    "cc_no": "",
}
MEDIA_TYPES = {
    ".xml": "application/xml",
    ".tif": "image/tiff",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
}
PACKED = (2024, 7, 1, 0, 0, 0)


@dataclass(frozen=True)
class Preprint:
    """What the server knows of one version of a preprint; `license` is its own code, `published` the article's DOI."""

    doi: str
    version: int
    title: str
    authors: list[str]
    category: str
    license: str
    posted: date
    abstract: str
    published: str = "NA"

    @property
    def serial(self) -> str:
        """The last part of the DOI, by which archives name their files."""
        return self.doi.rpartition(".")[2]


def lay_out(papers: Sequence[Paper]) -> dict[str, bytes]:
    """Every file of the mirror by its path; a paper without files is in the API's answers only."""
    found: dict[str, bytes] = {}
    months: defaultdict[tuple[str, int, int], list[Preprint]] = defaultdict(list)
    for paper in papers:
        preprint = Preprint(**paper.record)
        months[paper.source, preprint.posted.year, preprint.posted.month].append(preprint)
        if files := paper.files():
            name = uuid.uuid5(uuid.NAMESPACE_URL, f"{preprint.doi}v{preprint.version}")
            path = f"{paper.source}/Current_Content/{preprint.posted:%B_%Y}/{name}.meca"
            found[path] = archive(paper.source, preprint, files)
    for (source, year, month), preprints in months.items():
        interval = f"{year}-{month:02}-01/{year}-{month:02}-{monthrange(year, month)[1]}"
        found[f"{source}/api/details/{source}/{interval}/0/json"] = api_answer(source, preprints)
    return found


def archive(source: str, preprint: Preprint, files: Mapping[str, bytes]) -> bytes:
    """A MECA archive of `files`, which are article.xml and its pictures."""
    article = article_xml(_front(source, preprint), files["article.xml"].decode())
    content = {f"content/{preprint.serial}.xml": article}
    content |= {f"content/{name}": picture for name, picture in files.items() if name != "article.xml"}
    dialect, folder = (_niso, "") if source == "biorxiv" else (_highwire, f"{preprint.serial}/")
    manifest, transfer = dialect(content, NAMES[source])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as meca:
        for name, body in {"manifest.xml": manifest, "transfer.xml": transfer, **content}.items():
            meca.writestr(zipfile.ZipInfo(folder + name, PACKED), body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _front(source: str, preprint: Preprint) -> Front:
    return Front(
        journal=NAMES[source],
        journal_ids={"publisher-id": NAMES[source].upper()},
        ids={"doi": preprint.doi},
        version=f"1.{preprint.version}",
        subjects={"hwp-journal-coll": preprint.category},
        title=preprint.title,
        authors=tuple(preprint.authors),
        abstract=preprint.abstract,
        license=LICENCES[preprint.license],
        published=preprint.posted,
    )


def _kind(path: str) -> str:
    """What a file is, in the words of manifests."""
    name = PurePosixPath(path).name
    kinds = {"eq": "equation", "table": "table", "fig": "figure"}
    return next((kind for begin, kind in kinds.items() if name.startswith(begin)), "article-metadata")


def _niso(content: Mapping[str, bytes], server: str) -> tuple[bytes, bytes]:
    """Manifest and transfer file of NISO RP-30-2020."""
    items = "".join(
        f'<item id="item{number}" item-type="{_kind(path)}" item-version="0"><file-order>{number}</file-order>'
        f'<instance media-type="{MEDIA_TYPES[PurePosixPath(path).suffix]}" xlink:href="{path}"/></item>\n'
        for number, path in enumerate(content, start=1)
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<manifest manifest-version="1" '
        'xmlns="https://manuscriptexchange.org/schema/manifest" xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        f"{items}</manifest>\n"
    )
    transfer = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<transfer transfer-version="1.0" '
        'xmlns="https://manuscriptexchange.org/schema/transfer"><transfer-source>'
        f"<publication><publication-title>{server}</publication-title></publication></transfer-source></transfer>\n"
    )
    return manifest.encode(), transfer.encode()


def _highwire(content: Mapping[str, bytes], server: str) -> tuple[bytes, bytes]:
    """Manifest and transfer file of HighWire's version 0.9."""
    items = "".join(
        f'<item id="item{number}" type="{_kind(path).removesuffix("-metadata")}"><title/>'
        f'<instance media-type="{MEDIA_TYPES[PurePosixPath(path).suffix]}" href="{path}"/></item>\n'
        for number, path in enumerate(content, start=1)
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest xmlns="http://manuscriptexchange.org" version="1.0">\n{items}</manifest>\n'
    )
    transfer = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<transfer xmlns="http://www.manuscriptexchange.org" version="1.0">'
        f"<source><publication><title>{server}</title><acronym>{server}</acronym></publication></source></transfer>\n"
    )
    return manifest.encode(), transfer.encode()


def api_answer(source: str, preprints: Sequence[Preprint]) -> bytes:
    """What the API says of a month's preprints, on one page."""
    ordered = sorted(preprints, key=lambda preprint: (preprint.posted, preprint.doi, preprint.version))
    message = {"status": "ok", "cursor": 0, "count": len(ordered), "total": str(len(ordered))}
    collection = [_api_record(source, preprint) for preprint in ordered]
    return json.dumps({"messages": [message], "collection": collection}, indent=1).encode()


def _api_record(source: str, preprint: Preprint) -> dict[str, str]:
    names = [name.rpartition(" ") for name in preprint.authors]
    return {
        "doi": preprint.doi,
        "version": str(preprint.version),
        "date": f"{preprint.posted}",
        "title": preprint.title,
        "authors": "; ".join(f"{family}, {given[0]}." for given, _, family in names),
        "abstract": preprint.abstract.strip(),
        "category": preprint.category,
        "license": preprint.license,
        "type": "new results",
        "published": preprint.published,
        "server": NAMES[source],
    }
