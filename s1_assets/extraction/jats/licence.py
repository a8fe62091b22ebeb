"""The licence of an article as a URL, from the many ways in which articles state it."""

import re

from s1_assets.extraction.jats.text import plain_text
from s1_assets.extraction.jats.xml import Element, href

_CC_URL = re.compile(r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[^\s<>\"'),;]+", re.IGNORECASE)
_CC_CODE = re.compile(r"\bCC[ -]?BY(?P<terms>(?:[ -](?:NC|ND|SA)\b)*)(?:[ -]v?(?P<version>\d\.\d))?", re.IGNORECASE)
_CC_NAME = re.compile(
    r"Creative Commons Attribution"
    r"(?P<terms>(?:[\s,–-]*(?:and\s)?(?:Non-?\s?Commercial|No-?\s?Deriv\w*|Share-?\s?Alike))*)"
    r"(?:[\s,(–-]*(?:International|Unported|Generic|Public|Licen[cs]e|v(?:ersion)?)\b)*[\s,(–-]*(?P<version>\d\.\d)?",
    re.IGNORECASE,
)
_CC_ZERO = re.compile(r"\bCC[ -]?0\b|Creative Commons (?:CC0|Zero|Public Domain)", re.IGNORECASE)
_TERMS = (("nc", r"nc|commercial"), ("nd", r"nd|deriv"), ("sa", r"sa|alike"))


def licence_of(meta: Element) -> str | None:
    """The licence of an `article-meta`: a URL where it can be told, else its text, None where there is none.

    In turn: a Creative Commons address that the `license`, its `ali:license_ref` or its text links to, any other
    address of these, an address in the words, and the name of a Creative Commons licence ("CC BY-NC 4.0").
    """
    licences = meta.findall("permissions/license")
    links = [
        link
        for licence in licences
        for link in (href(licence), *map(plain_text, licence.iter("license_ref")), *map(href, licence.iter("ext-link")))
        if link
    ]
    if links:
        return next((link for link in links if _CC_URL.match(link)), links[0])
    words = " ".join(map(plain_text, licences)) or " ".join(map(plain_text, meta.findall("permissions")))
    address = _CC_URL.search(words)
    return address[0].rstrip(".") if address else _named(words) or words or None


def _named(words: str) -> str | None:
    """The URL of the Creative Commons licence that a text names."""
    named = _CC_CODE.search(words) or _CC_NAME.search(words)
    if named:
        terms = [code for code, said in _TERMS if re.search(said, named["terms"], re.IGNORECASE)]
        version = f"{named['version']}/" if named["version"] else ""
        return f"https://creativecommons.org/licenses/{'-'.join(['by', *terms])}/{version}"
    return "https://creativecommons.org/publicdomain/zero/1.0/" if _CC_ZERO.search(words) else None
