r"""Commands that give a document its structure: environments, sections, title, abstract, paragraphs, counters, inputs."""

from pathlib import PurePosixPath

from s1_assets.extraction.latex.definitions import DEFINERS, harvest
from s1_assets.extraction.latex.environments import block, unread
from s1_assets.extraction.latex.source import body
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of, trim

MAX_INPUTS = 1000

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
        "subsubsection paragraph chapter part document enddocument footnote thanks title author date title abstract endabstract "
        "figure endfigure table endtable wrapfigure subfigure minipage centering emph textbf textit texttt small appendix def let newcommand "
        "renewcommand providecommand subfloat subcaption subcaptionbox subref captionof captionsetup autoref cref Cref "
        "eqref bibliography documentclass usepackage the url href verb graphicspath includeonly maketitle* "
        "epsfig psfig epsfbox epsffile plotone plottwo hyperref nameref pageref { } $ & # % _ \\ ~ , ; : ! - / ' ` ^ \" = ."
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


# Files


def _input(reader: Reader) -> None:
    r"""\input{file} or plain TeX's \input file."""
    if reader.gullet.peek() == "{":
        read_file(reader, reader.gullet.word())
        return
    reader.gullet.skip_blanks()
    token = reader.gullet.next()
    if token is None:
        return
    name, _, rest = token.partition(" ") if token[0] != "\\" else ("", "", "")
    name, newline, after = name.partition("\n")
    while not newline and not rest and (more := reader.gullet.peek()) is not None and more in {"_", "^", "~"}:
        name += reader.gullet.raw() or ""
        part = reader.gullet.next() or ""
        head, _, rest = part.partition(" ")
        name += head
    reader.gullet.push([after + rest] if after + rest else [])
    read_file(reader, name)


def _include(reader: Reader) -> None:
    name = reader.gullet.word()
    reader.end_paragraph()
    if reader.included_only is None or name in reader.included_only:
        read_file(reader, name)


def _include_only(reader: Reader) -> None:
    reader.included_only = frozenset(part.strip() for part in reader.gullet.word().split(","))


def _import(reader: Reader) -> None:
    r"""\import{folder}{file} and \subimport: the folder is where the file's own inputs lie."""
    reader.gullet.accept("*")
    folder, name = reader.gullet.word(), reader.gullet.word()
    read_file(reader, name, str(PurePosixPath(folder)))


def _input_if_exists(reader: Reader) -> None:
    name = reader.gullet.word()
    found, missing = reader.gullet.argument(), reader.gullet.argument()
    exists = reader.source.input(name, reader.folders()) is not None
    reader.gullet.push(found if exists else missing)
    if exists:
        read_file(reader, name)


def _if_file_exists(reader: Reader) -> None:
    name = reader.gullet.word()
    found, missing = reader.gullet.argument(), reader.gullet.argument()
    exists = bool({name, name + ".tex"} & reader.source.files.keys())
    reader.gullet.push(found if exists else missing)


def _standalone(reader: Reader) -> None:
    r"""\includestandalone[..]{name}: the compiled picture if it is there, else its source."""
    peeked = reader.gullet.optional() or []
    name = reader.gullet.word()
    if reader.source.graphic(name, reader.folders(), reader.graphic_extensions):
        reader.gullet.push(["\\includegraphics", "[", *peeked, "]", "{", name, "}"])
    else:
        read_file(reader, name)


def read_file(reader: Reader, name: str, folder: str = "") -> None:
    """Read a file in place. A complete document among the inputs (subfiles, standalone) gives its body only."""
    here = reader.gullet.frames[-1].folder
    folders = [f"{base}/{folder}" if base else folder for base in (here, "")] if folder else reader.folders()
    path = reader.source.input(name, folders)
    reader.inputs_read += 1
    open_already = sum(frame.name == path for frame in reader.gullet.frames)
    if path is None or open_already or reader.inputs_read > MAX_INPUTS or reader.source.is_binary(path):
        return
    text = reader.source.text(path)
    if reader.in_document:
        text = body(text)
    parent = str(PurePosixPath(path).parent)
    reader.gullet.open_file(text, path, "" if parent == "." else parent)


