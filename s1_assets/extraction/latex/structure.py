r"""Commands that give a document its structure: environments, sections, title, abstract, counters."""

from s1_assets.extraction.latex.definitions import DEFINERS
from s1_assets.extraction.latex.environments import block, figure_float, other_float, unread
from s1_assets.extraction.latex.kernel import kernel
from s1_assets.extraction.latex.macros import Alias, Macro
from s1_assets.extraction.latex.quantities import box_name, number, read_from
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of, tokenize

_NUMBERED = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph")  # from level -1
_LEVELS = {name: level for level, name in enumerate(_NUMBERED, -1)}
_LEVELS |= {"head": 1, "subhead": 2, "heading": 1, "subheading": 2, "specialsection": 1, "Section": 1}
# Never numbered: those of KOMA-Script, and the run-in headings of Springer Nature's and Wiley's classes.
_UNNUMBERED = {"addpart": -1, "addchap": 0, "addsec": 1, "minisec": 4, "bmhead": 4}
_UNNUMBERED |= {"bmsection": 1, "bmsubsection": 2, "bmsubsubsection": 3}
# How a class prints the figures of appendices behind the section's letter, and whether each section counts from 1
# (elsarticle.cls, aa.cls, mnras.cls, mn2e.cls).
_APPENDIX_FIGURES = {"elsarticle": (".", False), "aa": (".", True), "mnras": ("", True), "mn2e": ("", True)}
_ROMAN_SECTIONS = ("IEEEtran", "revtex")  # classes that number sections so, whatever their version
_MAIN_MATTER = "\\if@mainmatter"  # what book.cls numbers chapters by
_AS_COMMANDS = (
    "figure", "table", "minipage", "center", "tabular", "equation", "eqnarray", "picture", "tikzpicture", "pspicture",
    "itemize",
)  # fmt: skip


def _begin(reader: Reader) -> None:
    reader.begin(reader.gullet.word())


def _end(reader: Reader) -> None:
    name = reader.gullet.word()
    if name == "document":
        reader.end_body()
    else:
        reader.end(name)


def _section(level: int, numbered: bool) -> Handler:
    def handle(reader: Reader) -> None:
        starred = reader.gullet.accept("*")
        reader.gullet.optional()
        reader.leave_floats()
        title = reader.plain(reader.gullet.argument())
        reader.end_paragraph()
        if reader.boxes.is_outside():
            reader.boxes.settle_loose()
        reader.sections = [(above, name) for above, name in reader.sections if above < level]
        reader.sections.append((level, title))
        counters = reader.gullet.counters
        unnumbered_chapter = level == 0 and reader.gullet.primitive(_MAIN_MATTER) == "\\iffalse"
        if numbered and not starred and not unnumbered_chapter and level <= counters.value("secnumdepth"):
            counters.step(_NUMBERED[level + 1])

    return handle


def _matter(is_main: bool) -> Handler:
    r"""\frontmatter, \mainmatter and \backmatter of a book, of which only the main one numbers its chapters."""

    def handle(reader: Reader) -> None:
        reader.end_paragraph()
        reader.gullet.macros.define(_MAIN_MATTER, Alias("\\iftrue" if is_main else "\\iffalse"), everywhere=True)

    return handle


def _begin_document(reader: Reader) -> None:
    usual = reader.gullet.macros.get("\\thesection") is kernel()["\\thesection"]
    if usual and _document_class(reader).startswith(_ROMAN_SECTIONS):
        _print_counter(reader, "section", r"\Roman{section}")
    reader.start_body()


def _document_class(reader: Reader) -> str:
    """The class without its folder, where it comes with the paper."""
    return reader.document_class.rpartition("/")[2]


def _appendix(reader: Reader) -> None:
    r"""\appendix: sections (or chapters, in a book) are lettered, and in some classes figures go with them."""
    counters = reader.gullet.counters
    unit = "chapter" if counters.value("chapter") else "section"
    counters.set(unit, 0)
    _print_counter(reader, unit, f"\\Alph{{{unit}}}")
    if _document_class(reader) in _APPENDIX_FIGURES:
        separator, restarts = _APPENDIX_FIGURES[_document_class(reader)]
        _print_counter(reader, "figure", f"\\thesection{separator}\\arabic{{figure}}")
        if restarts:
            counters.set("figure", 0)
            counters.reset_with("figure", "section")


def _appendices(reader: Reader) -> None:
    r"""\begin{appendices}, in which Springer Nature's class counts figures anew."""
    _appendix(reader)
    if _document_class(reader) == "sn-jnl":
        _restart_figures(reader)


def _restart_figures(reader: Reader) -> None:
    r"""AASTeX's \restartappendixnumbering: figures count from 1 once more, behind the section's letter."""
    reader.gullet.counters.set("figure", 0)
    _print_counter(reader, "figure", r"\thesection\arabic{figure}")


def _print_counter(reader: Reader, name: str, source: str) -> None:
    r"""Give \the<name> the meaning that `source` has."""
    reader.gullet.macros.define("\\the" + name, Macro((), tuple(tokenize(source))), everywhere=True)


def _title(reader: Reader) -> None:
    reader.gullet.accept("*")
    reader.gullet.optional()
    title = reader.read_around_figures(reader.gullet.argument()).finish()[0]
    reader.title = reader.title or title


