r"""The stomach: carries out what the gullet delivers, in the order of the document.

A `Reader` holds what a document has come to so far: the text under construction, the boxes around it, the sections, the
figures, and the paragraphs that cite them. What each command and environment does stands in the tables it is given.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from s1_assets.extraction.latex.expandables import EXPANDABLES
from s1_assets.extraction.latex.floats import Box, Caption, Drawing, FigureFound, GraphicUse, Item, Kind, settle
from s1_assets.extraction.latex.gullet import Gullet
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.plain_text import Reference, Text
from s1_assets.extraction.latex.source import GRAPHIC_EXTENSIONS, Source
from s1_assets.extraction.latex.tokens import Token
from s1_assets.rejects import Reason

MAX_DEPTH = 40  # arguments read within arguments
MAX_BOXES = 50  # one in another
MAX_OPEN = 500  # environments one in another

_LITERAL_MENTION = re.compile(r"\bfig(?:s|ures?)?\b\.?\s*(?:\(?[A-Z]{0,2}\.?\d)", re.IGNORECASE)
_FLOAT_NAME = re.compile(r"figure|table|algorithm", re.IGNORECASE)

Handler = Callable[["Reader"], None]


@dataclass(frozen=True, slots=True)
class Environment:
    r"""What \begin{name} and \end{name} do; the handlers stand behind the name's own arguments."""

    begin: Handler
    end: Handler


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text with the references in it."""

    order: int
    section: str
    text: str
    references: tuple[Reference, ...]
    speaks_of_figures: bool  # in words, such as "Figure 3"


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """An entry of the glossary: short and long form; a term has no long form."""

    short: str
    long: str = ""


@dataclass(slots=True)
class _Open:
    r"""An environment that has begun.

    `scopes` is the depth of the macro table's groups before it; `by_authors` says that their \endname is to be read.
    """

    name: str
    end: Handler
    scopes: int
    by_authors: bool


class Reader:
    """Reads one document."""

    def __init__(
        self, source: Source, commands: Mapping[Token, Handler], environments: Mapping[str, Environment]
    ) -> None:
        self.source = source
        self.commands = commands
        self.environments = dict(environments)
        self.gullet = Gullet(EXPANDABLES, commands)
        # Text
        self.sinks: list[Text] = [Text()]
        self.paragraphs: list[Paragraph] = []
        self.order = 0
        self.sections: list[tuple[int, str]] = []
        self.title = ""
        self.abstract: list[str] = []
        self.in_abstract = False
        self.glossary: dict[str, Abbreviation] = {}
        self.glossary_used: set[str] = set()
        self.registers: set[Token] = set()
        # Figures
        self.boxes: list[Box] = [Box(Kind.PLAIN)]
        self.figures: list[FigureFound] = []
        self.rest: list[tuple[GraphicUse, Reason]] = []
        self.graphics: list[GraphicUse] = []
        self.graphic_folders: list[str] = []
        self.graphic_extensions: tuple[str, ...] = GRAPHIC_EXTENSIONS
        self.inherited: list[dict[str, str]] = []
        self.around_figures = False  # in a caption, title or running head, where graphics are ornaments
        self.continued = False  # the next caption keeps the number of the last
        self.figure_counters = {"figure", "scheme", "chart", "graph", "plate"}
        # Files
        self.in_document = False
        self.document_class = ""
        self.included_only: frozenset[str] | None = None
        self.inputs_read = 0
        self.files_read: set[str] = set()
        self.packages_read: set[str] = set()
        self._open: list[_Open] = []
        self._first_open = 0  # environments before it cannot end within the present reading
        self._depth = 0
        self._boxes_too_deep = 0  # boxes open beyond MAX_BOXES, whose content goes to the box of that depth

    def folders(self) -> list[str]:
        r"""Where graphics are looked for, in turn: \graphicspath, and the folders of the files being read."""
        files = list(dict.fromkeys(frame.folder for frame in reversed(self.gullet.frames)))
        return [f"{base}/{path}" if base else path for path in self.graphic_folders for base in files] + files + [""]

    # Text

    @property
    def text(self) -> Text:
        """The text that characters go to now."""
        return self.sinks[-1]

    def run(self) -> None:
        """Carry out tokens until the input (or the nested reading) ends."""
        deliver = self.gullet.next
        commands = self.commands
        while (token := deliver()) is not None:
            handler = commands.get(token)
            if handler is not None:
                handler(self)
            elif token[0] == "\\":
                self.unknown(token)
            else:
                self.sinks[-1].run(token)

    def unknown(self, token: Token) -> None:
        r"""A command without a rule prints nothing itself; its arguments are read as text, its options are not."""
        if token in self.registers:
            self.gullet.accept("=")
            self.gullet.counters.set(token, self.gullet.number())
        elif token.endswith(("ref", "Ref")) and self.gullet.peek() == "{":
            self.commands["\\ref"](self)
        elif token.endswith(("cite", "citep", "citet")) and self.gullet.peek() in {"{", "["}:
            self.commands["\\cite"](self)
        elif self.gullet.peek() == "[":
            option = self.gullet.optional()
            if self.gullet.peek() != "{" and option is not None:
                self.gullet.push(["[", *option, "]"])

    def read(self, tokens: Iterable[Token]) -> Text:
        """Read tokens as a text of their own: a caption, a title, a footnote."""
        text = Text()
        if self._depth >= MAX_DEPTH:
            self.gullet.meet_limit(f"more than {MAX_DEPTH} arguments one in another")
            return text
        level = self.gullet.enter(tokens)
        scopes, boxes, math, first_open = (
            self.gullet.macros.depth,
            len(self.boxes),
            self.gullet.in_math,
            self._first_open,
        )
        self._first_open = len(self._open)
        self._depth += 1
        self.gullet.in_math = False
        self.sinks.append(text)
        depth_of_sinks = len(self.sinks)
        self.gullet.macros.open_scope()
        try:
            self.run()
        finally:
            while len(self._open) > self._first_open:
                self._end_innermost()
            self._first_open = first_open
            while len(self.boxes) > boxes:
                self.close_box()
            self.gullet.macros.close_scope(scopes)
            del self.sinks[depth_of_sinks - 1 :]
            self.gullet.in_math = math
            self._depth -= 1
            self.gullet.leave(level)
        return text

    def plain(self, tokens: Iterable[Token]) -> str:
        """Tokens as plain text."""
        return self.read(tokens).finish()[0]

    def read_around_figures(self, tokens: Iterable[Token]) -> Text:
        """Read a text in which a graphic is an ornament: a caption, a title, a running head."""
        outer, self.around_figures = self.around_figures, True
        text = self.read(tokens)
        self.around_figures = outer
        return text

    def hide_text(self) -> None:
        """What follows is no running text, until `show_text`."""
        self.sinks.append(Text())

    def show_text(self) -> None:
        """Back to the text before `hide_text`."""
        if len(self.sinks) > 1:
            self.sinks.pop()

    def end_paragraph(self) -> None:
        r"""\par, or anything else that ends a paragraph; inside of other texts only a blank."""
        if len(self.sinks) > 1:
            self.text.add(" ")
            return
        text, references = self.text.finish()
        self.sinks[0] = Text()
        if not text:
            return
        if len(self.boxes) == 1:
            self.settle_loose()
        if self.in_abstract:
            self.abstract.append(text)
        in_words = _LITERAL_MENTION.search(text) is not None
        if references or in_words:
            self.paragraphs.append(Paragraph(self.order, self.section_path(), text, references, in_words))
        self.order += 1

    def start_body(self) -> None:
        r"""\begin{document}: what the preamble said is no text of the paper."""
        self.in_document = True
        del self.sinks[1:]
        self.sinks[0] = Text()
        self.paragraphs.clear()
        self.order = 0

    def section_path(self) -> str:
        """Titles of the enclosing sections."""
        return "Abstract" if self.in_abstract else " > ".join(title for _, title in self.sections if title)

    # Environments

    def begin(self, name: str) -> None:
        r"""\begin{name}: an environment of this reader, or one that the authors defined as \name ... \endname."""
        if len(self._open) >= MAX_OPEN:
            return
        macros = self.gullet.macros
        by_authors = "\\" + name in macros and "\\end" + name in macros
        environment = None if by_authors else self._environment(name)
        end = environment.end if environment is not None else _nothing
        self._open.append(_Open(name, end, macros.depth, by_authors))
        macros.open_scope()
        if environment is not None:
            environment.begin(self)
        elif by_authors:
            self.gullet.push(["\\" + name])
        else:
            self.gullet.optional()

    def _environment(self, name: str) -> Environment | None:
        """The environment of that name or of the name without star; floats of unknown classes go by what they hold."""
        known = self.environments.get(name) or self.environments.get(name.rstrip("*"))
        if known is None and (said := _FLOAT_NAME.search(name)):
            return self.environments[said[0].lower()]
        return known

    def end(self, name: str) -> None:
        r"""\end{name}; environments left open inside of it end with it. One that never began is ignored."""
        began = next((opened for opened in reversed(self._open[self._first_open :]) if opened.name == name), None)
        if began is None:
            return
        if began.by_authors:
            began.by_authors = False
            self.gullet.push(["\\end" + name, "\\end", "{", name, "}"])
            return
        while self._open[-1] is not began:
            self._end_innermost()
        self._end_innermost()

    def leave_floats(self) -> None:
        """A section begins, so a float (or a table, or a picture) that is still open was never closed."""
        if self._depth == 0:
            while self._open and (len(self.sinks) > 1 or any(box.kind is not Kind.PLAIN for box in self.boxes)):
                self._end_innermost()

    def _end_innermost(self) -> None:
        opened = self._open.pop()
        opened.end(self)
        self.gullet.macros.close_scope(opened.scopes)

    # Boxes and figures

    def declare_caption_type(self, counter: str) -> None:
        r"""What the \caption of this group counts: LaTeX keeps it in \@captype."""
        self.gullet.macros.define("\\@captype", Macro((), (counter,)))

    def open_box(self, kind: Kind) -> None:
        """Open a box for the graphics, captions and labels that follow."""
        if len(self.boxes) > MAX_BOXES:
            self._boxes_too_deep += 1
            return
        self.boxes.append(Box(kind, self.gullet.file_frame().name))

    def close_box(self) -> None:
        """Close the innermost box: a float is settled, other boxes are left to the one around them."""
        if self._boxes_too_deep > 0:
            self._boxes_too_deep -= 1
            return
        if len(self.boxes) == 1:
            return
        box = self.boxes.pop()
        if any(outer.kind is not Kind.PLAIN for outer in self.boxes):
            self.boxes[-1].items.append(box)
        elif box.kind is not Kind.PLAIN or (len(self.boxes) == 1 and _is_figure(box)):
            self.settle_loose()
            self._settle(box)
        else:
            self.boxes[-1].items.append(box)

    def draw(self, what: str) -> None:
        """Put a drawing into the innermost box, with the file it comes from if that was input for it."""
        file = self.gullet.file_frame().name
        began_in = next((box.file for box in reversed(self.boxes) if box.kind is not Kind.PLAIN), file)
        self.place(Drawing(what, None if file == began_in else file))

    def place(self, item: Item) -> None:
        """Put something into the innermost box."""
        self.boxes[-1].items.append(item)
        if isinstance(item, GraphicUse):
            self.graphics.append(item)

    def settle_loose(self) -> None:
        """Settle what stands in no box at all, where the running text has moved on."""
        if self.boxes[0].items:
            loose, self.boxes[0].items = self.boxes[0].items, []
            self._settle(Box(Kind.PLAIN, items=loose))

    def _settle(self, box: Box) -> None:
        settled = settle(box)
        self.figures += settled.figures
        self.rest += settled.rest

    def finish(self) -> None:
        """The document ends here: close what is open."""
        while self._open:
            self._end_innermost()
        del self.sinks[1:]
        self.end_paragraph()
        while len(self.boxes) > 1:
            self.close_box()
        self.settle_loose()


def _nothing(_reader: Reader) -> None:
    """An environment without a rule ends like a group."""


def _is_figure(box: Box) -> bool:
    leaves = [placed.leaf for placed in box.walk()]
    has_caption = any(isinstance(leaf, Caption) for leaf in leaves)
    return has_caption and any(isinstance(leaf, GraphicUse | Drawing) for leaf in leaves)
