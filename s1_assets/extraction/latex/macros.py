r"""What every name means here and now: TeX's table of equivalents, with the scoping of groups.

Beside macros the table holds what TeX keeps there too: aliases of \let, registers, and under names with a blank, which
no source can spell, categories (`\catcode @`), and registers without a name (`\count 3`).
Parameters follow LaTeX's xparse letters (usrguide, "Creating document commands"), which cover \newcommand's optional
argument and \def's delimited ones as well.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from s1_assets.extraction.latex.tokens import Categories, Token, items_of, split_runs, trim, usual_category

NO_VALUE = "\\NoValue"  # what an absent optional argument stands for; prints nothing
CATEGORY = "\\catcode "
MAX_MEANINGS = 100_000
MAX_BODY = 100_000
MAX_SCOPES = 200
MAX_DELIMITER = 50  # tokens behind a parameter
MAX_REPLACEMENT = 200_000  # tokens of one expansion


@dataclass(frozen=True, slots=True)
class Parameter:
    r"""One parameter, with the letter of its kind in xparse.

    m is mandatory, o optional, t a given token or none, d and r stand between two given tokens, g in optional braces,
    l up to a brace, u up to `delimiter`, v is verbatim, b the body of the environment called by `delimiter`, and e
    (embellishments) follows one of the tokens of `delimiter`, each of which gives an argument. An absent one is
    `default`, which may name other arguments.
    """

    kind: str
    default: tuple[Token | int, ...] = (NO_VALUE,)
    delimiter: tuple[Token, ...] = ()
    defaults: tuple[tuple[Token | int, ...], ...] = ()  # of embellishments
    processor: tuple[Token, ...] = ()  # what is done to the argument, such as \SplitList{,}


@dataclass(frozen=True, slots=True)
class Macro:
    r"""A replacement text whose integers stand for arguments; `prefix` must follow the name before any parameter.

    A `robust` one stays as it is in \edef: \protected\def, \DeclareRobustCommand, \NewDocumentCommand.
    """

    parameters: tuple[Parameter, ...]
    body: tuple[Token | int, ...]
    prefix: tuple[Token, ...] = ()
    robust: bool = False

    def replace(self, arguments: Sequence[Sequence[Token]]) -> list[Token]:
        """The replacement text with arguments filled in."""
        return fill(self.body, arguments)


@dataclass(frozen=True, slots=True)
class Alias:
    r"""Another name for a primitive, a character or a register, made by \let, \countdef and their like."""

    target: Token


@dataclass(frozen=True, slots=True)
class Character:
    r"""A character by its number, from \chardef."""

    code: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """A register or parameter: a number, or a length in scaled points; of glue the stretch is not kept."""

    value: int
    kind: str = "count"  # or dimen or skip, as the registers are called

    @property
    def is_length(self) -> bool:
        """Whether it is no mere number."""
        return self.kind != "count"


@dataclass(frozen=True, slots=True)
class TokenList:
    r"""A register of tokens, such as \toks0 or \everypar."""

    tokens: tuple[Token, ...] = ()


Meaning = Macro | Alias | Character | Quantity | TokenList


@dataclass(frozen=True, slots=True)
class Terms:
    r"""On what terms a definition is made: which names keep their meaning, and the prefixes \global and \protected."""

    protected: Container[Token] = frozenset()
    everywhere: bool = False
    robust: bool = False


def fill(body: Iterable[Token | int], arguments: Sequence[Sequence[Token]]) -> list[Token]:
    """Tokens with arguments in the places of their numbers; what goes far beyond MAX_REPLACEMENT is not written out."""
    if not arguments:
        return [part for part in body if isinstance(part, str)]
    filled: list[Token] = []
    for part in body:
        if isinstance(part, str):
            filled.append(part)
        elif part <= len(arguments) and len(filled) <= MAX_REPLACEMENT:
            filled.extend(arguments[part - 1])
    return filled


def processed(argument: list[Token], processor: tuple[Token, ...]) -> list[Token]:
    r"""An argument after a processor of xparse: \SplitList{,}, \SplitArgument{1}{,} or \TrimSpaces."""
    if processor[:1] == ("\\TrimSpaces",):
        return trim(argument)
    if processor[:1] not in {("\\SplitList",), ("\\SplitArgument",)} or len(processor) < 4 or not argument:
        return argument
    items = items_of(argument, processor[-2])
    if processor[0] == "\\SplitArgument" and processor[2].isdecimal():
        items += [[NO_VALUE]] * (min(int(processor[2][:1]), 8) + 1 - len(items))
    return [part for item in items for part in ("{", *item, "}")]


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
    r"""Parameters and prefix of \def's parameter text, such as `#1 to #2;` or `#1#`."""
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
    kinds = [Parameter("u", (), tuple(ends[:MAX_DELIMITER])) if ends else Parameter("m") for ends in delimiters[1:]]
    if after_hash and kinds and kinds[-1].kind == "m":
        kinds[-1] = Parameter("l")
    return tuple(kinds[:9]), tuple(delimiters[0])


def with_optional(count: int, default: Iterable[Token] | None) -> tuple[Parameter, ...]:
    r"""Parameters of \newcommand{..}[count][default]."""
    parameters = [Parameter("m")] * max(0, min(count, 9))
    if default is not None and parameters:
        parameters[0] = Parameter("o", tuple(default))
    return tuple(parameters)


class MacroTable:
    """The table of equivalents; `{` and `}` open and close scopes.

    Categories among the meanings are carried out in `categories`; `meet_limit` is told when the table is full.
    """

    def __init__(self, categories: Categories, meet_limit: Callable[[str], None]) -> None:
        self._categories = categories
        self._meanings: dict[Token, Meaning] = {}
        self._scopes: list[dict[Token, Meaning | None]] = []
        self._too_deep = 0  # groups open beyond MAX_SCOPES, which share the scope of that depth
        self._meet_limit = meet_limit
        self.get = self._meanings.get

    def __contains__(self, name: Token) -> bool:
        return name in self._meanings

    def meanings(self) -> Mapping[Token, Meaning]:
        """All names with what they mean."""
        return self._meanings

    def update(self, meanings: Mapping[Token, Meaning]) -> None:
        """Give many names a meaning at once, before any group is opened."""
        self._meanings.update(meanings)

    def define(self, name: Token, meaning: Meaning | None, everywhere: bool = False) -> None:
        r"""Give `name` a meaning until the scope ends, or everywhere (\gdef); None makes it undefined."""
        if len(self._meanings) >= MAX_MEANINGS and name not in self._meanings:
            self._meet_limit(f"more than {MAX_MEANINGS:,} definitions")
            return
        if isinstance(meaning, Macro) and len(meaning.body) > MAX_BODY:
            self._meet_limit(f"a definition of more than {MAX_BODY:,} tokens")
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
        if name[: len(CATEGORY)] == CATEGORY:
            character = name.removeprefix(CATEGORY)
            self._categories[character] = meaning.value if isinstance(meaning, Quantity) else usual_category(character)
        if meaning is None:
            self._meanings.pop(name, None)
        else:
            self._meanings[name] = meaning
