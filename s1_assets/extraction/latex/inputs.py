r"""Commands that read other files: inputs, subfiles, packages and classes; and what decides how a file is read."""

import re
from pathlib import PurePosixPath

from s1_assets.extraction.latex.definitions import harvest
from s1_assets.extraction.latex.source import body
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, is_command, source_of

MAX_INPUTS = 1000
MAX_PACKAGES = 100

_LOADED = re.compile(r"^[^%\n]*\\(?:RequirePackage|usepackage)\s*(?:\[[^\]]*\])?\s*\{([^}]*)\}", re.MULTILINE)


def _input(reader: Reader) -> None:
    r"""\input{file} or plain TeX's \input file."""
    gullet = reader.gullet
    if gullet.next_is("{"):
        read_file(reader, gullet.word())
        return
    gullet.skip_blanks()
    name = ""
    while (token := gullet.character()) is not None and not token.isspace():
        unexpanded = gullet.expand(token) if is_command(token) else None
        if unexpanded is not None:
            gullet.push([unexpanded])
            break
        name += "" if is_command(token) else token
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
    reader.files_read.add(path)
    text = reader.source.text(path)
    if reader.in_document:
        text = body(text)
    parent = str(PurePosixPath(path).parent)
    reader.gullet.open_file(text, path, "" if parent == "." else parent)


def _use_package(reader: Reader) -> None:
    reader.gullet.optional()
    names = reader.gullet.word().split(",")
    reader.gullet.optional()
    _harvest(reader, names, ".sty")


def _harvest(reader: Reader, names: list[str], extension: str) -> None:
    """Take the definitions of local packages, and of those that they load in turn."""
    for name in names:
        path = reader.source.package(name.strip(), extension, reader.folders())
        if path is not None and path not in reader.packages_read and len(reader.packages_read) < MAX_PACKAGES:
            reader.packages_read.add(path)
            text = reader.source.text(path)
            for loaded in _LOADED.findall(text):
                _harvest(reader, loaded.split(","), ".sty")
            harvest(reader.gullet, text, reader.commands)


def _document_class(reader: Reader) -> None:
    r"""\documentclass[..]{name}; the options of LaTeX 2.09's \documentstyle name style files."""
    options = source_of(reader.gullet.optional() or [])
    reader.document_class = reader.gullet.word()
    reader.gullet.optional()
    _harvest(reader, [reader.document_class], ".cls")
    _harvest(reader, [reader.document_class, *options.split(",")], ".sty")


def _end_input(reader: Reader) -> None:
    frame = reader.gullet.file_frame()
    if frame.lexer is not None:
        frame.lexer.close()


def _skip_expl(reader: Reader) -> None:
    r"""\ExplSyntaxOn ... \ExplSyntaxOff: code of another syntax."""
    if reader.gullet.lexer is not None:
        reader.gullet.lexer.raw_until("\\ExplSyntaxOff")


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
    "\\includestandalone": _standalone,
    "\\usepackage": _use_package,
    "\\RequirePackage": _use_package,
    "\\documentclass": _document_class,
    "\\documentstyle": _document_class,
    "\\endinput": _end_input,
    "\\makeatletter": _make_at(letter=True),
    "\\makeatother": _make_at(letter=False),
    "\\catcode": _category_code,
    "\\ExplSyntaxOn": _skip_expl,
}
