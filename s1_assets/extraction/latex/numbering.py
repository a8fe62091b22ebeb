r"""Counters: what LaTeX steps, resets and prints, as far as figure numbers need it (ltcounts.dtx)."""

from collections.abc import Callable

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_UNITS = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_FOOTNOTE_MARKS = "*†‡§¶‖"
_LIMIT = 1_000_000


def roman(value: int) -> str:
    """A number in lower-case Roman numerals; nothing below 1."""
    value = min(value, 5000)
    numeral = ""
    for worth, letters in _ROMAN + _ROMAN_UNITS:
        while value >= worth:
            numeral += letters
            value -= worth
    return numeral


def letter(value: int) -> str:
    """1 as a, 26 as z; nothing outside that range."""
    return chr(ord("a") + value - 1) if 1 <= value <= 26 else ""


STYLES: dict[str, Callable[[int], str]] = {
    "arabic": str,
    "roman": roman,
    "Roman": lambda value: roman(value).upper(),
    "alph": letter,
    "Alph": lambda value: letter(value).upper(),
    "fnsymbol": lambda value: _FOOTNOTE_MARKS[value - 1] if 1 <= value <= len(_FOOTNOTE_MARKS) else "",
}


class Counters:
    """All counters of a document with their values, what resets them, and how they print when nothing redefines it."""

    def __init__(self) -> None:
        self._values: dict[str, int] = {}
        self._parents: dict[str, str] = {"section": "chapter", "subsection": "section", "subsubsection": "subsection"}
        self._prefixed: set[str] = {"subsection", "subsubsection"}
        self._styles: dict[str, str] = {}

    def value(self, name: str) -> int:
        """The counter's value; 0 for one that nobody made."""
        return self._values.get(name, 0)

    def set(self, name: str, value: int) -> None:
        r"""\setcounter."""
        self._values[name] = max(-_LIMIT, min(value, _LIMIT))

    def add(self, name: str, amount: int) -> None:
        r"""\addtocounter."""
        self.set(name, self.value(name) + amount)

    def step(self, name: str) -> None:
        r"""\stepcounter: add one and reset what counts within it."""
        self.add(name, 1)
        for child, parent in self._parents.items():
            if parent == name:
                self._values[child] = 0

    def within(self, name: str, parent: str, prefixed: bool = True) -> None:
        r"""\numberwithin or \counterwithin; without prefix, \@addtoreset or \counterwithin*."""
        if name != parent:
            self._parents[name] = parent
            if prefixed:
                self._prefixed.add(name)

    def without(self, name: str, prefixed: bool = False) -> None:
        r"""\counterwithout: no more reset, and no prefix unless one is kept."""
        self._parents.pop(name, None)
        if not prefixed:
            self._prefixed.discard(name)

    def style(self, name: str, style: str) -> None:
        """Print the counter in another of `STYLES`, as \\appendix does with sections."""
        self._styles[name] = style

    def shown(self, name: str) -> str:
        r"""What \the<name> prints by default: `3`, or `A.3` when it counts within something that has begun."""
        own = STYLES[self._styles.get(name, "arabic")](self.value(name))
        parent = self._parents.get(name)
        depth = 0
        while parent is not None and name in self._prefixed and depth < 5:
            above = STYLES[self._styles.get(parent, "arabic")](self.value(parent))
            own = f"{above}.{own}" if above not in {"0", ""} else own
            name, parent, depth = parent, self._parents.get(parent), depth + 1
        return own
