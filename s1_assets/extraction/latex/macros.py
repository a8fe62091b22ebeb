r"""Macros: what a definition keeps, and the table of meanings with TeX's scoping.

Parameters follow LaTeX's xparse letters (interface3/usrguide, "Creating document commands"), which cover
\newcommand's optional argument and \def's delimited ones as well.
"""

from collections.abc import ItemsView, Iterable, Sequence
from dataclasses import dataclass

from s1_assets.extraction.latex.tokens import Token, is_command, split_runs

NO_VALUE = "\\NoValue"  # what an absent optional argument stands for; prints nothing
MAX_MEANINGS = 100_000
MAX_BODY = 100_000
MAX_SCOPES = 1_000


@dataclass(frozen=True, slots=True)
class Parameter:
    r"""One parameter, with the letter of its kind in xparse.

    m is mandatory, o optional, t a given token or none, d and r stand between two given tokens, g in optional braces,
    u up to `delimiter`; b (body of an environment) and e (embellishments) are not read. An absent one is `default`.
    """

    kind: str
    default: tuple[Token, ...] = (NO_VALUE,)
    delimiter: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Macro:
    """A replacement text whose integers stand for arguments; `prefix` must follow the name before any parameter."""

    parameters: tuple[Parameter, ...]
    body: tuple[Token | int, ...]
    prefix: tuple[Token, ...] = ()

    def replace(self, arguments: Sequence[Sequence[Token]]) -> list[Token]:
        """The replacement text with arguments filled in."""
        if not arguments:
            return [part for part in self.body if isinstance(part, str)]
        filled: list[Token] = []
        for part in self.body:
            if isinstance(part, str):
                filled.append(part)
            elif part <= len(arguments):
                filled.extend(arguments[part - 1])
        return filled


@dataclass(frozen=True, slots=True)
class Alias:
    r"""Another name for a command of this reader, made by \let."""

    command: Token


@dataclass(frozen=True, slots=True)
class Flag:
    r"""A conditional of \newif."""

    value: bool


@dataclass(frozen=True, slots=True)
class FlagSetter:
    r"""\footrue or \foofalse: sets the flag called `name`."""

    name: Token
    value: bool


Meaning = Macro | Alias | Flag | FlagSetter


def body_of(tokens: Iterable[Token]) -> tuple[Token | int, ...]:
    """A replacement text as written, with `#1` turned into 1 and `##` into `#`."""
    body: list[Token | int] = []
    after_hash = False
    for token in tokens:
        if not after_hash:
            if token == "#":
                after_hash = True
            else:
                body.append(token)
            continue
        after_hash = False
        if "1" <= token[0] <= "9":
            body.append(int(token[0]))
            if len(token) > 1:
                body.append(token[1:])
        else:
            body.append(token)
    return tuple(body)


def delimited(parameter_text: Iterable[Token]) -> tuple[tuple[Parameter, ...], tuple[Token, ...]]:
    r"""Parameters and prefix of \def's parameter text, such as `#1 to #2;`."""
    delimiters: list[list[Token]] = [[]]
    after_hash = False
    for token in split_runs(parameter_text):
        if token == "#":
            after_hash = True
        elif after_hash and token.isdecimal():
            delimiters.append([])
            after_hash = False
        else:
            delimiters[-1].append(" " if token.isspace() else token)
    kinds = [Parameter("u", (), tuple(ends)) if ends else Parameter("m") for ends in delimiters[1:]]
    return tuple(kinds[:9]), tuple(delimiters[0])


def with_optional(count: int, default: Iterable[Token] | None) -> tuple[Parameter, ...]:
    r"""Parameters of \newcommand{..}[count][default]."""
    parameters = [Parameter("m")] * max(0, min(count, 9))
    if default is not None and parameters:
        parameters[0] = Parameter("o", tuple(default))
    return tuple(parameters)


def is_plain(macro: Macro) -> bool:
    """Whether a macro of a package can be expanded on its own, without the package's internal state."""
    return not any(isinstance(part, str) and is_command(part) and "@" in part for part in macro.body)


class MacroTable:
    """What every name means here and now; `{` and `}` open and close scopes."""

    def __init__(self) -> None:
        self._meanings: dict[Token, Meaning] = {}
        self._scopes: list[dict[Token, Meaning | None]] = []
        self._too_deep = 0  # groups open beyond MAX_SCOPES, which share the scope of that depth
        self.get = self._meanings.get

    def __contains__(self, name: Token) -> bool:
        return name in self._meanings

    def items(self) -> ItemsView[Token, Meaning]:
        """All names with what they mean."""
        return self._meanings.items()

    def define(self, name: Token, meaning: Meaning | None, everywhere: bool = False) -> None:
        r"""Give `name` a meaning until the scope ends, or everywhere (\gdef); None makes it undefined."""
        if len(self._meanings) >= MAX_MEANINGS and name not in self._meanings:
            return
        if isinstance(meaning, Macro) and len(meaning.body) > MAX_BODY:
            return
        if everywhere:
            for scope in self._scopes:
                scope.pop(name, None)
        elif self._scopes:
            self._scopes[-1].setdefault(name, self._meanings.get(name))
        self._restore(name, meaning)

    def open_scope(self) -> None:
        """Enter a group."""
        if len(self._scopes) < MAX_SCOPES:
            self._scopes.append({})
        else:
            self._too_deep += 1

    @property
    def depth(self) -> int:
        """Number of open groups."""
        return len(self._scopes) + self._too_deep

    def close_scope(self, down_to: int | None = None) -> None:
        """Leave a group, or all above a depth: what they defined means again what it meant before."""
        depth = self.depth - 1 if down_to is None else down_to
        self._too_deep = max(0, depth - len(self._scopes))
        while len(self._scopes) > max(0, depth):
            for name, meaning in self._scopes.pop().items():
                self._restore(name, meaning)

    def _restore(self, name: Token, meaning: Meaning | None) -> None:
        if meaning is None:
            self._meanings.pop(name, None)
        else:
            self._meanings[name] = meaning
