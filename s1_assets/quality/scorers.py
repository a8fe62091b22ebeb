"""What a model measures of pairs, as the quality stage asks for it; `resources/scorers/` holds the models."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class ImageText:
    """An image (PNG or JPEG bytes) and what is scored against it. `raw` may be empty; a failed caption has None."""

    image: bytes
    raw: str
    recaption: str | None
    another: str | None  # the recaption of a pair of another paper, the baseline; None where there is none


@dataclass(frozen=True)
class ClipScores:
    """Cosines in [-1, 1] of one image and texts, as docs/metrics.md defines them; None where there is no text."""

    raw: float | None
    recaption: float | None
    coverage: float | None  # share of the recaption's tokens that the text encoder read, in [0, 1]
    raw_windows: float | None
    recaption_windows: float | None
    matched: float | None
    shuffled: float | None


class ClipScorer(Protocol):
    """A CLIP model."""

    @property
    def identity(self) -> Mapping[str, str]:
        """Architecture, weights and precision: all that decides a score. It enters the fingerprint of a part."""

    def scores(self, pairs: Sequence[ImageText]) -> list[ClipScores | None]:
        """Scores of each pair, in order; None for an image that does not decode."""


class FluencyScorer(Protocol):
    """A masked language model."""

    @property
    def identity(self) -> Mapping[str, str]:
        """Model and revision: all that decides a score. It enters the fingerprint of a part."""

    def pseudo_perplexities(self, texts: Sequence[str]) -> list[float | None]:
        """Pseudo-perplexity of each text, in order; None for a text without tokens."""


@dataclass(frozen=True)
class Scorers:
    """The models that a deployment measures with; None is not measured.

    `sample` is how many pairs of each part have their pseudo-perplexity measured, which costs a forward pass a token;
    None is all of them.
    """

    clip: ClipScorer | None = None
    fluency: FluencyScorer | None = None
    sample: int | None = None

    @property
    def identity(self) -> dict[str, str]:
        """All of the scorers that decides a row."""
        named = {"clip": self.clip, "pppl": self.fluency}
        found = {f"{name} {key}": value for name, one in named.items() if one for key, value in one.identity.items()}
        if self.fluency:
            found["pppl sample"] = "all" if self.sample is None else str(self.sample)
        return found


def sampled(pair_ids: Iterable[str], size: int | None) -> frozenset[str]:
    """The `size` pairs whose ids have the smallest hashes: the same ones in every run, and spread over all papers."""
    ids = list(pair_ids)
    if size is None or size >= len(ids):
        return frozenset(ids)
    return frozenset(sorted(ids, key=lambda pair_id: hashlib.sha256(pair_id.encode()).digest())[:size])
