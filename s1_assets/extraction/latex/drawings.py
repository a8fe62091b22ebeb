r"""Pictures drawn in TeX: TikZ, pgfplots, picture, PSTricks, Xy-pic, chemfig, qcircuit, Feynman diagrams, ...

The reader draws nothing. It keeps the source of a drawing, as written where that can be had, and what the document has
set before it: definitions of the authors that the source uses, and the settings of this module, as far as their groups
reach. Commands and environments are those of the manuals of the packages in TeX Live's collection of pictures.
"""

import re
from collections.abc import Callable

from s1_assets.extraction.document import Drawing
from s1_assets.extraction.latex.drawing_settings import CHARACTERS_A_TOKEN, setting_of
from s1_assets.extraction.latex.floats import Box, DrawingUse, GraphicUse, Item, Kind, Shown
from s1_assets.extraction.latex.graphic_options import merged
from s1_assets.extraction.latex.gullet import Gullet
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of
from s1_assets.extraction.view import View

_INTERNAL = re.compile(r"\\[a-zA-Z]*@")
_SHOWS_FILES = re.compile(r"\\(?:includegraphics|pgfimage|pgfuseimage|epsf|psfig|input\b|node\[img)")
_OVERLAY = re.compile(r"\s*(?:\[[^\]]*\boverlay\b|\(\s*0(?:\.0*)?\s*,\s*0(?:\.0*)?\s*\))")
_COMPOSED = re.compile(r"\\(?:sub)?caption|\\sub(?:float|figure)\b|\{(?:subfigure|minipage|tabular|figure)")
_UNDER_A_GRAPHIC = ("overpic", "Overpic")
_OF_MARKS = "tikz"  # the command, as in \tikz\draw[red] (0,0) -- (1em,0);
_WRITTEN_BY_PROGRAMS = "pgfpicture"  # whose graphics are pieces of the picture

_ENVIRONMENTS = (
    "tikzpicture", "picture", "pspicture", "pgfpicture", "axis", "feynmandiagram", "fmffile", "fmfgraph", "fmfchar",
    "feynman", "circuitikz", "tikzcd", "xy", "forest", "psgraph", "pspicture*", "tikzfigure", "quantikz", "dependency",
    "prooftree", "bytefield", "sequencediagram", "ganttchart", "chemfig", "asydef", "qtree", "scope", "texdraw",
    "dot2tex", "diagram", "CD", "neuralnetwork", "tree", "timeline", "venndiagram3sets", "venndiagram2sets",
    *_UNDER_A_GRAPHIC,
)  # fmt: skip

# One drawing


def _begin(reader: Reader, language: str, source: str, content: str) -> None:
    """Begin a drawing. What is read up to `_end` is read for the files that it shows alone."""
    use = None if reader.drawings or reader.around_figures else _use(reader, language, source, content)
    reader.drawings.append(use)
    reader.hide_text()
    if use is not None:
        reader.boxes.stack.append(Box(Kind.PLAIN))


def _end(reader: Reader) -> None:
    """Place the drawing.

    A graphic that it shows is placed in its stead, with the drawing around it where there is only one. Of a picture
    that a program has written, graphics are parts.
    """
    reader.show_text()
    use = reader.drawings.pop()
    if use is None:
        return
    shown = [placed.leaf for placed in reader.boxes.stack.pop().walk() if isinstance(placed.leaf, GraphicUse)]
    items = reader.boxes.innermost.items
    if not shown or use.drawing.language == _WRITTEN_BY_PROGRAMS:
        items += [] if items and _is_of_same_file(items[-1], use.drawing) else [use]
    elif len({(graphic.file or graphic.written, View.of(graphic.options)) for graphic in shown}) == 1:
        shown[0].drawing = use.drawing
        items.append(shown[0])
    else:
        items += shown


def _is_of_same_file(before: Item, drawing: Drawing) -> bool:
    """Whether a file that counts as one drawing is there already, by an earlier picture in it."""
    known = before.drawing if isinstance(before, Shown) else None
    return known is not None and (known.file, known.source) == (drawing.file, drawing.source)