def _use_package(reader: Reader) -> None:
    reader.gullet.optional()
    names = reader.gullet.word().split(",")
    reader.gullet.optional()
    for name in names:
        path = reader.source.package(name.strip(), ".sty", reader.folders())
        if path is not None:
            harvest(reader.gullet, reader.source.text(path), reader.commands)


def _document_class(reader: Reader) -> None:
    reader.gullet.optional()
    reader.document_class = reader.gullet.word()
    reader.gullet.optional()
    path = reader.source.package(reader.document_class, ".cls", reader.folders())
    if path is not None:
        harvest(reader.gullet, reader.source.text(path), reader.commands)


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
    token = reader.gullet.raw()
    if token in reader.registers and token is not None:
        reader.gullet.skip_blanks()
        reader.gullet.accept("b") and reader.gullet.accept("y")
        reader.gullet.counters.add(token, reader.gullet.number())
    else:
        reader.gullet.dimension()


# Definitions


def _definer(name: Token) -> Handler:
    define = DEFINERS[name]
    return lambda reader: define(reader.gullet, PROTECTED)


def _make_at(letter: bool) -> Handler:
    def handle(reader: Reader) -> None:
        frame = reader.gullet.file_frame()
        if frame.lexer is not None:
            frame.lexer.at_is_letter(letter)

    return handle


def _category_code(reader: Reader) -> None:
    r"""\catcode`\@=11 is what \makeatletter does; other categories are left as they are."""
    reader.gullet.accept("`")
    character = reader.gullet.character()
    reader.gullet.accept("=")
    category = reader.gullet.number()
    if character in {"@", "\\@"}:
        _make_at(letter=category == 11)(reader)


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


def _skip_expl(reader: Reader) -> None:
    if reader.gullet.lexer is not None:
        reader.gullet.lexer.raw_until("\\ExplSyntaxOff")


def _drop(_reader: Reader) -> None:
    """Nothing printed."""


def _end_input(reader: Reader) -> None:
    frame = reader.gullet.file_frame()
    if frame.lexer is not None:
        frame.lexer.close()


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
    "\\input": _input,
    "\\subfile": _include,
    "\\subfileinclude": _include,
    "\\include": _include,
    "\\includeonly": _include_only,
    "\\import": _import,
    "\\subimport": _import,
    "\\inputfrom": _import,
    "\\includefrom": _import,
    "\\subinputfrom": _import,
    "\\subincludefrom": _import,
    "\\InputIfFileExists": _input_if_exists,
    "\\IfFileExists": _if_file_exists,
    "\\includestandalone": _standalone,
    "\\usepackage": _use_package,
    "\\RequirePackage": _use_package,
    "\\documentclass": _document_class,
    "\\documentstyle": _document_class,
    "\\endinput": _end_input,
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
    "\\makeatletter": _make_at(letter=True),
    "\\makeatother": _make_at(letter=False),
    "\\newtheorem": _new_theorem,
    "\\excludecomment": _new_unread(""),
    "\\excludeversion": _new_unread(""),
    "\\lstnewenvironment": _new_unread("oomm"),
    "\\newminted": _new_unread("omm"),
    "\\DefineVerbatimEnvironment": _new_unread("mm"),
    "\\includecomment": _include_comment,
    "\\includeversion": _include_comment,
    "\\catcode": _category_code,
    **{f"\\{name}": _environment_command(name) for name in _AS_COMMANDS},
    **{f"\\end{name}": _environment_command(name, ends=True) for name in _AS_COMMANDS},
    "\\usebox": _use_box,
    "\\ExplSyntaxOn": _skip_expl,
}
