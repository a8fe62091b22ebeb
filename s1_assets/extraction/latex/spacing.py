r"""Blanks and line breaks: what a reader sees as a gap between words becomes one blank, whatever made it."""

import re

from s1_assets.extraction.latex.plain_text import BREAK
from s1_assets.extraction.latex.quantities import POINT, glue
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of

_LENGTH = re.compile(
    r"\s*=?\s*(?P<sign>[-+]?)\s*(?P<value>\d*[.,]?\d*)\s*(?:true\s*)?(?P<unit>[a-z]*)(?P<length>\\.*)?"
)
# In points; ex and em as in fonts of ten points.
_UNITS = {
    "pt": 1.0, "bp": 1.0, "px": 1.0, "dd": 1.1, "pc": 12.0, "cc": 12.8, "mm": 2.85, "cm": 28.5, "in": 72.3,
    "ex": 4.3, "em": 10.0, "mu": 0.56,
}  # fmt: skip
_CLOSING = frozenset(",.;:)]")  # marks that go with the formula before them
_BLANK_FROM = 1.5  # points; a thin space has 1.7, what only sets letters apart has less


def is_blank(length: str) -> bool:
    r"""Whether a length, written as TeX reads it, leaves a gap: `1em`, `3pt plus 1fil`, `.5\textwidth`; not `-2pt`."""
    parts = _LENGTH.match(length)
    if parts is None or parts["sign"] == "-":
        return False
    if parts["length"]:
        return True
    number = f"0{parts['value'].replace(',', '.')}"
    return float(number) * _UNITS.get(parts["unit"], 0.0) >= _BLANK_FROM


def set_off_before(reader: Reader) -> None:
    """A display begins: it stands apart from the words before it."""
    reader.text.add(" ")


def set_off_behind(reader: Reader) -> None:
    """A display ends: what follows stands apart from it, but for a punctuation mark."""
    reader.gullet.skip_blanks()
    following = reader.gullet.peek()
    if following is None or following[0] not in _CLOSING:
        reader.text.add(" ")


def _space(reader: Reader) -> None:
    r"""\hspace*{length}."""
    reader.gullet.accept("*")
    reader.text.add(" " if is_blank(source_of(reader.gullet.argument())) else "")


def _skip(reader: Reader) -> None:
    r"""\hskip and \kern, whose length stands without braces."""
    reader.text.add(" " if glue(reader.gullet) >= _BLANK_FROM * POINT else "")


def _new_line(reader: Reader) -> None:
    r"""\\, \\*, \\[length], \linebreak[number]."""
    reader.text.add(BREAK)
    reader.gullet.accept("*")
    if reader.gullet.peek() == "[":
        reader.gullet.optional()


def _discretionary(reader: Reader) -> None:
    r"""\discretionary{before a break}{after it}{where there is none}."""
    reader.gullet.argument()
    reader.gullet.argument()
    reader.gullet.push(["{", *reader.gullet.argument(), "}"])


SPACING_COMMANDS: dict[Token, Handler] = {
    "\\hspace": _space,
    "\\hskip": _skip,
    "\\kern": _skip,
    **dict.fromkeys(("\\\\", "\\newline", "\\linebreak", "\\tabularnewline"), _new_line),
    **dict.fromkeys(("\\break", "\\cr"), lambda reader: reader.text.add(BREAK)),
    "\\discretionary": _discretionary,
}
