r"""Headings that authors set by hand at the start of a paragraph, such as \textbf{Results.} or \emph{Model}---."""

import re

from s1_assets.extraction.latex.plain_text import speaks_of_figures
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, is_command

_FONTS = ("textbf", "textit", "emph", "textsc", "textsl", "textsf", "underline", "uline")
_SWITCHES = frozenset(
    "\\" + name for name in "bf it em sl sc sf bfseries itshape slshape scshape sffamily large Large noindent".split()
)
_ENDS = (".", ":", "?", "!", ".”", "—", "–")
# A stop or colon, or a dash, behind which a sentence that is not over would go on in lower case.
_DASH = r"(?:-{2,3}+|[–—])(?=\s*(?:[^\sa-z]|$))"
_MARK = re.compile(rf"\s*(?:[.:](?:\s*{_DASH})?|{_DASH})\s*")
_BREAKS = frozenset(("\\\\", "\\newline", "\\quad", "\\qquad", "\\hspace", "\\hskip"))
_BLOCKS = frozenset(("\\par", "\\begin", "\\\\", "\\section"))  # hold more than a phrase
_ABBREVIATION = re.compile(r"(?:\w{1,3}\.)*")  # "i.e." in italics is no heading
_LONGEST = 100


def _phrase(reader: Reader) -> None:
    """A phrase in another font: at the start of a paragraph it may be a heading, which is no part of a sentence."""
    argument = reader.gullet.argument()
    if _at_start(reader):
        _read_phrase(reader, argument)
    else:
        reader.gullet.push(["{", *argument, "}"])


def _group(reader: Reader) -> None:
    r"""A group, which may be a phrase as well: {\bf Results.} or {\it Model}---."""
    if _at_start(reader) and reader.gullet.peek() in _SWITCHES:
        content = reader.gullet.balanced()
        if len(content) < _LONGEST and _BLOCKS.isdisjoint(content):
            _read_phrase(reader, content)
            return
        reader.gullet.push([*content, "}"])
    reader.gullet.macros.open_scope()


def _at_start(reader: Reader) -> bool:
    """Whether a paragraph of running text begins here."""
    return len(reader.sinks) == 1 and reader.text.is_blank()


def _read_phrase(reader: Reader, tokens: list[Token]) -> None:
    phrase = reader.read(tokens)
    words, references = phrase.finish()
    is_sentence = references or speaks_of_figures(words) or len(words) >= _LONGEST or _ABBREVIATION.fullmatch(words)
    if is_sentence or not (_pass_mark(reader) or words.endswith(_ENDS)):
        reader.text.append(phrase)


def _pass_mark(reader: Reader) -> bool:
    """Pass over a stop, colon or dash that sets a heading off; a new line does as well."""
    following = reader.gullet.peek()
    if following is None or is_command(following):
        return following in _BREAKS
    mark = _MARK.match(following)
    if mark is None:
        return False
    reader.gullet.raw()
    reader.gullet.push([following[mark.end() :]] if mark.end() < len(following) else [])
    return True


HEADING_COMMANDS: dict[Token, Handler] = {"{": _group, **{"\\" + font: _phrase for font in _FONTS}}
