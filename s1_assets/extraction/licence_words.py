"""The licence that a text names, in whatever spelling."""

import re

from s1_assets.publishing.rights import narrowest

CC_URL = re.compile(r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[^\s<>\"'),;]+", re.IGNORECASE)
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
CLOSED = re.compile(
    r"all rights (?:are )?reserved|no re-?use (?:is )?allowed|"
    r"\bnot (?:made )?(?:available|distributed|licen[cs]ed|published|released) under",
    re.IGNORECASE,
)


def licence_in_words(words: str) -> str | None:
    """The URL of the licence that a text names, else the text itself; a text that reserves its rights names none."""
    if CLOSED.search(words):
        return words
    addresses = [address.rstrip(".") for address in CC_URL.findall(words)]
    return narrowest(addresses) or named_licence(words) or words or None


def named_licence(words: str) -> str | None:
    """The URL of the Creative Commons licence that a text names, with all terms that it speaks of."""
    named = _CC_CODE.search(words) or _CC_NAME.search(words)
    if named:
        terms = [code for code, said in _TERMS if said.search(words)]
        version = f"{named['version']}/" if named["version"] else ""
        return f"https://creativecommons.org/licenses/{'-'.join(['by', *terms])}/{version}"
    return "https://creativecommons.org/publicdomain/zero/1.0/" if _CC_ZERO.search(words) else None
