"""Pseudo-perplexity of texts: which masked copies a masked language model has to read, and what its answers amount to.

Every token of a text is masked once and predicted from all others; the sum of the log probabilities is the text's
pseudo-log-likelihood PLL, and its pseudo-perplexity is exp(-PLL / tokens) (Salazar et al. 2020, arXiv 1910.14659,
section 2.3). Only tokens of the text count, not the marks that a model wants at its ends ([CLS] and [SEP]).

A text that is longer than a model reads is scored in windows: each token in the window that has it in its middle, or
as near to it as the text's ends allow. A masked copy serves one token only, so that costs no more than fewer windows.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
COPY_TOKENS = 32  # what a copy needs of memory besides its tokens, the logits of one token, counted in tokens


@dataclass(frozen=True)
class MaskedCopies:
    """Copies of texts or of windows of them, all of one length, each with one token masked."""

    tokens: Integers  # (copies, length), without marks at the ends
    columns: Integers  # (copies,) where the masked token is
    targets: Integers  # (copies,) the masked token
    places: Integers  # (copies,) its place among the tokens of all texts, one text behind the other


def masked_copies(texts: Sequence[Sequence[int]], mask: int, longest: int, batch_tokens: int) -> Iterator[MaskedCopies]:
    """Copies of `texts` that mask every token once.

    A batch holds copies of one length, of whichever texts, so that a model reads no padding; longest texts come first.

    Args:
        texts: token ids of each text; a text may have none.
        mask: id of the mask token.
        longest: tokens in a copy; a longer text is cut into windows.
        batch_tokens: about how many tokens a batch holds; it holds one copy at least.
    """
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    tokens = np.fromiter((token for text in texts for token in text), dtype=np.int64, count=int(lengths.sum()))
    begins = np.repeat(np.cumsum(lengths) - lengths, lengths)  # of each token: where its text begins, and its length
    lengths = np.repeat(lengths, lengths)
    widths = np.minimum(lengths, longest)
    positions = np.arange(len(tokens)) - begins
    windows = begins + np.clip(positions - widths // 2, 0, lengths - widths)
    for width in np.unique(widths)[::-1]:
        places = np.flatnonzero(widths == width)
        copies = max(1, batch_tokens // (int(width) + COPY_TOKENS))
        for batch in np.array_split(places, math.ceil(len(places) / copies)):
            rows = tokens[windows[batch, None] + np.arange(width)]
            columns = batch - windows[batch]
            rows[np.arange(len(batch)), columns] = mask
            yield MaskedCopies(rows, columns, tokens[batch], batch)


def pseudo_perplexities(log_probabilities: NDArray[np.float64], lengths: Sequence[int]) -> list[float | None]:
    """Pseudo-perplexity of each text; None for a text without tokens.

    Args:
        log_probabilities: (tokens of all texts,) of each token given all others of its text, one text behind the other.
        lengths: tokens of each text.
    """
    texts = np.split(log_probabilities, np.cumsum(lengths, dtype=np.int64))[:-1]
    return [float(np.exp(-text.mean())) if len(text) else None for text in texts]
