r"""The stomach: carries out what the gullet delivers, in the order of the document.

A `Reader` holds what a document has come to so far: the text under construction, the boxes around it, the sections, the
figures, and the paragraphs that cite them. What each command and environment does stands in the tables it is given.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from s1_assets.extraction.latex import shorthands
from s1_assets.extraction.latex.expandables import EXPANDABLES
from s1_assets.extraction.latex.floats import Box, DrawingUse, Kind, Unplaced
from s1_assets.extraction.latex.gullet import Gullet
from s1_assets.extraction.latex.kernel import PROTECTED, kernel
from s1_assets.extraction.latex.macros import Alias, Character, Macro, Meaning, Quantity, Terms
from s1_assets.extraction.latex.open_boxes import OpenBoxes
from s1_assets.extraction.latex.plain_text import BREAK, Reference, Text, speaks_of_figures
from s1_assets.extraction.latex.registers import assign
from s1_assets.extraction.latex.source import GRAPHIC_EXTENSIONS, Source
from s1_assets.extraction.latex.tokens import Token
from s1_assets.rejects import Reason

MAX_DEPTH = 40  # arguments read within arguments
MAX_OPEN = 500  # environments one in another

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
    """An entry of the glossary: short and long form, of which a term has none; with what differs from the rules.

    The rules: a plural ends in s, and the first use prints the long form with the short one in brackets.
    """

    short: str
    long: str = ""
    plural: str = ""
    long_plural: str = ""
    first: str = ""
    symbol: str = ""


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
        self.gullet.macros.update(kernel())
        self.gullet.counters.set("page", 1)
        # Text
        self.sinks: list[Text] = [Text()]
        self.paragraphs: list[Paragraph] = []
        self.notes: list[Text] = []  # footnotes of the paragraph
        self.order = 0
        self.sections: list[tuple[int, str]] = []
        self.title = ""
        self.abstract: list[str] = []
        self.in_abstract = False
        self.in_german = False  # where babel gives `"` a meaning
        self.glossary: dict[str, Abbreviation] = {}
        self.glossary_used: set[str] = set()
        # Figures
        self.boxes = OpenBoxes(lambda: self.gullet.file_frame().name)
        self.drawings: list[DrawingUse | None] = []  # open now, one in another
        self.preamble: Mapping[Token, Meaning] = {}  # what it has defined
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
        self.main_file = ""
        self.files_read: set[str] = set()
        self.packages_read: set[str] = set()
        self.options: tuple[str, ...] = ()  # of the package or class that is being read
        self.at_begin: list[Token] = []  # to be carried out at \\begin{document}
        self.at_end: list[Token] = []
        self.terms = Terms(PROTECTED)  # of definitions
        self._open: list[_Open] = []
        self._first_open = 0  # environments before it cannot end within the present reading
        self._depth = 0

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
                self.sinks[-1].run(shorthands.printed(token) if self.in_german else token)

    def unknown(self, token: Token) -> None:
        r"""A command without a rule prints nothing itself; its arguments are read as text, its options are not."""
        if token in self.gullet.macros or token in self.gullet.counters:
            self._go_by_meaning(token)
        elif "@" in token:
            self._pass_over_arguments()
        elif token.endswith(("ref", "Ref", "refs", "Refs")) and self.gullet.peek() == "{":
            self.commands["\\ref"](self)
        elif "cite" in token.lower() and self.gullet.peek() in {"{", "["}:
            self.commands["\\cite"](self)
        elif token.lower().endswith("caption") and self._in_figure() and self.gullet.peek() in {"{", "["}:
            self.commands["\\caption"](self)
        elif self.gullet.peek() == "[":
            option = self.gullet.optional()
            if self.gullet.peek() != "{" and option is not None:
                self.gullet.push(["[", *option, "]"])

    def _go_by_meaning(self, token: Token) -> None:
        r"""A character by another name, one of \chardef, or a register to be set."""
        meaning = self.gullet.macros.get(token)
        if isinstance(meaning, Alias):
            handler = self.commands.get(meaning.target)
            handler(self) if handler is not None else self.text.run(meaning.target)
        elif isinstance(meaning, Character):
            character = chr(meaning.code)
            self.text.add(character if character.isprintable() else "")
        else:
            assign(self.gullet, token)

    def _pass_over_arguments(self) -> None:
        """An internal command of LaTeX or of a package that is not at hand: what it is given is no text."""
        while (following := self.gullet.peek()) in {"{", "["}:
            if following == "{":
                self.gullet.argument()
            elif self.gullet.optional() is None:
                return

    def _in_figure(self) -> bool:
        return not self.around_figures and self.boxes.within(Kind.FIGURE)

    def read(self, tokens: Iterable[Token]) -> Text:
        """Read tokens as a text of their own: a caption, a title, a footnote."""
        text = Text()
        if self._depth >= MAX_DEPTH:
            self.gullet.meet_limit(f"more than {MAX_DEPTH} arguments one in another")
            return text
        scopes = self.gullet.macros.depth
        self.gullet.macros.open_scope()
        with self._aside(self.gullet.enter(tokens), text):
            self.run()
        self.gullet.macros.close_scope(scopes)
        return text

    @contextmanager
    def _aside(self, level: int, text: Text) -> Iterator[None]:
        """A nested reading that the gullet has entered: its text goes to `text`, and what it leaves open is closed."""
        scopes, boxes, math = self.gullet.macros.depth, len(self.boxes.stack), self.gullet.in_math
        first_open, self._first_open = self._first_open, len(self._open)
        self._depth += 1
        self.gullet.in_math = False
        self.sinks.append(text)
        sinks = len(self.sinks)
        yield
        while len(self._open) > self._first_open:
            self._end_innermost()
        self._first_open = first_open
        self.boxes.close_to(boxes)
        self.gullet.macros.close_scope(scopes)
        del self.sinks[sinks - 1 :]
        self.gullet.in_math = math
        self._depth -= 1
        self.gullet.leave(level)

    def carry_out(self, tokens: Iterable[Token], file: tuple[str, str, str] | None = None) -> None:
        """Carry out tokens, or the text, path and folder of a package, for what they define; nothing is typeset."""
        if self._depth >= MAX_DEPTH:
            self.gullet.meet_limit(f"more than {MAX_DEPTH} packages and arguments one in another")
            return
        level = self.gullet.enter(tokens, expendable=True)
        if file is not None:
            self.gullet.open_file(*file)
        title = self.title
        conditionals = len(self.gullet.conditionals)
        box = Box(Kind.PLAIN)
        with self.boxes.forgetting(), self._aside(level, Text()):
            self.boxes.stack.append(box)
            self.run()
        box.items.clear()
        self.title = title
        del self.gullet.conditionals[conditionals:]

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
            self.text.add(BREAK)
            return
        text, references = self.text.finish()
        notes, self.notes = self.notes, []
        self.sinks[0] = Text()
        if text:
            if self.boxes.is_outside():
                self.boxes.settle_loose()
            if self.in_abstract:
                self.abstract.append(text)
            self._add_paragraph(text, references)
        for note in notes:
            self._add_paragraph(*note.finish())

    def _add_paragraph(self, text: str, references: tuple[Reference, ...]) -> None:
        in_words = speaks_of_figures(text)
        if references or in_words:
            self.paragraphs.append(Paragraph(self.order, self.section_path(), text, references, in_words))
        self.order += 1

    def read_note(self, tokens: Iterable[Token]) -> None:
        """Read a footnote: a paragraph behind the one it hangs on, where that is running text."""
        note = self.read(tokens)
        if len(self.sinks) == 1 and not note.is_blank():
            self.notes.append(note)

    def start_body(self) -> None:
        r"""\begin{document}: what the preamble said is no text of the paper."""
        self.in_document = True
        self.preamble = dict(self.gullet.macros.meanings())
        del self.sinks[1:]
        self.sinks[0] = Text()
        self.notes.clear()
        self.paragraphs.clear()
        self.order = 0
        hooks, self.at_begin = self.at_begin, []
        if hooks:
            self.carry_out(hooks)

    def end_body(self) -> None:
        r"""\end{document}: what the authors want done there, then nothing more."""
        hooks, self.at_end = self.at_end, []
        self.gullet.stop()
        self.gullet.push(hooks)

    def section_path(self) -> str:
        """Titles of the enclosing sections."""
        return "Abstract" if self.in_abstract else " > ".join(title for _, title in self.sections if title)

    # Environments

    def begin(self, name: str) -> None:
        r"""\begin{name}: an environment of this reader, or one that the authors defined as \name ... \endname."""
        if len(self._open) >= MAX_OPEN:
            self.gullet.meet_limit(f"more than {MAX_OPEN} environments one in another")
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
            self._pass_over_settings()

    def _pass_over_settings(self) -> None:
        r"""What directly follows the name of an unknown environment: options, and words or lengths in braces.

        What holds any other command, or names a figure, is taken for content.
        """
        while (following := self.gullet.peek()) in {"{", "["}:
            if following == "[":
                if self.gullet.optional() is None:
                    return
                continue
            argument = self.gullet.argument()
            meanings = [self.gullet.macros.get(token) for token in argument if token[0] == "\\"]
            if speaks_of_figures("".join(argument)) or any(not isinstance(each, Quantity) for each in meanings):
                self.gullet.push(["{", *argument, "}"])
                return

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

    def ends_by_macro(self, name: str) -> bool:
        r"""Whether \end{name} is a macro of the authors, to be read first."""
        return any(opened.name == name and opened.by_authors for opened in self._open[self._first_open :])

    def leave_floats(self) -> None:
        """A section begins, so a float (or a table, or a picture) that is still open was never closed."""
        if self._depth == 0:
            while self._open and (len(self.sinks) > 1 or self.boxes.innermost_not_plain is not None):
                self._end_innermost()

    def _end_innermost(self) -> None:
        opened = self._open.pop()
        opened.end(self)
        self.gullet.macros.close_scope(opened.scopes)

    # Figures

    def declare_caption_type(self, counter: str) -> None:
        r"""What the \caption of this group counts: LaTeX keeps it in \@captype."""
        self.gullet.macros.define("\\@captype", Macro((), (counter,)))

    def finish(self) -> None:
        """The document ends here: close what is open."""
        while self._open:
            self._end_innermost()
        del self.sinks[1:]
        self.end_paragraph()
        self.boxes.finish()
        self._reject_unused_boxes()

    def _reject_unused_boxes(self) -> None:
        r"""Graphics that \sbox stored and nobody put on a page."""
        shown = len(self.boxes.graphics)
        self.carry_out(token for content in self.gullet.boxes.unused() for token in ("{", *content, "}"))
        left = self.boxes.graphics[shown:]
        self.boxes.rest += [Unplaced(use, Reason.NOT_TYPESET, "in a box that is shown nowhere") for use in left]


def close_box(reader: Reader) -> None:
    """What an environment does that ends with the box it has opened."""
    reader.boxes.close()


def _nothing(_reader: Reader) -> None:
    """An environment without a rule ends like a group."""
