"""CLIP scores by open_clip."""

from collections.abc import Mapping, Sequence

from s1_assets.quality.scorers import ClipScores, ImageText


class OpenClipScorer:
    """An open_clip model; `s1_assets.quality.scorers.ClipScorer`."""

    def __init__(self, architecture: str, weights: str) -> None:
        self.architecture, self.weights = architecture, weights

    @property
    def identity(self) -> Mapping[str, str]:
        """Architecture, weights and precision."""
        raise NotImplementedError

    def scores(self, pairs: Sequence[ImageText]) -> list[ClipScores | None]:
        """Scores of each pair, in order."""
        raise NotImplementedError
