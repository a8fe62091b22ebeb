"""Plain text as a reader would type it, gathered piece by piece, with the references that stand in it."""

import re
from dataclasses import dataclass, field

# Private-use characters mark where a reference begins and ends until the blanks are settled. Sources lose theirs on
# decoding, so that no paper can forge one.
OPEN, CLOSE = "\ue000", "\ue001"
THROUGH = "\ue002"  # between two keys of a reference, which then cites what comes between as well
BREAK = "\x1e"  # where a cell, line or paragraph ends; a blank in the finished text
BLANK_CAPTION = "\x1d"  # where a caption without words stands; a blank in the finished text

_LIGATURES = (("---", "—"), ("--", "–"), ("!`", "¡"), ("?`", "¿"), ("``", "“"), ("''", "”"), ("`", "‘"))
_LIGATURE_START = re.compile(r"--|`|''")
_DOUBLE_QUOTES = (("‘‘", "“"), ("’’", "”"))  # that were typed apart, as with \lq\lq
_SINGLE_QUOTED = re.compile(r"‘([^‘’$]*?)'(?!\w)")  # other apostrophes stay as they are
_BLANKS = re.compile(r"\s+")
_MARKS = re.compile(f"[{OPEN}{CLOSE}]")
_LITERAL_MENTION = re.compile(
    r"\b(?:fig(?:s|ures?)?|abb(?:ildung(?:en)?)?|schemes?|charts?|plates?)\b\.?\s*\(?(?:[A-Z]{0,4}[.-]?\d|[IVX]+\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference in a text: characters [start, end) point to the labels called `keys`."""

    start: int
    end: int
    keys: tuple[str, ...]


@dataclass(slots=True)
class Text:
    """A text under construction."""

    pieces: list[str] = field(default_factory=list)
    keys: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, source: str) -> None:
        """Add characters of the source, with TeX's ligatures for dashes and quotes."""
        if _LIGATURE_START.search(source):
            for typed, printed in _LIGATURES:
                source = source.replace(typed, printed)
        self.pieces.append(source)

    def add(self, printed: str) -> None:
        """Add characters as they are."""
        self.pieces.append(printed)

    def append(self, other: "Text") -> None:
        """Add another text with its references."""
        self.pieces += other.pieces
        self.keys += other.keys

    def refer(self, keys: tuple[str, ...], shown: str = "[REF]") -> None:
        """Add a reference that reads `shown`."""
        self.open_reference(keys)
        self.pieces.append(shown)
        self.close_reference()

    def open_reference(self, keys: tuple[str, ...]) -> None:
        """Begin a reference whose words follow."""
        self.pieces.append(OPEN)
        self.keys.append(keys)

    def close_reference(self) -> None:
        """End the innermost open reference."""
        self.pieces.append(CLOSE)

    def is_blank(self) -> bool:
        """Whether nothing but blanks has been added."""
        return not any(piece and not piece.isspace() for piece in self.pieces)

    def lines(self, behind: str = "") -> list[str]:
        """What stands between the breaks, without references; only what stands behind a mark, if one is given."""
        text = "".join(self.pieces)
        parts = _MARKS.sub("", text.partition(behind)[2] if behind else text).split(BREAK)
        return [_with_quotes(line) for part in parts if (line := " ".join(part.split()))]

    def finish(self) -> tuple[str, tuple[Reference, ...]]:
        """The text with single blanks, and its references in order of their beginning."""
        marked = _with_quotes(_BLANKS.sub(" ", "".join(self.pieces)).strip())
        if not self.keys:
            return marked, ()
        parts: list[str] = []
        length = taken = 0
        open_now: list[tuple[int, int]] = []
        found: list[tuple[int, Reference]] = []
        for match in _MARKS.finditer(marked):
            parts.append(marked[taken : match.start()])
            length += match.start() - taken
            taken = match.end()
            if match[0] == OPEN:
                open_now.append((len(found) + len(open_now), length))
            elif open_now:
                order, start = open_now.pop()
                found.append((order, Reference(start, length, self.keys[order])))
        parts.append(marked[taken:])
        return "".join(parts).strip(), tuple(reference for _, reference in sorted(found, key=lambda item: item[0]))


def speaks_of_figures(text: str) -> bool:
    """Whether a text names a figure in words, such as "Figure 3"."""
    return _LITERAL_MENTION.search(text) is not None


def _with_quotes(text: str) -> str:
    """The text with what belongs together of its quotation marks, from whatever pieces it came."""
    for apart, together in _DOUBLE_QUOTES:
        text = text.replace(apart, together)
    return _SINGLE_QUOTED.sub("‘\\1’", text) if "‘" in text else text
