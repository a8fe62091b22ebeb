"""Plain text as a reader would type it, gathered piece by piece, with the references that stand in it."""

import re
from dataclasses import dataclass, field

# Private-use characters mark where a reference begins and ends until the blanks are settled. Sources lose theirs on
# decoding, so that no paper can forge one.
OPEN, CLOSE = "\ue000", "\ue001"

_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘"))
_LIGATURE_START = re.compile(r"--|`|''")
_SINGLE_QUOTED = re.compile(r"‘([^‘’]*?)'(?!\w)")  # other apostrophes stay as they are
_BLANKS = re.compile(r"\s+")
_MARKS = re.compile(f"[{OPEN}{CLOSE}]")


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
            source = _SINGLE_QUOTED.sub("‘\\1’", source)
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

    def finish(self) -> tuple[str, tuple[Reference, ...]]:
        """The text with single blanks, and its references in order of their beginning."""
        marked = _BLANKS.sub(" ", "".join(self.pieces)).strip()
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
