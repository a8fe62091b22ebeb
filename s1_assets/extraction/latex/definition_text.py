r"""Meanings written out as TeX again, for drawings that TeX itself is to read."""

from s1_assets.extraction.latex.gullet import Gullet
from s1_assets.extraction.latex.macros import NO_VALUE, Alias, Character, Macro, Parameter, Quantity, TokenList
from s1_assets.extraction.latex.quantities import printed_length
from s1_assets.extraction.latex.tokens import Token, source_of


def definition(gullet: Gullet, name: Token) -> str:
    """The TeX that gives `name` the meaning that it has here, whatever it means there."""
    meaning = gullet.macros.get(name)
    target = gullet.primitive(name)
    register = gullet.macros.get(target)
    if isinstance(register, Quantity):
        value = printed_length(register.value) if register.is_length else str(register.value)
        return f"{'' if target == name else _made(name, register.kind)}{name}={value}\\relax"
    if isinstance(register, TokenList):
        return f"{'' if target == name else _made(name, 'toks')}{name}={{{source_of(register.tokens)}}}"
    if isinstance(meaning, Character):
        return f"\\chardef{name}={meaning.code}\\relax"
    if isinstance(meaning, Macro):
        return _macro(name, meaning)
    return f"\\let{name}={target}" if isinstance(meaning, Alias) else ""


def _made(name: Token, kind: str) -> str:
    """The TeX that makes a register where there is none of that name."""
    return f"\\ifdefined{name}\\else\\csname new{kind}\\endcsname{name}\\fi"


def _macro(name: Token, macro: Macro) -> str:
    body = source_of(f"#{part}" if isinstance(part, int) else part.replace("#", "##") for part in macro.body)
    parameters = macro.parameters
    if all(parameter.kind in {"m", "u"} for parameter in parameters):
        shown = [f"#{place}{source_of(each.delimiter)}" for place, each in enumerate(parameters, 1)]
        return f"\\long\\def{name}{source_of(macro.prefix)}{''.join(shown)}{{{body}}}"
    return f"\\DeclareDocumentCommand{name}{{{' '.join(map(_specified, parameters))}}}{{{body}}}"


def _specified(parameter: Parameter) -> str:
    """A parameter as xparse writes it."""
    marks = "".join(parameter.delimiter)
    if parameter.kind in {"u", "e"}:
        return f"{parameter.kind}{{{marks}}}"
    if parameter.kind == "b":
        return "+b"
    kind = parameter.kind + marks
    if parameter.kind not in "odgr" or parameter.default == (NO_VALUE,):
        return kind
    default = source_of(f"#{part}" if isinstance(part, int) else part for part in parameter.default)
    return f"{kind[0].upper()}{kind[1:]}{{{default}}}"
