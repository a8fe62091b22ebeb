r"""Commands that define commands: TeX's \def family, LaTeX's \newcommand family, xparse, \newif, boxes, counters.

They only change the gullet's macro table, so a local package can be read for its definitions alone (`harvest`).
"""

from collections.abc import Callable, Iterable

from s1_assets.extraction.latex.gullet import Gullet
from s1_assets.extraction.latex.macros import (
    NO_VALUE,
    Alias,
    Flag,
    FlagSetter,
    Macro,
    Parameter,
    body_of,
    delimited,
    is_plain,
    with_optional,
)
from s1_assets.extraction.latex.tokens import Lexer, Token, is_command, source_of, split_runs, trim

Definer = Callable[[Gullet, frozenset[Token]], None]


def _define(gullet: Gullet, name: Token, macro: Macro, protected: frozenset[Token], everywhere: bool = False) -> None:
    if is_command(name) and name not in protected:
        gullet.macros.define(name, macro, everywhere)


def _name(gullet: Gullet) -> Token:
    r"""The command to define, in braces or not."""
    named = trim(gullet.argument())
    return named[0] if named and is_command(named[0]) else ""


def _count(tokens: list[Token] | None) -> int:
    digits = source_of(tokens or []).strip()
    return int(digits) if digits.isdecimal() and len(digits) < 3 else 0


def _new_command(keep_old: bool) -> Definer:
    def define(gullet: Gullet, protected: frozenset[Token]) -> None:
        gullet.accept("*")
        name = _name(gullet)
        parameters = with_optional(_count(gullet.optional()), gullet.optional())
        body = body_of(gullet.argument())
        if not (keep_old and gullet.is_defined(name)):
            _define(gullet, name, Macro(parameters, body), protected)

    return define


def _def(everywhere: bool, expanded: bool) -> Definer:
    def define(gullet: Gullet, protected: frozenset[Token]) -> None:
        gullet.skip_blanks()
        name = gullet.character() or ""
        text: list[Token] = []
        while (token := gullet.raw()) not in {None, "{"}:
            assert token is not None
            text.append(token)
        parameters, prefix = delimited(text)
        replacement = gullet.balanced()
        if expanded:
            replacement = gullet.expand_all(replacement)
        if name:
            _define(gullet, name, Macro(parameters, body_of(replacement), prefix), protected, everywhere)

    return define


def _let(gullet: Gullet, protected: frozenset[Token]) -> None:
    gullet.skip_blanks()
    name = gullet.character() or ""
    gullet.accept("=")
    target = gullet.character()
    if not name or not is_command(name) or name in protected or target is None:
        return
    if not is_command(target):
        gullet.macros.define(name, Macro((), (target,)))
    elif target != name:
        gullet.macros.define(name, gullet.macros.get(target) or Alias(target))


def _new_environment(gullet: Gullet, protected: frozenset[Token]) -> None:
    gullet.accept("*")
    name = gullet.word()
    parameters = with_optional(_count(gullet.optional()), gullet.optional())
    begin, end = gullet.argument(), gullet.argument()
    if "\\" + name not in protected:
        gullet.macros.define("\\" + name, Macro(parameters, body_of(begin)))
        gullet.macros.define("\\end" + name, Macro((), body_of(end)))


def _parameters_of(specification: list[Token]) -> tuple[Parameter, ...]:
    r"""Parameters of an xparse specification such as `s O{x} m +m d<>`."""
    marks = [token for token in split_runs(specification) if not token.isspace()][::-1]
    parameters: list[Parameter] = []
    while marks and len(parameters) < 9:
        kind = marks.pop()
        if kind == ">":
            _group(marks)  # an argument processor
        elif kind in "mv":
            parameters.append(Parameter("m"))
        elif kind == "s":
            parameters.append(Parameter("t", (), ("*",)))
        elif kind == "t":
            parameters.append(Parameter("t", (), _group(marks) or ("*",)))
        elif kind in "bogOGdrDReE":
            ends = (_group(marks)[:1] + _group(marks)[:1]) if kind in "drDR" else ()
            if kind in "drDR" and len(ends) < 2:
                break
            if kind in "eE":
                _group(marks)  # the embellishments' marks
            default = _group(marks) if kind in "OGDRE" else (NO_VALUE,)
            parameters.append(Parameter(kind.lower(), default, ends))
    return tuple(parameters)


