"""Captions that enumerate their panels: which panels a caption names, and what it says of each.

The forms are those of journals' instructions: "(a) …", "a) …", "a, …", "Panel A: …", "(a,b) …", "(a–c) …"; and, where
the number of panels is known, also "(i) …", "a …", "A. …", "[REF] …" (to the panels) and "Left: … Right: …".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from s1_assets.extraction.document import MATHS, Figure, panel_letter

_JOIN = r"(?:\s*[,&–—-]+\s*(?:and\s+|or\s+|&\s*)?|\s+(?:and|or|to|through)\s+)"
# Listings of panel letters: a, b and c; (a)–(c); (a, b) and (d).
BARE = rf"[A-Za-z](?:{_JOIN}[A-Za-z]){{0,15}}(?![A-Za-z0-9]|\.[a-z])"
BRACKETED = rf"\([A-Za-z]\)(?:{_JOIN}\([A-Za-z]\)){{0,15}}"
IN_BRACKETS = rf"\({BARE}\)(?:{_JOIN}\({BARE}\)){{0,15}}"

_ENUMERATOR = re.compile(
    rf"(?<![\w)])(?:[Pp]anels?\s+)?(?:({BRACKETED}|\((?:{BARE})\))[:.,]?|([A-Za-z](?:{_JOIN}[A-Za-z]){{0,15}})[):,])(?=[\s.,;]|$)"
)
_AT_BOUNDARY = re.compile(r"(?:^|[.;:!?][”\"')\]]?|[.;,:]?\s(?:and|\[CITE\]))$")
_LONGEST_BOUNDARY = 8
# Behind any other word a new part has to begin with a capital, as in "(a) Side view (b) Front view".
_LEADS_ON = re.compile(
    r"\b(?:about|above|after|against|along|an?|and|are|as|at|before|below|between|both|but|by|during|either|for|from|in|"
    r"into|is|like|of|on|or|over|panels?|per|plus|see|than|that|the|through|to|under|versus|via|vs\.?|when|where|which|"
    r"while|with(?:in|out)?)$",
    re.IGNORECASE,
)
_LONGEST_WORD = 20
_NEW_PART = re.compile(r"\s*[A-Z\d$“]")
_LOOSE = " \t\n,;"
_LINKED = re.compile(r"\band$")

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_REFERENCE = re.compile(r"\(?\[REF\]\)?[:.,]?(?=\s)")  # to each panel by its label
_PLACE = r"(?:top|upper|bottom|lower)(?:[ -](?:left|right))?|left|right|middle|cent(?:er|re|ral)"
_PANEL_WORD = r"(?:\s+(?:panels?|columns?|rows?|plots?|images?|figures?|parts?))?"
_PLACED = re.compile(rf"(?:\(\s*({_PLACE}){_PANEL_WORD}\s*\)[:.,]?|({_PLACE}){_PANEL_WORD}\s*:)(?=\s)", re.IGNORECASE)
_SAME_PLACE = {"upper": "top", "lower": "bottom", "center": "middle", "centre": "middle", "central": "middle"}
_PLACES = frozenset(
    (
        ("left", "right"),
        ("top", "bottom"),
        ("left", "middle", "right"),
        ("top", "middle", "bottom"),
        ("top left", "top right", "bottom left", "bottom right"),
    )
)


@dataclass(frozen=True)
class PanelCaption:
    """A caption taken apart where it enumerates its panels.

    `shared` is the text before the first enumerator; `parts` maps each letter to its own text. `letters` are the
    enumerated letters even where the parts stand inside one sentence and cannot be cut out; `parts` is empty then.
    """

    shared: str
    letters: frozenset[str]
    parts: dict[str, str]


def with_subcaptions(figure: Figure) -> Figure:
    """The figure, its panels with the parts of the caption that are theirs where they have no caption of their own.

    Nothing is taken from a caption that does not enumerate exactly as many panels as the figure has graphics.
    """
    if len(figure.graphics) < 2 or all(graphic.subcaption for graphic in figure.graphics):
        return figure
    parts = parts_of(figure.caption, len(figure.graphics))
    if not parts or not all(parts):
        return figure
    graphics = (
        replace(graphic, subcaption=graphic.subcaption or part)
        for graphic, part in zip(figure.graphics, parts, strict=True)
    )
    return replace(figure, graphics=tuple(graphics))


def parts_of(caption: str, panels: int) -> list[str]:
    """What a caption says of each of so many panels, in their order; nothing where it enumerates them otherwise."""
    by_letter = take_apart(caption).parts
    letters = [panel_letter(position) for position in range(panels)]
    if by_letter:
        return [by_letter[letter] for letter in letters] if by_letter.keys() == set(letters) else []
    blanked = _without_maths(caption)
    found = (_sequence(blanked, marks) for marks in _systems(panels))
    spans = next((spans for spans in (*found, _placed(blanked)) if len(spans) == panels), [])
    return list(_cut(caption, spans))


def take_apart(caption: str) -> PanelCaption:
    """Cut a caption at its enumerators ("(a) …. (b) …").

    It is cut only when the letters run a, b, c, … and each enumerator stands where a sentence, a clause or the next
    item of a list begins; "(a,b)" and "(a–c)" give the same text to each of their letters.
    """
    enumerators = list(_enumerators(caption))
    letters = frozenset(letter for found, _, _ in enumerators for letter in found)
    if len(letters) < 2 or not _is_list(caption, [(start, end) for _, start, end in enumerators]):
        return PanelCaption(caption, letters, {})
    parts: dict[str, str] = {}
    spans = [(start, end) for _, start, end in enumerators]
    for (found, _, _), text in zip(enumerators, _cut(caption, spans), strict=True):
        parts |= dict.fromkeys(found, text)
    return PanelCaption(caption[: spans[0][0]].strip(), letters, parts)


def letters_of(listing: str) -> list[str]:
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


def _enumerators(caption: str) -> Iterator[tuple[list[str], int, int]]:
    """(letters, start, end) of the enumerators, as long as their letters run on from a."""
    blanked = _without_maths(caption)
    expected = "a"
    for match in _ENUMERATOR.finditer(blanked):
        letters = letters_of(next(group for group in match.groups() if group))
        bare = match.group(2) is not None
        if not letters or letters[0] != expected or (bare and not _at_boundary(blanked, match.start())):
            continue
        yield letters, match.start(), match.end()
        expected = chr(ord(letters[-1]) + 1)


def _systems(panels: int) -> Iterator[list[re.Pattern[str]]]:
    """Less usual enumerators of so many panels: for each way a pattern a panel, and one of another that is too many."""
    for shape in (str.lower, str.upper):
        yield [re.compile(rf"\({shape(numeral)}\)[:.,]?(?=\s)") for numeral in _ROMAN[: panels + 1]]
        letters = (shape(panel_letter(position)) for position in range(panels + 1))
        yield [re.compile(rf"\b{letter}\.?(?=\s+[A-Z\d$“])") for letter in letters]
    yield [_REFERENCE] * (panels + 1)


def _sequence(text: str, marks: Sequence[re.Pattern[str]]) -> list[tuple[int, int]]:
    """Where the marks stand, one behind the other, each at the beginning of a sentence or clause."""
    spans: list[tuple[int, int]] = []
    for mark in marks:
        position = spans[-1][1] if spans else 0
        found = next((m.span() for m in mark.finditer(text, position) if _at_boundary(text, m.start())), None)
        if found is None:
            break
        spans.append(found)
    return spans


def _placed(text: str) -> list[tuple[int, int]]:
    """Where a caption says "Left: … Right: …", if its places are those of one row, column or square of panels."""
    marks = [mark for mark in _PLACED.finditer(text) if _at_boundary(text, mark.start())]
    names = (re.split(r"[ -]", (mark[1] or mark[2]).lower()) for mark in marks)
    places = tuple(" ".join(_SAME_PLACE.get(word, word) for word in name) for name in names)
    return [mark.span() for mark in marks] if places in _PLACES else []


def _is_list(caption: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether each enumerator begins a part: the first a sentence or clause, the others also an item of the list."""
    (first_start, first_end), *others = spans
    return (_at_boundary(caption, first_start) or _begins_part(caption, first_start, first_end)) and all(
        _at_boundary(caption, start)
        or caption.endswith(",", 0, _end_before(caption, start))
        or _begins_part(caption, start, end)
        for start, end in others
    )


