r"""Tests whose branches are arguments: LaTeX's own, and those of ifthen, xifthen, etoolbox and xparse."""

from collections.abc import Callable

from s1_assets.extraction.latex.conditionals import Test, choose, compare, is_same
from s1_assets.extraction.latex.gullet import Expandable, Gullet
from s1_assets.extraction.latex.macros import NO_VALUE, Macro
from s1_assets.extraction.latex.quantities import expression, length, number
from s1_assets.extraction.latex.tokens import Token, is_command, source_of, split_runs, trim

_WORDS = {"and": "\\and", "or": "\\or", "not": "\\not", "bool": "\\boolean", "togl": "\\toggle", "test": "\\test"}
_WORDS |= {"(": "\\(", ")": "\\)"}


def condition(gullet: Gullet, tokens: list[Token]) -> bool:
    r"""A test of \ifthenelse: tests joined by \and and \or from left to right, \not, and \( \)."""
    level = gullet.enter(tokens)
    holds = _joined(gullet)
    gullet.leave(level)
    return holds


def _joined(gullet: Gullet) -> bool:
    holds = _negated(gullet)
    while True:
        gullet.skip_blanks()
        operator = (gullet.raw() or "").lower()
        if operator not in {"\\and", "\\or"}:
            return holds
        other = _negated(gullet)
        holds = (holds and other) if operator == "\\and" else (holds or other)


def _negated(gullet: Gullet) -> bool:
    wanted = True
    gullet.skip_blanks()
    while (token := gullet.raw()) in {"\\not", "\\NOT"}:
        wanted = not wanted
        gullet.skip_blanks()
    if token == "\\(":
        return bool(gullet.deepen(_joined)) == wanted
    test = _ATOMS.get(token or "")
    if test is None:
        gullet.put_back(token)
        test = _relation
    return test(gullet) == wanted


def _relation(gullet: Gullet) -> bool:
    return compare(gullet, number)


def _text(gullet: Gullet) -> str:
    return source_of(gullet.expand_all(gullet.argument()))


def _equal(gullet: Gullet) -> bool:
    return _text(gullet) == _text(gullet)


def _in_argument(test: Test) -> Test:
    def run(gullet: Gullet) -> bool:
        level = gullet.enter(gullet.argument())
        holds = test(gullet)
        gullet.leave(level)
        return holds

    return run


def _is_in(gullet: Gullet) -> bool:
    return _text(gullet) in _text(gullet)


def _ends_with(gullet: Gullet) -> bool:
    text, end = _text(gullet), _text(gullet)
    return text.endswith(end)


def _switch(prefix: str) -> Test:
    """Whether the boolean or toggle named by the next argument is set."""
    return lambda gullet: gullet.primitive(f"\\{prefix}{gullet.word()}") == "\\iftrue"


def _braced_test(gullet: Gullet) -> bool:
    r"""A test of etoolbox within \ifboolexpr, such as \ifblank{..}, which lacks its branches here."""
    test = BRACED_TESTS.get(gullet.raw() or "")
    return test is not None and bool(gullet.deepen(test))


def _words_of(tokens: list[Token]) -> list[Token]:
    r"""An expression of \ifboolexpr with its words as the commands of \ifthenelse."""
    words: list[Token] = []
    depth = 0
    for token in tokens:
        if depth == 0 and token[0] not in "\\{}":
            spaced = token.replace("(", " ( ").replace(")", " ) ")
            words += [_WORDS.get(word, word) for word in spaced.split()]
        else:
            words.append(token)
        depth += (token == "{") - (token == "}")
    return words


def _boolean_expression(gullet: Gullet) -> bool:
    return condition(gullet, _words_of(gullet.argument()))


def _compare_arguments(read: Callable[[Gullet], int], relation: str = "") -> Test:
    r"""\ifnumcomp{1}{<}{2}, and \ifnumless{1}{2}, where the relation is given."""

    def test(gullet: Gullet) -> bool:
        left = gullet.argument()
        between = [relation] if relation else gullet.argument()
        level = gullet.enter([*left, "\\relax", *between, *gullet.argument()])
        holds = compare(gullet, lambda gullet: expression(gullet, read))
        gullet.leave(level)
        return holds

    return test


def _named(gullet: Gullet) -> Token:
    """The command in an argument."""
    return source_of(gullet.argument()).strip()


def _spelled(gullet: Gullet) -> Token:
    """The command that an argument spells."""
    return "\\" + gullet.word()


def _is_empty(name: Callable[[Gullet], Token], or_undefined: bool) -> Test:
    def test(gullet: Gullet) -> bool:
        token = name(gullet)
        meaning = gullet.macros.get(token)
        if meaning is None:
            return or_undefined and not gullet.is_defined(token)
        return (isinstance(meaning, Macro) and not meaning.body) or gullet.primitive(token) == "\\relax"

    return test


def _is_string(name: Callable[[Gullet], Token]) -> Test:
    def test(gullet: Gullet) -> bool:
        meaning = gullet.macros.get(name(gullet))
        expected = split_runs(gullet.argument())
        return isinstance(meaning, Macro) and split_runs(map(str, meaning.body)) == expected

    return test


def _are_same(name: Callable[[Gullet], Token]) -> Test:
    return lambda gullet: is_same(gullet, name(gullet), name(gullet))


def _is_macro(gullet: Gullet) -> bool:
    token = _named(gullet)
    return isinstance(gullet.macros.get(token), Macro) or (is_command(token) and gullet.is_defined(token))


def _is_loaded(gullet: Gullet) -> bool:
    return gullet.word() in gullet.loaded


def _not(test: Test) -> Test:
    return lambda gullet: not test(gullet)


