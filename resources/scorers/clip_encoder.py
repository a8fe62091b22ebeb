"""An open_clip model at work: images and texts to unit vectors, in batches, on the GPU when there is one."""

import io
import os
import struct
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resources.scorers.clip_beginnings import MaskedTextTower, rows
from resources.scorers.clip_last_block import read_first_token_only
from resources.scorers.clip_tokens import TextTokens
from s1_assets.extraction.raster import MAX_PIXELS, flatten
from s1_assets.quality.clip import Tokens

Vector = NDArray[np.float32]
Pixels = NDArray[np.uint8]
MAX_ASPECT = 100  # of an image: models scale the short side up to their own, and the long one with it
# whatever a damaged file makes a decoder of Pillow's stumble over
_DAMAGED = (OSError, EOFError, SyntaxError, ValueError, LookupError, TypeError, struct.error)


def device() -> str:
    """Where models run."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def precision() -> str:
    """How models compute there: weights in fp32, and on a GPU under autocast to bf16."""
    return "bf16" if device() == "cuda" else "fp32"


class Encoder:
    """A model, how it wants images prepared (both as open_clip makes them), and its tokenizer."""

    def __init__(self, model: Any, preprocess: Any, tokenizer: Any) -> None:
        # The last but one makes a tensor of one image; here that, too, is done with a batch, and on the device.
        *self._shaping, _, self._normalise = preprocess.transforms
        self._model, self._device, self._bf16 = model, device(), precision() == "bf16"
        self._batch = 256 if self._device == "cuda" else 32
        self.tokens = TextTokens(tokenizer)
        read_first_token_only(model.visual)
        self._masked = MaskedTextTower.of(model, *self.tokens.marks)
        self.decoders = len(os.sched_getaffinity(0))  # threads: Pillow works without the interpreter's lock

    def pixels(self, content: bytes) -> Pixels | None:
        """A PNG or JPEG file scaled and cut to [side, side, 3] as the model wants it, on white where it is transparent.

        None for what does not decode, and for a strip more than 100 times as long as wide. It is called by threads.
        """
        try:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_ASPECT * min(image.size):
                    return None
                shaped = flatten(image)
        except (*_DAMAGED, Image.DecompressionBombError):
            return None
        for step in self._shaping:
            shaped = step(shaped)
        return np.asarray(shaped)

    def images(self, pixels: Iterable[Pixels | None]) -> list[Vector | None]:
        """A unit vector for each image, None where there are no pixels."""
        found = list(pixels)
        readable = [one for one in found if one is not None]
        vectors = iter(self._encoded(readable, self._image_features))
        return [None if one is None else next(vectors) for one in found]

    def texts(self, texts: Collection[Tokens]) -> dict[Tokens, Vector]:
        """A unit vector for each text of at most `tokens.room` tokens."""
        if self._masked is None:
            return dict(zip(texts, self._encoded(list(texts), self._text_features), strict=True))
        read = {text: self._masked.as_read(text) for text in texts}
        ordered = sorted(rows(set(read.values())), key=lambda row: row.width)  # a batch is as wide as its widest row
        features = partial(self._masked.features, on_device=self._on_device)
        held = (text for row in ordered for text in row.texts)
        vectors = dict(zip(held, self._encoded(ordered, features), strict=True))
        return {text: vectors[read[text]] for text in texts}

    def _encoded(self, items: Sequence[Any], features: Callable[[Sequence[Any]], Any]) -> Iterable[Vector]:
        import torch

        found = []
        with torch.inference_mode(), torch.autocast(self._device, torch.bfloat16, enabled=self._bf16):
            for start in range(0, len(items), self._batch):
                of_batch = features(items[start : start + self._batch]).float()
                found.append(torch.nn.functional.normalize(of_batch, dim=-1))
            return torch.cat(found).cpu().numpy() if found else ()  # a GPU is waited for here only

    def _image_features(self, pixels: Sequence[Pixels]) -> Any:
        import torch

        batch = self._on_device(torch.from_numpy(np.stack(pixels)))
        return self._model.encode_image(self._normalise(batch.permute(0, 3, 1, 2).float().contiguous().div(255)))

    def _text_features(self, texts: Sequence[Tokens]) -> Any:
        import torch

        return self._model.encode_text(self._on_device(torch.tensor([self.tokens.row(text) for text in texts])))

    def _on_device(self, batch: Any) -> Any:
        return batch.pin_memory().to(self._device, non_blocking=True) if self._device == "cuda" else batch