def _at_boundary(caption: str, position: int) -> bool:
    """Whether a sentence or clause begins at `position`, blanks before it aside."""
    end = _end_before(caption, position)
    return _AT_BOUNDARY.search(caption, max(0, end - _LONGEST_BOUNDARY), end) is not None


def _end_before(caption: str, position: int) -> int:
    """Where the text before `position` ends, blanks aside."""
    while position > 0 and caption[position - 1].isspace():
        position -= 1
    return position


def _begins_part(caption: str, start: int, end: int) -> bool:
    """Whether what follows an enumerator begins anew, and what precedes it does not lead on to it."""
    before = caption[max(0, start - _LONGEST_WORD) : start].rstrip()
    return _NEW_PART.match(caption, end) is not None and _LEADS_ON.search(before) is None


def _cut(caption: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The text from each enumerator to the next one, without the comma or "and" between."""
    following = [start for start, _ in spans[1:]] + [len(caption)]
    for (_, end), stop in zip(spans, following, strict=False):
        text = caption[end:stop].rstrip(_LOOSE)
        yield (text[:-3].rstrip(_LOOSE) if _LINKED.search(text[-4:]) else text).strip()


def _without_maths(caption: str) -> str:
    """The caption with blanks in place of its formulae."""
    return MATHS.sub(lambda formula: " " * len(formula.group()), caption)
