r"""TeX's conditionals (The TeXbook, chapter 20) and what LaTeX, ifthen and etoolbox build on them.

The branch that is not taken is skipped token by token, never read; so dead text behind \iffalse stays dead. A
conditional that nobody defined counts as false, as an undefined switch of a missing package does on first use.
"""

from collections.abc import Callable

from s1_assets.extraction.latex.gullet import ANY_CONDITIONAL, Expandable, Gullet
from s1_assets.extraction.latex.macros import NO_VALUE, Flag, Macro
from s1_assets.extraction.latex.tokens import Token, is_command, source_of, trim

# Tests that read their branches as arguments in braces; everything else called \if... ends with \fi.
_BRACED = (
    "\\ifdef",
    "\\ifundef",
    "\\ifstr",
    "\\ifblank",
    "\\ifnotblank",
    "\\ifcs",
    "\\ifnum",
    "\\ifempty",
    "\\ifpackage",
)
_CLOSING = frozenset({"\\fi", "\\repeat"})  # \let\repeat=\fi, so that \loop ... \if... \repeat can be skipped
_TRUE_ENGINES = frozenset({"\\iftrue", "\\ifpdf", "\\ifPDFTeX", "\\ifpdftex", "\\ifPDF", "\\ifhmode", "\\ifvoid"})


def branch(gullet: Gullet, condition: bool) -> None:
    r"""Go on with the text after a test, or skip to its \else or \fi."""
    gullet.open_conditionals += 1
    if not condition and skip(gullet, stop_at_else=True) != "\\else":
        gullet.open_conditionals -= 1


def skip(gullet: Gullet, stop_at_else: bool) -> Token | None:
    r"""Pass over tokens to the matching \fi (or \else, or \or); returns which it was, None if the input ends first."""
    depth = 0
    while (token := gullet.raw()) is not None:
        if token[0] != "\\":
            continue
        if token in _CLOSING:
            if depth == 0:
                return token
            depth -= 1
        elif depth == 0 and stop_at_else and token in {"\\else", "\\or"}:
            return token
        elif token.startswith("\\if") and _ends_with_fi(gullet, token):
            depth += 1
    gullet.meet_limit("the end of the input before that of a conditional")
    return None


def _ends_with_fi(gullet: Gullet, token: Token) -> bool:
    if isinstance(gullet.macros.get(token), Flag) or token in CONDITIONALS:
        return True
    if (
        token in gullet.macros
        or token in gullet.commands
        or token == "\\iff"
        or token in BRACED_TESTS
        or token.startswith(_BRACED)
    ):
        return False
    return gullet.peek() != "{"


def end_branch(gullet: Gullet) -> None:
    r"""\else or \or met in the branch that was taken: skip the rest."""
    if gullet.open_conditionals > 0:
        skip(gullet, stop_at_else=False)
        gullet.open_conditionals -= 1


def end_conditional(gullet: Gullet) -> None:
    r"""\fi."""
    gullet.open_conditionals = max(0, gullet.open_conditionals - 1)


def unknown_conditional(gullet: Gullet) -> None:
    r"""A command called \if... without a rule of its own; it stands in front of the input."""
    token = gullet.raw()
    assert token is not None  # the gullet has just put it there
    meaning = gullet.macros.get(token)
    if isinstance(meaning, Flag):
        branch(gullet, meaning.value)
    elif token == "\\iff":
        gullet.push(["\\Longleftrightarrow"])
    elif token in _TRUE_ENGINES:
        branch(gullet, True)
    elif _ends_with_fi(gullet, token):
        branch(gullet, False)
    else:
        gullet.argument()
        choose(gullet, False)


def choose(gullet: Gullet, condition: bool) -> None:
    """Go on with the first or the second of two arguments."""
    first, second = gullet.argument(), gullet.argument()
    gullet.push(first if condition else second)


