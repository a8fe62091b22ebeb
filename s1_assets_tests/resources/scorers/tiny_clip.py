"""CLIP models of random weights that fit into a test, and their scores as open_clip's README computes them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

VISION = {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8}
TEXT = {"context_length": 16, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2}
PREPROCESSING = {"mean": [0.5, 0.4, 0.3], "std": [0.3, 0.25, 0.2], "interpolation": "bilinear", "resize_mode": "squash"}


def write_config(path: Path, preprocessing: Mapping[str, Any] | None = None, **text: Any) -> Path:
    """A configuration of open_clip: of its own kind, or with `preprocessing` as it lies beside weights on the hub."""
    model = {"embed_dim": 32, "vision_cfg": VISION, "text_cfg": TEXT | text}
    if "hf_tokenizer_name" in text:
        model["custom_text"] = True
    config = model if preprocessing is None else {"model_cfg": model, "preprocess_cfg": preprocessing}
    path.write_text(json.dumps(config))
    return path


def register(config: Path, name: str) -> str:
    """The architecture of a configuration under a name of its own in open_clip's registry."""
    import open_clip

    read = json.loads(config.read_text())
    copy = config.with_name(f"{name}.json")
    copy.write_text(json.dumps(read.get("model_cfg", read)))
    open_clip.add_model_config(copy)
    return name


def write_weights(path: Path, name: str, seed: int = 0) -> Path:
    """Random weights of an architecture: a .safetensors file, or what torch saves."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    state = open_clip.create_model(name).state_dict()
    # As they are made, they hardly tell texts apart.
    state = {key: value * 4 if "embedding" in key else value for key, value in state.items()}
    if path.suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save(state, path)
    return path


class ReadmeExample:
    """Image and text features as in open_clip's README, of one image and its texts at a time."""

    def __init__(self, name: str, weights: Path | str, **options: Any) -> None:
        import open_clip

        self.model, _, self.preprocess = open_clip.create_model_and_transforms(name, str(weights), **options)
        self.model.eval()
        self.tokenizer = open_clip.get_tokenizer(name)

    def cosines(self, image: Image.Image, texts: Sequence[str]) -> list[float]:
        """The cosine of the image and each text, of which the tokenizer cuts off what does not fit."""
        return self.cosines_of_rows(image, self.tokenizer(texts))

    def cosines_of_rows(self, image: Image.Image, rows: Any) -> list[float]:
        """The same for rows of tokens."""
        import torch

        pixels = self.preprocess(image).unsqueeze(0)
        with torch.no_grad():
            image_features = self.model.encode_image(pixels)
            text_features = self.model.encode_text(rows)
            image_features /= image_features.norm(dim=-1, keepdim=True)
            text_features /= text_features.norm(dim=-1, keepdim=True)
            found: list[float] = (image_features @ text_features.T)[0].tolist()
        return found
