r"""Commands that give a document its structure: environments, sections, title, abstract, paragraphs, counters."""

from s1_assets.extraction.latex.definitions import DEFINERS
from s1_assets.extraction.latex.environments import block, unread
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of, trim

_LEVELS = {
    "part": -1,
    "chapter": 0,
    "section": 1,
    "subsection": 2,
    "subsubsection": 3,
    "paragraph": 4,
    "subparagraph": 5,
}
_LEVELS |= {"head": 1, "subhead": 2, "heading": 1, "subheading": 2, "specialsection": 1, "Section": 1}
_AS_COMMANDS = ("figure", "table", "minipage", "center", "tabular", "equation", "eqnarray", "picture", "itemize")
# What authors may redefine without effect here: the skeleton that figures are found by.
PROTECTED = frozenset(
    "\\" + name
    for name in (
        "begin end par item input include includegraphics caption label ref cite citep citet section subsection "
        "subsubsection paragraph chapter part document enddocument footnote thanks title author date abstract "
        "endabstract figure endfigure table endtable wrapfigure subfigure minipage centering emph textbf textit texttt "
        "small appendix def let newcommand renewcommand providecommand subfloat subcaption subcaptionbox subref "
        "captionof captionsetup autoref cref Cref eqref bibliography documentclass usepackage the url href verb "
        "graphicspath includeonly epsfig psfig epsfbox epsffile plotone plottwo hyperref nameref pageref "
        "{ } $ & # % _ \\ ~ , ; : ! - / ' ` ^ \" = ."
    ).split()
)


def _begin(reader: Reader) -> None:
    reader.begin(reader.gullet.word())


def _end(reader: Reader) -> None:
    name = reader.gullet.word()
    if name == "document":
        reader.gullet.stop()
    else:
        reader.end(name)


def _section(level: int, counter: str) -> Handler:
    def handle(reader: Reader) -> None:
        starred = reader.gullet.accept("*")
        reader.gullet.optional()
        reader.leave_floats()
        title = reader.plain(reader.gullet.argument())
        reader.end_paragraph()
        if len(reader.boxes) == 1:
            reader.settle_loose()
        reader.sections = [(above, name) for above, name in reader.sections if above < level]
        reader.sections.append((level, title))
        if not starred:
            _count_section(reader, counter)

    return handle


def _count_section(reader: Reader, counter: str) -> None:
    counters = reader.gullet.counters
    counters.step(counter)
    if counter == "chapter":
        counters.reset_by("figure", "chapter")
        counters.prefix_by("figure", "chapter")


def _appendix(reader: Reader) -> None:
    r"""\appendix: sections (or chapters, in a book) are lettered; elsarticle prefixes figures with the letter."""
    counters = reader.gullet.counters
    unit = "chapter" if counters.value("chapter") else "section"
    counters.set(unit, 0)
    counters.style(unit, "Alph")
    if reader.document_class.startswith("elsarticle"):
        counters.prefix_by("figure", "section")


def _title(reader: Reader) -> None:
    reader.gullet.accept("*")
    reader.gullet.optional()
    title = reader.read_around_figures(reader.gullet.argument()).finish()[0]
    reader.title = reader.title or title


def _abstract(reader: Reader) -> None:
    r"""\abstract{..} is \begin{abstract} ... \end{abstract}; Astronomy & Astrophysics has it in five parts."""
    reader.gullet.optional()
    parts: list[Token] = []
    for _ in range(5 if reader.document_class.startswith("aa") else 1):
        if reader.gullet.next_is("{"):
            parts += [*reader.gullet.argument(), " "]
    if parts:
        reader.gullet.push(["\\begin", "{", "abstract", "}", *parts, "\\end", "{", "abstract", "}"])


def _item(reader: Reader) -> None:
    reader.end_paragraph()
    label = reader.gullet.optional()
    if label:
        reader.gullet.push(["{", *label, "}", " "])


def _make_title(reader: Reader) -> None:
    r"""\maketitle; authors who put a teaser under the title redefine \@maketitle."""
    reader.end_paragraph()
    if "\\@maketitle" in reader.gullet.macros:
        reader.gullet.push(["\\@maketitle"])


# Counters


def _set_counter(reader: Reader) -> None:
    name = reader.gullet.word()
    reader.gullet.counters.set(name, _number(reader))


def _add_to_counter(reader: Reader) -> None:
    name = reader.gullet.word()
    reader.gullet.counters.add(name, _number(reader))


def _number(reader: Reader) -> int:
    level = reader.gullet.enter(reader.gullet.argument())
    value = reader.gullet.number()
    reader.gullet.leave(level)
    return value


def _step_counter(reader: Reader) -> None:
    reader.gullet.counters.step(reader.gullet.word())


