"""The licence of an article as a URL, from the many ways in which articles state it."""

import re

from s1_assets.extraction.jats.text import plain_text
from s1_assets.extraction.jats.xml import Element, href
from s1_assets.publishing.rights import narrowest

_CC_URL = re.compile(r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[^\s<>\"'),;]+", re.IGNORECASE)
_CC_CODE = re.compile(r"\bCC[ -]?BY(?:[ -](?:NC|ND|SA)\b)*(?:[ -]v?(?P<version>\d\.\d))?", re.IGNORECASE)
_CC_NAME = re.compile(
    r"Creative Commons Attribution"
    r"(?:[\s,–-]*(?:and\s)?(?:Non-?\s?Commercial|No-?\s?Deriv\w*|Share-?\s?Alike))*"
    r"(?:[\s,(–-]*(?:International|Unported|Generic|Public|Licen[cs]e|v(?:ersion)?)\b)*[\s,(–-]*(?P<version>\d\.\d)?",
    re.IGNORECASE,
)
_CC_ZERO = re.compile(r"\bCC[ -]?0\b|Creative Commons (?:CC0|Zero|Public Domain)", re.IGNORECASE)
# Whatever a licence says of its terms, in whatever spelling and wherever in its text: to miss one would open too much.
_TERMS = tuple(
    (code, re.compile(said, re.IGNORECASE))
    for code, said in (
        ("nc", r"non[\W_]{0,2}commercial|(?<![a-z\d])(?:by)?nc(?:nd|sa)?(?![a-z])"),
        ("nd", r"\bno[nt]?[\W_]{0,2}(?:any\s)?deriv|(?<![a-z\d])(?:by)?(?:nc)?nd(?![a-z])"),
        ("sa", r"share[\W_]{0,2}alike|(?<![a-z\d])(?:by)?(?:nc)?sa(?![a-z])"),
    )
)
_CLOSED = re.compile(
    r"all rights (?:are )?reserved|no re-?use (?:is )?allowed|"
    r"\bnot (?:made )?(?:available|distributed|licen[cs]ed|published|released) under",
    re.IGNORECASE,
)


def licence_of(meta: Element) -> str | None:
    """The licence of an `article-meta`: a URL where it can be told, else its text, None where there is none.

    Where an article states several licences, or one of them in several ways, that which allows least counts: no
    licence of a picture in it, of its abstract or of an earlier version is to open all.
    """
    licences = meta.findall("permissions/license")
    if not licences:
        return _in_words(" ".join(map(plain_text, meta.findall("permissions"))))
    return narrowest(found for licence in licences if (found := _stated(licence)))


def _stated(licence: Element) -> str | None:
    """What a `license` says, in turn: its own Creative Commons address, one that its text links to, all other.

    A text that reserves all rights is not opened by what it links to.
    """
    own = list(filter(None, [href(licence), *map(plain_text, licence.iter("license_ref"))]))
    text = plain_text(licence)
    linked = [] if _CLOSED.search(text) else list(filter(None, map(href, licence.iter("ext-link"))))
    for links in (own, linked):
        if opening := narrowest(link for link in links if _CC_URL.match(link)):
            return opening
    return next(iter([*own, *linked]), None) or _in_words(text)


def _in_words(words: str) -> str | None:
    if _CLOSED.search(words):
        return words
    addresses = [address.rstrip(".") for address in _CC_URL.findall(words)]
    return narrowest(addresses) or _named(words) or words or None


def _named(words: str) -> str | None:
    """The URL of the Creative Commons licence that a text names, with all terms that it speaks of."""
    named = _CC_CODE.search(words) or _CC_NAME.search(words)
    if named:
        terms = [code for code, said in _TERMS if said.search(words)]
        version = f"{named['version']}/" if named["version"] else ""
        return f"https://creativecommons.org/licenses/{'-'.join(['by', *terms])}/{version}"
    return "https://creativecommons.org/publicdomain/zero/1.0/" if _CC_ZERO.search(words) else None
