r"""Counters: what LaTeX steps, resets and prints, as far as figure numbers need it (ltcounts.dtx)."""

from collections.abc import Callable

_NUMERALS = list(
    zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "m cm d cd c xc l xl x ix v iv i".split(), strict=True)
)
_FOOTNOTE_MARKS = "*†‡§¶‖"
_LIMIT = 1_000_000
_MAX_PREFIXES = 4


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
        self._reset_by = {"section": "chapter", "subsection": "section", "subsubsection": "subsection"}
        self._prefixed_by = {"subsection": "section", "subsubsection": "subsection"}
        self._styles: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._values

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
        for child, parent in self._reset_by.items():
            if parent == name:
                self._values[child] = 0

    def reset_by(self, name: str, parent: str) -> None:
        r"""\@addtoreset: every step of `parent` sets the counter back."""
        if name != parent:
            self._reset_by[name] = parent

    def prefix_by(self, name: str, parent: str) -> None:
        r"""Print `parent` and a point before the counter, as \numberwithin does beside the reset."""
        if name != parent:
            self._prefixed_by[name] = parent

    def without(self, name: str, keep_prefix: bool) -> None:
        r"""\counterwithout: no more reset, and no prefix unless the starred form keeps it."""
        self._reset_by.pop(name, None)
        if not keep_prefix:
            self._prefixed_by.pop(name, None)

    def style(self, name: str, style: str) -> None:
        r"""Print the counter in another of `STYLES`, as \appendix does with sections."""
        self._styles[name] = style

    def shown(self, name: str) -> str:
        r"""What \the<name> prints by default: `3`, or `A.3` when it is prefixed by something that has begun."""
        printed = STYLES[self._styles.get(name, "arabic")](self.value(name))
        for _ in range(_MAX_PREFIXES):
            parent = self._prefixed_by.get(name)
            if parent is None:
                break
            above = STYLES[self._styles.get(parent, "arabic")](self.value(parent))
            printed = f"{above}.{printed}" if above not in {"0", ""} else printed
            name = parent
        return printed
