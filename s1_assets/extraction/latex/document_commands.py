r"""Commands and environments with arguments of every kind: LaTeX's \NewDocumentCommand, xargs and environ.

Sources: usrguide ("Creating document commands"), the manuals of xparse, xargs and environ.
"""

from dataclasses import replace

from s1_assets.extraction.latex.gullet import Definer, Gullet
from s1_assets.extraction.latex.macros import NO_VALUE, Macro, Parameter, Terms, body_of, with_optional
from s1_assets.extraction.latex.tokens import Token, items_of, source_of, split_runs

_ABSENT: tuple[Token | int, ...] = (NO_VALUE,)
_MAX_PARAMETERS = 9


def argument_count(tokens: list[Token] | None) -> int:
    r"""The number of arguments in \newcommand{..}[2], 0 to 9."""
    digits = source_of(tokens or []).strip()
    return min(int(digits), _MAX_PARAMETERS) if digits.isdecimal() and len(digits) < 3 else 0


def define_environment(gullet: Gullet, name: str, begin: Macro, end: tuple[Token | int, ...], terms: Terms) -> None:
    r"""Have \begin{name} and \end{name} do what the macros say."""
    if "\\" + name not in terms.protected:
        gullet.macros.define("\\" + name, begin, terms.everywhere)
        gullet.macros.define("\\end" + name, Macro((), end), terms.everywhere)


def _parameters_of(specification: list[Token], environment: str = "") -> tuple[Parameter, ...]:
    r"""Parameters of an xparse specification such as `s O{x} m +m d<>`."""
    marks = [token for token in split_runs(specification) if not token.isspace()][::-1]
    parameters: list[Parameter] = []
    processor: tuple[Token, ...] = ()
    while marks and sum(max(1, len(parameter.defaults)) for parameter in parameters) < _MAX_PARAMETERS:
        kind = marks.pop()
        if kind == ">":
            processor = _group(marks)
        elif kind in "+!":
            continue
        elif (parameter := _parameter(kind, marks, environment)) is None:
            break
        else:
            parameters.append(replace(parameter, processor=processor) if processor else parameter)
            processor = ()
    return tuple(parameters)


def _parameter(kind: str, marks: list[Token], environment: str) -> Parameter | None:
    """The parameter of one letter, with what belongs to the letter taken off the end of `marks`."""
    parameter: Parameter | None = None
    match kind:
        case "m" | "v" | "l" | "o" | "g":
            parameter = Parameter(kind)
        case "b":
            parameter = Parameter("b", (), (environment,))
        case "s" | "t":
            parameter = Parameter("t", (), ("*",) if kind == "s" else _group(marks)[:1] or ("*",))
        case "u":
            parameter = Parameter("u", (), _group(marks) or (" ",))
        case "O" | "G":
            parameter = Parameter(kind.lower(), body_of(_group(marks)))
        case "d" | "r" | "D" | "R":
            ends = _group(marks)[:1] + _group(marks)[:1]
            default = body_of(_group(marks)) if kind in "DR" else _ABSENT
            parameter = Parameter(kind.lower(), default, ends) if len(ends) == 2 else None
        case "e" | "E":
            tokens = _group(marks)
            given = [body_of(item) for item in _groups(_group(marks))] if kind == "E" else []
            defaults = (given + [_ABSENT] * len(tokens))[: len(tokens)]
            parameter = Parameter("e", (), tokens, tuple(defaults))
    return parameter


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


def _groups(tokens: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """A row of groups and single tokens."""
    marks = list(tokens[::-1])
    groups: list[tuple[Token, ...]] = []
    while marks:
        groups.append(_group(marks))
    return groups


def _document_command(keep_old: bool, robust: bool = True) -> Definer:
    def define(gullet: Gullet, terms: Terms) -> None:
        name = gullet.command_argument()
        parameters = _parameters_of(gullet.argument())
        body = body_of(gullet.argument())
        if not (keep_old and gullet.is_defined(name)):
            gullet.define(name, Macro(parameters, body, robust=robust), terms)

    return define


def _document_environment(gullet: Gullet, terms: Terms) -> None:
    r"""\NewDocumentEnvironment, whose end sees the arguments too; so the beginning defines it."""
    name = gullet.word()
    parameters = _parameters_of(gullet.argument(), name)
    begin, end = gullet.argument(), gullet.argument()
    body = body_of(["\\def", "\\end" + name, "{", *end, "}", *begin])
    define_environment(gullet, name, Macro(parameters, body), (), terms)


def _command_with_keys(gullet: Gullet, terms: Terms) -> None:
    r"""\newcommandx{\name}[count][1=default, 3=default, usedefault]{body} of xargs."""
    gullet.accept("*")
    name = gullet.command_argument()
    gullet.define(name, Macro(_xargs_parameters(gullet), body_of(gullet.argument())), terms)


def _environment_with_keys(gullet: Gullet, terms: Terms) -> None:
    gullet.accept("*")
    name = gullet.word()
    begin = Macro(_xargs_parameters(gullet), body_of(gullet.argument()))
    define_environment(gullet, name, begin, body_of(gullet.argument()), terms)


def _xargs_parameters(gullet: Gullet) -> tuple[Parameter, ...]:
    count = argument_count(gullet.optional())
    keys = (source_of(item).partition("=") for item in items_of(gullet.optional() or []))
    defaults = {key.strip(): value.strip() for key, _, value in keys}
    return tuple(
        Parameter("o", (defaults[str(place)],)) if str(place) in defaults else Parameter("m")
        for place in range(1, count + 1)
    )


def _collecting_environment(gullet: Gullet, terms: Terms) -> None:
    r"""\NewEnviron{name}[count][default]{begin}[end] of environ: \BODY is what stands in the environment."""
    name = gullet.word()
    parameters = with_optional(argument_count(gullet.optional()), gullet.optional())
    code = gullet.argument()
    end = body_of(gullet.optional() or [])
    body = ("\\def", "\\BODY", "{", len(parameters) + 1, "}", *body_of(code))
    begin = Macro((*parameters, Parameter("b", (), (name,))), body)
    define_environment(gullet, name, begin, end, terms)


DEFINERS: dict[Token, Definer] = {
    "\\NewDocumentCommand": _document_command(keep_old=False),
    "\\RenewDocumentCommand": _document_command(keep_old=False),
    "\\DeclareDocumentCommand": _document_command(keep_old=False),
    "\\ProvideDocumentCommand": _document_command(keep_old=True),
    **{
        f"\\{verb}ExpandableDocumentCommand": _document_command(keep_old=verb == "Provide", robust=False)
        for verb in ("New", "Renew", "Provide", "Declare")
    },
    **{f"\\{verb}DocumentEnvironment": _document_environment for verb in ("New", "Renew", "Provide", "Declare")},
    "\\newcommandx": _command_with_keys,
    "\\renewcommandx": _command_with_keys,
    "\\providecommandx": _command_with_keys,
    "\\DeclareRobustCommandx": _command_with_keys,
    "\\newenvironmentx": _environment_with_keys,
    "\\renewenvironmentx": _environment_with_keys,
    "\\NewEnviron": _collecting_environment,
    "\\RenewEnviron": _collecting_environment,
}
