r"""Commands that read other files: inputs, subfiles, packages and classes; and what decides how a file is read."""

from dataclasses import replace
from functools import lru_cache
from pathlib import PurePosixPath

from s1_assets.extraction.latex.environments import skip_environment
from s1_assets.extraction.latex.expandables import EXPANDABLES
from s1_assets.extraction.latex.kernel import kernel
from s1_assets.extraction.latex.macros import CATEGORY, Macro, Quantity
from s1_assets.extraction.latex.shorthands import is_german
from s1_assets.extraction.latex.source import body
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader
from s1_assets.extraction.latex.tokens import (
    ACTIVE,
    ACTIVE_CHARACTER,
    LETTER,
    OTHER,
    Token,
    items_of,
    literal,
    source_of,
)
from s1_assets.extraction.latex.units import UNIT_PACKAGES

MAX_INPUTS = 1000
MAX_PACKAGES = 100
MAX_PACKAGE = 1_000_000  # characters of a package or class

_VERBATIM = "\\verbatim to the next"  # which no source can spell


def _input(reader: Reader) -> None:
    r"""\input{file} or plain TeX's \input file."""
    gullet = reader.gullet
    read_file(reader, gullet.word() if gullet.next_is("{") else gullet.file_name())


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
    reader.gullet.push(found if reader.source.exists(name, reader.folders()) else missing)


def _catch_file(reader: Reader) -> None:
    r"""\CatchFileDef{\name}{file}{setup}: \name is what the file holds."""
    name = reader.gullet.command_argument()
    path = reader.source.input(reader.gullet.word(), reader.folders())
    reader.gullet.argument()
    if path is not None and not reader.source.is_binary(path):
        reader.files_read.add(path)
        level = reader.gullet.enter(())
        reader.gullet.open_file(reader.source.text(path), path, "")
        content = tuple(iter(reader.gullet.raw, None))
        reader.gullet.leave(level)
        reader.gullet.define(name, Macro((), content), reader.terms)


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
    reader.inputs_read += 1
    if reader.inputs_read > MAX_INPUTS:
        reader.gullet.meet_limit(f"more than {MAX_INPUTS} inputs")
        return
    here = reader.gullet.frames[-1].folder
    folders = [f"{base}/{folder}" if base else folder for base in (here, "")] if folder else reader.folders()
    path = reader.source.input(name, folders)
    open_already = any(frame.name == path for frame in reader.gullet.frames)
    if path is None or open_already or reader.source.is_binary(path):
        return
    reader.files_read.add(path)
    text = reader.source.text(path)
    if reader.in_document:
        text = body(text)
    reader.gullet.open_file(text, path, _folder_of(path))


def _folder_of(path: str) -> str:
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent


def _end_input(reader: Reader) -> None:
    frame = reader.gullet.file_frame()
    if frame.lexer is not None:
        frame.lexer.close()


# Packages and classes


def _use_package(reader: Reader) -> None:
    r"""\usepackage[options]{names}[date], \RequirePackage, \LoadClass and their like."""
    given = reader.gullet.optional()
    options = reader.options if given is None else _names(given)
    names = reader.gullet.word().split(",")
    reader.gullet.optional()
    if "babel" in names and options:
        reader.in_german = is_german(options)
    elif is_german(names):
        reader.in_german = True
    for name in names:
        _load(reader, name.strip(), (".sty", ".cls"), options)


def _names(options: list[Token]) -> tuple[str, ...]:
    return tuple(name for item in items_of(options) if (name := source_of(item).strip()))


def _document_class(reader: Reader) -> None:
    r"""\documentclass[..]{name}; the options of LaTeX 2.09's \documentstyle name style files."""
    options = _names(reader.gullet.optional() or [])
    name = reader.gullet.word()
    reader.gullet.optional()
    reader.document_class = name
    reader.in_german = any(is_german([option]) for option in options)
    _load(reader, name, (".cls", ".sty"), options)
    for option in options:
        _load(reader, option, (".sty",), ())


def _load(reader: Reader, name: str, extensions: tuple[str, ...], options: tuple[str, ...]) -> None:
    """Carry out a local package for what it defines; what this reader knows better keeps its meaning."""
    reader.gullet.loaded.add(name)
    found = (reader.source.package(name, extension, reader.folders()) for extension in extensions)
    path = next((path for path in found if path is not None), None)
    if path is None or path in reader.packages_read:
        return
    reader.packages_read.add(path)
    text = reader.source.text(path)
    if len(reader.packages_read) > MAX_PACKAGES or len(text) > MAX_PACKAGE:
        reader.gullet.meet_limit(f"more than {MAX_PACKAGES} packages, or one of more than {MAX_PACKAGE:,} characters")
        return
    outer_terms, outer_options = reader.terms, reader.options
    category = Quantity(reader.gullet.categories["@"])
    reader.terms = replace(outer_terms, protected=_known_names(reader))
    reader.options = options
    reader.gullet.macros.define(f"{CATEGORY}@", Quantity(LETTER))
    reader.carry_out((), (text, path, _folder_of(path)))
    reader.gullet.macros.define(f"{CATEGORY}@", category)
    reader.terms, reader.options = outer_terms, outer_options


