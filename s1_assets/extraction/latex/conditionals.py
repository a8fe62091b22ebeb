r"""TeX's conditionals (The TeXbook, chapter 20; The e-TeX manual, 3.3).

The branch that is not taken is skipped token by token, never read; so dead text behind \iffalse stays dead. A
conditional that nobody defined counts as false, as an undefined switch of a missing package does on first use.
"""

from collections.abc import Callable

from s1_assets.extraction.latex.gullet import ANY_CONDITIONAL, Expandable, Gullet
from s1_assets.extraction.latex.macros import Character, Macro, Meaning
from s1_assets.extraction.latex.quantities import box_name, length, number
from s1_assets.extraction.latex.tokens import ACTIVE, Token, is_command, source_of

# Tests that read their branches as arguments in braces; everything else called \if... ends with \fi.
_BRACED = tuple("\\if" + what for what in "def undef str blank notblank cs num dim empty package bool".split())

# Behind these a conditional is only named.
_BEFORE_NAMES = frozenset(("\\newif", "\\ifdefined", "\\ifx", "\\let", "\\def", "\\noexpand", "\\string", "\\meaning"))

Test = Callable[[Gullet], bool]


def decide(gullet: Gullet, test: Test, wanted: bool = True) -> None:
    r"""Go on with the text after a test that comes out as wanted, or skip to its \else or \fi."""
    level = len(gullet.conditionals)
    gullet.conditionals.append(False)
    holds = test(gullet)
    del gullet.conditionals[level + 1 :]
    gullet.conditionals[level:] = [True]
    if holds != wanted and skip(gullet, stop_at_else=True) != "\\else":
        gullet.conditionals.pop()


def skip(gullet: Gullet, stop_at_else: bool) -> Token | None:
    r"""Pass over tokens to the matching \fi (or \else, or \or); returns which it was, None if the input ends first."""
    depth = 0
    last = ""
    while (token := gullet.raw()) is not None:
        before, last = last, token
        if token[0] != "\\":
            continue
        token = gullet.primitive(token)
        if token == "\\fi":
            if depth == 0:
                return token
            depth -= 1
        elif depth == 0 and stop_at_else and token in {"\\else", "\\or"}:
            return token
        elif token.startswith("\\if") and _opens(gullet, token, before):
            depth += 1
    gullet.run_out("a conditional")
    return None


def _opens(gullet: Gullet, token: Token, before: Token) -> bool:
    r"""Whether a command called if... needs its own \fi; behind some tokens an unknown one is only named."""
    if token in TESTS or token == "\\ifcase":
        return True
    return before not in _BEFORE_NAMES and _is_conditional(gullet, token)


def _is_conditional(gullet: Gullet, token: Token) -> bool:
    """Whether an unknown command called if... is likely a conditional, made by a package that was not read."""
    if gullet.is_defined(token) or token == "\\iff" or token.startswith(_BRACED):
        return False
    return gullet.peek() not in {"{", "[", "*"}


def _end_branch(gullet: Gullet, token: Token) -> None:
    r"""\else or \or met in the branch that was taken: skip the rest. Within a test it ends what the test reads."""
    if gullet.conditionals and not gullet.conditionals[-1]:
        gullet.push(["\\relax", token])
    elif gullet.conditionals:
        skip(gullet, stop_at_else=False)
        gullet.conditionals.pop()


def _end_conditional(gullet: Gullet) -> None:
    r"""\fi."""
    if gullet.conditionals and not gullet.conditionals[-1]:
        gullet.push(["\\relax", "\\fi"])
    elif gullet.conditionals:
        gullet.conditionals.pop()


def _unknown_conditional(gullet: Gullet) -> None:
    r"""A command called \if... without a rule of its own; it stands in front of the input."""
    token = gullet.raw() or ""
    if token == "\\iff":
        gullet.push(["\\Longleftrightarrow"])
    elif _is_conditional(gullet, token):
        decide(gullet, lambda _gullet: False)
    else:
        gullet.argument()
        choose(gullet, False)


def choose(gullet: Gullet, condition: bool) -> None:
    """Go on with the first or the second of two arguments."""
    first, second = gullet.argument(), gullet.argument()
    gullet.push(first if condition else second)


def is_same(gullet: Gullet, first: Token | None, second: Token | None) -> bool:
    r"""Whether \ifx holds: same character, same primitive, same register, or macros with the same definition."""
    return first is not None and second is not None and _sense(gullet, first) == _sense(gullet, second)


def _sense(gullet: Gullet, token: Token) -> Meaning | Token | None:
    meaning = gullet.macros.get(token)
    if isinstance(meaning, Macro | Character):
        return meaning
    target = gullet.primitive(token)
    if is_command(target):
        return target if gullet.is_defined(target) else None
    return " " if target.isspace() else target


def _ifx(gullet: Gullet) -> bool:
    return is_same(gullet, gullet.character(), gullet.character())


