r"""The mouth: TeX source to tokens (The TeXbook, chapters 7 and 8).

A token is a plain string. Commands begin with a backslash (`\caption`, `\%`), the characters with a meaning of their
own stand alone (`{ } $ & # ^ _ ~ [ ] *`), and everything else comes in runs as long as the source allows, which keeps
running text cheap. A blank line is `\par`. Characters that a command prints literally, as in \verb, are written with
`literal`, so that a string never has to be told apart from a command; an active character is `ACTIVE` and itself.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

Token = str
ACTIVE = "\\active "  # before a character that acts as a command
STANDING_ALONE = "\\{}$&#^_~[]*"  # what begins a token that is no run
LETTER, OTHER, ACTIVE_CHARACTER = 11, 12, 13  # categories
MAX_RAW_GROUP = 5_000  # characters of an address
MAX_ITEMS = 10_000  # of a list
MAX_STATES = 200  # of the categories in one document; each costs a regular expression

# Runs stop before every special character and after some thousand characters, so that taking one character off a run
# stays cheap; one newline is a blank, two (with blanks between) end the paragraph.
_GRAMMAR = r"""
    (?P<run>(?:[^\\{{}}$&#^_~%\[\]*\n{unusual}]{{1,100}}|\n(?![ \t]*\n)){{1,20}})
  | (?P<word>\\[a-zA-Z{letters}]+)(?:[ \t]*\n(?![ \t]*\n))?[ \t]*
  | (?P<unusual>[{unusual}\0])
  | (?P<code>\\?\^\^(?:[0-9a-f]{{2}}|[\0-\t\x0b-\x7f]))
  | (?P<special>[{{}}$&#^_~\[\]*])
  | (?P<symbol>\\(?:[^\n]|\n(?![ \t]*\n))?)
  | (?P<comment>%[^\n]*(?:\n[ \t]*(?P<after>\n\s*)?)?)
  | (?P<par>\n\s*)
"""
_CATEGORIES = {"\\": 0, "{": 1, "}": 2, "$": 3, "&": 4, "\n": 5, "#": 6, "^": 7, "_": 8, " ": 10, "~": 13, "%": 14}
_BY_CATEGORY = {1: "{", 2: "}", 3: "$", 4: "&", 6: "#", 7: "^", 8: "_", 9: "", 10: " "}

_BRACE = re.compile(r"(?<!\\)[{}]")
_ENVIRONMENT = re.compile(r"\\begin\s*\{(?P<begin>[^{}]*)\}|\\end\s*\{(?P<end>[^{}]*)\}|\\.|%[^\n]*", re.DOTALL)

_PRINTED = {
    "\\": "\\textbackslash",
    "~": "\\textasciitilde",
    "^": "\\textasciicircum",
    "`": "\\textasciigrave",
    **{character: "\\" + character for character in "{}$&#_%"},
}
_NEEDS_COMMAND = re.compile(r"([\\~^`{}$&#_%\[\]*])")
_CHARACTERS = {command: character for character, command in _PRINTED.items()}


class Categories:
    r"""What characters mean to a document here and now, as \catcode says; those that print as they are by default.

    Only punctuation can change: a document that takes letters, digits or the backslash for something else is not read
    as its authors meant it.
    """

    def __init__(self) -> None:
        self._changed: dict[str, int] = {}
        self._states: set[tuple[str, str]] = set()
        self.tokens: dict[str, Token] = {}  # of the characters that do not come in runs and are not special as usual
        self.pattern = _pattern("", "")

    def __getitem__(self, character: str) -> int:
        """A character's category, 0 to 15."""
        return self._changed.get(character, usual_category(character))

    def __setitem__(self, character: str, category: int) -> None:
        r"""Carry out \catcode."""
        if not "!" <= character <= "~" or character.isalnum() or character == "\\" or self[character] == category:
            return
        self._changed[character] = category
        tokens = {
            changed: _BY_CATEGORY.get(new, ACTIVE + changed if new == ACTIVE_CHARACTER else "".join(literal(changed)))
            for changed, new in self._changed.items()
            if new != usual_category(changed) and (changed in _CATEGORIES or new not in {LETTER, OTHER})
        }
        letters = (changed for changed, new in self._changed.items() if new == LETTER)
        state = "".join(sorted(tokens)), "".join(sorted(letters))
        if len(self._states) < MAX_STATES or state in self._states:
            self._states.add(state)
            self.tokens = tokens
            self.pattern = _pattern(*state)


def usual_category(character: str) -> int:
    """The category that LaTeX gives a character."""
    return _CATEGORIES.get(character, LETTER if character.isalpha() else OTHER)


@lru_cache(maxsize=64)
def _pattern(unusual: str, letters: str) -> re.Pattern[str]:
    return re.compile(_GRAMMAR.format(unusual=re.escape(unusual), letters=re.escape(letters)), re.VERBOSE)


class Lexer:
    """Tokens of one source text, made as they are asked for, because TeX may change the rules midway."""

    __slots__ = ("_ahead", "_categories", "position", "text")

    def __init__(self, text: str, categories: Categories) -> None:
        self.text = text
        self.position = 0
        self._categories = categories
        self._ahead: dict[str, int] = {}

    def next(self) -> Token | None:
        """The next token, or None at the end of the text."""
        while match := self._categories.pattern.match(self.text, self.position):
            self.position = match.end()
            kind = match.lastgroup
            if kind in {"run", "special", "word"}:
                return match[kind]
            if kind == "symbol":
                return match["symbol"] if len(match["symbol"]) == 2 and match["symbol"] != "\\\n" else "\\ "
            if kind == "par" or match["after"]:
                return "\\par"
            if kind == "unusual" and (token := self._categories.tokens.get(match["unusual"])):
                return token
            if kind == "code":
                return _by_code(match["code"])
        return None

    def find(self, text: str) -> int:
        """Where `text` comes next, the end of the source where it does not; many calls cost one look through all."""
        found = self._ahead.get(text, -1)
        if found < self.position:
            found = self.text.find(text, self.position)
            self._ahead[text] = found = len(self.text) if found < 0 else found
        return found

    def raw_until(self, end: str) -> str:
        """The untouched characters before the next `end` (which is consumed); all of them where there is none."""
        stop = self.find(end)
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

    def raw_environment(self, name: str) -> str | None:
        r"""The untouched characters before the \end{name} that belongs here, not consumed; None without such an end."""
        inner: list[str] = []
        for found in _ENVIRONMENT.finditer(self.text, self.position):
            if found["begin"] is not None:
                inner.append(found["begin"])
            elif found["end"] is not None and not inner and found["end"] == name:
                return self.text[self.position : found.start()]
            elif found["end"] is not None and (not inner or inner.pop() != found["end"]):
                return None
        return None

    def has_letter_at(self) -> bool:
        r"""Whether @ is a letter now, as between \makeatletter and \makeatother."""
        return self._categories["@"] == LETTER

    def close(self) -> None:
        r"""Carry out \endinput."""
        self.position = len(self.text)


def _by_code(written: str) -> Token:
    r"""The character that ^^M or ^^5c stands for, with the backslash that may stand before it."""
    backslash, _, code = written.partition("^^")
    number = int(code, 16) if len(code) == 2 else ord(code) ^ 64
    character = chr(number) if chr(number).isprintable() else " "
    return backslash + character if backslash or character in _BY_CATEGORY.values() else "".join(literal(character))


def tokenize(text: str) -> list[Token]:
    """All tokens of a short text, with the usual categories."""
    return list(iter(Lexer(text, Categories()).next, None))


def expl_tokens(source: str) -> list[Token]:
    r"""Tokens of expl3 code: `_` and `:` are letters, blanks are none, and `~` is one."""
    categories = Categories()
    for letter in "@_:":
        categories[letter] = LETTER
    tokens: list[Token] = []
    for token in iter(Lexer(source, categories).next, None):
        if token[0] == "\\":
            tokens += [token] if token not in {"\\par", "\\ "} else []
        elif token == "~":
            tokens.append(" ")
        elif dense := "".join(token.split()):
            tokens.append(dense)
    return tokens


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
    for token in (token.removeprefix(ACTIVE) for token in tokens):
        if after_word and token[0].isalpha():
            written.append(" ")
        written.append(token)
        after_word = token[0] == "\\" and token[-1].isalpha()
    return "".join(written)


def characters_of(tokens: Iterable[Token]) -> str:
    r"""Tokens as the string that a name is: like `source_of`, but `\_` and what else \string leaves is itself."""
    return source_of([_CHARACTERS.get(token, token) for token in tokens])


def split_runs(tokens: Iterable[Token]) -> list[Token]:
    """The same tokens with every run taken apart into characters, as TeX's delimiters and comparisons see them."""
    return [part for token in tokens for part in ((token,) if is_command(token) else token)]


def items_of(tokens: Iterable[Token], separator: str = ",") -> list[list[Token]]:
    """The parts of a comma list, commas in braces aside; beyond MAX_ITEMS it is not taken apart."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in split_runs(tokens):
        depth += (token == "{") - (token == "}")
        if token == separator and depth == 0 and len(items) < MAX_ITEMS:
            items.append([])
        else:
            items[-1].append(token)
    return [trim(item) for item in items]


def trim(tokens: list[Token]) -> list[Token]:
    """Tokens without blank ones at both ends."""
    start, end = 0, len(tokens)
    while start < end and tokens[start].isspace():
        start += 1
    while end > start and tokens[end - 1].isspace():
        end -= 1
    return tokens[start:end]