def _same(gullet: Gullet, first: Token | None, second: Token | None) -> bool:
    r"""Whether \ifx holds: same character, same primitive, or macros with the same definition."""
    if first is None or second is None:
        return False
    if not is_command(first) or not is_command(second):
        return first == second
    meanings = gullet.macros.get(first), gullet.macros.get(second)
    if meanings == (None, None):
        return first == second or not (gullet.is_defined(first) or gullet.is_defined(second))
    return meanings[0] == meanings[1]


def _ifx(gullet: Gullet) -> None:
    branch(gullet, _same(gullet, gullet.character(), gullet.character()))


def _if(gullet: Gullet) -> None:
    pair: list[Token | None] = []
    while len(pair) < 2:
        token = gullet.next()
        if token is not None and len(token) > 1 and not is_command(token):
            gullet.push([token[1:]])
            token = token[0]
        pair.append(token)
    branch(gullet, pair[0] is not None and (pair[0] == pair[1] or all(part and is_command(part) for part in pair)))


def _compare(gullet: Gullet, read: Callable[[], float]) -> bool:
    left = read()
    gullet.skip_blanks()
    relation = gullet.character()
    right = read()
    return {"<": left < right, ">": left > right, "=": left == right}.get(relation or "", False)


def _ifnum(gullet: Gullet) -> None:
    branch(gullet, _compare(gullet, gullet.number))


def _ifdim(gullet: Gullet) -> None:
    gullet.dimension()
    gullet.skip_blanks()
    gullet.character()
    gullet.dimension()
    branch(gullet, False)


def _ifcase(gullet: Gullet) -> None:
    wanted = gullet.number()
    gullet.open_conditionals += 1
    for _ in range(max(wanted, 0)):
        found = skip(gullet, stop_at_else=True)
        if found != "\\or":
            gullet.open_conditionals -= found != "\\else"
            return


def _ifdefined(gullet: Gullet) -> None:
    token = gullet.raw()
    branch(gullet, token is not None and gullet.is_defined(token))


def name_to_endcsname(gullet: Gullet) -> Token:
    r"""The command that \csname ... \endcsname spells."""
    parts: list[Token] = []
    while (token := gullet.next()) not in {None, "\\endcsname"}:
        assert token is not None
        parts.append(token)
    return "\\" + (source_of(parts).strip() or " ")


def _condition_of(gullet: Gullet, tokens: list[Token]) -> bool:
    r"""A test of \ifthenelse (ifthen), without \and, \or and parentheses."""
    level = gullet.enter(tokens)
    wanted = True
    gullet.skip_blanks()
    while (first := gullet.next()) in {"\\not", "\\NOT"}:
        wanted = not wanted
        gullet.skip_blanks()
    holds = _simple_condition(gullet, first)
    gullet.leave(level)
    return holds == wanted


def _simple_condition(gullet: Gullet, first: Token | None) -> bool:
    if first == "\\equal":
        return _text(gullet, gullet.argument()) == _text(gullet, gullet.argument())
    if first == "\\boolean":
        flag = gullet.macros.get("\\if" + gullet.word())
        return isinstance(flag, Flag) and flag.value
    if first == "\\isundefined":
        return not gullet.is_defined(source_of(gullet.argument()))
    if first == "\\isodd":
        return gullet.number() % 2 == 1
    gullet.push([first] if first is not None else [])
    return _compare(gullet, gullet.number)


def _text(gullet: Gullet, tokens: list[Token]) -> str:
    return source_of(gullet.expand_all(tokens))


def _flag(gullet: Gullet) -> bool:
    r"""The value of a boolean or toggle that is named by the next argument."""
    name = gullet.word()
    meanings = (gullet.macros.get("\\if" + name), gullet.macros.get(f"\\toggle {name}"))
    return any(isinstance(meaning, Flag) and meaning.value for meaning in meanings)


def _is_empty_command(gullet: Gullet) -> bool:
    meaning = gullet.macros.get(source_of(gullet.argument()).strip())
    return isinstance(meaning, Macro) and not meaning.body