def _group(marks: list[Token]) -> tuple[Token, ...]:
    """Take a braced group, without its braces, or one token off the end of a reversed list."""
    taken: list[Token] = []
    depth = 0
    while marks:
        token = marks.pop()
        depth += (token == "{") - (token == "}")
        taken.append(token)
        if depth <= 0:
            break
    return tuple(taken[1:-1] if taken[:1] == ["{"] else taken)


def _document_command(keep_old: bool) -> Definer:
    def define(gullet: Gullet, protected: frozenset[Token]) -> None:
        name = _name(gullet)
        parameters = _parameters_of(gullet.argument())
        body = body_of(gullet.argument())
        if not (keep_old and gullet.is_defined(name)):
            _define(gullet, name, Macro(parameters, body), protected)

    return define


def _document_environment(gullet: Gullet, protected: frozenset[Token]) -> None:
    r"""\NewDocumentEnvironment, whose end sees the arguments too; so the beginning defines it."""
    name = gullet.word()
    parameters = _parameters_of(gullet.argument())
    begin, end = gullet.argument(), gullet.argument()
    if "\\" + name not in protected:
        body = body_of(["\\def", "\\end" + name, "{", *end, "}", *begin])
        gullet.macros.define("\\" + name, Macro(parameters, body))
        gullet.macros.define("\\end" + name, Macro((), ()))


def _name_def(gullet: Gullet, protected: frozenset[Token]) -> None:
    r"""\@namedef{name}<parameters>{body}."""
    gullet.push(["\\" + (gullet.word() or " ")])
    _def(everywhere=False, expanded=False)(gullet, protected)


def _new_if(gullet: Gullet, _protected: frozenset[Token]) -> None:
    name = _name(gullet)
    if name.startswith("\\if"):
        _make_flag(gullet, name, "\\" + name[3:])


def _make_flag(gullet: Gullet, name: Token, stem: Token) -> None:
    gullet.macros.define(name, Flag(False), everywhere=True)
    gullet.macros.define(stem + "true", FlagSetter(name, True), everywhere=True)
    gullet.macros.define(stem + "false", FlagSetter(name, False), everywhere=True)


def _new_boolean(gullet: Gullet, _protected: frozenset[Token]) -> None:
    name = gullet.word()
    _make_flag(gullet, "\\if" + name, "\\" + name)


def _new_toggle(gullet: Gullet, _protected: frozenset[Token]) -> None:
    gullet.macros.define(f"\\toggle {gullet.word()}", Flag(False), everywhere=True)


def _set_flag(prefix: str, value: bool | None) -> Definer:
    r"""\setboolean, \setbool, \settoggle (value None: as their second argument says), \booltrue, \togglefalse, ..."""

    def define(gullet: Gullet, _protected: frozenset[Token]) -> None:
        name = gullet.word()
        new = gullet.word() == "true" if value is None else value
        gullet.macros.define(prefix + name, Flag(new), everywhere=True)

    return define


def _add_to(front: bool) -> Definer:
    r"""\g@addto@macro, \appto, \pretocmd ...: more replacement text for a macro."""

    def define(gullet: Gullet, protected: frozenset[Token]) -> None:
        name = _name(gullet)
        more = body_of(gullet.argument())
        old = gullet.macros.get(name)
        body = old.body if isinstance(old, Macro) else ()
        parameters = old.parameters if isinstance(old, Macro) else ()
        if name not in protected:
            _define(gullet, name, Macro(parameters, more + body if front else body + more), protected, everywhere=True)

    return define


def _patch(front: bool) -> Definer:
    r"""\apptocmd and \pretocmd, which add what to do when they succeed or fail."""
    add = _add_to(front)

    def define(gullet: Gullet, protected: frozenset[Token]) -> None:
        add(gullet, protected)
        gullet.argument()
        gullet.argument()

    return define


