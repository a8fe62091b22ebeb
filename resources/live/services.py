"""The live services: where each is, how often it may be asked, and where it may send one on to.

Limits and addresses: arXiv https://info.arxiv.org/help/api/tou.html and https://info.arxiv.org/help/bulk_data.html,
Crossref https://www.crossref.org/documentation/retrieve-metadata/rest-api/, NCBI
https://www.ncbi.nlm.nih.gov/books/NBK25497/. Where a service documents no limit, one request a second is ours, and ten
for a bucket of AWS, which takes thousands; a hundred for arXiv's, whose members are small and may be read one by one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from resources.live.limits import RateLimit

_LOCAL_HOSTS = {"127.0.0.1", "localhost"}


@dataclass(frozen=True)
class Service:
    """One service: `url` without a slash at its end, and the `hosts` that it may redirect to beside its own."""

    name: str
    url: str
    limit: RateLimit
    hosts: frozenset[str] = frozenset()


# "At most one request every three seconds, one connection at a time", for all machines under one's control.
_ARXIV_METADATA = RateLimit("arxiv-metadata", 1, 3.0, one_at_a_time=True)
# "Bursts at 4 requests per second with a 1 second sleep, per burst": a second of asking, a second of rest.
_ARXIV_FULL_TEXT = RateLimit("arxiv-full-text", 4, 2.0)


# OSF's file service, and the store behind it.
_OSF_FILES = frozenset({"files.osf.io", "files.us.osf.io", "storage.googleapis.com"})


def _polite(name: str) -> RateLimit:
    return RateLimit(name, 1, 1.0)


def _bucket(name: str, requests: int = 10) -> RateLimit:
    return RateLimit(name, requests, 1.0)


SERVICES = {
    service.name: service
    for service in (
        Service("arxiv-oai", "https://oaipmh.arxiv.org/oai", _ARXIV_METADATA),
        Service("arxiv-export", "https://export.arxiv.org", _ARXIV_FULL_TEXT),
        Service("arxiv-s3", "s3://arxiv", _bucket("arxiv-s3", 100)),
        Service("biorxiv-api", "https://api.biorxiv.org", _polite("biorxiv-api")),
        Service("biorxiv-s3", "s3://biorxiv-src-monthly", _bucket("biorxiv-s3")),
        Service("medrxiv-s3", "s3://medrxiv-src-monthly", _bucket("medrxiv-s3")),
        Service("crossref", "https://api.crossref.org", _polite("crossref")),
        Service("chemrxiv", "https://chemrxiv.org", _polite("chemrxiv")),
        Service("osf", "https://api.osf.io/v2", _polite("osf")),
        Service("osf-files", "https://osf.io", _polite("osf-files"), _OSF_FILES),
        # "No more than three requests per second" without a key.
        Service("eutils", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils", RateLimit("eutils", 3, 1.0)),
        Service("pmc-oa", "https://pmc-oa-opendata.s3.amazonaws.com", _bucket("pmc-oa")),
        Service("springer", "https://api.springernature.com", _polite("springer")),
    )
}


class LeftOutError(ValueError):
    """A service is needed that S1_SERVICES leaves out."""


class Services(dict[str, Service]):
    """The services of a deployment by name; one that was left out is not there, and asking for it says so."""

    def __missing__(self, name: str) -> Service:
        raise LeftOutError(f"S1_SERVICES leaves out {name}: nothing is asked there; remove its null to have it asked")


def services(overrides: str = "{}") -> Services:
    """The services by name; `overrides` is S1_SERVICES, a JSON object of names and base URLs, null to leave one out.

    Raises ValueError for what is no such object, a name that is none, or a URL without encryption to another machine.
    """
    try:
        read = json.loads(overrides)
    except ValueError as error:
        raise ValueError(f"S1_SERVICES={overrides!r} is not JSON: {error}") from error
    if not isinstance(read, Mapping) or not all(isinstance(url, str | None) for url in read.values()):
        raise ValueError(f'S1_SERVICES={overrides!r} is no JSON object such as {{"arxiv-oai": "https://…"}}')
    if unknown := read.keys() - SERVICES:
        raise ValueError(f"S1_SERVICES names {', '.join(sorted(unknown))}; services are {', '.join(SERVICES)}")
    found = Services(SERVICES)
    for name, url in read.items():
        if url is None:
            del found[name]
        elif not (url.startswith("s3://") or is_encrypted_or_local(url)):
            raise ValueError(f"S1_SERVICES: {name} is to be an https:// or s3:// URL and is {url!r}")
        else:
            found[name] = replace(found[name], url=url.rstrip("/"))
    return found


def is_encrypted_or_local(url: str) -> bool:
    """Whether a URL is https://, or http:// to this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS)
    )
