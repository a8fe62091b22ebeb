"""Texts for CLIP's text encoder, where a text that another one begins with is read along with it.

Attention is masked there (Radford et al. 2021, arXiv 2103.00020, section 2.4): no token sees what stands behind it, and
a text's vector is that of the end mark behind its last token. So the beginning of a text, cut off anywhere, needs no
row of its own, but one more end mark in the text's.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.scorers.clip_last_block import at_places, has_plain_last_block
from s1_assets.quality.clip import Tokens

Integers = NDArray[np.int64]
_BY_NONE = np.iinfo(np.int64).max  # the position of what no token sees


@dataclass(frozen=True)
class Row:
    """A row for the encoder: start mark, tokens, and an end mark for each of the texts that it holds."""

    tokens: Tokens
    lengths: list[int]  # of the texts, which are its first so many tokens, longest first

    @property
    def width(self) -> int:
        """Tokens and marks."""
        return 1 + len(self.tokens) + len(self.lengths)

    @property
    def texts(self) -> list[Tokens]:
        """The texts."""
        return [self.tokens[:length] for length in self.lengths]


@dataclass(frozen=True)
class Layout:
    """Rows of one width as the encoder reads them."""

    tokens: Integers  # (rows, width)
    positions: Integers  # (rows, width): where in its text a token or mark stands
    sees: NDArray[np.bool_]  # (rows, width, width): whether the first one's attention reaches the second one
    ends: Integers  # (rows, texts of a row at most): places of the end marks
    held: NDArray[np.bool_]  # (rows, texts of a row at most): whether the row has so many texts

    @classmethod
    def of(cls, rows: Sequence[Row], start: int, end: int) -> "Layout":
        """Rows, filled up to the longest, with the marks `start` and `end`."""
        shape = len(rows), max(row.width for row in rows)
        tokens, positions = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        seen_from = np.full(shape, _BY_NONE)
        ends = np.zeros((len(rows), max(len(row.lengths) for row in rows)), np.int64)
        for number, row in enumerate(rows):
            text = 1 + len(row.tokens)
            tokens[number, : row.width] = [start, *row.tokens, *([end] * len(row.lengths))]
            positions[number, : row.width] = [*range(text), *(1 + length for length in row.lengths)]
            seen_from[number, :text] = range(text)
            ends[number, : len(row.lengths)] = range(text, row.width)
        sees = (seen_from[:, None, :] < positions[:, :, None]) | np.eye(shape[1], dtype=bool)
        return cls(tokens, positions, sees, ends, ends > 0)


def rows(texts: Collection[Tokens]) -> list[Row]:
    """As few rows as hold all of these texts, which are distinct."""
    found: list[Row] = []
    for text in sorted(texts, reverse=True):  # next to a text, and behind it, are those that it begins with
        if found and found[-1].tokens[: len(text)] == text:
            found[-1].lengths.append(len(text))
        else:
            found.append(Row(text, [len(text)]))
    return found


class MaskedTextTower:
    """The text encoder of a CLIP model of open_clip, whose attention is masked, and the marks around its texts."""

    def __init__(self, model: Any, start: int, end: int) -> None:
        self._model, self._start, self._end = model, start, end
        self._heads = model.transformer.resblocks[0].attn.num_heads

    @classmethod
    def of(cls, model: Any, before: Sequence[int], behind: Sequence[int]) -> "MaskedTextTower | None":
        """The tower, if a model has one that takes the vector of a text's first end mark, with the marks around texts.

        open_clip finds the end mark as the highest token, or by its id.
        """
        from open_clip import CLIP

        if type(model) is not CLIP or model.attn_mask is None or not has_plain_last_block(model.transformer):
            return None
        if (len(before), len(behind)) != (1, 1):
            return None
        (start,), (end,) = before, behind
        found_by = {"argmax": model.vocab_size - 1, "eos": model.text_eos_id}.get(model.text_pool_type)
        return cls(model, start, end) if end == found_by != start else None

    def as_read(self, text: Tokens) -> Tokens:
        """What counts of a text: one that spells out the end mark ends there."""
        return text[: text.index(self._end)] if self._end in text else text

    def features(self, batch: Sequence[Row], on_device: Callable[[Any], Any]) -> Any:
        """A vector for each text of each row, in their order: (texts, dimensions). `on_device` moves a tensor there."""
        import torch

        layout = Layout.of(batch, self._start, self._end)
        arrays = layout.tokens, layout.positions, layout.sees, layout.ends, layout.held
        tokens, positions, sees, ends, held = (on_device(torch.from_numpy(array)) for array in arrays)
        model, dtype = self._model, self._model.transformer.get_cast_dtype()
        mask = torch.zeros(sees.shape, dtype=dtype, device=sees.device).masked_fill_(~sees, float("-inf"))
        at_ends = mask.take_along_dim(ends[:, :, None], 1)
        mask, at_ends = (one.repeat_interleave(self._heads, 0) for one in (mask, at_ends))
        hidden = model.token_embedding(tokens).to(dtype) + model.positional_embedding[positions].to(dtype)
        *blocks, last_block = model.transformer.resblocks
        for block in blocks:
            hidden = block(hidden, attn_mask=mask)
        last = model.ln_final(at_places(last_block, hidden, ends, at_ends)[held])
        projection = model.text_projection
        if projection is None:
            return last
        return projection(last) if isinstance(projection, torch.nn.Module) else last @ projection
