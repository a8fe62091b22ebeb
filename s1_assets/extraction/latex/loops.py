r"""Loops over lists: LaTeX's \@for and \@tfor, \foreach of pgffor, \forcsvlist and its kin of etoolbox.

The other loops of TeX and LaTeX are macros (`kernel`). A loop is written out whole before it is carried out.
"""

import re
from dataclasses import dataclass
from itertools import count

from s1_assets.extraction.latex.gullet import Expandable, Gullet
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.quantities import number, read_from
from s1_assets.extraction.latex.tokens import Token, is_command, items_of, source_of, split_runs, tokenize, trim

MAX_REPETITIONS = 1000  # of one loop
_NUMBER = re.compile(r"-?(?:\d{1,9}(?:\.\d{1,6})?|\.\d{1,6})")
_RANGE = "..."
_IN = re.compile(r"\bin\b")


def _limited(gullet: Gullet, items: list[list[Token]]) -> list[list[Token]]:
    if len(items) > MAX_REPETITIONS:
        gullet.meet_limit(f"a loop of more than {MAX_REPETITIONS} turns")
    return items[:MAX_REPETITIONS]


def _unbraced(item: list[Token]) -> list[Token]:
    """An item without the braces that hid its commas."""
    return item[1:-1] if item[:1] == ["{"] and item[-1:] == ["}"] else item


def _list(gullet: Gullet, tokens: list[Token]) -> list[Token]:
    """A list as written, or what the macro holds that stands for it."""
    listed = trim(tokens)
    meaning = gullet.macros.get(listed[0]) if len(listed) == 1 else None
    return meaning.replace(()) if isinstance(meaning, Macro) else tokens


def _turns(gullet: Gullet, name: list[Token], items: list[list[Token]], body: list[Token]) -> None:
    turns: list[Token] = []
    for item in _limited(gullet, items):
        turns += ["\\def", *name, "{", *item, "}", *body]
        if not gullet.spend(len(body)):
            return
    gullet.push(turns)


def _read_up_to(gullet: Gullet, end: Token) -> list[Token]:
    taken: list[Token] = []
    while (token := gullet.character()) is not None and token != end:
        taken.append(token)
    if token is None:
        gullet.run_out("a loop")
    return taken


def _for(gullet: Gullet) -> None:
    r"""\@for\name:=list\do{body}."""
    name, _, listed = _partition(_read_up_to(gullet, "\\do"), "=")
    items = items_of(_list(gullet, listed))
    _turns(gullet, name[:1], [_unbraced(item) for item in items] if items != [[]] else [], gullet.argument())


def _for_tokens(gullet: Gullet) -> None:
    r"""\@tfor\name:=tokens\do{body}."""
    name, _, listed = _partition(_read_up_to(gullet, "\\do"), "=")
    items = [item for item in _row(gullet, _list(gullet, listed)) if item[:1] != [" "]]
    _turns(gullet, name[:1], items, gullet.argument())


def _row(gullet: Gullet, tokens: list[Token]) -> list[list[Token]]:
    """The characters, commands and groups that stand in a row."""
    level = gullet.enter(tokens)
    items: list[list[Token]] = []
    while (token := gullet.character()) is not None:
        items.append(gullet.balanced() if token == "{" else [" " if token.isspace() else token])
    gullet.leave(level)
    return items


def _partition(tokens: list[Token], mark: str) -> tuple[list[Token], list[Token], list[Token]]:
    apart = split_runs(tokens)
    place = apart.index(mark) if mark in apart else len(apart)
    return trim(apart[:place]), apart[place : place + 1], apart[place + 1 :]


def _for_list(handler_given: bool) -> Expandable:
    r"""\forcsvlist{\handler}{list} of etoolbox, and \docsvlist{list}, whose handler is \do."""

    def run(gullet: Gullet) -> None:
        handler = gullet.argument() if handler_given else ["\\do"]
        items = [item for item in items_of(_list(gullet, gullet.argument())) if item]
        gullet.push([token for item in _limited(gullet, items) for token in (*handler, "{", *_unbraced(item), "}")])

    return run


def _process_list(gullet: Gullet) -> None:
    r"""\ProcessList{{a}{b}}{\handler} of xparse, behind \SplitList."""
    items = _row(gullet, gullet.argument())
    handler = gullet.argument()
    gullet.push([token for item in _limited(gullet, items) for token in (*handler, "{", *item, "}")])


@dataclass(frozen=True, slots=True)
class _Foreach:
    names: list[Token]
    options: dict[str, str]
    listed: list[Token]
    body: list[Token]
    source: list[Token]  # all of it, to be read again


