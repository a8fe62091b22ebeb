"""CLIP scores of a pair: what the text encoder is given of its texts, and what is made of the cosines.

A score is the cosine of image and text embedding, as in CLIPScore (Hessel et al. 2021, arXiv 2104.08718, section 3)
without its factor 2.5 and its floor of 0. Encoders read few tokens (CLIP 75) and a rewritten caption has more, so one
number cannot tell what it is worth. With `room`, the tokens of a text that the encoder reads at once:

- `raw`, `recaption`: the first `room` tokens of the text, as everybody's score does
- `coverage`: the share of the recaption's tokens that these are
- `raw_windows`, `recaption_windows`: the whole text, cut every `room` tokens; the mean over the windows, in which each
  counts by its tokens, so that a last window of two words does not weigh as much as a full one
- `matched`: the recaption cut to as many tokens as of the raw caption are read: what is gained by other words alone
- `shuffled`: the recaption of another paper's pair, a baseline: what any text of this kind gets with any image
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from s1_assets.quality.scorers import ClipScores

Tokens = tuple[int, ...]  # of a text alone, without those by which an encoder marks start and end


@dataclass(frozen=True)
class Readings:
    """What is encoded of the texts of one pair, each at most `room` tokens; empty where there is no text."""

    raw: tuple[Tokens, ...]  # windows, the first of which the plain score reads
    recaption: tuple[Tokens, ...]
    matched: Tokens
    shuffled: Tokens

    @classmethod
    def of(cls, raw: Tokens, recaption: Tokens, another: Tokens, room: int) -> "Readings":
        """From all tokens of the raw caption, of the recaption and of the recaption of another paper's pair."""
        matched = recaption[: min(len(raw), room)]
        return cls(windows(raw, room), windows(recaption, room), matched, another[:room])

    def __iter__(self) -> Iterator[Tokens]:
        """All that there are, some more than once."""
        yield from filter(None, (*self.raw, *self.recaption, self.matched, self.shuffled))

    def scores(self, cosine: Callable[[Tokens], float]) -> ClipScores:
        """The pair's scores, given the cosine of its image and any of the readings."""
        return ClipScores(
            raw=cosine(self.raw[0]) if self.raw else None,
            recaption=cosine(self.recaption[0]) if self.recaption else None,
            coverage=len(self.recaption[0]) / sum(map(len, self.recaption)) if self.recaption else None,
            raw_windows=_mean(self.raw, cosine),
            recaption_windows=_mean(self.recaption, cosine),
            matched=cosine(self.matched) if self.matched else None,
            shuffled=cosine(self.shuffled) if self.shuffled else None,
        )


def windows(tokens: Tokens, room: int) -> tuple[Tokens, ...]:
    """The tokens in runs of `room`, the last one as short as it comes out; none for a text without tokens."""
    return tuple(tokens[start : start + room] for start in range(0, len(tokens), room))


def _mean(parts: tuple[Tokens, ...], cosine: Callable[[Tokens], float]) -> float | None:
    if not parts:
        return None
    return sum(len(part) * cosine(part) for part in parts) / sum(map(len, parts))
