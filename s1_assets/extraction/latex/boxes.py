r"""Boxes that a paper stores for later: \setbox, \sbox and \savebox keep the tokens of the content."""

from collections import defaultdict
from collections.abc import Iterator

from s1_assets.extraction.latex.tokens import Token, is_command


class StoredBoxes:
    """What boxes hold, and which contents were never put on a page."""

    def __init__(self) -> None:
        self._contents: dict[str, list[Token]] = {}
        self._unused: defaultdict[str, list[list[Token]]] = defaultdict(list)

    def keep(self, name: str, content: list[Token]) -> None:
        """Store a content; the old one goes."""
        self._contents[name] = content
        if any(map(is_command, content)):
            self._unused[name].append(content)

    def content(self, name: str) -> list[Token]:
        """What a box holds."""
        return self._contents.get(name, [])

    def take(self, name: str, emptied: bool) -> list[Token]:
        """What a box holds, to be put on the page."""
        content = self.content(name)
        if self._unused[name] and self._unused[name][-1] is content:
            self._unused[name].pop()
        if emptied:
            self._contents.pop(name, None)
        return content

    def unused(self) -> Iterator[list[Token]]:
        """Contents that were never taken."""
        for contents in self._unused.values():
            yield from contents