def _foreach(gullet: Gullet) -> None:
    r"""\foreach \x/\y [count=\i] in {list} {body} of pgffor; every turn is a group with \x, \y and \i defined."""
    loop = _read_foreach(gullet)
    items = _limited(gullet, _filled(items_of(_list(gullet, loop.listed))))
    turns: list[Token] = []
    for index, item in enumerate(items):
        assignments = _assignments(gullet, loop, item, index)
        turns += ["\\begingroup", *assignments, *loop.body, "\\endgroup"]
        if not gullet.spend(len(loop.body)):
            return
    gullet.push(turns)


def _read_foreach(gullet: Gullet) -> _Foreach:
    source: list[Token] = []
    names: list[Token] = []
    options: dict[str, str] = {}
    while (token := gullet.raw()) is not None and (is_command(token) or not _IN.search(token)):
        source.append(token)
        if token in {"{", "\\par"}:
            break
        if is_command(token):
            names.append(token)
        elif token == "[":
            option = _read_up_to(gullet, "]")
            options |= {key.strip(): value.strip() for key, _, value in map(_key, items_of(option))}
            source += [*option, "]"]
    listed = gullet.argument()
    gullet.skip_blanks()
    if gullet.peek() == "\\foreach":
        gullet.raw()
        inner = _read_foreach(gullet)
        body = ["\\foreach", *inner.source]
    else:
        body = gullet.argument() if gullet.peek() == "{" else [*_read_up_to(gullet, ";"), ";"]
    return _Foreach(names, options, listed, body, [*source, "in ", "{", *listed, "}", "{", *body, "}"])


def _key(item: list[Token]) -> tuple[str, str, str]:
    return source_of(item).partition("=")


def _assignments(gullet: Gullet, loop: _Foreach, item: list[Token], index: int) -> list[Token]:
    """The definitions that begin a turn."""
    parts = items_of(item, "/") if len(loop.names) > 1 else [_unbraced(item)]
    parts += parts[-1:] * (len(loop.names) - len(parts))
    values = dict(zip(loop.names, parts, strict=False))
    if counter := re.fullmatch(r"(\\[A-Za-z]+)(?:\s*from\s*(-?\d{1,9}))?", loop.options.get("count", "")):
        values[counter[1]] = [str(int(counter[2] or 1) + index)]
    if told := re.fullmatch(r"(\\[A-Za-z]+)\s*as\s*(\\[A-Za-z]+)\s*using\s*(.+)", loop.options.get("evaluate", "")):
        expression = tokenize(re.sub(r"^\s*int\s*(\(.*\))\s*$", r"\1", told[3]))
        given = [part for token in expression for part in values.get(token, [token])]
        values[told[2]] = [str(read_from(gullet, given, number))]
    return [token for name, value in values.items() for token in ("\\def", name, "{", *value, "}")]


def _filled(items: list[list[Token]]) -> list[list[Token]]:
    r"""PGF's `1,...,5`, `1,3,...,9` and `a,...,e` written out."""
    filled: list[list[Token]] = []
    texts = ["".join(item) for item in items]
    ends: set[int] = set()
    for place, item in enumerate(items):
        if texts[place] == _RANGE and 0 < place < len(items) - 1:
            values = _range(texts[place - 2] if place > 1 else "", texts[place - 1], texts[place + 1])
            if values is not None:
                filled += [[value] for value in values]
                ends.add(place + 1)
                continue
        if place not in ends:
            filled.append(item)
    return filled


def _range(before: str, first: str, end: str) -> list[str] | None:
    """The values behind `first` up to the last that does not pass `end`; None for what is no range."""
    if len(first) == len(end) == 1 and f"{first}{end}".isascii() and first.isalpha() and end.isalpha():
        onward = 1 if end >= first else -1
        return [chr(code) for code in range(ord(first) + onward, ord(end) + onward, onward)]
    if not (_NUMBER.fullmatch(first) and _NUMBER.fullmatch(end)):
        return None
    start, stop = float(first), float(end)
    step = start - float(before) if _NUMBER.fullmatch(before) else (1.0 if stop >= start else -1.0)
    values: list[str] = []
    for turn in count(1):
        value = start + turn * step
        if not step or (value - stop) * step > 1e-6 or turn > MAX_REPETITIONS:
            return values
        values.append(f"{value:.6f}".rstrip("0").rstrip("."))
    return values


EXPANDABLES: dict[Token, Expandable] = {
    "\\@for": _for,
    "\\@tfor": _for_tokens,
    "\\foreach": _foreach,
    "\\forcsvlist": _for_list(handler_given=True),
    "\\ProcessList": _process_list,
    "\\docsvlist": _for_list(handler_given=False),
}