def _number_within(prefixed: bool) -> Handler:
    r"""\numberwithin{figure}{section}, \counterwithin(*), \@addtoreset."""

    def handle(reader: Reader) -> None:
        starred = reader.gullet.accept("*")
        reader.gullet.optional()
        name, parent = reader.gullet.word(), reader.gullet.word()
        reader.gullet.counters.reset_by(name, parent)
        if prefixed and not starred:
            reader.gullet.counters.prefix_by(name, parent)

    return handle


def _counter_without(reader: Reader) -> None:
    starred = reader.gullet.accept("*")
    name = reader.gullet.word()
    reader.gullet.argument()
    reader.gullet.counters.without(name, keep_prefix=starred)


def _new_counter(reader: Reader) -> None:
    name = reader.gullet.word()
    parent = reader.gullet.optional()
    if parent:
        reader.gullet.counters.reset_by(name, source_of(parent).strip())


def _new_count(reader: Reader) -> None:
    r"""\newcount\name makes a register that is set by \name=3 and \advance."""
    token = reader.gullet.raw()
    if token is not None and token[0] == "\\":
        reader.registers.add(token)


def _advance(reader: Reader) -> None:
    r"""\advance\name by 3; lengths do not matter."""
    token = reader.gullet.raw()
    for letter in "by":
        reader.gullet.accept(letter)
    if token is not None and token in reader.registers:
        reader.gullet.counters.add(token, reader.gullet.number())
    else:
        reader.gullet.dimension()


# Definitions


def _definer(name: Token) -> Handler:
    define = DEFINERS[name]
    return lambda reader: define(reader.gullet, PROTECTED)


def _environment_command(name: str, ends: bool = False) -> Handler:
    r"""\figure ... \endfigure, as authors' environments begin and end another one."""
    return lambda reader: reader.end(name) if ends else reader.begin(name)


def _new_theorem(reader: Reader) -> None:
    reader.gullet.accept("*")
    name = reader.gullet.word()
    reader.gullet.optional()
    reader.gullet.argument()
    reader.gullet.optional()
    reader.environments.setdefault(name, block("o"))


def _new_unread(arguments: str) -> Handler:
    r"""\excludecomment{name}, \lstnewenvironment{name}...: an environment whose content is not read."""

    def handle(reader: Reader) -> None:
        name = reader.gullet.word()
        for letter in arguments:
            reader.gullet.optional() if letter == "o" else reader.gullet.argument()
        reader.environments[name] = unread(name)

    return handle


def _include_comment(reader: Reader) -> None:
    reader.environments[reader.gullet.word()] = block()


def _use_box(reader: Reader) -> None:
    r"""\usebox{\name}: \sbox stored it as a macro."""
    stored = trim(reader.gullet.argument())
    reader.gullet.push(stored if stored and stored[0] in reader.gullet.macros else [])


STRUCTURE_ENVIRONMENTS = {
    "document": Environment(Reader.start_body, Reader.end_paragraph),
    "appendix": Environment(_appendix, Reader.end_paragraph),
    "appendices": Environment(_appendix, Reader.end_paragraph),
}

STRUCTURE_COMMANDS: dict[Token, Handler] = {
    **{name: _definer(name) for name in DEFINERS},
    **{"\\" + name: _section(level, name) for name, level in _LEVELS.items()},
    "\\begin": _begin,
    "\\end": _end,
    "\\bye": lambda reader: reader.gullet.stop(),
    "\\par": lambda reader: reader.end_paragraph(),
    "\\item": _item,
    "\\bibitem": _item,
    "\\appendix": _appendix,
    "\\title": _title,
    "\\icmltitle": _title,
    "\\Title": _title,
    "\\abstract": _abstract,
    "\\abst": _abstract,
    "\\maketitle": _make_title,
    "\\setcounter": _set_counter,
    "\\addtocounter": _add_to_counter,
    "\\stepcounter": _step_counter,
    "\\refstepcounter": _step_counter,
    "\\numberwithin": _number_within(prefixed=True),
    "\\counterwithin": _number_within(prefixed=True),
    "\\@addtoreset": _number_within(prefixed=False),
    "\\counterwithout": _counter_without,
    "\\newcounter": _new_counter,
    "\\newcount": _new_count,
    "\\advance": _advance,
    "\\newtheorem": _new_theorem,
    "\\excludecomment": _new_unread(""),
    "\\excludeversion": _new_unread(""),
    "\\lstnewenvironment": _new_unread("oomm"),
    "\\newminted": _new_unread("omm"),
    "\\DefineVerbatimEnvironment": _new_unread("mm"),
    "\\includecomment": _include_comment,
    "\\includeversion": _include_comment,
    **{f"\\{name}": _environment_command(name) for name in _AS_COMMANDS},
    **{f"\\end{name}": _environment_command(name, ends=True) for name in _AS_COMMANDS},
    "\\usebox": _use_box,
}