def _use(reader: Reader, language: str, source: str, content: str) -> DrawingUse:
    """The drawing with its setting. A file that is input for a drawing is the drawing, all of it."""
    frame = reader.gullet.file_frame()
    around = reader.boxes.innermost_not_plain
    began_in = around.file if around is not None else frame.name
    if frame.lexer is not None and frame.name != began_in and not _COMPOSED.search(frame.lexer.text):
        source = frame.lexer.text
    turns = tuple((key, value) for key, value in merged(reader.inherited).items() if key in {"angle", "reflect"})
    file = frame.name or reader.main_file
    drawing = Drawing(language, reader.main_file, file, source, setting_of(reader, source), turns)
    is_mark = language == _OF_MARKS and (around is None or around.kind is not Kind.PANEL)
    return DrawingUse(drawing, minor=is_mark or _OVERLAY.match(content) is not None)


# Environments


def _environment(name: str) -> Environment:
    def begin(reader: Reader) -> None:
        content, is_internal = _content(reader, name)
        source = f"\\begin{{{name}}}{content}\\end{{{name}}}"
        _begin(reader, name, f"\\makeatletter{source}\\makeatother" if is_internal else source, content)
        if name in _UNDER_A_GRAPHIC:
            reader.commands["\\includegraphics"](reader)

    return Environment(begin, _end)


