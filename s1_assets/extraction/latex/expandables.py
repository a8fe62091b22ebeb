r"""What TeX and LaTeX expand beside macros and conditionals: names, order of expansion, counters, loops over lists."""

from collections.abc import Callable

from s1_assets.extraction.latex import conditionals
from s1_assets.extraction.latex.gullet import Expandable, Gullet
from s1_assets.extraction.latex.numbering import STYLES, roman
from s1_assets.extraction.latex.tokens import Token, is_command, literal, source_of, split_runs, trim

MAX_REPETITIONS = 1000  # of one loop


def _expand_after(gullet: Gullet) -> None:
    first = gullet.raw()
    second = gullet.raw()
    if second is not None:
        kept = gullet.expand(second) if is_command(second) else second
        gullet.push([kept] if kept is not None else [])
    gullet.push([first] if first is not None else [])


def _csname(gullet: Gullet) -> None:
    gullet.push([conditionals.name_to_endcsname(gullet)])


def _string(gullet: Gullet) -> None:
    token = gullet.raw()
    gullet.push(literal(token) if token is not None else [])


def _detokenize(gullet: Gullet) -> None:
    gullet.push(literal(source_of(gullet.argument())))


def _the(gullet: Gullet) -> None:
    token = gullet.next()
    if token == "\\value":
        gullet.push([str(gullet.counters.value(gullet.word()))])
    elif token is not None and token in gullet.counters:
        gullet.push([str(gullet.counters.value(token))])


def _number(gullet: Gullet) -> None:
    gullet.push([str(gullet.number())])


def _roman_numeral(gullet: Gullet) -> None:
    gullet.push([roman(gullet.number())])


def _counter(style: Callable[[int], str]) -> Expandable:
    return lambda gullet: gullet.push([style(gullet.counters.value(gullet.word())) or " "])


def _the_counter(name: str) -> Expandable:
    return lambda gullet: gullet.push([gullet.counters.shown(name) or " "])


def _take(position: int, count: int) -> Expandable:
    r"""\@firstoftwo and its kin: one of several arguments, or none."""

    def run(gullet: Gullet) -> None:
        arguments = [gullet.argument() for _ in range(count)]
        gullet.push(arguments[position] if position >= 0 else [])

    return run


def _name_use(gullet: Gullet) -> None:
    gullet.push(["\\" + (gullet.word() or " ")])


def _drop(_gullet: Gullet) -> None:
    """What has no meaning outside of TeX's own expansion order."""


def _items(tokens: list[Token]) -> list[list[Token]]:
    """The parts of a comma list, commas in braces aside."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in split_runs(tokens):
        depth += (token == "{") - (token == "}")
        if token == "," and depth == 0:
            items.append([])
        else:
            items[-1].append(token)
    return [trim(item) for item in items]


def _filled(items: list[list[Token]]) -> list[list[Token]]:
    r"""PGF's `1,...,5` and `1,3,...,9` written out."""
    for place, item in enumerate(items):
        texts = ["".join(part) for part in items[max(0, place - 2) : place + 2]]
        if "".join(item) == "..." and 0 < place < len(items) - 1 and texts[-1].isdecimal() and texts[-3].isdecimal():
            last, first = int(texts[-1][:9]), int(texts[-3][:9])
            step = first - int(texts[0]) if place > 1 and texts[0].isdecimal() else (1 if last >= first else -1)
            values = range(first + (step or 1), last, step or 1)[:MAX_REPETITIONS]
            return [*items[:place], *([str(value)] for value in values), *items[place + 1 :]]
    return items


def _foreach(gullet: Gullet) -> None:
    r"""\foreach \x in {list} {body} of pgffor, also with \x/\y pairs."""
    names: list[Token] = []
    while (token := gullet.raw()) is not None and (is_command(token) or "in" not in token):
        if is_command(token):
            names.append(token)
        elif token == "[":
            gullet.push([token])
            gullet.optional()
    listed = gullet.expand_all(gullet.argument())
    body = gullet.argument()
    repeated: list[Token] = []
    for item in _filled(_items(listed))[:MAX_REPETITIONS]:
        parts = "".join(item).split("/")
        values = dict(zip(names, parts + parts[-1:] * len(names), strict=False)) if len(names) > 1 else {}
        for token in body:
            if token in values:
                repeated.append(values[token])
            elif names and token == names[0]:
                repeated.extend(item)
            else:
                repeated.append(token)
        if not gullet.spend(len(body)):
            return
    gullet.push([token for token in repeated if token])


def _for_list(gullet: Gullet) -> None:
    r"""\forcsvlist{\do}{list} of etoolbox, and \docsvlist."""
    handler = gullet.argument()
    items = _items(gullet.expand_all(gullet.argument()))[:MAX_REPETITIONS]
    gullet.push([token for item in items if item for token in (*handler, "{", *item, "}")])


EXPANDABLES: dict[Token, Expandable] = {
    **conditionals.EXPANDABLES,
    "\\expandafter": _expand_after,
    "\\csname": _csname,
    "\\string": _string,
    "\\detokenize": _detokenize,
    "\\the": _the,
    "\\number": _number,
    "\\romannumeral": _roman_numeral,
    "\\noexpand": _drop,
    "\\unexpanded": _drop,
    "\\@nameuse": _name_use,
    "\\csuse": _name_use,
    "\\UseName": _name_use,
    "\\@firstofone": _take(0, 1),
    "\\@firstoftwo": _take(0, 2),
    "\\@secondoftwo": _take(1, 2),
    "\\@gobble": _take(-1, 1),
    "\\@gobbletwo": _take(-1, 2),
    "\\foreach": _foreach,
    "\\forcsvlist": _for_list,
    **{"\\" + style: _counter(show) for style, show in STYLES.items()},
    **{f"\\the{name}": _the_counter(name) for name in ("figure", "table", "section", "subsection", "chapter")},
}
