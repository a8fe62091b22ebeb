"""Inline markup as plain text, with the references that stand in it."""

import re
from dataclasses import dataclass

from s1_assets.extraction.jats.maths import formula_of_mathml, formula_of_tex
from s1_assets.extraction.jats.xml import Element, parent_tag, words

# Not part of the text that they stand in: floats, notes, other objects, and what describes an object.
_LEFT_OUT = frozenset((
    "label fig fig-group table-wrap table-wrap-group table-wrap-foot supplementary-material media graphic "
    "inline-graphic inline-media fn fn-group object-id permissions alt-text long-desc index-term private-char "
    "processing-meta"
).split())  # fmt: skip
_BLOCKS = frozenset((
    "p title subtitle list list-item def-list def-item term def disp-formula disp-quote boxed-text verse-line speech "
    "statement caption sec td th tr attrib preformat code break"
).split())  # fmt: skip
_NOTES = frozenset({"fn", "table-fn", "aff", "corresp", "author-notes"})

# Private-use characters mark where a reference begins and ends until the blanks are settled.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"([{_OPEN}{_CLOSE}])")
_MARKS = f"[{_OPEN}{_CLOSE}]*"

# A number in the list of references, alone or in a list; a year is no such number.
_NUMBERED = re.compile(r"[\[(]?\s*(?!(?:1[89]|20)\d\d)\d{1,4}[a-z]?(?:\s*[,;–—-]\s*\d{1,4}[a-z]?)*\s*[\])]?")
_CITED_TOGETHER = re.compile(r"\[CITE\](?:\s*[,;–—-]?\s*\[CITE\])+")
_CITED_IN_BRACKETS = re.compile(r"\[\s*\[CITE\]\s*\]")
_CITED_AFTER_WORD = re.compile(r"(?<=[\w)\]”’\"'%])\[CITE\]")

# Blanks that hold a line break were put there by a pretty-printer where no typist would leave a blank.
_BLANKS = re.compile(r"\s+")
_BREAK_AFTER_OPENING = re.compile(rf"([(\[]{_MARKS})\n")
_BREAK_BEFORE_CLOSING = re.compile(rf"\n({_MARKS}[)\],.;:?!%])")
_BLANK_AT_OPENING, _BLANK_AT_CLOSING = re.compile(rf"({_OPEN}+)(\s)"), re.compile(rf"(\s)({_CLOSE}+)")
_DEGREE = {"∘": "°", "◦": "°"}


@dataclass(frozen=True)
class Reference:
    """A reference in a text: characters [start, end) link to the elements with these ids."""

    start: int
    end: int
    ids: tuple[str, ...]


def plain_text(element: Element) -> str:
    """What an element says, its blocks joined by blanks, without the floats and notes inside it."""
    prose = Prose()
    prose.add_content(element)
    return prose.finish()[0]


def _single_blanks(text: str) -> str:
    """Each run of blanks as one, which is a line break if there was one in it."""
    return _BLANKS.sub(lambda blanks: "\n" if "\n" in blanks[0] else " ", text)


class Prose:
    """A text under construction."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._ids: list[tuple[str, ...]] = []

    def finish(self) -> tuple[str, tuple[Reference, ...]]:
        """The text with single blanks, and the references in it."""
        text = _single_blanks("".join(self._pieces))
        text = _single_blanks(_BLANK_AT_CLOSING.sub(r"\2\1", _BLANK_AT_OPENING.sub(r"\2\1", text)))
        text = _BREAK_BEFORE_CLOSING.sub(r"\1", _BREAK_AFTER_OPENING.sub(r"\1", text))
        text = _CITED_IN_BRACKETS.sub("[CITE]", _CITED_TOGETHER.sub("[CITE]", text))
        text = _CITED_AFTER_WORD.sub(" [CITE]", text)
        return self._unmarked(text.replace("\n", " ").strip())

    def _unmarked(self, text: str) -> tuple[str, tuple[Reference, ...]]:
        ids = iter(self._ids)
        opened: list[tuple[int, tuple[str, ...]]] = []
        references: list[Reference] = []
        parts: list[str] = []
        length = 0
        for part in _MARK.split(text):
            if part == _OPEN:
                opened.append((length, next(ids)))
            elif part == _CLOSE:
                start, linked = opened.pop()
                references.append(Reference(start, length, linked))
            else:
                parts.append(part)
                length += len(part)
        return "".join(parts), tuple(references)

    def add(self, characters: str | None) -> None:
        """Add characters as they are."""
        if characters:
            self._pieces.append(_MARK.sub("", characters))

    def add_content(self, element: Element) -> None:
        """Add what is inside an element."""
        self.add(element.text)
        for child in element:
            self.add_element(child)
            self.add(child.tail)

    def add_element(self, element: Element) -> None:
        """Add an element, as its name asks for."""
        tag = element.tag
        if tag in _LEFT_OUT or (tag == "def" and parent_tag(element) == "abbrev"):
            return
        if tag == "xref":
            self._add_reference(element)
        elif tag in {"sup", "sub"}:
            self._add_script(element)
        elif tag == "tex-math":
            self.add(formula_of_tex(element.text or ""))
        elif tag == "math":
            self.add(formula_of_mathml(element))
        elif tag == "alternatives":
            self._add_best(element)
        elif tag in _BLOCKS:
            self.add(" ")
            self.add_content(element)
            self.add(" ")
        else:
            self.add_content(element)

    def _add_best(self, alternatives: Element) -> None:
        """One of several forms of the same thing: TeX, MathML, or words."""
        forms = sorted(alternatives, key=lambda form: {"tex-math": 0, "math": 1}.get(form.tag, 2))
        if forms:
            self.add_element(forms[0])

    def _add_reference(self, xref: Element) -> None:
        """A citation by number is [CITE], as the number means nothing without the list; names and years stay."""
        kind = xref.get("ref-type")
        printed = words(xref).strip()
        if kind in _NOTES or not printed:
            return
        in_script = parent_tag(xref) == "sup" or any(child.tag == "sup" for child in xref)
        if kind == "bibr" and (in_script or _NUMBERED.fullmatch(printed)):
            self.add("[CITE]")
            return
        self._ids.append(tuple((xref.get("rid") or "").split()))
        self._pieces.append(_OPEN)
        self.add_content(xref)
        self._pieces.append(_CLOSE)

    def _add_script(self, script: Element) -> None:
        """Super- and subscripts as typed on one line; only a power of a number needs its mark (10^6 is not 106)."""
        pieces = self._pieces
        if pieces and not (script.tail or " ")[0].isalnum():
            word = pieces[-1].rstrip()
            if "\n" in pieces[-1][len(word) :]:
                pieces[-1] = word
        begin = len(pieces)
        before = pieces[-1][-1:] if pieces else ""
        self.add_content(script)
        content = "".join(pieces[begin:]).strip()
        if content in _DEGREE:
            pieces[begin:] = [_DEGREE[content]]
        elif script.tag == "sup" and before.isdigit() and content[-1:].isdigit():
            pieces.insert(begin, "^")
