r"""Commands of running text: groups, symbols, accents, mathematics, verbatim, links, quotations."""

import sys
from collections.abc import Callable
from itertools import accumulate

from s1_assets.extraction.latex.definitions import DEFINERS
from s1_assets.extraction.latex.drawings import DRAWING_COMMANDS, draw_in_maths
from s1_assets.extraction.latex.graphics import GRAPHIC_COMMANDS
from s1_assets.extraction.latex.plain_text import BREAK
from s1_assets.extraction.latex.quantities import accept_word, length, number, read_from
from s1_assets.extraction.latex.references import cite_command, is_reference, print_reference
from s1_assets.extraction.latex.signatures import pass_over
from s1_assets.extraction.latex.spacing import SPACING_COMMANDS, set_off_before, set_off_behind
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.symbols import ACCENTS, accented, dingbat, symbols
from s1_assets.extraction.latex.tokens import Token, is_command, source_of, trim

_GROUPING = frozenset(("\\begingroup", "\\endgroup"))
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
_TEXT_IN_MATHS = frozenset(("\\mathrm", "\\text", "\\textrm", "\\mbox", "\\hbox", "\\textnormal", "\\textup"))
_THIN = frozenset(("\\,", "\\;", "\\:", "\\ ", "~"))
_SCRIPTS = frozenset("^_$")


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
        _display(reader, "$")
    else:
        _formula(reader, "$")


def read_maths(environment: str) -> Handler:
    r"""A handler that reads a formula up to \end{environment}."""
    return lambda reader: _formula(reader, f"\\end{{{environment}}}")


def _display(reader: Reader, closing: str) -> None:
    set_off_before(reader)
    _formula(reader, closing, doubled=closing == "$")
    set_off_behind(reader)


def _formula(reader: Reader, closing: str, doubled: bool = False) -> None:
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
            if doubled and gullet.peek() == "$":
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
    elif token in GRAPHIC_COMMANDS or token in DRAWING_COMMANDS or token in DEFINERS or token in _GROUPING:
        reader.commands[token](reader)
    elif token == "\\begin":
        name = reader.gullet.word()
        if not draw_in_maths(reader, name):
            reader.text.add(f"\\begin{{{name}}}")
    else:
        reader.text.add(token)


def _ensure_math(reader: Reader) -> None:
    r"""\ensuremath{..}; what only sets words, as in \newcommand{\GeV}{\ensuremath{\,\mathrm{GeV}}}, is no formula."""
    tokens = reader.gullet.argument()
    words = trim([" " if token in _THIN else token for token in tokens])
    if words[:1] and words[0] in _TEXT_IN_MATHS and _is_group(words[1:]) and not _SCRIPTS & set(words):
        blank = [" "] if tokens[0] in _THIN else []
        reader.gullet.push([*blank, *words[1:]])
    else:
        reader.gullet.push(["$", *tokens, "$"])


def _is_group(tokens: list[Token]) -> bool:
    """Whether tokens are one pair of braces with what it holds."""
    depths = list(accumulate((token == "{") - (token == "}") for token in tokens))
    return tokens[:1] == ["{"] and depths[-1] == 0 and all(depths[:-1])


def _tex_box(reader: Reader) -> None:
    r"""\hbox to <length>{..}: the content follows in braces."""
    if accept_word(reader.gullet, "to") or accept_word(reader.gullet, "spread"):
        length(reader.gullet)


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


def _in_case(change: Callable[[str], str]) -> Handler:
    r"""\uppercase, \MakeLowercase and the like; also \uppercase\expandafter{..}."""

    def handle(reader: Reader) -> None:
        reader.gullet.skip_blanks()
        if reader.gullet.peek() == "\\expandafter":
            reader.gullet.raw()
        reader.text.add(change(reader.plain(reader.gullet.argument())))

    return handle


# Quotations


def _quotation(opening: str, closing: str) -> Handler:
    r"""\enquote{..}: the text in quotation marks; a quotation in it has the inner ones."""

    def handle(reader: Reader) -> None:
        marks = ("‘", "’") if reader.gullet.accept("*") else (opening, closing)
        inner = [_INNER_QUOTATION if token in _QUOTATIONS else token for token in reader.gullet.argument()]
        reader.gullet.push([marks[0], "{", *inner, "}", marks[1]])

    return handle


def _text_quotation(leading: str) -> Handler:
    r"""\textquote[source][punctuation]{text}; `leading` are the arguments before these, as a signature."""

    def handle(reader: Reader) -> None:
        starred = reader.gullet.accept("*")
        pass_over(reader, leading)
        while reader.gullet.optional() is not None:
            pass
        reader.gullet.push(["\\enquote", *(["*"] if starred else []), "{", *reader.gullet.argument(), "}"])

    return handle


_INNER_QUOTATION = "\\inner quotation"
_QUOTATIONS = frozenset(("\\enquote", "\\say"))
_QUOTATION_COMMANDS: dict[Token, Handler] = {
    **{name: _quotation("“", "”") for name in _QUOTATIONS},
    _INNER_QUOTATION: _quotation("‘", "’"),
    "\\textquote": _text_quotation(""),
    "\\blockquote": _text_quotation(""),
    "\\foreignquote": _text_quotation("m"),
    "\\hyphenquote": _text_quotation("m"),
}


# Characters by number


def _code(reader: Reader) -> int:
    return read_from(reader.gullet, reader.gullet.argument(), number)


def _character(code: int) -> str:
    """A printable character; the codes that fonts of TeX use for something else print nothing."""
    return chr(code) if ord(" ") < code <= sys.maxunicode and chr(code).isprintable() else ""


def typesetting_commands() -> dict[Token, Handler]:
    """The tables of this module and of spacing."""
    return {
        **{name: _print(printed) for name, printed in symbols().items()},
        **{"\\" + accent: _accent(accent) for accent in ACCENTS},
        **SPACING_COMMANDS,
        "{": _open_group,
        "}": _close_group,
        "\\begingroup": _open_group,
        "\\endgroup": _close_group,
        "~": _print(" "),
        "&": _print(BREAK),
        "$": _dollar,
        "\\(": lambda reader: _formula(reader, "\\)"),
        "\\[": lambda reader: _display(reader, "\\]"),
        "\\ensuremath": _ensure_math,
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
        **{f"\\{name}": _in_case(str.upper) for name in ("MakeUppercase", "MakeTextUppercase")},
        **{f"\\{name}": _in_case(str.lower) for name in ("MakeLowercase", "MakeTextLowercase")},
        **_QUOTATION_COMMANDS,
        "\\char": lambda reader: reader.text.add(_character(number(reader.gullet))),
        "\\symbol": lambda reader: reader.text.add(_character(_code(reader))),
        "\\ding": lambda reader: reader.text.add(dingbat(_code(reader))),
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
