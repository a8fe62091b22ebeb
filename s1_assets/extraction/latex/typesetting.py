r"""Commands of running text: groups, symbols, accents, mathematics, verbatim, links, and run-in headings."""

from s1_assets.extraction.latex.definitions import DEFINERS
from s1_assets.extraction.latex.graphics import GRAPHIC_COMMANDS
from s1_assets.extraction.latex.references import cite_command, is_reference, print_reference
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.symbols import ACCENTS, accented, symbols
from s1_assets.extraction.latex.tokens import Token, is_command, source_of

_DROPPED_IN_MATHS = frozenset(
    (
        "\\ensuremath",
        "\\xspace",
        "\\protect",
        "\\nonumber",
        "\\notag",
        "\\relax",
        "\\displaystyle",
        "\\textstyle",
        "\\/",
    )
)
_RUN_IN_ENDS = (".", ":", "?", "!", ".”")


def _print(printed: str) -> Handler:
    return lambda reader: reader.text.add(printed)


def _open_group(reader: Reader) -> None:
    reader.gullet.macros.open_scope()


def _close_group(reader: Reader) -> None:
    reader.gullet.macros.close_scope()


def _accent(accent: str) -> Handler:
    def handle(reader: Reader) -> None:
        reader.text.add(accented(accent, reader.plain(reader.gullet.argument())))

    return handle


def _dollar(reader: Reader) -> None:
    if reader.gullet.peek() == "$":
        reader.gullet.raw()
        _formula(reader, "$", display=True)
    else:
        _formula(reader, "$")


def read_maths(environment: str) -> Handler:
    r"""A handler that reads a formula up to \end{environment}."""
    return lambda reader: _formula(reader, f"\\end{{{environment}}}")


def _formula(reader: Reader, closing: str, display: bool = False) -> None:
    r"""Print a formula as its source between dollars, author macros expanded, labels gone, up to `closing`.

    A formula ends at the latest with its paragraph, as TeX would have it.
    """
    gullet, text = reader.gullet, reader.text
    start = len(text.pieces)
    text.add("$")
    gullet.in_math = True
    depth = 0
    while (token := gullet.next()) is not None:
        if depth <= 0 and token == closing:
            if display and gullet.peek() == "$":
                gullet.raw()
            break
        if token == "\\par":
            gullet.push([token])
            break
        if token == "\\end":
            name = gullet.word()
            if closing == f"\\end{{{name}}}":
                gullet.push(["\\end", "{", name, "}"])
                break
            text.add(f"\\end{{{name}}}")
        elif is_command(token):
            _command_in_maths(reader, token)
        else:
            depth += (token == "{") - (token == "}")
            if _needs_blank(text.pieces[-1], token):
                text.add(" ")
            text.add(token)
    gullet.in_math = False
    formula = "".join(text.pieces[start + 1 :]).strip()
    text.pieces[start:] = [f"${formula}$"] if formula else []


def _needs_blank(before: str, token: Token) -> bool:
    return token[0].isalpha() and before[0] == "\\" and before[-1].isalpha()


def _command_in_maths(reader: Reader, token: Token) -> None:
    if token == "\\label":
        reader.gullet.argument()
    elif token in _DROPPED_IN_MATHS:
        return
    elif is_reference(token):
        print_reference(reader, token)
    elif "cite" in token and token in reader.commands:
        cite_command(reader)
    elif token in GRAPHIC_COMMANDS or token in DEFINERS:
        reader.commands[token](reader)
    else:
        reader.text.add(token)


def _ensure_math(reader: Reader) -> None:
    reader.gullet.push(["$", *reader.gullet.argument(), "$"])


def _new_line(reader: Reader) -> None:
    r"""\\, \\*, \\[length]."""
    reader.text.add(" ")
    reader.gullet.accept("*")
    if reader.gullet.peek() == "[":
        reader.gullet.optional()


