"""How a tokenizer of open_clip cuts a text into tokens, and in which row its model wants to read them."""

from collections.abc import Callable, Sequence
from typing import Any

from s1_assets.quality.clip import Tokens

_REMEMBERED_WORDS = 50_000  # about 15 MB


class TextTokens:
    """Tokens of texts, without the marks that a model wants around them, and the rows with them.

    The rows are those of `tokenizer([text])` for any text: which marks stand where, and how many tokens fit between
    them (`room`), is read off rows that the tokenizer makes. Raises ValueError for one that lays out rows otherwise.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._encode = _encoding(tokenizer)
        self._empty = tokenizer([""])[0].tolist()
        long = "a " * len(self._empty)
        full, content = tokenizer([long])[0].tolist(), list(self.content(long))
        self._start = full.index(content[0]) if content[0] in full else 0
        behind = full[self._start :]
        self.room = next(count for count in range(len(behind), -1, -1) if behind[:count] == content[:count])
        for text in ("", "a", long):
            if self.row(self.content(text)[: self.room]) != tokenizer([text])[0].tolist():
                raise ValueError(f"the rows of {type(tokenizer).__name__} are not marks, tokens, marks and padding")

    @property
    def marks(self) -> tuple[list[int], list[int]]:
        """The marks before a text and those behind it."""
        return self._empty[: self._start], self._empty[self._start : len(self._empty) - self.room]

    def content(self, text: str) -> Tokens:
        """All tokens of a text, which is cleaned as the tokenizer does it."""
        return tuple(self._encode(text))

    def row(self, tokens: Tokens) -> list[int]:
        """What the model reads of at most `room` tokens: marks, tokens, marks, and padding up to the full length."""
        return [*self._empty[: self._start], *tokens, *self._empty[self._start : len(self._empty) - len(tokens)]]


def _encoding(tokenizer: Any) -> Callable[[str], Sequence[int]]:
    from open_clip import SimpleTokenizer
    from open_clip.tokenizer import HFTokenizer

    if isinstance(tokenizer, HFTokenizer):
        return lambda text: (
            tokenizer.tokenizer(tokenizer.clean_fn(text), add_special_tokens=False, verbose=False).input_ids
        )
    if isinstance(tokenizer, SimpleTokenizer):
        marks = dict(tokenizer.cache)

        def encode(text: str) -> list[int]:
            if len(tokenizer.cache) > _REMEMBERED_WORDS:  # it would remember every word that it ever saw
                tokenizer.cache = dict(marks)
            tokens: list[int] = tokenizer.encode(text)
            return tokens

        return encode
    raise ValueError(f"{type(tokenizer).__name__} is neither open_clip's own tokenizer nor one of transformers")