def _comparable(gullet: Gullet) -> Token | None:
    r"""What \if and \ifcat compare: a character, or a command that does not expand."""
    while (token := gullet.character()) is not None and is_command(token):
        if token == "\\noexpand":
            kept = gullet.primitive(gullet.character() or "\\relax")
            return "\\relax" if is_command(kept) else kept
        command = gullet.expand(token)
        if command is not None:
            return gullet.primitive(command)
    return token


def _if(gullet: Gullet) -> bool:
    first, second = (_comparable(gullet) for _ in range(2))
    if first is None or second is None:
        return False
    return first == second or (is_command(first) and is_command(second))


def _category_of(gullet: Gullet, token: Token) -> int | str:
    if token.startswith(ACTIVE):
        return "active"
    return "command" if is_command(token) else gullet.categories[token[0]]


def _ifcat(gullet: Gullet) -> bool:
    first, second = (_comparable(gullet) for _ in range(2))
    return first is not None and second is not None and _category_of(gullet, first) == _category_of(gullet, second)


def compare(gullet: Gullet, read: Callable[[Gullet], int]) -> bool:
    """Two numbers or lengths with `<`, `=` or `>` between them."""
    left = read(gullet)
    relation = gullet.expanded_character()
    while relation is not None and (relation.isspace() or relation == "\\relax"):
        relation = gullet.expanded_character()
    if relation is None or relation not in "<=>":
        gullet.put_back(relation)
        return False
    right = read(gullet)
    return {"<": left < right, ">": left > right, "=": left == right}[relation]


def _ifcase(gullet: Gullet) -> None:
    level = len(gullet.conditionals)
    gullet.conditionals.append(False)
    wanted = number(gullet)
    gullet.conditionals[level:] = [True]
    found: Token | None = "\\or"
    while wanted != 0 and found == "\\or":
        found = skip(gullet, stop_at_else=True)
        wanted -= 1
    if found not in {"\\or", "\\else"}:
        gullet.conditionals.pop()


def _ifdefined(gullet: Gullet) -> bool:
    token = gullet.raw()
    return token is not None and gullet.is_defined(token)


def name_to_endcsname(gullet: Gullet) -> Token:
    r"""The command that \csname ... \endcsname spells."""
    parts: list[Token] = []
    while (token := gullet.next()) not in {None, "\\endcsname"}:
        assert token is not None
        parts.append(token)
    return "\\" + (source_of(parts).strip() or " ")


def _ifcsname(gullet: Gullet) -> bool:
    return gullet.is_defined(name_to_endcsname(gullet))


def _unless(gullet: Gullet) -> None:
    token = gullet.raw()
    test = TESTS.get(gullet.primitive(token)) if token is not None else None
    if test is not None:
        decide(gullet, test, wanted=False)
    else:
        gullet.put_back(token)


def _ifvoid(gullet: Gullet) -> bool:
    return not gullet.boxes.content(box_name(gullet))


def _always(holds: bool) -> Test:
    return lambda _gullet: holds


def _after_a_number(holds: bool) -> Test:
    def test(gullet: Gullet) -> bool:
        number(gullet)
        return holds

    return test


TESTS: dict[Token, Test] = {
    "\\iftrue": _always(True),
    "\\iffalse": _always(False),
    "\\ifx": _ifx,
    "\\if": _if,
    "\\ifcat": _ifcat,
    "\\ifnum": lambda gullet: compare(gullet, number),
    "\\ifdim": lambda gullet: compare(gullet, length),
    "\\ifodd": lambda gullet: number(gullet) % 2 == 1,
    "\\ifdefined": _ifdefined,
    "\\ifcsname": _ifcsname,
    "\\ifmmode": lambda gullet: gullet.in_math,
    "\\ifhmode": _always(True),
    "\\ifvmode": _always(False),
    "\\ifinner": _always(False),
    "\\ifvoid": _ifvoid,
    "\\ifhbox": lambda gullet: not _ifvoid(gullet),
    "\\ifvbox": lambda gullet: not _ifvoid(gullet),
    "\\ifeof": _after_a_number(True),
    "\\iffontchar": _always(False),
    # The engine is pdfTeX, as at arXiv.
    **dict.fromkeys(("\\ifpdf", "\\ifPDFTeX", "\\ifpdftex", "\\ifPDF"), _always(True)),
    **dict.fromkeys(("\\ifxetex", "\\ifXeTeX", "\\ifluatex", "\\ifLuaTeX"), _always(False)),
}


def _expandable(test: Test) -> Expandable:
    return lambda gullet: decide(gullet, test)


EXPANDABLES: dict[Token, Expandable] = {
    **{name: _expandable(test) for name, test in TESTS.items()},
    "\\ifcase": _ifcase,
    "\\unless": _unless,
    "\\else": lambda gullet: _end_branch(gullet, "\\else"),
    "\\or": lambda gullet: _end_branch(gullet, "\\or"),
    "\\fi": _end_conditional,
    ANY_CONDITIONAL: _unknown_conditional,
}