def _tex_box(reader: Reader) -> None:
    r"""\hbox to <length>{..}: the content follows in braces."""
    if reader.gullet.next_is("t") or reader.gullet.next_is("s"):
        reader.gullet.skip_blanks()
        word = reader.gullet.raw() or ""
        reader.gullet.push([word.removeprefix("to").removeprefix("spread") or " "])
        reader.gullet.dimension()


def _verb(reader: Reader) -> None:
    if _lexer_at(reader, "*"):
        reader.gullet.accept("*")
    if reader.gullet.lexer is not None:
        reader.text.add(reader.gullet.lexer.raw_delimited())


def _lexer_at(reader: Reader, character: str) -> bool:
    """Whether the source goes on with `character`; a look at the next token would already settle what it is."""
    lexer = reader.gullet.lexer
    return lexer is not None and lexer.text.startswith(character, lexer.position)


def _inline_code(has_language: bool) -> Handler:
    r"""\lstinline|..| and \mintinline{language}|..|."""

    def handle(reader: Reader) -> None:
        if _lexer_at(reader, "["):
            reader.gullet.optional()
        if has_language:
            reader.gullet.argument()
        _verb(reader)

    return handle


def _raw_argument(reader: Reader) -> str:
    """An argument whose per cent signs are no comments."""
    lexer = reader.gullet.lexer
    raw = lexer.raw_group() if lexer is not None else None
    return source_of(reader.gullet.argument()) if raw is None else raw


def _url(reader: Reader) -> None:
    reader.text.add(_raw_argument(reader).replace("\\", ""))


def _href(reader: Reader) -> None:
    if _lexer_at(reader, "["):
        reader.gullet.optional()
    _raw_argument(reader)
    reader.gullet.push(["{", *reader.gullet.argument(), "}"])


def _bold(reader: Reader) -> None:
    r"""\textbf{..}; at the start of a paragraph, a phrase that ends like a sentence is a run-in heading."""
    argument = reader.gullet.argument()
    if len(reader.sinks) == 1 and reader.text.is_blank():
        heading = reader.read(argument)
        words, references = heading.finish()
        if words.endswith(_RUN_IN_ENDS) and not references and len(words) < 100:
            return
        reader.text.append(heading)
        return
    reader.gullet.push(["{", *argument, "}"])


def _capital(reader: Reader) -> None:
    r"""\uppercase, \MakeUppercase."""
    reader.text.add(reader.plain(reader.gullet.argument()).upper())


def typesetting_commands() -> dict[Token, Handler]:
    """The table of this module."""
    return {
        **{name: _print(printed) for name, printed in symbols().items()},
        **{"\\" + accent: _accent(accent) for accent in ACCENTS},
        "{": _open_group,
        "}": _close_group,
        "\\bgroup": _open_group,
        "\\egroup": _close_group,
        "\\begingroup": _open_group,
        "\\endgroup": _close_group,
        "~": _print(" "),
        "&": _print(" "),
        "$": _dollar,
        "\\(": lambda reader: _formula(reader, "\\)"),
        "\\[": lambda reader: _formula(reader, "\\]"),
        "\\ensuremath": _ensure_math,
        "\\\\": _new_line,
        "\\figurename": _print("Figure"),
        "\\tablename": _print("Table"),
        "\\hbox": _tex_box,
        "\\vbox": _tex_box,
        "\\vtop": _tex_box,
        "\\verb": _verb,
        "\\lstinline": _inline_code(has_language=False),
        "\\mintinline": _inline_code(has_language=True),
        "\\url": _url,
        "\\path": _url,
        "\\nolinkurl": _url,
        "\\href": _href,
        "\\textbf": _bold,
        "\\MakeUppercase": _capital,
        "\\uppercase": _capital,
        "\\xspace": _xspace,
    }


def _xspace(reader: Reader) -> None:
    r"""\xspace: a blank unless punctuation follows (xspace manual)."""
    following = reader.gullet.peek()
    if (
        following is not None
        and (following[0].isalnum() or following[0] in "($\\")
        and following not in {"\\ ", "\\par"}
    ):
        reader.text.add(" ")
