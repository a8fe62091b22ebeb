r"""The stack of inputs: files and lists of tokens, read without expansion, with hard limits.

Limits count, they do not measure time. Between two tokens of a file, `FUEL` tokens may be put in front of the input; a
macro that expands forever runs dry in milliseconds, what it had pending is dropped, and reading goes on behind it. A
paper that does so again and again, or that comes to more than `MAX_WORK` tokens, ends there. `limits_met` tells of
either.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from s1_assets.extraction.latex.macros import MAX_REPLACEMENT
from s1_assets.extraction.latex.tokens import STANDING_ALONE, Categories, Lexer, Token, source_of

FUEL = MAX_REPLACEMENT  # tokens put in front of the input between two tokens of a file
CHARACTERS_PER_TOKEN = 32  # longer tokens count as several
MAX_OVERFLOWS = 10  # endless expansions cut off before reading ends
MAX_WORK = 3_000_000  # tokens read and put back in total
_BLANK_LINE = re.compile(r"[ \t]*\n")
MAX_FRAMES = 200  # files and arguments open at once


@dataclass(slots=True)
class Frame:
    """One input: a file or a list of tokens. `pending` holds what was put back, last token first.

    A `closed` frame ends a nested reading: nothing behind it is seen until `Gullet.leave` removes it. One that is
    `expendable`, with all above it, is given up at the first expansion without an end.
    """

    lexer: Lexer | None = None
    pending: list[Token] = field(default_factory=list)
    closed: bool = False
    expendable: bool = False
    name: str = ""
    folder: str = ""

    def drop(self) -> None:
        """Have nothing more to read here."""
        self.pending.clear()
        if self.lexer is not None:
            self.lexer.close()


class InputStack:
    """What is read next, token by token, and how much of it may be read at all."""

    def __init__(self) -> None:
        self.categories = Categories()
        self.frames: list[Frame] = [Frame(closed=True)]
        self.job = ""  # the name of the main file
        self.limits_met: dict[str, None] = {}  # in words, in the order met; without one all was read
        self.overflows = 0  # endless expansions so far
        self._fuel = FUEL
        self.work = 0  # tokens read and put back so far

    def raw(self) -> Token | None:
        """The next token as it stands, or None at the end of the input or of a nested reading."""
        while True:
            frame = self.frames[-1]
            if frame.pending:
                return frame.pending.pop()
            if frame.lexer is not None and (token := frame.lexer.next()) is not None:
                self._fuel = FUEL
                self.work += 1
                return token
            if frame.closed:
                return None
            self.frames.pop()

    def push(self, tokens: Iterable[Token]) -> None:
        """Put tokens in front of the input, as far as there is fuel for them; empty strings are no tokens."""
        backwards = [token for token in tokens if token][::-1]
        if self.spend(len(backwards) + sum(map(len, backwards)) // CHARACTERS_PER_TOKEN):
            self.frames[-1].pending.extend(backwards)

    def put_back(self, token: Token | None) -> None:
        """Unread the token that was read last; a character joins the run that it was taken from."""
        pending = self.frames[-1].pending
        if not token:
            return
        if pending and token[0] not in STANDING_ALONE and pending[-1][0] not in STANDING_ALONE:
            pending[-1] = token + pending[-1]
        else:
            pending.append(token)

    def read_anew(self) -> None:
        """Give the rest of a run back to its file, because its characters may mean something else now."""
        frame = self.frames[-1]
        rest = frame.pending[0] if len(frame.pending) == 1 else ""
        lexer = frame.lexer
        if lexer is not None and rest and lexer.text.endswith(rest, 0, lexer.position):
            lexer.position -= len(rest)
            frame.pending.clear()

    def open_file(self, text: str, name: str, folder: str) -> None:
        r"""Read `text` before the rest of the input, its last line with the blank that TeX gives every line.

        `folder` is where \import looks first.
        """
        self.job = self.job or PurePosixPath(name).stem
        if len(self.frames) < MAX_FRAMES:
            if not text.endswith("\n"):
                self.frames[-1].pending.append(" ")
            first = ["\\par"] if _BLANK_LINE.match(text) else []
            self.frames.append(Frame(Lexer(text, self.categories), first, name=name, folder=folder))
        else:
            self.meet_limit(f"more than {MAX_FRAMES} files and arguments open at once")

    def enter(self, tokens: Iterable[Token], expendable: bool = False) -> int:
        """Begin a nested reading of `tokens` alone; give the result to `leave` afterwards."""
        level = len(self.frames)
        pending = [token for token in tokens if token][::-1]
        self.frames.append(Frame(None, pending, True, expendable, folder=self.frames[-1].folder))
        self.work += len(pending)
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
            frame.drop()

    def spend(self, cost: int) -> bool:
        """Account for work in tokens; False when the fuel ran out and the pending tokens were dropped."""
        self.work += cost
        self._fuel -= cost
        if self._fuel > 0 and self.work < MAX_WORK:
            return True
        self._fuel = FUEL
        self.frames[-1].pending.clear()
        expendable = max((number for number, frame in enumerate(self.frames) if frame.expendable), default=None)
        if self.work >= MAX_WORK:
            self.meet_limit(f"more than {MAX_WORK:,} tokens, where reading ended")
            self.stop()
        elif expendable is not None:
            self.meet_limit("a package or class with an expansion that has no end")
            for frame in self.frames[expendable:]:
                frame.drop()
        else:
            self._overflow()
        return False

    def _overflow(self) -> None:
        self.overflows += 1
        if self.overflows > MAX_OVERFLOWS:
            self.meet_limit(f"more than {MAX_OVERFLOWS} expansions without an end, where reading ended")
            self.stop()
        else:
            self.meet_limit(f"an expansion to more than {FUEL:,} tokens, which was cut off")

    def run_out(self, what: str) -> None:
        """Keep in words that the input ended within something, which took all that was left; packages aside."""
        if not any(frame.expendable for frame in self.frames):
            self.meet_limit(f"the end of the input before that of {what}")

    def meet_limit(self, limit: str) -> None:
        """Keep in words that some of the input is not read."""
        self.limits_met[limit] = None

    # Reading

    def character(self) -> Token | None:
        """The next token as it stands, where a run gives its first character only."""
        return self._first_of(self.raw())

    def _first_of(self, token: Token | None) -> Token | None:
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
            self.put_back(token)
            return []
        return self.balanced() if token == "{" else [token]

    def balanced(self) -> list[Token]:
        """Everything up to the brace that closes; the opening one is already gone."""
        taken: list[Token] = []
        depth = 0
        pending = self.frames[-1].pending
        raw = self.raw
        while (token := pending.pop() if pending else raw()) is not None:
            if token == "{":
                depth += 1
            elif token == "}":
                if depth == 0:
                    return taken
                depth -= 1
            taken.append(token)
        self.run_out("an argument")
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

    def environment_body(self, name: str) -> list[Token] | None:
        r"""Everything up to \end{name}, which stays; None (and nothing read) where what is around it ends first."""
        body: list[Token] = []
        depth = 0
        while (token := self.raw()) is not None:
            if token not in {"\\begin", "\\end"}:
                body.append(token)
                continue
            group = ["{", *self.argument(), "}"]
            if token == "\\end" and depth == 0:
                found = source_of(group[1:-1]).strip() == name
                self.push([token, *group] if found else [*body, token, *group])
                return body if found else None
            depth += 1 if token == "\\begin" else -1
            body += [token, *group]
        self.push(body)
        return None
