"""Panel letters as papers write them after a reference and before it."""

import re

from s1_assets.extraction.panel_captions import BARE, BRACKETED, IN_BRACKETS, letters_of

NO_PANELS: frozenset[str] = frozenset()

_PANEL_WORD = r"(?:sub-?)?(?:panels?|parts?|plots?|figures?)"

_IN_MATHS = r"\{*(?:\\\w+[\s{]+)?([A-Za-z])\}*"  # with or without a font: b, \mathrm{b}, {\bf b}
_AFTER = re.compile(
    rf"[/:-]?([A-Za-z]{{2,4}}(?![A-Za-z])|{BARE})|\s?({IN_BRACKETS})|,?\s*[(\[]?panels?\s+({BRACKETED}|{BARE})"
    rf"|\s?\[({BARE})\]|\s?\(([A-Za-z])(?=[,;]\s)|\s([b-h])(?![\w’'-]|\s*[\[\d])"
    rf"|\$[_^]?{_IN_MATHS}\$|\s?\$[_^]?\{{*\({_IN_MATHS}\)\}}*\$"
)
_BEFORE = re.compile(
    rf"(?:\b{_PANEL_WORD}\s+({BRACKETED}|{IN_BRACKETS}|{BARE})|({BRACKETED}))\s*,?\s*(?:of|in|from)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 60


def panels_after(text: str, position: int) -> tuple[frozenset[str], int]:
    """Panels named directly behind a reference that ends at `position`, and where their names end.

    Reads "[REF]a", "[REF](b)", "[REF]a,b", "[REF]a–c", "[REF](a) and (b)", "[REF], panels b and c", "3AB", "[REF]-b",
    "[REF] b", "[REF][b]", "[REF] (b, right)", "[REF]$(b)$".
    """
    match = _AFTER.match(text, position)
    if not match:
        return NO_PANELS, position
    letters = letters_of(next(group for group in match.groups() if group))
    return (frozenset(letters), match.end()) if letters else (NO_PANELS, position)


def panels_before(text: str, position: int) -> frozenset[str]:
    """Panels named in front of a reference that begins at `position`, as in "panels b and c of Fig. 3"."""
    match = _BEFORE.search(text[max(0, position - _LONGEST_BEFORE) : position])
    return frozenset(letters_of(next(group for group in match.groups() if group))) if match else NO_PANELS


def panel_range(first: frozenset[str], last: frozenset[str]) -> frozenset[str]:
    """The panels from the first of `first` to the last of `last`, both included; of panels behind z only these two."""
    if max(map(len, first | last)) > 1:
        return first | last
    return frozenset(map(chr, range(ord(min(first)), ord(max(last)) + 1)))
