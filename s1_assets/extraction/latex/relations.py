r"""Relation signs that authors build of boxes, because plain TeX lacks them: `<` or `>` over `\sim`."""

import re
from collections.abc import Callable, Iterable

from s1_assets.extraction.latex.macros import Macro, Meaning
from s1_assets.extraction.latex.tokens import Token

# What the boxes are made of; it prints nothing itself.
_SCAFFOLD = frozenset(
    (
        r"{ } $ # & _ ^ \mathrel \mathop \mathbin \hbox \mbox \vbox \vcenter \rlap \llap \smash \lower \raise \kern "
        r"\raisebox \mkern \hskip \vskip \offinterlineskip \halign \noalign \hfil \cr \crcr \mathchoice \displaystyle "
        r"\textstyle \scriptstyle \scriptscriptstyle \buildrel \over \stackrel \underset \overset \ooalign \hidewidth "
        r"\ensuremath \limits \nolimits \m@th \baselineskip \lineskip \lineskiplimit \relax \protect \, \; \: \!"
    ).split()
)
_MEASURE = re.compile(r"\s*=?\s*(?:[-+]?[\d.]+\s*(?:pt|em|ex|mm|cm|mu|in)?)?\s*")
_RELATIONS = {frozenset(("<", "\\sim")): "\\lesssim", frozenset((">", "\\sim")): "\\gtrsim"}
_SIGNS = {relation: signs for signs, relation in _RELATIONS.items()}


def relation_of(macro: Macro, meaning: Callable[[Token], Meaning | None]) -> Token | None:
    r"""The command for the relation that a macro draws, such as \lesssim for `\raise.3ex\hbox{$<$}...{$\sim$}`.

    `meaning` tells what other macros mean, of which it may be made.
    """
    if macro.parameters or macro.prefix:
        return None
    return _RELATIONS.get(frozenset(_signs(macro.body, meaning)))


def _signs(body: Iterable[Token | int], meaning: Callable[[Token], Meaning | None]) -> set[str]:
    """The signs that a replacement text prints, as far as they are those of relations; none where it prints others."""
    signs: set[str] = set()
    for part in body:
        if not isinstance(part, str):
            return set()
        inner = meaning(part) if part[0] == "\\" else None
        relation = inner.body[0] if isinstance(inner, Macro) and len(inner.body) == 1 else None
        if relation in _SIGNS:
            signs |= _SIGNS[relation]
        elif (sign := part.strip()) in {"<", ">", "\\sim"}:
            signs.add(sign)
        elif part not in _SCAFFOLD and not _MEASURE.fullmatch(part):
            return set()
    return signs