def _known_names(reader: Reader) -> frozenset[Token]:
    """What packages may not redefine: all that this reader has rules for, but how counters print and words read.

    Short names that many styles use otherwise are theirs unless the package that this reader follows is loaded.
    """
    theirs = [names for package, names in UNIT_PACKAGES.items() if package not in reader.gullet.loaded]
    return _protected(frozenset(reader.commands), frozenset(reader.environments)).difference(*theirs)


@lru_cache(maxsize=8)
def _protected(commands: frozenset[Token], environments: frozenset[str]) -> frozenset[Token]:
    known = commands | EXPANDABLES.keys() | kernel().keys()
    known |= {f"\\{end}{name}{star}" for name in environments for end in ("", "end") for star in ("", "*")}
    return frozenset(name for name in known if not name.startswith("\\the") and not name.endswith("name"))


def _declare_option(reader: Reader) -> None:
    r"""\DeclareOption{name}{code}, and \DeclareOption*{code} for all others."""
    name = "*" if reader.gullet.accept("*") else reader.gullet.word()
    reader.gullet.macros.define(f"\\option {name}", Macro((), tuple(reader.gullet.argument())))


def _process_options(reader: Reader) -> None:
    r"""\ProcessOptions: carry out the code of the options that were given."""
    reader.gullet.accept("*")
    _execute(reader, reader.options)


def _execute(reader: Reader, options: tuple[str, ...]) -> None:
    code: list[Token] = []
    for option in options:
        known = f"\\option {option}"
        called = known if known in reader.gullet.macros else "\\option *"
        code += ["\\def", "\\CurrentOption", "{", *literal(option), "}", called]
    reader.gullet.push(code)


def _execute_options(reader: Reader) -> None:
    _execute(reader, _names(reader.gullet.argument()))


def _short_verb(category: int) -> Handler:
    r"""\MakeShortVerb{\|} and its kin: from here on |..| is verbatim; \DeleteShortVerb{\|}: no more."""

    def handle(reader: Reader) -> None:
        reader.gullet.accept("*")
        reader.gullet.optional()
        mark = source_of(reader.gullet.argument())[-1:]
        reader.gullet.macros.define(CATEGORY + mark, Quantity(category))
        reader.gullet.macros.define(ACTIVE + mark, Macro((), (_VERBATIM, mark)))
        reader.gullet.read_anew()

    return handle


def _verbatim(reader: Reader) -> None:
    """What stands between two of the character that has just been read."""
    reader.gullet.character()
    lexer = reader.gullet.lexer
    if lexer is not None:
        behind = lexer.position
        lexer.position -= 1
        reader.text.add(lexer.raw_delimited())
        lexer.position = max(lexer.position, behind)


def _keep(hooks: str) -> Handler:
    r"""\AtBeginDocument{..}, \AtEndDocument{..}."""

    def handle(reader: Reader) -> None:
        kept = reader.gullet.argument()
        if hooks == "at_begin" and reader.in_document:
            reader.gullet.push(kept)
        else:
            getattr(reader, hooks).extend(kept)

    return handle


def _file_contents(name: str) -> Environment:
    r"""\begin{filecontents}[options]{file}: writes a file, if there is none of that name."""

    def begin(reader: Reader) -> None:
        reader.gullet.optional()
        reader.source.add(reader.gullet.word(), skip_environment(reader, name))

    return Environment(begin, lambda _reader: None)


_SHORT_VERBS = {"MakeShortVerb": "DeleteShortVerb", "DefineShortVerb": "UndefineShortVerb"}
_SHORT_VERBS |= {"lstMakeShortInline": "lstDeleteShortInline"}

INPUT_ENVIRONMENTS = {name: _file_contents(name) for name in ("filecontents", "filecontents*")}

INPUT_COMMANDS: dict[Token, Handler] = {
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
    "\\CatchFileDef": _catch_file,
    "\\CatchFileEdef": _catch_file,
    "\\includestandalone": _standalone,
    "\\documentclass": _document_class,
    "\\documentstyle": _document_class,
    **dict.fromkeys(("\\usepackage", "\\RequirePackage", "\\RequirePackageWithOptions"), _use_package),
    **dict.fromkeys(("\\LoadClass", "\\LoadClassWithOptions"), _use_package),
    "\\DeclareOption": _declare_option,
    "\\ProcessOptions": _process_options,
    "\\ExecuteOptions": _execute_options,
    "\\endinput": _end_input,
    **{f"\\{name}": _short_verb(ACTIVE_CHARACTER) for name in _SHORT_VERBS},
    **{f"\\{name}": _short_verb(OTHER) for name in _SHORT_VERBS.values()},
    _VERBATIM: _verbatim,
    "\\AtBeginDocument": _keep("at_begin"),
    "\\AtEndPreamble": _keep("at_begin"),
    "\\AtEndDocument": _keep("at_end"),
}