def _blank(gullet: Gullet) -> bool:
    return not trim(gullet.argument())


def _same_argument(gullet: Gullet) -> bool:
    return gullet.argument() == gullet.argument()


# Tests within \ifthenelse.
_ATOMS: dict[Token, Test] = {
    "\\equal": _equal,
    "\\boolean": _switch("if"),
    "\\toggle": _switch("toggle "),
    "\\test": _in_argument(_braced_test),
    "\\isundefined": lambda gullet: not gullet.is_defined(_named(gullet)),
    "\\isodd": _in_argument(lambda gullet: number(gullet) % 2 == 1),
    "\\lengthtest": _in_argument(lambda gullet: compare(gullet, length)),
    "\\isempty": _blank,
    "\\isnamedefined": lambda gullet: gullet.is_defined(_spelled(gullet)),
    "\\isequivalentto": _are_same(_named),
    "\\isin": _is_in,
    "\\endswith": _ends_with,
    "\\cnttest": _compare_arguments(number),
    "\\dimtest": _compare_arguments(length),
}

# Each reads what it tests and says whether it holds.
BRACED_TESTS: dict[Token, Test] = {
    "\\ifthenelse": lambda gullet: condition(gullet, gullet.argument()),
    "\\ifboolexpr": _boolean_expression,
    "\\ifboolexpe": _boolean_expression,
    "\\ifbool": _switch("if"),
    "\\notbool": _not(_switch("if")),
    "\\iftoggle": _switch("toggle "),
    "\\nottoggle": _not(_switch("toggle ")),
    "\\ifstrequal": _same_argument,
    "\\ifblank": _blank,
    "\\notblank": _not(_blank),
    "\\ifnotblank": _not(_blank),
    "\\ifstrempty": lambda gullet: not gullet.argument(),
    "\\ifempty": lambda gullet: not gullet.argument(),
    "\\ifdef": lambda gullet: gullet.is_defined(_named(gullet)),
    "\\ifundef": lambda gullet: not gullet.is_defined(_named(gullet)),
    "\\ifcsdef": lambda gullet: gullet.is_defined(_spelled(gullet)),
    "\\ifcsundef": lambda gullet: not gullet.is_defined(_spelled(gullet)),
    "\\@ifundefined": lambda gullet: not gullet.is_defined(_spelled(gullet)),
    "\\ifdefmacro": _is_macro,
    "\\ifdefempty": _is_empty(_named, or_undefined=False),
    "\\ifcsempty": _is_empty(_spelled, or_undefined=False),
    "\\ifdefvoid": _is_empty(_named, or_undefined=True),
    "\\ifcsvoid": _is_empty(_spelled, or_undefined=True),
    "\\ifdefstring": _is_string(_named),
    "\\ifcsstring": _is_string(_spelled),
    "\\ifdefequal": _are_same(_named),
    "\\ifdefstrequal": _are_same(_named),
    "\\ifcsequal": _are_same(_spelled),
    "\\ifcsstrequal": _are_same(_spelled),
    "\\ifnumcomp": _compare_arguments(number),
    "\\ifnumequal": _compare_arguments(number, "="),
    "\\ifnumgreater": _compare_arguments(number, ">"),
    "\\ifnumless": _compare_arguments(number, "<"),
    "\\ifnumodd": _in_argument(lambda gullet: expression(gullet, number) % 2 == 1),
    "\\ifdimcomp": _compare_arguments(length),
    "\\ifdimequal": _compare_arguments(length, "="),
    "\\ifdimgreater": _compare_arguments(length, ">"),
    "\\ifdimless": _compare_arguments(length, "<"),
    "\\IfBooleanTF": lambda gullet: gullet.argument() == ["\\BooleanTrue"],
    "\\IfValueTF": lambda gullet: gullet.argument() != [NO_VALUE],
    "\\IfNoValueTF": lambda gullet: gullet.argument() == [NO_VALUE],
    "\\IfBlankTF": _blank,
    "\\@ifpackageloaded": _is_loaded,
    "\\@ifclassloaded": _is_loaded,
    "\\IfPackageLoadedTF": _is_loaded,
    "\\IfClassLoadedTF": _is_loaded,
}


def _both_branches(test: Test) -> Expandable:
    return lambda gullet: choose(gullet, test(gullet))


def _one_branch(test: Test, wanted: bool) -> Expandable:
    def run(gullet: Gullet) -> None:
        holds = test(gullet) == wanted
        text = gullet.argument()
        gullet.push(text if holds else [])

    return run


def _if_star(gullet: Gullet) -> None:
    starred, plain = gullet.argument(), gullet.argument()
    gullet.push(starred if gullet.accept("*") else plain)


def _if_next(gullet: Gullet) -> None:
    r"""\@ifnextchar and \kernel@ifnextchar; what comes next is looked at by its meaning."""
    expected, same, other = gullet.argument(), gullet.argument(), gullet.argument()
    gullet.skip_blanks()
    following = gullet.character()
    gullet.put_back(following)
    gullet.push(same if is_same(gullet, expected[0] if expected else None, following) else other)


EXPANDABLES: dict[Token, Expandable] = {
    "\\@ifstar": _if_star,
    "\\@ifnextchar": _if_next,
    "\\kernel@ifnextchar": _if_next,
    **{name: _both_branches(test) for name, test in BRACED_TESTS.items()},
    **{f"{name[:-2]}T": _one_branch(test, True) for name, test in BRACED_TESTS.items() if name.endswith("TF")},
    **{f"{name[:-2]}F": _one_branch(test, False) for name, test in BRACED_TESTS.items() if name.endswith("TF")},
}
