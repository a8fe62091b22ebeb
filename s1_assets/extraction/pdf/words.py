"""Lines of text made one: words that line breaks hyphenated are made whole."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]{2,})[-‐]$")
_FIRST = re.compile(r"[^\W\d_]+")


class Words:
    """The words of a document, to tell a hyphen that a line break left from one that belongs to its word."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts = Counter[str]()
        for text in texts:
            for word in _WORD.findall(text.lower()):
                self._counts[word] += 1
                parts = re.split("[-‐]", word)
                if len(parts) > 2:
                    self._counts.update(f"{first}-{second}" for first, second in pairwise(parts))

    def joined(self, lines: Iterable[str]) -> str:
        """Lines of text as one."""
        text = ""
        for line in lines:
            broken, first = _BROKEN.search(text), _FIRST.match(line)
            if broken and first:
                text = (text if self._keeps_hyphen(broken[1], first[0]) else text[:-1]) + line
            elif not text or text.endswith(("/", "–", "—")):
                text += line
            else:
                text += " " + line
        return text

    def _keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether the document writes the hyphen elsewhere; words it has nowhere else lose it."""
        whole, hyphened = (before + after).lower(), f"{before}-{after}".lower()
        if self._counts[whole] or self._counts[hyphened]:
            return self._counts[hyphened] > self._counts[whole]
        return after[0].isupper()