def _abstract(reader: Reader) -> None:
    r"""\abstract{..} is \begin{abstract} ... \end{abstract}; Astronomy & Astrophysics has it in five parts."""
    reader.gullet.optional()
    parts: list[Token] = []
    for _ in range(5 if _document_class(reader) == "aa" else 1):
        if reader.gullet.next_is("{"):
            parts += [*reader.gullet.argument(), " "]
    if parts:
        reader.gullet.push(["\\begin", "{", "abstract", "}", *parts, "\\end", "{", "abstract", "}"])


def _online_only(reader: Reader) -> None:
    r"""\onlfig{..} of A&A's class, which before its version 7 had the number of the float as another argument."""
    content = reader.gullet.argument()
    if source_of(content).strip().isdecimal() and reader.gullet.next_is("{"):
        content = reader.gullet.argument()
    reader.gullet.push(["{", *content, "}"])


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
    return read_from(reader.gullet, reader.gullet.argument(), number)


def _step_counter(reader: Reader) -> None:
    reader.gullet.counters.step(reader.gullet.word())


def _number_within(prefixed: bool) -> Handler:
    r"""\numberwithin[\arabic]{figure}{section}, \counterwithin(*), \@addtoreset."""

    def handle(reader: Reader) -> None:
        starred = reader.gullet.accept("*")
        style = source_of(reader.gullet.optional() or ["\\arabic"])
        name, parent = reader.gullet.word(), reader.gullet.word()
        reader.gullet.counters.reset_with(name, parent)
        if prefixed and not starred:
            _print_counter(reader, name, f"\\the{parent}.{style}{{{name}}}")

    return handle


def _counter_without(reader: Reader) -> None:
    r"""\counterwithout(*)[\arabic]{figure}{chapter}."""
    starred = reader.gullet.accept("*")
    style = source_of(reader.gullet.optional() or ["\\arabic"])
    name, parent = reader.gullet.word(), reader.gullet.word()
    reader.gullet.counters.keep_through(name, parent)
    if not starred:
        _print_counter(reader, name, f"{style}{{{name}}}")


def _new_counter(reader: Reader) -> None:
    name = reader.gullet.word()
    parent = reader.gullet.optional()
    reader.gullet.counters.set(name, 0)
    if not reader.gullet.is_defined("\\the" + name):
        _print_counter(reader, name, f"\\arabic{{{name}}}")
    if parent:
        reader.gullet.counters.reset_with(name, source_of(parent).strip())


# Definitions


def _add_to_captions(reader: Reader) -> None:
    r"""\addto\captionsenglish{..} of babel: what it adds is carried out, as if the language were in use."""
    reader.gullet.raw()
    reader.gullet.push(reader.gullet.argument())


def _definer(name: Token) -> Handler:
    define = DEFINERS[name]
    return lambda reader: define(reader.gullet, reader.terms)


def _environment_command(name: str, ends: bool = False) -> Handler:
    r"""\figure ... \endfigure, as authors' environments begin and end another one."""
    return lambda reader: reader.end(name) if ends else reader.begin(name)


def _section_by_rank(reader: Reader) -> None:
    r"""\@startsection{name}{level}{indent}{before}{after}{style}, of which classes make their headings."""
    reader.gullet.word()
    level = _number(reader)
    for _ in range(4):
        reader.gullet.argument()
    _section(level, numbered=False)(reader)


def _float_by_type(reader: Reader) -> None:
    r"""\@float{figure}, of which classes make their floats."""
    name = reader.gullet.word()
    made = figure_float if name in reader.figure_counters else other_float
    made(name).begin(reader)


def _stored_box(reader: Reader) -> None:
    r"""\begin{lrbox}{\name}; one whose end is hidden in a macro is read where it stands."""
    name = box_name(reader.gullet)
    content = reader.gullet.environment_body("lrbox")
    if content is not None:
        reader.gullet.boxes.keep(name, content)


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


STRUCTURE_ENVIRONMENTS = {
    "document": Environment(_begin_document, Reader.end_paragraph),
    "appendix": Environment(_appendix, Reader.end_paragraph),
    "appendices": Environment(_appendices, Reader.end_paragraph),
    "lrbox": Environment(_stored_box, lambda _reader: None),
    "@float": Environment(_float_by_type, figure_float().end),
}

STRUCTURE_COMMANDS: dict[Token, Handler] = {
    **{name: _definer(name) for name in DEFINERS},
    **{"\\" + name: _section(level, numbered=True) for name, level in _LEVELS.items()},
    **{"\\" + name: _section(level, numbered=False) for name, level in _UNNUMBERED.items()},
    "\\begin": _begin,
    "\\end": _end,
    "\\bye": lambda reader: reader.gullet.stop(),
    "\\frontmatter": _matter(is_main=False),
    "\\mainmatter": _matter(is_main=True),
    "\\backmatter": _matter(is_main=False),
    **dict.fromkeys(("\\onlfig", "\\onltab", "\\onllongtab"), _online_only),
    "\\appendix": _appendix,
    "\\appendices": _appendix,
    "\\restartappendixnumbering": _restart_figures,
    "\\apptablenumbers": _restart_figures,
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
    "\\addto": _add_to_captions,
    "\\counterwithin": _number_within(prefixed=True),
    "\\@addtoreset": _number_within(prefixed=False),
    "\\counterwithout": _counter_without,
    "\\newcounter": _new_counter,
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
    **dict.fromkeys(("\\@float", "\\@dblfloat"), _environment_command("@float")),
    **dict.fromkeys(("\\end@float", "\\end@dblfloat"), _environment_command("@float", ends=True)),
    "\\@startsection": _section_by_rank,
}
