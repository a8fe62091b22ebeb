"""PMC's open-access bucket over HTTPS: which versions of an article there are, and their files.

Layout and metadata: https://pmc-oa-opendata.s3.amazonaws.com/README.txt. What metadata say is checked before it names
a file: only names below the article version's own prefix are taken.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from resources.live.access import LiveAccess
from resources.live.answers import Answer
from resources.live.download import download
from resources.live.failures import SourceRefusedError
from resources.live.http import UnusableError
from resources.live.partial import Download, Promised
from s1_assets.extraction.jats.xml import Element, parse_xml
from s1_assets.rejects import Reject

SERVICE = "pmc-oa"
BUCKET = "pmc-oa-opendata"
MAX_METADATA_BYTES = 4 << 20
MAX_FILE_BYTES = 256 << 20
MAX_NAME = 300
MAX_LIST_PAGES = 20  # of a thousand; an article has a handful of versions
_NAME = re.compile(r"[^\x00-\x1f\x7f\\/]+")


@dataclass(frozen=True)
class ArticleFile:
    """A file of an article version: its key in the bucket, and its MD5 where the metadata tell it."""

    key: str
    md5: str | None


def metadata_tags(live: LiveAccess, pmcid: str) -> dict[int, str]:
    """The numbers of an article's versions, each with a tag that changes when anything of the version does."""
    key = re.compile(rf"metadata/{re.escape(pmcid)}\.(\d{{1,3}})\.json")
    found: dict[int, str] = {}
    for entry in _listed(live, f"metadata/{pmcid}."):
        if match := key.fullmatch(entry.findtext("Key") or ""):
            found[int(match[1])] = f"{entry.findtext('ETag')} {entry.findtext('LastModified')}"
    return dict(sorted(found.items()))


def metadata_of(live: LiveAccess, name: str) -> bytes:
    """What PMC says of an article version ("PMC1.2"), a JSON object."""
    answer = live.client.get(SERVICE, f"metadata/{name}.json", max_bytes=MAX_METADATA_BYTES, usable=_check_object)
    return answer.body


def file_of(name: str, url: object) -> ArticleFile:
    """The file of an article version that metadata name with `s3://…?md5=…`.

    Raises ValueError, saying why, for a URL that is none, or that leads out of the version's own prefix.
    """
    parts = urlsplit(str(url))
    key = unquote(parts.path).removeprefix("/")
    folder, *names = key.split("/")
    if parts.scheme != "s3" or parts.netloc != BUCKET or folder != name or not names or len(key) > MAX_NAME:
        raise ValueError(f"{str(url)[:MAX_NAME]!r} is no file of {name} in {BUCKET}")
    if not all(_NAME.fullmatch(one) and one not in (".", "..") for one in names):
        raise ValueError(f"{key!r} is no name for a file")
    return ArticleFile(key, parse_qs(parts.query).get("md5", [None])[0])


def open_file(live: LiveAccess, file: ArticleFile) -> AbstractContextManager[Download]:
    """A file, received to a local one and held against its MD5. Raises as `download` does."""
    return download(live.client, SERVICE, quote(file.key), promised=Promised(md5=file.md5), max_bytes=MAX_FILE_BYTES)


def _listed(live: LiveAccess, prefix: str) -> Iterator[Element]:
    parameters = {"list-type": "2", "prefix": prefix}
    for _ in range(MAX_LIST_PAGES):
        answer = live.client.get(SERVICE, "", parameters, usable=_check_listing)
        root = parse_xml(answer.body)
        assert not isinstance(root, Reject), "answers are checked before they are returned"
        yield from root.iterfind("Contents")
        token = root.findtext("NextContinuationToken")
        if root.findtext("IsTruncated") != "true" or not token:
            return
        parameters |= {"continuation-token": token}
    url = live.client.address(SERVICE, "", parameters)
    raise SourceRefusedError(SERVICE, url, f"its list has more than {MAX_LIST_PAGES} pages", "see what the bucket is")


def _check_listing(answer: Answer) -> None:
    root = parse_xml(answer.body)
    if isinstance(root, Reject) or root.tag != "ListBucketResult":
        raise UnusableError("the answer is no list of a bucket")


def _check_object(answer: Answer) -> None:
    try:
        usable = isinstance(json.loads(answer.body), dict)
    except (ValueError, RecursionError) as error:
        raise UnusableError(f"the metadata are no JSON ({type(error).__name__})") from error
    if not usable:
        raise UnusableError("the metadata are no JSON object")


def urls_of(metadata: Mapping[str, Any]) -> list[object]:
    """The URLs of an article version's media, as written."""
    media = metadata.get("media_urls")
    return list(media) if isinstance(media, list) else []
