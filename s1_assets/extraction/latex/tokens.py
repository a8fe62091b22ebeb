r"""The mouth: TeX source to tokens (The TeXbook, chapter 8).

A token is a plain string. Commands begin with a backslash (`\caption`, `\%`), the characters with a meaning of their
own stand alone (`{ } $ & # ^ _ ~ [ ] *`), and everything else comes in runs as long as the source allows, which keeps
running text cheap. A blank line is `\par`. Characters that a command prints literally, as in \verb, are written with
`literal`, so that a string never has to be told apart from a command.
"""

import re
from collections.abc import Iterable

Token = str
MAX_RAW_GROUP = 5_000  # characters of an address

# Runs stop before every special character and after some thousand characters, so that taking one character off a run
# stays cheap; one newline is a blank, two (with blanks between) end the paragraph.
_GRAMMAR = r"""
    (?P<run>(?:[^\\{{}}$&#^_~%\[\]*\n]{{1,100}}|\n(?![ \t]*\n)){{1,40}})
  | (?P<word>\\[{letters}]+)(?:[ \t]*\n(?![ \t]*\n))?[ \t]*
  | (?P<special>[{{}}$&#^_~\[\]*])
  | (?P<symbol>\\(?:[^\n]|\n(?![ \t]*\n))?)
  | (?P<comment>%[^\n]*(?:\n[ \t]*(?P<after>\n\s*)?)?)
  | (?P<par>\n\s*)
"""
_PLAIN = re.compile(_GRAMMAR.format(letters="a-zA-Z"), re.VERBOSE)
_INTERNAL = re.compile(_GRAMMAR.format(letters="a-zA-Z@"), re.VERBOSE)

_BRACE = re.compile(r"(?<!\\)[{}]")

_PRINTED = {
    "\\": "\\textbackslash",
    "~": "\\textasciitilde",
    "^": "\\textasciicircum",
    "`": "\\textasciigrave",
    **{character: "\\" + character for character in "{}$&#_%"},
}
_NEEDS_COMMAND = re.compile(r"([\\~^`{}$&#_%\[\]*])")


class Lexer:
    """Tokens of one source text, made as they are asked for, because TeX may change the rules midway."""

    __slots__ = ("_pattern", "position", "text")

    def __init__(self, text: str, at_is_letter: bool = False) -> None:
        self.text = text
        self.position = 0
        self._pattern = _INTERNAL if at_is_letter else _PLAIN

    def at_is_letter(self, letter: bool) -> None:
        r"""Carry out \makeatletter or \makeatother."""
        self._pattern = _INTERNAL if letter else _PLAIN

    def next(self) -> Token | None:
        """The next token, or None at the end of the text."""
        while match := self._pattern.match(self.text, self.position):
            self.position = match.end()
            kind = match.lastgroup
            if kind in {"run", "special", "word"}:
                return match[kind]
            if kind == "symbol":
                return match["symbol"] if len(match["symbol"]) == 2 and match["symbol"] != "\\\n" else "\\ "
            if kind == "par" or match["after"]:
                return "\\par"
        return None

    def raw_until(self, end: str) -> str:
        """The untouched characters before the next `end` (which is consumed); all of them where there is none."""
        found = self.text.find(end, self.position)
        stop = len(self.text) if found < 0 else found
        raw = self.text[self.position : stop]
        self.position = min(len(self.text), stop + len(end))
        return raw

    def raw_delimited(self) -> str:
        r"""The untouched argument of \verb: up to the next occurrence of its own first character, on one line."""
        if self.position >= len(self.text):
            return ""
        mark = self.text[self.position]
        line_end = self.text.find("\n", self.position)
        end = self.text.find("}" if mark == "{" else mark, self.position + 1, line_end if line_end >= 0 else None)
        if end < 0:
            return ""
        raw = self.text[self.position + 1 : end]
        self.position = end + 1
        return raw

    def raw_group(self) -> str | None:
        r"""The untouched content of the braces that come next, as \url reads it; None where no brace comes."""
        if not self.text.startswith("{", self.position):
            return None
        depth = 0
        for brace in _BRACE.finditer(self.text, self.position, self.position + MAX_RAW_GROUP):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                raw = self.text[self.position + 1 : brace.start()]
                self.position = brace.end()
                return raw
        return None

    def close(self) -> None:
        r"""Carry out \endinput."""
        self.position = len(self.text)


def tokenize(text: str, at_is_letter: bool = False) -> list[Token]:
    """All tokens of a short text."""
    lexer = Lexer(text, at_is_letter)
    return list(iter(lexer.next, None))


def literal(text: str) -> list[Token]:
    """Tokens that print `text` as it stands, whatever characters it holds."""
    return [_PRINTED.get(part, part) for part in _NEEDS_COMMAND.split(text) if part]


def is_command(token: Token) -> bool:
    r"""Whether a token is a command such as \caption or \%."""
    return token.startswith("\\")


def source_of(tokens: Iterable[Token]) -> str:
    """Tokens written out as TeX source again, with the blank that a command word needs before a letter."""
    written: list[str] = []
    after_word = False
    for token in tokens:
        if after_word and token[0].isalpha():
            written.append(" ")
        written.append(token)
        after_word = token[0] == "\\" and token[-1].isalpha()
    return "".join(written)


def split_runs(tokens: Iterable[Token]) -> list[Token]:
    """The same tokens with every run taken apart into characters, as TeX's delimiters and comparisons see them."""
    return [part for token in tokens for part in ((token,) if is_command(token) else token)]


def trim(tokens: list[Token]) -> list[Token]:
    """Tokens without blank ones at both ends."""
    start, end = 0, len(tokens)
    while start < end and tokens[start].isspace():
        start += 1
    while end > start and tokens[end - 1].isspace():
        end -= 1
    return tokens[start:end]
