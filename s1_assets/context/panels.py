"""Panel letters as papers write them: after a reference, before it, and in captions that enumerate their panels."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from s1_assets.context.sentences import MATHS

NO_PANELS: frozenset[str] = frozenset()

_JOIN = r"(?:\s*[,&–—-]+\s*(?:and\s+|or\s+|&\s*)?|\s+(?:and|or|to|through)\s+)"
_BARE = rf"[A-Za-z](?:{_JOIN}[A-Za-z]){{0,15}}(?![A-Za-z0-9]|\.[a-z])"
_BRACKETED = rf"\([A-Za-z]\)(?:{_JOIN}\([A-Za-z]\)){{0,15}}"
_IN_BRACKETS = rf"\({_BARE}\)(?:{_JOIN}\({_BARE}\)){{0,15}}"
_PANEL_WORD = r"(?:sub-?)?(?:panels?|parts?|plots?|figures?)"

_AFTER = re.compile(
    rf"([A-Za-z]{{2,4}}(?![A-Za-z])|{_BARE})|\s?({_IN_BRACKETS})|,?\s*\(?panels?\s+({_BRACKETED}|{_BARE})"
)
_BEFORE = re.compile(
    rf"(?:\b{_PANEL_WORD}\s+({_BRACKETED}|{_IN_BRACKETS}|{_BARE})|({_BRACKETED}))\s*,?\s*(?:of|in|from)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 60

_ENUMERATOR = re.compile(
    rf"(?<![\w)])(?:[Pp]anels?\s+)?(?:({_BRACKETED}|\((?:{_BARE})\))[:.,]?|([A-Za-z](?:{_JOIN}[A-Za-z]){{0,15}})[):,])(?=[\s.,;]|$)"
)
_AT_BOUNDARY = re.compile(r"(?:^|[.;:!?][”\"')\]]?|[.;,:]?\s(?:and|\[CITE\]))$")
_LONGEST_BOUNDARY = 8


@dataclass(frozen=True)
class PanelCaption:
    """A caption taken apart where it enumerates its panels.

    `shared` is the text before the first enumerator; `parts` maps each letter to its own text. `letters` are the
    enumerated letters even where the parts stand inside one sentence and cannot be cut out; `parts` is empty then.
    """

    shared: str
    letters: frozenset[str]
    parts: dict[str, str]


def panels_after(text: str, position: int) -> tuple[frozenset[str], int]:
    """Panels named directly behind a reference that ends at `position`, and where their names end.

    Reads "[REF]a", "[REF](b)", "[REF]a,b", "[REF]a–c", "[REF](a) and (b)", "[REF], panels b and c", "3AB".
    """
    match = _AFTER.match(text, position)
    if not match:
        return NO_PANELS, position
    letters = _letters(next(group for group in match.groups() if group))
    return (frozenset(letters), match.end()) if letters else (NO_PANELS, position)


def panels_before(text: str, position: int) -> frozenset[str]:
    """Panels named in front of a reference that begins at `position`, as in "panels b and c of Fig. 3"."""
    match = _BEFORE.search(text[max(0, position - _LONGEST_BEFORE) : position])
    return frozenset(_letters(next(group for group in match.groups() if group))) if match else NO_PANELS


def panel_range(first: frozenset[str], last: frozenset[str]) -> frozenset[str]:
    """The panels from the first of `first` to the last of `last`, both included; of panels behind z only these two."""
    if max(map(len, first | last)) > 1:
        return first | last
    return frozenset(map(chr, range(ord(min(first)), ord(max(last)) + 1)))


def take_apart(caption: str) -> PanelCaption:
    """Cut a caption at its enumerators ("(a) …. (b) …").

    It is cut only when the letters run a, b, c, … and each enumerator stands where a sentence or clause begins;
    "(a,b)" and "(a–c)" give the same text to each of their letters.
    """
    enumerators = list(_enumerators(caption))
    letters = frozenset(letter for found, _, _ in enumerators for letter in found)
    cuttable = len(letters) > 1 and all(_at_boundary(caption, start) for _, start, _ in enumerators)
    if not cuttable:
        return PanelCaption(caption, letters, {})
    starts = [start for _, start, _ in enumerators] + [len(caption)]
    parts: dict[str, str] = {}
    for (found, _, end), following in zip(enumerators, starts[1:], strict=True):
        text = re.sub(r"[\s,;]*(?:\band)?\s*$", "", caption[end:following]).strip()
        for letter in found:
            parts[letter] = text
    return PanelCaption(caption[: starts[0]].strip(), letters, parts)


def _enumerators(caption: str) -> Iterator[tuple[list[str], int, int]]:
    """(letters, start, end) of the enumerators, as long as their letters run on from a."""
    blanked = MATHS.sub(lambda match: " " * len(match.group()), caption)
    expected = "a"
    for match in _ENUMERATOR.finditer(blanked):
        letters = _letters(next(group for group in match.groups() if group))
        bare = match.group(2) is not None
        if not letters or letters[0] != expected or (bare and not _at_boundary(blanked, match.start())):
            continue
        yield letters, match.start(), match.end()
        expected = chr(ord(letters[-1]) + 1)


def _at_boundary(caption: str, position: int) -> bool:
    """Whether a sentence or clause begins at `position`, blanks before it aside."""
    end = len(caption[:position].rstrip())
    return _AT_BOUNDARY.search(caption, max(0, end - _LONGEST_BOUNDARY), end) is not None


def _letters(listing: str) -> list[str]:
    """Lower-case letters of a listing such as "a, c–e and g", as long as they ascend; ranges are filled."""
    found: list[str] = []
    in_range = False
    for token in re.findall(r"\b(?:and|or|to|through)\b|[A-Za-z]|[–—-]", listing):
        if token in ("and", "or"):
            continue
        if len(token) > 1 or not token.isalpha():
            in_range = True
            continue
        letter = token.lower()
        if found and letter <= found[-1]:
            break
        first = ord(found[-1]) + 1 if in_range and found else ord(letter)
        found.extend(map(chr, range(first, ord(letter) + 1)))
        in_range = False
    return found
