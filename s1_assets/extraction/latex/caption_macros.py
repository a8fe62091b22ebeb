r"""Captions that authors make themselves: a command that counts and prints what \caption would.

World Scientific's template has papers define \fcaption and \tcaption so; other old styles do likewise.
"""

from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.tokens import Token

_KINDS = ("figure", "table")
_STEPS = ("\\refstepcounter", "\\stepcounter")


def as_caption(name: Token, macro: Macro) -> Macro:
    r"""The macro as a \captionof, where it is called ...caption, prints its argument and steps one kind's counter.

    One that uses a caption command of LaTeX or of a package stays as it is: that one will be read.
    """
    body, last = macro.body, len(macro.parameters)
    called = name.lower().endswith("caption") and "sub" not in name.lower()
    if not called or last not in body or macro.parameters[-1].kind != "m":
        return macro
    if any(isinstance(part, str) and "caption" in part.lower() for part in body):
        return macro
    stepped = {kind for kind in _KINDS for step in _STEPS if _has(body, (step, "{", kind, "}"))}
    if len(stepped) != 1:
        return macro
    return Macro(macro.parameters, ("\\captionof", "{", stepped.pop(), "}", "{", last, "}"), macro.prefix, macro.robust)


def _has(body: tuple[Token | int, ...], row: tuple[Token, ...]) -> bool:
    return any(body[start : start + len(row)] == row for start in range(len(body)))