def _content(reader: Reader, name: str) -> tuple[str, bool]:
    r"""What stands before \end{name}, and whether @ is a letter in it.

    The input goes on behind the content, or before it where it shows files.
    """
    if reader.drawings:
        return "", False  # the drawing around has it
    lexer = reader.gullet.lexer
    raw = lexer.raw_environment(name) if lexer is not None else None
    if lexer is not None:
        looked_through = len(lexer.text) - lexer.position if raw is None else len(raw)
        reader.gullet.spend(looked_through // CHARACTERS_A_TOKEN)
    if lexer is not None and raw is not None:
        if not _is_looked_into(name, raw):
            lexer.position += len(raw)
        return raw, lexer.has_letter_at()
    tokens = _tokens_of_environment(reader, name)
    content = source_of(tokens)
    if _is_looked_into(name, content):
        reader.gullet.push(tokens)
    return content, any(map(_INTERNAL.match, tokens))


def _is_looked_into(name: str, content: str) -> bool:
    return name in _UNDER_A_GRAPHIC or _SHOWS_FILES.search(content) is not None


def _tokens_of_environment(reader: Reader, name: str) -> list[Token]:
    r"""The tokens before \end{name}, which may come from the \end of an environment of the authors."""
    gullet = reader.gullet
    taken: list[Token] = []
    inner: list[str] = []
    while (token := gullet.raw()) is not None:
        if token not in {"\\begin", "\\end", f"\\end{name}"}:
            taken.append(token)
            continue
        found = name if token == f"\\end{name}" else gullet.word()
        if token == "\\begin":
            inner.append(found)
        elif found == (inner[-1] if inner else name):
            if not inner:
                gullet.push(["\\end", "{", name, "}"])
                break
            inner.pop()
        elif reader.ends_by_macro(found):
            reader.end(found)
            gullet.expand(gullet.raw() or "")
            continue
        else:
            gullet.push([token, "{", found, "}"])
            break
        taken += [token, "{", found, "}"]
    return taken


def draw_in_maths(reader: Reader, name: str) -> bool:
    r"""Draw an environment whose \begin{name} a formula has come to, if it is a drawing of a figure."""
    if name not in DRAWING_ENVIRONMENTS or reader.boxes.innermost_not_plain is None:
        return False
    content = _tokens_of_environment(reader, name)
    if reader.gullet.peek() == "\\end":
        reader.gullet.raw()
        reader.gullet.word()
    _draw(reader, name, f"\\begin{{{name}}}{source_of(content)}\\end{{{name}}}", content)
    return True


# Commands


def _command(name: str, language: str, take: Callable[[Gullet], list[Token]]) -> Handler:
    def handle(reader: Reader) -> None:
        tokens = take(reader.gullet)
        _draw(reader, language, source_of([f"\\{name}", *tokens]), tokens)

    return handle


def _draw(reader: Reader, language: str, source: str, content: list[Token]) -> None:
    _begin(reader, language, f"${source}$" if reader.gullet.in_math else source, source_of(content))
    if _SHOWS_FILES.search(source):
        reader.read(content)
    _end(reader)


def _up_to_groups(count: int) -> Callable[[Gullet], list[Token]]:
    r"""Everything up to the end of so many groups: \xymatrix@C=2pc{..}, \chemfig[options]{..}, \pstree{..}{..}."""

    def take(gullet: Gullet) -> list[Token]:
        taken: list[Token] = []
        for _ in range(count):
            taken += _before(gullet, "{")
            if gullet.accept("{"):
                taken += ["{", *gullet.balanced(), "}"]
        return taken

    return take


def _before(gullet: Gullet, stop: Token) -> list[Token]:
    """Tokens up to one that ends them, which stays; or to the end of the paragraph or of the group around."""
    taken: list[Token] = []
    while (token := gullet.raw()) is not None:
        if token in {stop, "\\par", "}"}:
            gullet.push([token])
            break
        taken.append(token)
    return taken


def _path(gullet: Gullet) -> list[Token]:
    r"""What follows \tikz: options, then a group or a path up to its semicolon."""
    options = gullet.optional(long=True)
    taken = ["[", *options, "]"] if options is not None else []
    if gullet.next_is("{"):
        return taken + _up_to_groups(1)(gullet)
    while (token := gullet.raw()) is not None and token not in {"\\par", "}"}:
        if token == "{":
            taken += ["{", *gullet.balanced(), "}"]
            continue
        head, semicolon, rest = token.partition(";")
        taken.append(head + semicolon)
        if semicolon:
            gullet.push([rest] if rest else [])
            return taken
    gullet.push([token] if token is not None else [])
    return taken


def _statement(gullet: Gullet) -> list[Token]:
    r"""A group with the semicolon behind it, as \feynmandiagram[options]{..}; has it."""
    taken = _up_to_groups(1)(gullet)
    return [*taken, ";"] if gullet.accept(";") else taken


def _brackets(gullet: Gullet) -> list[Token]:
    r"""A tree in brackets: \Tree [.S [.NP ] [.VP ] ]."""
    taken = _before(gullet, "[")
    depth = 0
    while (token := gullet.raw()) is not None and token != "\\par":
        taken.append(token)
        depth += (token == "[") - (token == "]")
        if depth <= 0:
            break
    return taken


def _up_to(end: Token) -> Callable[[Gullet], list[Token]]:
    def take(gullet: Gullet) -> list[Token]:
        taken: list[Token] = []
        while (token := gullet.raw()) is not None:
            taken.append(token)
            if token == end:
                break
        return taken

    return take


_TAKES: dict[str, tuple[str, Callable[[Gullet], list[Token]]]] = {
    "xymatrix": ("xy", _up_to_groups(1)),
    "xygraph": ("xy", _up_to_groups(1)),
    "xy": ("xy", _up_to("\\endxy")),
    "chemfig": ("chemfig", _up_to_groups(1)),
    "Qcircuit": ("qcircuit", _up_to_groups(1)),
    "feynmandiagram": ("feynmandiagram", _statement),
    "smartdiagram": ("smartdiagram", _up_to_groups(1)),
    "tikz": ("tikz", _path),
    "Tree": ("qtree", _brackets),
    "pstree": ("pstricks", _up_to_groups(2)),
    "diagram": ("diagram", _up_to("\\enddiagram")),
    "beginpicture": ("pictex", _up_to("\\endpicture")),
}

DRAWING_ENVIRONMENTS: dict[str, Environment] = {name: _environment(name) for name in _ENVIRONMENTS}

DRAWING_COMMANDS: dict[Token, Handler] = {
    f"\\{name}": _command(name, language, take) for name, (language, take) in _TAKES.items()
}