# Tests whose branches are arguments; each reads what it tests and says whether it holds.
BRACED_TESTS: dict[Token, Callable[[Gullet], bool]] = {
    "\\ifthenelse": lambda gullet: _condition_of(gullet, gullet.argument()),
    "\\ifbool": _flag,
    "\\iftoggle": _flag,
    "\\ifstrequal": lambda gullet: gullet.argument() == gullet.argument(),
    "\\ifblank": lambda gullet: not trim(gullet.argument()),
    "\\ifstrempty": lambda gullet: not gullet.argument(),
    "\\ifdef": lambda gullet: gullet.is_defined(source_of(gullet.argument()).strip()),
    "\\ifundef": lambda gullet: not gullet.is_defined(source_of(gullet.argument()).strip()),
    "\\ifcsdef": lambda gullet: gullet.is_defined("\\" + gullet.word()),
    "\\ifcsundef": lambda gullet: not gullet.is_defined("\\" + gullet.word()),
    "\\@ifundefined": lambda gullet: not gullet.is_defined("\\" + gullet.word()),
    "\\ifdefempty": _is_empty_command,
    "\\ifdefvoid": _is_empty_command,
    "\\IfBooleanTF": lambda gullet: gullet.argument() == ["\\BooleanTrue"],
    "\\IfValueTF": lambda gullet: gullet.argument() != [NO_VALUE],
    "\\IfNoValueTF": lambda gullet: gullet.argument() == [NO_VALUE],
    "\\IfBlankTF": lambda gullet: not trim(gullet.argument()),
    "\\@ifpackageloaded": lambda gullet: not gullet.argument(),
    "\\@ifclassloaded": lambda gullet: not gullet.argument(),
    "\\ifnotblank": lambda gullet: bool(trim(gullet.argument())),
}


def _braced(test: Callable[[Gullet], bool]) -> Expandable:
    return lambda gullet: choose(gullet, test(gullet))


def _one_branch(test: Callable[[Gullet], bool], wanted: bool) -> Expandable:
    def run(gullet: Gullet) -> None:
        holds = test(gullet) == wanted
        text = gullet.argument()
        gullet.push(text if holds else [])

    return run


def _if_star(gullet: Gullet) -> None:
    starred, plain = gullet.argument(), gullet.argument()
    gullet.push(starred if gullet.accept("*") else plain)


def _if_next_character(gullet: Gullet) -> None:
    expected, same, other = gullet.argument(), gullet.argument(), gullet.argument()
    gullet.skip_blanks()
    following = gullet.peek()
    gullet.push(same if expected and following is not None and following.startswith(expected[0]) else other)


CONDITIONALS: dict[Token, Expandable] = {
    "\\ifx": _ifx,
    "\\if": _if,
    "\\ifcat": _if,
    "\\ifnum": _ifnum,
    "\\ifdim": _ifdim,
    "\\ifodd": lambda gullet: branch(gullet, gullet.number() % 2 == 1),
    "\\ifcase": _ifcase,
    "\\ifdefined": _ifdefined,
    "\\ifcsname": lambda gullet: branch(gullet, gullet.is_defined(name_to_endcsname(gullet))),
    "\\ifmmode": lambda gullet: branch(gullet, gullet.in_math),
}

EXPANDABLES: dict[Token, Expandable] = {
    **CONDITIONALS,
    "\\else": end_branch,
    "\\or": end_branch,
    **dict.fromkeys(_CLOSING, end_conditional),
    ANY_CONDITIONAL: unknown_conditional,
    "\\@ifstar": _if_star,
    "\\@ifnextchar": _if_next_character,
    **{name: _braced(test) for name, test in BRACED_TESTS.items()},
    **{f"{name[:-2]}T": _one_branch(test, True) for name, test in BRACED_TESTS.items() if name.endswith("TF")},
    **{f"{name[:-2]}F": _one_branch(test, False) for name, test in BRACED_TESTS.items() if name.endswith("TF")},
}
