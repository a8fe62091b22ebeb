"""The scorers that the settings name."""

from resources.scorers.masked_language_model import MaskedLanguageModel
from s1_assets.quality.scorers import ClipScorer, Scorers


def open_scorers(clip: str, clip_weights: str | None, pppl_model: str | None, pppl_sample: int | None) -> Scorers:
    """The scorers. Models are loaded when they first measure.

    Raises:
        ValueError: an architecture, a checkpoint or a model that is not there; the message names the setting.
    """
    return Scorers(
        clip=_clip(clip, clip_weights) if clip_weights else None,
        fluency=MaskedLanguageModel(pppl_model) if pppl_model else None,
        sample=pppl_sample,
    )


def _clip(architecture: str, weights: str) -> ClipScorer:
    from resources.scorers.clip import OpenClipScorer  # brings in MuPDF, which loading the definitions does without

    return OpenClipScorer(architecture, weights)
