"""Are the numbers of a recaption found in what the captioner was given?

A cheap test for invented facts: it needs no model and misses whatever is wrong without being a number. Numbers are
compared by value: 1,000 and 1 000 are 1000, .5 is 0.5, $10^{-3}$ is 0.001 and 2 × 10^5 is 200000. Signs are ignored,
because text does not tell a minus from a hyphen or a range. Digits inside a name (p53, CO2, GRCh38) are no numbers;
the digits of "3b" or "5mm" are. A power of ten is 2e5 or 1e-3 in lower case; a capital, the letter of panels and clones
(3E8), needs a sign or a decimal point: 2E-4, 1.5E3. Behind "Fig." the letter is a panel: Figs. 2E-4 are two figures.

A recaption's exponents of units (kg-1, cm^2) are no numbers, and the number of a name (IL-6) is grounded by the name
(IL6). Sources are read generously: number words up to twelve count, 10−3 is a power too, and a power is its parts too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from s1_assets.quality.units import units

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_MINUS = r"[-−–+]"
_POWER = (
    rf"10\s*(?:\^\s*(?:\{{\s*(?P<braced>{_MINUS}?\s*\d{{1,3}})\s*\}}|(?P<bare>{_MINUS}?\d{{1,3}}))|"
    r"(?P<raised>[⁻⁺]?[⁰¹²³⁴-⁹]{1,3}))"
)
_GROUPED = r"\d{1,3}(?:(?:,|\{,\}|\\,|[ \u2009\u202f\u00a0])\d{3})+(?![\d,])(?:\.\d+)?"
_PLAIN = rf"{_GROUPED}|\d{{1,30}}(?:\.\d{{1,30}})*|\.\d{{1,30}}"
_NUMBER = re.compile(
    rf"(?<![\w.\\])(?:(?P<mantissa>{_PLAIN})\s*(?:\\times|\\cdot|×|·|x)\s*)?{_POWER}"
    rf"|\b[Ff]ig(?:ure)?s?\.?[\s~]{{0,3}}(?P<figure>\d{{1,3}})(?=[eE][-+−]?\d)"
    r"|(?<![\w.])(?P<point>(?=\d{0,30}\.\d))?"
    rf"(?P<number>{_PLAIN})(?:(?:e|(?(point)E|E(?=[-+−])))(?P<e>[-+−]?\d{{1,3}})(?!\w))?"
)
_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
_VALUES = {word: Decimal(value) for value, word in enumerate(_WORDS, 1)}
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_FLAT_POWER = re.compile(
    rf"(?<![\w.])(?:(?P<mantissa>\d{{1,3}}(?:\.\d{{1,30}})?)\s*(?:\\times|\\cdot|×|·|x)\s*)?"
    rf"10(?P<exponent>{_MINUS}\d{{1,2}})(?!\d)"
)
_UNIT_EXPONENT = re.compile(rf"(?:\$?\s?\^\s?\{{?\s?{_MINUS}?\s?|{_MINUS})(?=[1-9](?![\d.]*\d))")
_NAME = re.compile(r"(?<![A-Za-z0-9])(?P<letters>[A-Za-z]{1,20})[-‐‑–−]?(?P<digits>\d{1,10})(?!\d)")


@dataclass(frozen=True)
class Number:
    """A number in a text: characters [start, end), its value, or its own text where it has none (1.2.3)."""

    start: int
    end: int
    value: Decimal | str


@dataclass(frozen=True)
class Grounding:
    """How many numbers a recaption has, and those that no source has, as (start, end, text)."""

    count: int
    offending: tuple[tuple[int, int, str], ...]

    @property
    def share(self) -> float | None:
        """Share of the numbers that are grounded; None for a recaption without numbers, which says nothing of them."""
        return 1.0 - len(self.offending) / self.count if self.count else None


def ground_numbers(recaption: str, sources: Iterable[str]) -> Grounding:
    """Look up each number of `recaption` in `sources` (caption, mentions, abstract, title, words of the figure)."""
    texts = list(sources)
    known = {value for text in texts for value in _values_anywhere(text)}
    names = {name for text in texts for _, name in _names(text)}
    named = {start for start, name in _names(recaption) if name in names}
    exponents = set(_unit_exponents(recaption))
    found = [number for number in numbers(recaption) if number.start not in exponents]
    offending = tuple(
        (number.start, number.end, recaption[number.start : number.end])
        for number in found
        if number.value not in known and number.start not in named
    )
    return Grounding(len(found), offending)


def numbers(text: str) -> Iterator[Number]:
    """The numbers of a text, in order."""
    for match in _NUMBER.finditer(text):
        yield Number(match.start("figure") if match["figure"] else match.start(), match.end(), _value(match))


def _values_anywhere(text: str) -> Iterator[Decimal | str]:
    """Every value that a source could be read to hold."""
    for match in _NUMBER.finditer(text):
        yield _value(match)
        if match["number"] is None and match["figure"] is None:  # a power, which may be written flat: 2 × 10-3
            parts = re.findall(_PLAIN, match.group().translate(_SUPERSCRIPTS))
            yield from (_scaled(part, "0") for part in parts)
    yield from (_VALUES[word.lower()] for word in _WORD.findall(text))
    for match in _FLAT_POWER.finditer(text):
        yield _scaled(match["mantissa"] or "1", match["exponent"])


def _names(text: str) -> Iterator[tuple[int, str]]:
    """Names that end with digits, such as IL-6: where the digits start, and the name without hyphen and case."""
    return ((name.start("digits"), (name["letters"] + name["digits"]).lower()) for name in _NAME.finditer(text))


def _unit_exponents(text: str) -> Iterator[int]:
    """Where the exponents of the units of a text start, those written with digits on the line or behind ^."""
    for unit in units(text):
        if exponent := _UNIT_EXPONENT.match(text, unit.end):
            yield exponent.end()


def _value(match: re.Match[str]) -> Decimal | str:
    raised = (match["raised"] or "").translate(_SUPERSCRIPTS)
    exponent = match["braced"] or match["bare"] or raised or match["e"] or "0"
    return _scaled(match["number"] or match["figure"] or match["mantissa"] or "1", exponent)


def _scaled(written: str, exponent: str) -> Decimal | str:
    """The value of digits times a power of ten, both as they are written."""
    digits = re.sub(r"[^\d.]", "", written)
    power = int(re.sub(r"\s", "", re.sub("[−–]", "-", exponent)))
    try:
        return (Decimal(digits) * Decimal(10) ** power).normalize()
    except InvalidOperation:
        return digits
