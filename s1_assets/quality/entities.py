r"""Acronyms and Greek symbols in a text.

An acronym is a word with two capitals or more, digits allowed: MRI, GRCh38, mRNA, ResNet50. Roman numerals and units
(MHz, GPa) are none. A Greek symbol is a letter or its LaTeX command: α and \alpha are one, Γ and γ are two, and the µ
of µm and the Ω of kΩ are units.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from s1_assets.quality.entity import Entity
from s1_assets.quality.units import is_unit, units

_WORD = re.compile(r"(?<![\w\\])(?=\w*[A-Z]\w*[A-Z])[A-Za-z0-9]{2,15}(?![\w])")
_ROMAN = re.compile(r"[IVXLC]+")
_PLURAL = re.compile(r"(?<=[A-Z0-9])s$")
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_DRESSING = re.compile(r"\\(?:mathrm|text[a-z]{0,6}|rm)\b|[$_{}^\\~]")
_HYPHENATED = re.compile(r"[A-Za-z]{1,20}[-‐‑–−]\d{1,10}(?!\w)")
_DOTTED = re.compile(r"(?<![\w.])(?:[A-Za-z]\.){2,6}")
_CONTENT_WORDS = re.compile(r"\b[^\W\d_]{4,}(?:[\s-]+(?:(?:to|of|and|for|in)[\s-]+)?[^\W\d_]{4,}\b)+")
LEAST_INITIALS = 3  # letters; two initials meet by chance, so they must be of words side by side: random forest
_SMALL_WORDS = frozenset("to of and for in".split())
# Words that a text holds anyway, so that only their capitals make an acronym.
_ENGLISH = frozenset(
    "all am an and any are as at be but by can cat do eg for gas go had has he her his how ie if in is it its map may "
    "me my net nor not of on one or our out pet set she so the to two up us via was we who with you".split()
)

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega"
).split()
_COMMAND = re.compile(rf"\\(?:var|up)?({'|'.join([*_GREEK_NAMES, *map(str.title, _GREEK_NAMES)])})(?![A-Za-z])")
_LETTER = re.compile("[Α-Ωα-ωϑϕϖϰϱϵµΩ∆\U0001d6a8-\U0001d7cb]")
_SPELLED = re.compile(rf"(?<![\\A-Za-z])(?:{'|'.join(_GREEK_NAMES)})(?![A-Za-z])", re.IGNORECASE)
_INCREMENT = "∆"


def acronyms(text: str) -> Iterator[Entity]:
    """The acronyms of a text, a plural s left out of the key."""
    for match in _WORD.finditer(text):
        key = _PLURAL.sub("", match.group())
        if len(key) > 1 and not _ROMAN.fullmatch(key) and not is_unit(key):
            yield Entity(match.start(), match.end(), key)


class Acronyms:
    """The acronyms that some texts hold, or whose words they spell out."""

    def __init__(self, texts: Iterable[str]):
        self._words: set[str] = set()
        self._capitals: set[str] = set()
        self._initials: set[str] = set()
        self._pairs: set[str] = set()
        for text in texts:
            tokens = set(_TOKEN.findall(text)) | set(_TOKEN.findall(_DRESSING.sub("", text)))
            tokens |= {dotted.replace(".", "") for dotted in _DOTTED.findall(text)}
            tokens |= {re.sub(r"\W", "", name) for name in _HYPHENATED.findall(text)}
            self._words |= {_PLURAL.sub("", token).casefold() for token in tokens} - _ENGLISH
            self._capitals |= {token for token in tokens if any(letter.isupper() for letter in token)}
            for run in _CONTENT_WORDS.findall(text):
                words = re.split(r"[\s-]+", run.casefold())
                content = [word for word in words if word not in _SMALL_WORDS]
                self._initials |= {"".join(word[0] for word in row) for row in (words, content)}
                self._pairs |= {one[0] + two[0] for one, two in pairwise(words) if not {one, two} & _SMALL_WORDS}

    def __contains__(self, acronym: object) -> bool:
        """Whether a text has it, in any case unless it is an English word too, or a longer one, or its words.

        CO is the beginning of CO2 and GRC of GRCh38; ER is not that of ERK1, nor mm1 that of mm10.
        """
        written = str(acronym)
        folded = written.casefold()
        longer = re.compile(rf"{re.escape(written)}(?!{'[A-Z0-9]' if written[-1].isdigit() else '[A-Z]'})")
        return (
            folded in self._words
            or any(map(longer.match, self._capitals))
            or folded in self._pairs
            or (len(folded) >= LEAST_INITIALS and any(folded in initials for initials in self._initials))
        )


def symbols(text: str) -> Iterator[Entity]:
    """The Greek symbols of a text, but those of units; the key is the letter's name, capitalised for a capital."""
    of_units = [(unit.start, unit.end) for unit in units(text)]
    for match in sorted([*_COMMAND.finditer(text), *_LETTER.finditer(text)], key=re.Match.start):
        name = match[1] if match.re is _COMMAND else _name(match.group())
        if name and not any(start <= match.start() < end for start, end in of_units):
            yield Entity(match.start(), match.end(), name)


def symbols_anywhere(text: str) -> set[str]:
    """Every Greek symbol that a text holds, those of units and names written out among them."""
    found = {match[1] for match in _COMMAND.finditer(text)} | {_name(letter) for letter in _LETTER.findall(text)}
    spelled = {word.lower() for word in _SPELLED.findall(text)}
    return found | spelled | {name.title() for name in spelled}


def _name(letter: str) -> str:
    """The name of a Greek letter in any form, alpha for α and Alpha for the capital; empty for what is none."""
    if letter == _INCREMENT:
        return "Delta"
    words = unicodedata.name(unicodedata.normalize("NFKC", letter), "").split()
    if words[:1] != ["GREEK"]:
        return ""
    name = "lambda" if words[-1] == "LAMDA" else words[-1].lower()  # as Unicode spells it
    return name.title() if words[1] == "CAPITAL" else name
