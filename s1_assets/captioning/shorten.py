"""Texts made to fit: whole sentences as far as they go, never half a one."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from s1_assets.context.sentences import split_sentences

Measure = Callable[[str], int]
"""Size of a text, in characters or tokens; a longer text is no smaller."""


def sentences_within(text: str, limit: int, measure: Measure = len) -> str:
    """As many whole sentences from the beginning of `text` as measure up to `limit`; empty where not one does."""
    if measure(text) <= limit:
        return text
    ends = [end for _, end in split_sentences(text)]
    return text[: _last_that_fits(ends, lambda end: measure(text[:end]) <= limit)]


def words_within(text: str, limit: int, measure: Measure = len) -> str:
    """`text`, or as many whole words from its beginning as fit with "…" behind them; empty where not even "…" fits."""
    if measure(text) <= limit:
        return text
    blanks = [position for position, character in enumerate(text) if character == " "]
    end = _last_that_fits(blanks, lambda blank: measure(text[: blank + 1] + "…") <= limit)
    cut = text[:end].rstrip(" ,;:(") + "…"
    return cut if measure(cut) <= limit else ""


def items_within(items: Sequence[str], limit: int, measure: Measure = len, separator: str = "; ") -> str:
    """As many of the first `items`, joined, as measure up to `limit`."""
    counts = list(range(1, len(items) + 1))
    return separator.join(items[: _last_that_fits(counts, lambda n: measure(separator.join(items[:n])) <= limit)])


def _last_that_fits(ends: list[int], fits: Callable[[int], bool]) -> int:
    """The last of `ends` that `fits`, 0 where none does; all before one that fits are taken to fit."""
    fitting = bisect_right(ends, False, key=lambda end: not fits(end))
    return ends[fitting - 1] if fitting else 0
