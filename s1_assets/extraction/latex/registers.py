r"""Registers, counters and boxes: commands that make and set them (The TeXbook, chapters 15 and 24; ltcounts, calc).

Registers live in the table of meanings and obey groups; LaTeX's counters are everywhere the same. A box is kept as
the tokens of its content, which are read where the box is used.
"""

import operator
from collections.abc import Callable
from dataclasses import replace

from s1_assets.extraction.latex.gullet import Definer, Gullet
from s1_assets.extraction.latex.macros import (
    CATEGORY,
    Alias,
    Character,
    Macro,
    Meaning,
    Quantity,
    Terms,
    TokenList,
)
from s1_assets.extraction.latex.quantities import (
    accept_word,
    begins_quantity,
    box_name,
    clamp,
    glue,
    guessed_width,
    internal,
    length,
    number,
    read_from,
    register,
)
from s1_assets.extraction.latex.tokens import ACTIVE, Token, is_command, literal

_KINDS: dict[Token, Meaning] = {
    "\\count": Quantity(0),
    "\\dimen": Quantity(0, "dimen"),
    "\\skip": Quantity(0, "skip"),
    "\\muskip": Quantity(0, "skip"),
    "\\toks": TokenList(),
}
_READ: dict[str, Callable[[Gullet], int]] = {"count": number, "dimen": length, "skip": glue}


def assign(gullet: Gullet, name: Token, everywhere: bool = False) -> None:
    r"""Carry out `\name=value` for a register; without a value nothing happens."""
    meaning = gullet.macros.get(name)
    equals = gullet.accept("=")
    if isinstance(meaning, TokenList):
        gullet.macros.define(name, _token_list(gullet), everywhere)
    elif equals or begins_quantity(gullet):
        kind = meaning.kind if isinstance(meaning, Quantity) else "count"
        _set(gullet, name, Quantity(_READ[kind](gullet), kind), everywhere)


def _set(gullet: Gullet, name: Token, value: Quantity, everywhere: bool) -> None:
    if name in gullet.counters:
        gullet.counters.set(name, value.value)
    else:
        gullet.macros.define(name, value, everywhere)


def _token_list(gullet: Gullet) -> TokenList:
    """The value of a register of tokens: those in braces, or those of another register."""
    gullet.skip_blanks()
    token = gullet.next()
    if token == "\\toks":
        token = register(token, gullet)
    meaning = gullet.macros.get(token or "")
    if isinstance(meaning, TokenList):
        return meaning
    gullet.put_back(token)
    return TokenList(tuple(gullet.general_text()))


def _named(gullet: Gullet) -> Token:
    r"""The register to be set: \name, \count3, or the name in braces."""
    gullet.skip_blanks()
    token = gullet.next()
    if token == "{":
        inner = [part for part in gullet.balanced() if is_command(part)]
        return gullet.primitive(inner[0]) if inner else ""
    return register(token, gullet) if token in _KINDS else token or ""


def _new(meaning: Meaning | None) -> Definer:
    r"""\newcount\name, \newlength{\name}, ...; boxes and files need no register here."""

    def define(gullet: Gullet, terms: Terms) -> None:
        name = gullet.command_argument()
        if meaning is not None:
            cell = f"\\register {name}"
            gullet.macros.define(cell, meaning, everywhere=True)
            gullet.define(name, Alias(cell), replace(terms, everywhere=True))

    return define


def _name_register(kind: Token) -> Definer:
    r"""\countdef\name=3."""

    def define(gullet: Gullet, terms: Terms) -> None:
        name = gullet.character() or ""
        gullet.accept("=")
        numbered = register(kind, gullet)
        if numbered not in gullet.macros:
            gullet.macros.define(numbered, _KINDS[kind], everywhere=True)
        gullet.define(name, Alias(numbered), terms)

    return define


def _numbered(kind: Token) -> Definer:
    r"""\count3=5."""

    def define(gullet: Gullet, terms: Terms) -> None:
        name = register(kind, gullet)
        if name not in gullet.macros:
            gullet.macros.define(name, _KINDS[kind])
        assign(gullet, name, terms.everywhere)

    return define


def _name_character(prints: bool) -> Definer:
    r"""\chardef\name=65, and \mathchardef, of which only the number is kept."""

    def define(gullet: Gullet, terms: Terms) -> None:
        gullet.skip_blanks()
        name = gullet.character() or ""
        gullet.accept("=")
        code = number(gullet)
        gullet.define(name, Character(code) if prints and 0 <= code < 0x110000 else Quantity(code), terms)

    return define


def _change(operation: Callable[[int, int], int], by_own_kind: bool) -> Definer:
    r"""\advance\name by 3, \multiply, \divide."""

    def define(gullet: Gullet, terms: Terms) -> None:
        name = _named(gullet)
        accept_word(gullet, "by")
        old = internal(gullet, name) or Quantity(0, "dimen")
        amount = _READ[old.kind if by_own_kind else "count"](gullet)
        if name in gullet.macros or name in gullet.counters:
            _set(gullet, name, Quantity(clamp(operation(old.value, amount)), old.kind), terms.everywhere)

    return define


def _set_length(read: Callable[[Gullet], int], added: bool) -> Definer:
    r"""\setlength{\name}{..}, \addtolength, \settowidth."""

    def define(gullet: Gullet, terms: Terms) -> None:
        name = _named(gullet)
        value = read(gullet)
        old = gullet.macros.get(name)
        if added and isinstance(old, Quantity):
            value = clamp(value + old.value)
        gullet.define(name, Quantity(value, "skip"), terms)

    return define


def _width(gullet: Gullet) -> int:
    return guessed_width(gullet.argument())


