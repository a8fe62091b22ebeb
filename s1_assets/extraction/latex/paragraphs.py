r"""Where a paragraph ends: at blank lines, vertical blanks, new pages and items, unless its sentence goes on."""

from s1_assets.extraction.latex.environments import AROUND_MATHS, MATHS
from s1_assets.extraction.latex.macros import Macro, Parameter
from s1_assets.extraction.latex.plain_text import BREAK, speaks_of_figures
from s1_assets.extraction.latex.signatures import pass_over
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader
from s1_assets.extraction.latex.tokens import Token, trim

_INLINE_LISTS = ("enumerate*", "itemize*", "description*", "inparaenum", "inparaitem", "inparadesc")
_LAST_PIECES = 3  # of a text, which hold its last character
_BEGIN = 3  # tokens of \begin{name before the closing brace
_BREAKS = "par FloatBarrier vfill vfil bigskip medskip smallskip".split()
_PAGE_BREAKS = "newpage clearpage cleardoublepage eject".split()


def _paragraph(reader: Reader) -> None:
    r"""\par, or a blank line, which ends no sentence that goes on behind it: with a display or in lower case."""
    unfinished = "".join(reader.text.pieces[-_LAST_PIECES:]).rstrip(f" )]”’'\"\n{BREAK}")[-1:] not in set(".!?")
    if unfinished and _goes_on(reader):
        reader.text.add(" ")
    else:
        reader.end_paragraph()


def _page_break(reader: Reader) -> None:
    r"""\newpage: what is shown before it and a caption behind it are on two pages."""
    _paragraph(reader)
    if reader.boxes.is_outside():
        reader.boxes.settle_loose()


def _goes_on(reader: Reader) -> bool:
    """Whether a display or a word in lower case comes next."""
    gullet = reader.gullet
    passed: list[Token] = []
    while (token := gullet.next()) is not None and (token.isspace() or token in {"\\par", "\\noindent"}):
        passed.append(token)
    ahead = [token] if token is not None else []
    if token in {"$", "\\begin"}:
        while len(ahead) < _BEGIN and (token := gullet.raw()) is not None:
            ahead.append(token)
    gullet.push(passed + ahead)
    begins = ahead[:1] == ["\\begin"] and len(ahead) > 2 and ahead[2].rstrip("*") in MATHS | AROUND_MATHS
    return begins or ahead[:1] == ["\\["] or ahead[:2] == ["$", "$"] or (bool(ahead) and ahead[0][0].islower())


def _across(signature: str) -> Handler:
    r"""\vskip with its length, \hrule with its sides."""

    def handle(reader: Reader) -> None:
        pass_over(reader, signature)
        _paragraph(reader)

    return handle


def _own_line(reader: Reader) -> None:
    r"""\centerline{..} in running text: a line of its own, or a formula that is displayed."""
    if len(reader.sinks) > 1:
        return
    line = reader.gullet.argument()
    apart = " " if trim(line)[:1] == ["$"] else "\\par"
    reader.gullet.push([apart, "{", *line, "}", apart])


def _item(reader: Reader) -> None:
    r"""\item[..]: what stands in brackets is a heading, unless it cites a figure or stands in a caption."""
    reader.end_paragraph()
    label = reader.read(reader.gullet.optional() or [])
    words, references = label.finish()
    if references or reader.around_figures or speaks_of_figures(words):
        reader.text.append(label)
        reader.text.add(" ")


def _inline_list(reader: Reader) -> None:
    r"""A list of enumitem or paralist within the paragraph: its items end no sentence."""
    reader.gullet.optional()
    reader.gullet.macros.define("\\item", Macro((Parameter("o"),), (" ", 1, " ")))


def _nothing(_reader: Reader) -> None:
    """An inline list ends like a group."""


PARAGRAPH_ENVIRONMENTS = {name: Environment(_inline_list, _nothing) for name in _INLINE_LISTS}

PARAGRAPH_COMMANDS: dict[Token, Handler] = {
    **{f"\\{name}": _paragraph for name in _BREAKS},
    **{f"\\{name}": _page_break for name in _PAGE_BREAKS},
    "\\vskip": _across("L"),
    "\\hrule": _across("R"),
    **{f"\\{name}": _own_line for name in ("centerline", "leftline", "rightline")},
    "\\item": _item,
    "\\bibitem": _item,
}
