"""Are the numbers of a recaption found in what the captioner was given?

A cheap test for invented facts: it needs no model and misses whatever is wrong without being a number. Numbers are
compared by value: 1,000 and 1 000 are 1000, .5 is 0.5, $10^{-3}$ is 0.001 and 2 × 10^5 is 200000. Signs are ignored,
because text does not tell a minus from a hyphen or a range. Digits inside a name (p53, CO2, GRCh38) are no numbers;
the digits of "3b" or "5mm" are. A power of ten is 2e5 or 1e-3 in lower case; a capital, the letter of panels and clones
(3E8), needs a sign or a decimal point: 2E-4, 1.5E3. Behind "Fig." the letter is a panel: Figs. 2E-4 are two figures.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

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
    known = {number.value for source in sources for number in numbers(source)}
    found = list(numbers(recaption))
    offending = tuple(
        (number.start, number.end, recaption[number.start : number.end])
        for number in found
        if number.value not in known
    )
    return Grounding(len(found), offending)


def numbers(text: str) -> Iterator[Number]:
    """The numbers of a text, in order."""
    for match in _NUMBER.finditer(text):
        yield Number(match.start("figure") if match["figure"] else match.start(), match.end(), _value(match))


def _value(match: re.Match[str]) -> Decimal | str:
    raised = (match["raised"] or "").translate(_SUPERSCRIPTS)
    exponent = match["braced"] or match["bare"] or raised or match["e"] or "0"
    digits = re.sub(r"[^\d.]", "", match["number"] or match["figure"] or match["mantissa"] or "1")
    power = int(re.sub(r"\s", "", re.sub("[−–]", "-", exponent)))
    try:
        return (Decimal(digits) * Decimal(10) ** power).normalize()
    except InvalidOperation:
        return digits
