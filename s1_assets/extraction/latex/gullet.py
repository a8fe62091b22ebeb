r"""The gullet: expansion, and the arguments that it takes (The TeXbook, chapter 20)."""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import TypeVar

from s1_assets.extraction.latex.boxes import StoredBoxes
from s1_assets.extraction.latex.input_stack import InputStack
from s1_assets.extraction.latex.macros import Alias, Macro, MacroTable, Meaning, Parameter, Terms, fill, processed
from s1_assets.extraction.latex.numbering import Counters
from s1_assets.extraction.latex.tokens import ACTIVE, Token, characters_of, is_command, literal, trim

EXPANSION_COST = 20  # of one expansion, in tokens, beside those it produces
MAX_NESTING = 30  # expansions that wait for another one to read on
ANY_CONDITIONAL = "\\if..."  # the expandable for a conditional that has none of its own

Expandable = Callable[["Gullet"], None]
Definer = Callable[["Gullet", Terms], None]
Value = TypeVar("Value")


class Gullet(InputStack):
    """Delivers unexpandable tokens; knows what every name means."""

    def __init__(self, expandables: Mapping[Token, Expandable], commands: Container[Token] = ()) -> None:
        super().__init__()
        self.macros = MacroTable(self.categories, self.meet_limit)
        self.counters = Counters()
        self.boxes = StoredBoxes()
        self.expandables = expandables
        self.commands = commands  # what the stomach carries out
        self.conditionals: list[bool] = []  # those that are open; False while the test of one is being read
        self.in_math = False
        self.loaded: set[str] = set()  # packages and classes, whether they are at hand or not
        self._nesting = 0
        self._in_edef = False

    # Expansion

    def next(self) -> Token | None:
        """The next token after expansion: a character, a run, or a command that the stomach carries out."""
        while True:
            token = self.raw()
            if token is None or token[0] != "\\":
                return token
            command = self.expand(token)
            if command is not None:
                return command

    def expand(self, token: Token) -> Token | None:
        """Expand one command into the input; what cannot be expanded comes back, a primitive under its own name."""
        meaning = self.macros.get(token)
        if meaning is not None:
            if isinstance(meaning, Macro):
                self._expand_macro(meaning)
                return None
            if not isinstance(meaning, Alias) or not is_command(meaning.target):
                return token
            token = meaning.target
        expandable = self.expandables.get(token)
        if expandable is None:
            if token in self.commands:
                return token
            if token.startswith(ACTIVE):
                self.push(literal(token.removeprefix(ACTIVE)))
                return None
            if not token.startswith("\\if"):
                return token
            self.push([token])
            expandable = self.expandables[ANY_CONDITIONAL]
        if self.spend(EXPANSION_COST):
            self.deepen(expandable)
        return None

    def deepen(self, read: Callable[["Gullet"], Value]) -> Value | None:
        """Have something read that may come back here while it reads; None where that has gone too deep."""
        if self._nesting >= MAX_NESTING:
            self.meet_limit(f"more than {MAX_NESTING} expansions one in another")
            return None
        self._nesting += 1
        value = read(self)
        self._nesting -= 1
        return value

    def _expand_macro(self, macro: Macro) -> None:
        for expected in macro.prefix:
            token = self.character()
            if token is None or (token != expected and not (expected == " " and token.isspace())):
                self.put_back(token)
                break
        arguments = self._arguments(macro) if macro.parameters else ()
        if self.spend(EXPANSION_COST):
            self.push(macro.replace(arguments))

    def expand_all(self, tokens: Iterable[Token], keep_robust: bool = False) -> list[Token]:
        r"""Tokens with everything expanded that can be, nothing where that does not end; no command is carried out.

        As in \edef, robust macros stay with `keep_robust`; names of files and labels are expanded through and through.
        """
        level, overflows = self.enter(tokens), self.overflows
        outer, self._in_edef = self._in_edef, keep_robust
        expanded: list[Token] = []
        while (token := self.raw()) is not None:
            if token[0] != "\\" or (keep_robust and self._stays(token)):
                expanded.append(token)
            elif token == "\\noexpand" or (token == "\\protect" and keep_robust):
                expanded += [kept] if (kept := self.raw()) is not None else []
            elif (command := self.expand(token)) is not None:
                expanded.append(command)
        self._in_edef = outer
        self.leave(level)
        return expanded if self.overflows == overflows else []

    def push_unexpanded(self, tokens: Iterable[Token]) -> None:
        r"""Put tokens in front of the input that \edef leaves as they are: \unexpanded{..} and \the\toks0."""
        if self._in_edef:
            tokens = [part for token in tokens for part in (("\\noexpand", token) if is_command(token) else (token,))]
        self.push(tokens)

    def _stays(self, token: Token) -> bool:
        meaning = self.macros.get(token)
        return isinstance(meaning, Macro) and meaning.robust

    def is_defined(self, name: Token) -> bool:
        """Whether a command means anything, to the authors or to this reader."""
        meaning = self.macros.get(name)
        if isinstance(meaning, Alias):
            name = meaning.target
            return not is_command(name) or self._is_known(name)
        return meaning is not None or self._is_known(name)

    def _is_known(self, name: Token) -> bool:
        return name in self.expandables or name in self.commands or name in self.macros or name in self.counters

    def define(self, name: Token, meaning: Meaning | None, terms: Terms) -> None:
        """Give a command a meaning (None: no longer any), unless it is protected or no command."""
        if is_command(name) and name not in terms.protected:
            self.macros.define(name, meaning, terms.everywhere)

    def primitive(self, token: Token) -> Token:
        r"""What a token is, where \let made it another name for something that is no macro."""
        meaning = self.macros.get(token)
        return meaning.target if isinstance(meaning, Alias) else token

    # Arguments

    def expanded_character(self) -> Token | None:
        """The next token after expansion, where a run gives its first character only."""
        return self._first_of(self.next())

    def general_text(self) -> list[Token]:
        r"""What \uppercase, \detokenize and \toks read: tokens in braces, the opening one after expansion."""
        self.skip_blanks()
        while (token := self.next()) is not None and (token == "\\relax" or token.isspace()):
            continue
        if token == "{":
            return self.balanced()
        self.put_back(token)
        return self.argument()

    def command_argument(self) -> Token:
        r"""The command that an argument names, in braces or not; nothing where it is none."""
        named = trim(self.argument())
        return named[0] if named and is_command(named[0]) else ""

    def word(self) -> str:
        r"""A mandatory argument as an expanded string: a label, a file name, an environment's name."""
        return characters_of(self.expand_all(self.argument())).strip()

    def file_name(self) -> str:
        r"""A file's name as TeX reads one without braces: up to a blank or a command that does not expand."""
        self.skip_blanks()
        name = ""
        while (token := self.expanded_character()) is not None and not token.isspace():
            if is_command(token):
                self.put_back(token)
                break
            name += token
        return name

    def _arguments(self, macro: Macro) -> list[list[Token]]:
        """The arguments of a macro, those that are absent by their defaults."""
        arguments: list[list[Token]] = []
        absent: list[tuple[int, tuple[Token | int, ...]]] = []
        for parameter in macro.parameters:
            if parameter.kind == "m" and not parameter.processor:
                arguments.append(self.argument())
            elif parameter.kind == "e":
                given = self._embellishments(parameter)
                for mark, default in zip(parameter.delimiter, parameter.defaults, strict=True):
                    if mark not in given:
                        absent.append((len(arguments), default))
                    arguments.append(given.get(mark, []))
            else:
                found = self._argument_for(parameter)
                if found is None:
                    absent.append((len(arguments), parameter.default))
                arguments.append(processed(found or [], parameter.processor))
        for place, default in absent:
            arguments[place] = fill(default, arguments)
        return arguments

    def _argument_for(self, parameter: Parameter) -> list[Token] | None:
        """One argument as `parameter` describes it, None where it is absent."""
        delimiter = parameter.delimiter
        found: list[Token] | None
        match parameter.kind:
            case "m":
                found = self.argument()
            case "o":
                found = self.optional()
            case "u":
                found = self._until(delimiter)
            case "t":
                found = ["\\BooleanTrue" if self.accept(delimiter[0]) else "\\BooleanFalse"]
            case "d" | "r":
                found = self.optional(delimiter[0], delimiter[1])
            case "g":
                found = self.argument() if self.next_is("{") else None
            case "l":
                found = self._until(("{",))
            case "b":
                found = trim(self.environment_body(delimiter[0]) or [])
            case _:
                found = self._verbatim()
        return found

    def _embellishments(self, parameter: Parameter) -> dict[Token, list[Token]]:
        given: dict[Token, list[Token]] = {}
        while mark := next((mark for mark in parameter.delimiter if mark not in given and self.accept(mark)), None):
            given[mark] = self.argument()
        return given

    def _verbatim(self) -> list[Token]:
        if self.lexer is not None:
            raw = self.lexer.raw_group()
            return literal(self.lexer.raw_delimited() if raw is None else raw)
        mark = self.character()
        return self.balanced() if mark == "{" else self._until((mark or " ",))

    def _until(self, delimiter: tuple[Token, ...]) -> list[Token]:
        r"""A delimited argument of \def; braces around all of it are dropped, and an opening one as delimiter stays."""
        taken: list[Token] = []
        depth = 0
        ends = frozenset(delimiter)
        while (token := self.raw()) is not None:
            if len(token) > 1 and token[0] != "\\" and not (ends.isdisjoint(token) and (" " not in ends)):
                self.frames[-1].pending.append(token[1:])
                token = token[0]
            if depth == 0 and token == "{" and delimiter == ("{",):
                self.put_back(token)
                return taken
            depth += (token == "{") - (token == "}")
            taken.append(" " if " " in ends and token.isspace() else token)
            if depth <= 0 and tuple(taken[-len(delimiter) :]) == delimiter:
                taken = taken[: -len(delimiter)]
                break
        else:
            self.run_out("an argument")
        return taken[1:-1] if _is_one_group(taken) else taken


def _is_one_group(tokens: list[Token]) -> bool:
    """Whether tokens are `{...}`, one pair of braces around all."""
    if len(tokens) < 2 or tokens[0] != "{" or tokens[-1] != "}":
        return False
    depth = 0
    for token in tokens[:-1]:
        depth += (token == "{") - (token == "}")
        if depth == 0:
            return False
    return True
