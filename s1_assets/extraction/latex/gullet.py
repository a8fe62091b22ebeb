r"""The gullet: the stack of inputs, arguments, and expansion (The TeXbook, chapter 20), with hard limits.

Limits count, they do not measure time. Between two tokens of a file, `FUEL` tokens may be put in front of the input; a
macro that expands forever runs dry in milliseconds, what it had pending is dropped, and reading goes on behind it. A
paper that does so again and again, or that comes to more than `MAX_WORK` tokens, ends there. `Gullet.limits_met`
tells of either.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field

from s1_assets.extraction.latex.macros import Alias, Flag, FlagSetter, Macro, MacroTable, Parameter
from s1_assets.extraction.latex.numbering import Counters
from s1_assets.extraction.latex.tokens import Lexer, Token, is_command, source_of, trim

FUEL = 200_000  # tokens put in front of the input between two tokens of a file
EXPANSION_COST = 20  # of one expansion, in tokens, beside those it produces
MAX_OVERFLOWS = 10  # endless expansions cut off before reading ends
MAX_WORK = 3_000_000  # tokens read and put back in total
MAX_FRAMES = 200  # files and arguments open at once
MAX_NESTING = 50  # expansions that wait for another one to read on

_DIGITS = re.compile(r"\s*[-+]?\d*(?:(?<=\d)\s)?")
_UNIT = r"(?:true\s*)?(?:pt|pc|in|bp|cm|mm|dd|cc|sp|ex|em|mu|px|vh|vw|fil+)"
_LENGTH = re.compile(rf"\s*=?\s*[-+]?\s*\d*[.,]?\d*\s*(?P<unit>{_UNIT})?(?:\s*(?:plus|minus)\s*-?[\d.]+\s*{_UNIT})*\s?")

ANY_CONDITIONAL = "\\if..."  # the expandable for a conditional that has none of its own

Expandable = Callable[["Gullet"], None]


@dataclass(slots=True)
class Frame:
    """One input: a file or a list of tokens. `pending` holds what was put back, last token first.

    A `closed` frame ends a nested reading: nothing behind it is seen until `Gullet.leave` removes it.
    """

    lexer: Lexer | None = None
    pending: list[Token] = field(default_factory=list)
    closed: bool = False
    name: str = ""
    folder: str = ""


class Gullet:
    """Delivers unexpandable tokens; knows what every macro means."""

    def __init__(self, expandables: Mapping[Token, Expandable], commands: Container[Token] = ()) -> None:
        self.macros = MacroTable()
        self.counters = Counters()
        self.frames: list[Frame] = [Frame(closed=True)]
        self.expandables = expandables
        self.commands = commands  # what the stomach carries out
        self.open_conditionals = 0
        self.in_math = False
        self.limits_met: dict[str, None] = {}  # in words, in the order met; without one all was read
        self._fuel = FUEL
        self._overflows = 0
        self._work = 0
        self._nesting = 0

    # The stack of inputs

    def raw(self) -> Token | None:
        """The next token as it stands, or None at the end of the input or of a nested reading."""
        frames = self.frames
        while True:
            frame = frames[-1]
            if frame.pending:
                return frame.pending.pop()
            if frame.lexer is not None and (token := frame.lexer.next()) is not None:
                self._fuel = FUEL
                self._work += 1
                return token
            if frame.closed:
                return None
            frames.pop()

    def push(self, tokens: Iterable[Token]) -> None:
        """Put tokens in front of the input, as far as there is fuel for them."""
        backwards = list(tokens)[::-1]
        if self.spend(len(backwards)):
            self.frames[-1].pending.extend(backwards)

    def open_file(self, text: str, name: str, folder: str, at_is_letter: bool = False) -> None:
        r"""Read `text` before the rest of the input. `folder` is where \import looks first."""
        if len(self.frames) < MAX_FRAMES:
            self.frames.append(Frame(Lexer(text, at_is_letter), name=name, folder=folder))
        else:
            self.meet_limit(f"more than {MAX_FRAMES} files and arguments open at once")

    def enter(self, tokens: Iterable[Token]) -> int:
        """Begin a nested reading of `tokens` alone; give the result to `leave` afterwards."""
        level = len(self.frames)
        frame = Frame(pending=list(tokens)[::-1], closed=True, folder=self.frames[-1].folder)
        self._work += len(frame.pending)
        self.frames.append(frame)
        return level

    def leave(self, level: int) -> None:
        """End a nested reading, whatever is left of it."""
        del self.frames[level:]

    @property
    def lexer(self) -> Lexer | None:
        """The file that characters come from next, or None when tokens come before it."""
        frame = self.frames[-1]
        return None if frame.pending else frame.lexer

    def file_frame(self) -> Frame:
        """The innermost open file."""
        return next((frame for frame in reversed(self.frames) if frame.lexer is not None), self.frames[0])

    def stop(self) -> None:
        """End the input here."""
        for frame in self.frames:
            frame.pending.clear()
            if frame.lexer is not None:
                frame.lexer.close()

    def spend(self, cost: int) -> bool:
        """Account for work in tokens; False when the fuel ran out and the pending tokens were dropped."""
        self._work += cost
        self._fuel -= cost
        if self._fuel > 0 and self._work < MAX_WORK:
            return True
        self._overflows += 1
        self._fuel = FUEL
        self.frames[-1].pending.clear()
        if self._work >= MAX_WORK:
            self.meet_limit(f"more than {MAX_WORK:,} tokens, where reading ended")
            self.stop()
        elif self._overflows > MAX_OVERFLOWS:
            self.meet_limit(f"more than {MAX_OVERFLOWS} expansions without an end, where reading ended")
            self.stop()
        else:
            self.meet_limit(f"an expansion to more than {FUEL:,} tokens, which was cut off")
        return False

    def meet_limit(self, limit: str) -> None:
        """Keep in words that some of the input is not read."""
        self.limits_met[limit] = None

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
        """Expand one command into the input; what cannot be expanded comes back, under its own name."""
        meaning = self.macros.get(token)
        if isinstance(meaning, Macro):
            self._expand_macro(meaning)
            return None
        if isinstance(meaning, Alias):
            token = meaning.command
        elif isinstance(meaning, FlagSetter):
            self.macros.define(meaning.name, Flag(meaning.value), everywhere=True)
            return None
        expandable = self.expandables.get(token)
        if expandable is None:
            if not token.startswith("\\if") or token in self.commands:
                return token
            self.push([token])
            expandable = self.expandables[ANY_CONDITIONAL]
        if self._nesting < MAX_NESTING and self.spend(EXPANSION_COST):
            self._nesting += 1
            expandable(self)
            self._nesting -= 1
        return None

    def _expand_macro(self, macro: Macro) -> None:
        for expected in macro.prefix:
            token = self.character()
            if token is None or (token != expected and not (expected == " " and token.isspace())):
                self.push([token] if token is not None else [])
                break
        arguments = [self._argument_for(parameter) for parameter in macro.parameters]
        if self.spend(EXPANSION_COST):
            self.push(macro.replace(arguments))

    def expand_all(self, tokens: Iterable[Token]) -> list[Token]:
        """Tokens with everything expanded that can be, nothing where that does not end; no command is carried out."""
        level, overflows = self.enter(tokens), self._overflows
        expanded = list(iter(self.next, None))
        self.leave(level)
        return expanded if self._overflows == overflows else []

    def is_defined(self, name: Token) -> bool:
        """Whether a command means anything, to the authors or to this reader."""
        return name in self.macros or name in self.expandables or name in self.commands

    # Arguments

    def character(self) -> Token | None:
        """The next token as it stands, where a run gives its first character only."""
        token = self.raw()
        if token is not None and len(token) > 1 and token[0] != "\\":
            self.frames[-1].pending.append(token[1:])
            return token[0]
        return token

    def skip_blanks(self) -> bool:
        """Pass over blanks, also those that begin a run; says whether there were any."""
        skipped = False
        while (token := self.raw()) is not None:
            if token.isspace():
                skipped = True
                continue
            rest = token if token[0] == "\\" else token.lstrip()
            self.frames[-1].pending.append(rest)
            return skipped or rest is not token
        return skipped

    def peek(self) -> Token | None:
        """The next token as it stands, left in the input."""
        token = self.raw()
        if token is not None:
            self.frames[-1].pending.append(token)
        return token

    def next_is(self, character: str) -> bool:
        """Whether `character` comes next, blanks before it aside; nothing is consumed."""
        skipped = self.skip_blanks()
        following = self.peek()
        if skipped:
            self.frames[-1].pending.append(" ")
        return following is not None and following[0] == character

    def accept(self, character: str) -> bool:
        """Consume `character` if it comes next, blanks before it aside; else they stay."""
        if not self.next_is(character):
            return False
        self.skip_blanks()
        self.character()
        return True

    def argument(self) -> list[Token]:
        """A mandatory argument: what a pair of braces holds, or one token."""
        self.skip_blanks()
        token = self.character()
        if token is None or token == "}":
            self.push([token] if token else [])
            return []
        return self.balanced() if token == "{" else [token]

    def balanced(self) -> list[Token]:
        """Everything up to the brace that closes; the opening one is already gone."""
        taken: list[Token] = []
        depth = 0
        raw = self.raw
        while (token := raw()) is not None:
            if token == "{":
                depth += 1
            elif token == "}":
                if depth == 0:
                    break
                depth -= 1
            taken.append(token)
        return taken

    def optional(self, opening: str = "[", closing: str = "]", long: bool = False) -> list[Token] | None:
        """An optional argument between brackets (or other single characters), or None where there is none.

        One that does not close within the paragraph is none, unless it is `long`.
        """
        if not self.accept(opening):
            return None
        taken: list[Token] = []
        depth = 0
        deliver = self.raw if closing == "]" else self.character
        while (token := deliver()) is not None:
            if depth == 0 and token == closing:
                return taken
            depth += (token == "{") - (token == "}")
            taken.append(token)
            if depth < 0 or (token == "\\par" and depth == 0 and not long):
                break
        self.push([opening, *taken])
        return None

    def word(self) -> str:
        r"""A mandatory argument as an expanded string: a label, a file name, an environment's name."""
        return source_of(self.expand_all(self.argument())).strip()

    def number(self) -> int:
        r"""An integer as TeX reads one, 0 where there is none: expanded digits, perhaps with a sign, or a counter."""
        self.skip_blanks()
        digits = ""
        while (token := self.next()) is not None:
            if token == "\\value" and not digits.isdecimal():
                return self.counters.value(self.word()) * (-1 if digits == "-" else 1)
            taken = _DIGITS.match(token)
            assert taken is not None  # the pattern also matches nothing
            digits += taken[0].strip()
            if taken.end() < len(token):
                self.push([token[taken.end() :]])
            if taken.end() < len(token) or taken[0][-1:].isspace():
                break
        return int(digits[:9]) if digits.strip("+-") else 0

    def dimension(self) -> str:
        r"""A length with stretch as TeX reads one, as written: `3pt plus 1fil`, `=.5\textwidth`, `\parskip`."""
        self.skip_blanks()
        token = self.next()
        if token is None or is_command(token):
            return token or ""
        length = _LENGTH.match(token)
        assert length is not None  # the pattern also matches nothing
        self.push([token[length.end() :]] if length.end() < len(token) else [])
        unit = self.peek() if length["unit"] is None and length.end() == len(token) else None
        if unit is not None and is_command(unit):
            self.raw()
            return length[0] + unit
        return length[0]

    def _argument_for(self, parameter: Parameter) -> list[Token]:
        """One argument as `parameter` describes it."""
        kind = parameter.kind
        if kind == "m":
            return self.argument()
        if kind == "o":
            found = self.optional()
        elif kind in "st":
            found = ["\\BooleanTrue"] if self.accept(parameter.delimiter[0]) else ["\\BooleanFalse"]
        elif kind in "dr":
            found = self.optional(parameter.delimiter[0], parameter.delimiter[1])
        elif kind == "g":
            found = self.argument() if self.next_is("{") else None
        elif kind == "u":
            return self._until(parameter.delimiter)
        else:
            found = None
        return list(parameter.default) if found is None else found

    def _until(self, delimiter: tuple[Token, ...]) -> list[Token]:
        r"""A delimited argument of \def; braces around all of it are dropped."""
        taken: list[Token] = []
        depth = 0
        while (token := self.character()) is not None:
            token = " " if token.isspace() else token
            depth += (token == "{") - (token == "}")
            taken.append(token)
            if depth <= 0 and tuple(taken[-len(delimiter) :]) == delimiter:
                taken = taken[: -len(delimiter)]
                break
        inner = trim(taken)
        if len(inner) > 1 and inner[0] == "{" and inner[-1] == "}" and "}" not in inner[1:-1]:
            return inner[1:-1]
        return taken