def _save_box(optional: int) -> Definer:
    r"""\sbox{\name}{..} and \savebox{\name}[..][..]{..}: the content comes where \usebox{\name} stands."""

    def define(gullet: Gullet, protected: frozenset[Token]) -> None:
        name = _name(gullet)
        for _ in range(optional):
            gullet.optional()
        _define(gullet, name, Macro((), tuple(gullet.argument())), protected, everywhere=True)

    return define


def _prefix(_gullet: Gullet, _protected: frozenset[Token]) -> None:
    r"""\long, \outer, \protected: no difference here."""


def _global(gullet: Gullet, protected: frozenset[Token]) -> None:
    token = gullet.next()
    if token == "\\def":
        _def(everywhere=True, expanded=False)(gullet, protected)
    elif token is not None:
        gullet.push([token])


DEFINERS: dict[Token, Definer] = {
    "\\newcommand": _new_command(keep_old=False),
    "\\renewcommand": _new_command(keep_old=False),
    "\\providecommand": _new_command(keep_old=True),
    "\\DeclareRobustCommand": _new_command(keep_old=False),
    "\\newrobustcmd": _new_command(keep_old=False),
    "\\renewrobustcmd": _new_command(keep_old=False),
    "\\DeclareMathOperator": _new_command(keep_old=False),
    "\\DeclareTextFontCommand": _new_command(keep_old=False),
    "\\def": _def(everywhere=False, expanded=False),
    "\\gdef": _def(everywhere=True, expanded=False),
    "\\edef": _def(everywhere=False, expanded=True),
    "\\xdef": _def(everywhere=True, expanded=True),
    "\\global": _global,
    "\\long": _prefix,
    "\\outer": _prefix,
    "\\protected": _prefix,
    "\\let": _let,
    "\\newenvironment": _new_environment,
    "\\renewenvironment": _new_environment,
    "\\NewDocumentCommand": _document_command(keep_old=False),
    "\\RenewDocumentCommand": _document_command(keep_old=False),
    "\\DeclareDocumentCommand": _document_command(keep_old=False),
    "\\ProvideDocumentCommand": _document_command(keep_old=True),
    "\\NewExpandableDocumentCommand": _document_command(keep_old=False),
    "\\NewDocumentEnvironment": _document_environment,
    "\\RenewDocumentEnvironment": _document_environment,
    "\\DeclareDocumentEnvironment": _document_environment,
    "\\@namedef": _name_def,
    "\\csdef": _name_def,
    "\\newif": _new_if,
    "\\newboolean": _new_boolean,
    "\\newbool": _new_boolean,
    "\\newtoggle": _new_toggle,
    "\\setboolean": _set_flag("\\if", None),
    "\\setbool": _set_flag("\\if", None),
    "\\settoggle": _set_flag("\\toggle ", None),
    "\\booltrue": _set_flag("\\if", True),
    "\\boolfalse": _set_flag("\\if", False),
    "\\toggletrue": _set_flag("\\toggle ", True),
    "\\togglefalse": _set_flag("\\toggle ", False),
    "\\g@addto@macro": _add_to(front=False),
    "\\appto": _add_to(front=False),
    "\\gappto": _add_to(front=False),
    "\\preto": _add_to(front=True),
    "\\apptocmd": _patch(front=False),
    "\\pretocmd": _patch(front=True),
    "\\sbox": _save_box(optional=0),
    "\\savebox": _save_box(optional=2),
}


def harvest(gullet: Gullet, text: str, known: Iterable[Token]) -> None:
    """Read a local package or class for its definitions alone.

    Its other code drives the typesetting, which does not happen here. `known` commands keep their meaning, and a
    macro that leans on the package's internals is left undefined, so that its arguments pass as text.
    """
    package = Gullet(gullet.expandables, gullet.commands)
    package.frames[0].lexer = Lexer(text, at_is_letter=True)
    protected = frozenset(known)
    while (token := package.raw()) is not None:
        if token in DEFINERS and token != "\\global":
            DEFINERS[token](package, protected)
        elif token == "\\iffalse":
            package.expand(token)
    for name, meaning in package.macros.items():
        if "@" not in name and (not isinstance(meaning, Macro) or is_plain(meaning)):
            gullet.macros.define(name, meaning)
