"""Panels of a figure that a text names: "(c)", "panel C", "panels a–c", "Fig. 2c".

A bare letter in brackets is a panel only where a sentence would put one, because an axis is "time (s)" too.
"""

import re
from collections.abc import Iterator

from s1_assets.quality.entity import Entity

_TO = r"\s{0,3}(?:-|–|—|−|\bto\b|\bthrough\b)\s{0,3}"
_AND = r"\s{0,3},?\s{0,3}(?:and|&|or)\s{1,3}|\s{0,3},\s{0,3}"
_LETTERS = rf"[A-Za-z](?![\w'’])(?:(?:{_TO}|{_AND})\(?[A-Za-z](?![\w'’])\)?)*"
_BEFORE = (
    r"(?:^|[.;:,]\s|\b(?:[Ii]n|[Pp]anels?|[Pp]arts?|and|or|to|of|[Ss]ee|[Ff]rom|[Ww]ith|[Ww]hile|[Bb]y|than|for)\s)"
)
_NAMED = re.compile(
    rf"{_BEFORE}\((?P<bracketed>{_LETTERS})\)"
    rf"|\b(?:[Ss]ub)?(?:[Pp]anels?|[Ff]igures?)\s\(?(?P<panel>{_LETTERS})"
    r"|\b(?:[Ff]ig(?:ure)?s?\.?)[\s~]*\d{1,3}\s?\(?(?P<numbered>[A-Za-z](?:[-–,][A-Za-z])*)(?![\w'’])"
)
_SINGLE = re.compile(r"[A-Za-z](?![A-Za-z])")
_RANGE = re.compile(rf"(?<![A-Za-z])\(?([A-Za-z])\)?{_TO}\(?([A-Za-z])(?![A-Za-z])")
_ALONE = re.compile(r"(?<![A-Za-z\\'’])[A-Za-z](?![A-Za-z'’])")
_ARTICLE = re.compile(r"(?<![(\[\d])\b[Aa]\s+(?!and\b|to\b|[A-Z(])")
_MATHS = re.compile(r"\$[^$]*\$")


def panels(text: str) -> Iterator[Entity]:
    """The panels that a text names, each letter of a list or range that is written; the key is lower case."""
    for match in _NAMED.finditer(text):
        group = match.lastgroup or ""
        start = match.start(group)
        if group == "panel" and _is_word(match["panel"], text[match.end("panel") :]):
            continue
        for letter in _SINGLE.finditer(match[group]):
            if not match[group][: letter.start()][-1:].isalpha():
                yield Entity(start + letter.start(), start + letter.end(), letter.group().lower())


def panels_anywhere(text: str) -> set[str]:
    """Every panel that a text could be read to name: single letters, but for articles and symbols of formulas."""
    prose = _MATHS.sub(lambda formula: formula.group() if re.fullmatch(r"\W*\w\W*", formula.group()) else " ", text)
    prose = _ARTICLE.sub(" ", prose)
    found = {letter.lower() for letter in _ALONE.findall(prose)}
    for first, last in _RANGE.findall(prose):
        found |= {chr(code) for code in range(ord(first.lower()), ord(last.lower()) + 1)}
    return found


def _is_word(letters: str, after: str) -> bool:
    """Whether what stands behind "panel" is an article or a pronoun: "the panel a reader sees"."""
    return (
        letters in {"a", "I"} and re.match(r"\s[a-z]", after) is not None and not re.match(r"\s(?:and|to|is|s)", after)
    )
