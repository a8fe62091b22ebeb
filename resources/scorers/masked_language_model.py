"""Pseudo-perplexity by a masked language model of transformers."""

from collections.abc import Mapping, Sequence


class MaskedLanguageModel:
    """A masked language model; `s1_assets.quality.scorers.FluencyScorer`."""

    def __init__(self, model: str) -> None:
        self.model = model

    @property
    def identity(self) -> Mapping[str, str]:
        """Model and revision."""
        raise NotImplementedError

    def pseudo_perplexities(self, texts: Sequence[str]) -> list[float | None]:
        """Pseudo-perplexity of each text, in order."""
        raise NotImplementedError
