"""CLIP scores by open_clip."""

import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial

from resources.scorers.clip_checkpoint import Checkpoint
from resources.scorers.clip_encoder import Encoder, Vector, precision
from s1_assets.quality.clip import Readings, Tokens
from s1_assets.quality.scorers import ClipScores, ImageText


class OpenClipScorer:
    """An open_clip model, on the GPU when there is one; `s1_assets.quality.scorers.ClipScorer`.

    `architecture` is the name of one of open_clip's or the path of a configuration file (S1_CLIP), `weights` a tag that
    open_clip has for that architecture or the path of a .pt or .safetensors file (S1_CLIP_WEIGHTS). The model is loaded
    by the first call of `scores`. Threads decode and scale images while texts are encoded; each image is encoded once,
    and so is each text, of however many scores and pairs of a call it is part.

    Raises:
        ValueError: open_clip is not installed, or does not know the architecture or the weights; the message names the
            setting. `scores` raises it for weights that cannot be loaded.
    """

    def __init__(self, architecture: str, weights: str) -> None:
        self._checkpoint = Checkpoint.of(architecture, weights)

    @property
    def identity(self) -> Mapping[str, str]:
        """Architecture, weights and precision; of files their SHA-256."""
        return {**self._checkpoint.identity, "precision": precision()}

    def scores(self, pairs: Sequence[ImageText]) -> list[ClipScores | None]:
        """Scores of each pair, in order; None for an image that does not decode."""
        encoder = self._encoder
        with warnings.catch_warnings(), ThreadPoolExecutor(encoder.decoders) as pool:
            warnings.simplefilter("ignore")  # Pillow warns of much that images get by with
            pixels = [pool.submit(encoder.pixels, pair.image) for pair in pairs]
            readings = self._readings(pairs)
            texts = encoder.texts({reading for one in readings for reading in one})
            images = encoder.images(one.result() for one in pixels)
        return [
            None if image is None else reading.scores(partial(_cosine, image, texts))
            for reading, image in zip(readings, images, strict=True)
        ]

    def _readings(self, pairs: Sequence[ImageText]) -> list[Readings]:
        tokens = self._encoder.tokens
        texts = {text for pair in pairs for text in (pair.raw, pair.recaption or "", pair.another or "")}
        content = {text: tokens.content(text) for text in texts}  # a recaption is another pair's, too
        return [
            Readings.of(content[pair.raw], content[pair.recaption or ""], content[pair.another or ""], tokens.room)
            for pair in pairs
        ]

    @cached_property
    def _encoder(self) -> Encoder:
        return self._checkpoint.load()


def _cosine(image: Vector, texts: Mapping[Tokens, Vector], text: Tokens) -> float:
    return float(image @ texts[text])
