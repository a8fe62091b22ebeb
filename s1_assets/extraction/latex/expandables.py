r"""What TeX and LaTeX expand beside macros and conditionals: names, order of expansion, registers."""

from collections.abc import Callable

from s1_assets.extraction.latex import braced_tests, conditionals, loops
from s1_assets.extraction.latex.conditionals import name_to_endcsname
from s1_assets.extraction.latex.gullet import Expandable, Gullet
from s1_assets.extraction.latex.macros import Alias, Macro, TokenList
from s1_assets.extraction.latex.numbering import STYLES, roman
from s1_assets.extraction.latex.quantities import internal, number, printed_length, read_from, register
from s1_assets.extraction.latex.tokens import ACTIVE, Token, is_command, literal, source_of


def _expand_after(gullet: Gullet) -> None:
    first = gullet.raw()
    second = gullet.raw()
    if second is not None:
        gullet.put_back(gullet.expand(second) if is_command(second) else second)
    gullet.put_back(first)


def _csname(gullet: Gullet) -> None:
    name = name_to_endcsname(gullet)
    if not gullet.is_defined(name):
        gullet.macros.define(name, Alias("\\relax"))
    gullet.put_back(name)


def _begin_csname(gullet: Gullet) -> None:
    r"""\begincsname of LuaTeX: nothing for an undefined name."""
    name = name_to_endcsname(gullet)
    gullet.put_back(name if gullet.is_defined(name) else None)


def _name_use(gullet: Gullet) -> None:
    gullet.put_back("\\" + (gullet.word() or " "))


def _string(gullet: Gullet) -> None:
    token = gullet.character()
    gullet.push(literal(token.removeprefix(ACTIVE)) if token is not None else [])


def _detokenize(gullet: Gullet) -> None:
    gullet.push(literal(source_of(gullet.general_text())))


def _meaning(gullet: Gullet) -> None:
    token = gullet.character() or ""
    meaning = gullet.macros.get(token)
    if isinstance(meaning, Macro):
        body = "".join(part if isinstance(part, str) else f"#{part}" for part in meaning.body)
        gullet.push(literal(f"macro:->{body}"))
    else:
        gullet.push(literal(token if gullet.is_defined(token) or not is_command(token) else "undefined"))


def _the(gullet: Gullet) -> None:
    token = gullet.next()
    if token == "\\toks":
        token = register(token, gullet)
    meaning = gullet.macros.get(token or "")
    if isinstance(meaning, TokenList):
        gullet.push_unexpanded(meaning.tokens)
        return
    value = internal(gullet, token)
    if value is None:
        gullet.put_back(token if token is not None and token != "\\font" else None)
    else:
        gullet.push([printed_length(value.value) if value.is_length else str(value.value)])


def _number(gullet: Gullet) -> None:
    gullet.push([str(number(gullet))])


def _roman_numeral(gullet: Gullet) -> None:
    gullet.push([numeral] if (numeral := roman(number(gullet))) else [])


def _counter(style: Callable[[int], str]) -> Expandable:
    return lambda gullet: gullet.push([style(gullet.counters.value(gullet.word())) or " "])


def _counter_number(style: Callable[[int], str]) -> Expandable:
    r"""\@arabic\c@figure: a style that takes a number."""
    return lambda gullet: gullet.push([style(read_from(gullet, gullet.argument(), number)) or " "])


def _compare_strings(gullet: Gullet) -> None:
    r"""\pdfstrcmp{a}{b}: -1, 0 or 1."""
    first, second = gullet.word(), gullet.word()
    gullet.push([str((first > second) - (first < second))])


def _evaluate(gullet: Gullet) -> None:
    r"""\inteval{1+2}."""
    gullet.push([str(read_from(gullet, gullet.argument(), number))])


def _expand_arguments(gullet: Gullet) -> None:
    r"""\ExpandArgs{c}\def{name}: c spells a command; other letters leave the argument as it is."""
    kinds = gullet.word()
    command = gullet.argument()
    arguments: list[Token] = []
    for kind in kinds[:9]:
        arguments += ["\\" + gullet.word()] if kind == "c" else ["{", *gullet.argument(), "}"]
    gullet.push([*command, *arguments])


def _drop(_gullet: Gullet) -> None:
    """What has no meaning outside of TeX's own expansion order."""


EXPANDABLES: dict[Token, Expandable] = {
    **conditionals.EXPANDABLES,
    **braced_tests.EXPANDABLES,
    **loops.EXPANDABLES,
    "\\expandafter": _expand_after,
    "\\csname": _csname,
    "\\begincsname": _begin_csname,
    "\\string": _string,
    "\\detokenize": _detokenize,
    "\\meaning": _meaning,
    "\\the": _the,
    "\\number": _number,
    "\\romannumeral": _roman_numeral,
    "\\noexpand": _drop,
    "\\unexpanded": lambda gullet: gullet.push_unexpanded(gullet.general_text()),
    "\\@nameuse": _name_use,
    "\\csuse": _name_use,
    "\\UseName": _name_use,
    "\\pdfstrcmp": _compare_strings,
    "\\strcmp": _compare_strings,
    "\\pdf@strcmp": _compare_strings,
    "\\inteval": _evaluate,
    "\\ExpandArgs": _expand_arguments,
    "\\jobname": lambda gullet: gullet.push(literal(gullet.job)),
    **{"\\" + style: _counter(show) for style, show in STYLES.items()},
    **{"\\@" + style: _counter_number(show) for style, show in STYLES.items()},
}
