r"""Counters: what LaTeX steps, resets and prints, as far as figure numbers need it (ltcounts.dtx)."""

from collections import defaultdict
from collections.abc import Callable

from s1_assets.extraction.document import panel_letter

_NUMERALS = list(
    zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "m cm d cd c xc l xl x ix v iv i".split(), strict=True)
)
_FOOTNOTE_MARKS = "*†‡§¶‖"
_LIMIT = 1_000_000


def roman(value: int) -> str:
    """A number in lower-case Roman numerals; nothing below 1."""
    value = min(value, 5000)
    numeral = ""
    for worth, letters in _NUMERALS:
        while value >= worth:
            numeral += letters
            value -= worth
    return numeral


def letter(value: int) -> str:
    """1 as a, 26 as z, and on as the alphalph package does: 27 as aa; nothing below 1."""
    return panel_letter(value - 1) if value > 0 else ""


STYLES: dict[str, Callable[[int], str]] = {
    "arabic": str,
    "roman": roman,
    "Roman": lambda value: roman(value).upper(),
    "alph": letter,
    "Alph": lambda value: letter(value).upper(),
    "fnsymbol": lambda value: _FOOTNOTE_MARKS[value - 1] if 1 <= value <= len(_FOOTNOTE_MARKS) else "",
}


class Counters:
    r"""All counters of a document: what they stand at, and which of them begin again when another one steps.

    A counter also goes by the name of its register, \c@figure; the registers of \newcount are counters too. What
    a counter prints is what the macro \the<name> says.
    """

    def __init__(self) -> None:
        self._values = {"secnumdepth": 3}
        self._reset_with: dict[str, set[str]] = defaultdict(
            set,
            chapter={"section", "figure", "table"},
            section={"subsection"},
            subsection={"subsubsection"},
        )

    def __contains__(self, command: str) -> bool:
        """Whether a command is the register of a counter."""
        return command.startswith("\\") and (command.startswith("\\c@") or command in self._values)

    def value(self, name: str) -> int:
        """The counter's value; 0 for one that nobody made."""
        return self._values.get(_counter_of(name), 0)

    def set(self, name: str, value: int) -> None:
        r"""\setcounter."""
        self._values[_counter_of(name)] = max(-_LIMIT, min(value, _LIMIT))

    def add(self, name: str, amount: int) -> None:
        r"""\addtocounter."""
        self.set(name, self.value(name) + amount)

    def step(self, name: str) -> None:
        r"""\stepcounter: add one and reset what counts within it."""
        self.add(name, 1)
        reset = {name}
        parents = [name]
        while parents:
            children = self._reset_with.get(parents.pop(), set()) - reset
            self._values.update(dict.fromkeys(children, 0))
            reset |= children
            parents += children

    def reset_with(self, name: str, parent: str) -> None:
        r"""\@addtoreset: every step of `parent` sets the counter back."""
        self._reset_with[parent].add(name)

    def keep_through(self, name: str, parent: str) -> None:
        r"""\@removefromreset: a step of `parent` leaves the counter alone."""
        self._reset_with[parent].discard(name)


def _counter_of(name: str) -> str:
    return name.removeprefix("\\c@")