# Boxes


def _set_box(gullet: Gullet, _terms: Terms) -> None:
    r"""\setbox0=\hbox{..}. A box in \bgroup and \egroup, whose end cannot be told, is read where it stands."""
    name = box_name(gullet)
    gullet.accept("=")
    gullet.skip_blanks()
    token = gullet.next()
    content: list[Token] = []
    if token in {"\\box", "\\copy"}:
        content = gullet.boxes.take(box_name(gullet), emptied=token == "\\box")
    elif token in {"\\hbox", "\\vbox", "\\vtop"}:
        if accept_word(gullet, "to") or accept_word(gullet, "spread"):
            length(gullet)
        content = gullet.argument() if gullet.next_is("{") else []
    gullet.boxes.keep(name, content)


def _save_box(options: int) -> Definer:
    r"""\sbox{\name}{..} and \savebox{\name}[..][..]{..}."""

    def define(gullet: Gullet, _terms: Terms) -> None:
        name = box_name(gullet)
        for _ in range(options):
            gullet.optional()
        gullet.boxes.keep(name, gullet.argument())

    return define


def _use_box(emptied: bool) -> Definer:
    r"""\usebox{\name}, \copy0 and \box0, which empties it."""

    def use(gullet: Gullet, _terms: Terms) -> None:
        gullet.push(["{", *gullet.boxes.take(box_name(gullet), emptied), "}"])

    return use


# Codes and fonts


def _code(kind: str) -> Definer:
    r"""\catcode`\@=11, \lccode`\~=`\|."""

    def define(gullet: Gullet, terms: Terms) -> None:
        character = number(gullet)
        gullet.accept("=")
        code = Quantity(number(gullet) % 0x110000)
        if 0 <= character < 0x110000:
            gullet.macros.define(kind + chr(character), code, terms.everywhere)
            gullet.read_anew()

    return define


def _change_case(change: Callable[[str], str], codes: str) -> Definer:
    r"""\uppercase and \lowercase: characters change, by their codes also into active ones; commands stay."""

    def changed(gullet: Gullet, token: Token) -> list[Token]:
        character = token.removeprefix(ACTIVE)
        if is_command(character):
            return [token]
        told = {letter: code for letter in character if isinstance(code := gullet.macros.get(codes + letter), Quantity)}
        if not told:
            return [change(token)]
        codes_of = {ord(letter): code.value for letter, code in told.items() if chr(code.value).isprintable()}
        new = character.translate(codes_of)
        return [ACTIVE + new] if token == "~" or token.startswith(ACTIVE) else literal(new)

    def run(gullet: Gullet, _terms: Terms) -> None:
        gullet.push([part for token in gullet.general_text() for part in changed(gullet, token)])

    return run


def _unkept_code(gullet: Gullet, _terms: Terms) -> None:
    r"""\sfcode, \mathcode, \delcode: no difference here."""
    number(gullet)
    gullet.accept("=")
    number(gullet)


def _font(gullet: Gullet, terms: Terms) -> None:
    r"""\font\name=cmr10 scaled 1200, or at 12pt: \name prints nothing."""
    gullet.skip_blanks()
    name = gullet.character() or ""
    gullet.accept("=")
    gullet.skip_blanks()
    while (token := gullet.expanded_character()) is not None and not (token.isspace() or is_command(token)):
        continue
    gullet.put_back(token)
    if accept_word(gullet, "scaled"):
        number(gullet)
    elif accept_word(gullet, "at"):
        length(gullet)
    gullet.define(name, Macro((), ()), terms)


DEFINERS: dict[Token, Definer] = {
    "\\newcount": _new(Quantity(0)),
    "\\newdimen": _new(Quantity(0, "dimen")),
    **dict.fromkeys(("\\newskip", "\\newmuskip", "\\newlength"), _new(Quantity(0, "skip"))),
    "\\newtoks": _new(TokenList()),
    **{f"\\new{kind}": _new(None) for kind in "box savebox read write insert fam language".split()},
    **{f"{kind}def": _name_register(kind) for kind in _KINDS},
    **{kind: _numbered(kind) for kind in _KINDS},
    "\\chardef": _name_character(prints=True),
    "\\mathchardef": _name_character(prints=False),
    "\\advance": _change(operator.add, by_own_kind=True),
    "\\multiply": _change(operator.mul, by_own_kind=False),
    "\\divide": _change(lambda value, by: int(value / by) if by else 0, by_own_kind=False),
    "\\setlength": _set_length(lambda gullet: read_from(gullet, gullet.argument(), glue), added=False),
    "\\addtolength": _set_length(lambda gullet: read_from(gullet, gullet.argument(), glue), added=True),
    **{f"\\setto{side}": _set_length(_width, added=False) for side in ("width", "height", "depth")},
    "\\setbox": _set_box,
    "\\sbox": _save_box(0),
    "\\savebox": _save_box(2),
    "\\usebox": _use_box(emptied=False),
    "\\box": _use_box(emptied=True),
    **{f"\\{name}": _use_box(emptied=False) for name in ("copy", "unhcopy", "unvcopy")},
    **{f"\\{name}": _use_box(emptied=True) for name in ("unhbox", "unvbox")},
    "\\catcode": _code(CATEGORY),
    "\\lccode": _code("\\lccode "),
    "\\uccode": _code("\\uccode "),
    "\\lowercase": _change_case(str.lower, "\\lccode "),
    "\\uppercase": _change_case(str.upper, "\\uccode "),
    **dict.fromkeys(("\\sfcode", "\\mathcode", "\\delcode"), _unkept_code),
    "\\font": _font,
}
