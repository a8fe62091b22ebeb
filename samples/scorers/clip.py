"""The small CLIP: a modified ResNet and a causal transformer as open_clip builds them, learning from drawn charts."""

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samples.captioner.chart import Chart
from samples.captioner.drawing import draw
from samples.captioner.lessons import charts
from samples.captioner.plotting import PLOTTED_KINDS, plot
from samples.captioner.training import PROCESSES
from samples.scorers.descriptions import description, unborrowed_figure
from samples.scorers.tokenizer import train_tokenizer

if TYPE_CHECKING:
    import torch

SIDE = 128  # pixels of a picture, squashed to a square so that no panel is cut off
MARGIN = 6  # pixels by which a picture of the pool is wider, so that it is seen in other places
CONTEXT = 77  # tokens that the text encoder reads, as in CLIP
BATCH = 112  # pairs of one process in a step
SCALE = 20.0  # what a cosine is multiplied by in the loss; fixed, so that cosines have room to differ
LEVEL = 0.2  # mean cosine of pictures and texts that do not belong together, as pretrained CLIPs have it
LENGTH = 0.15  # of the papers around the charts, as in texts.random_figure

CONTROL_TOKENS = {"pad_token": "<pad>", "bos_token": "<start_of_text>", "eos_token": "<end_of_text>"}
VOCABULARY = 1536
MODEL: dict[str, Any] = {
    "embed_dim": 128,
    "vision_cfg": {"image_size": SIDE, "layers": [1, 1, 1, 1], "width": 16, "head_width": 64},
    "text_cfg": {
        "context_length": CONTEXT,
        "vocab_size": VOCABULARY,
        "width": 96,
        "heads": 3,
        "layers": 3,
        "hf_tokenizer_name": "tokenizer.json",  # any name: of a local-dir, open_clip takes the tokenizer of the folder
    },
}
PREPROCESSING: dict[str, Any] = {
    "mean": [0.5] * 3,
    "std": [0.5] * 3,
    "interpolation": "bicubic",
    "resize_mode": "squash",
}


def begin(folder: Path, seed: int) -> None:
    """Write what is known before the training: configuration and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"model_cfg": MODEL, "preprocess_cfg": PREPROCESSING}
    (folder / "open_clip_config.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    train_tokenizer(VOCABULARY, CONTROL_TOKENS, CONTEXT, seed, lower=True).save_pretrained(folder)


class ClipCourse:
    """Contrasts pictures and texts of drawn charts (Radford et al. 2021, figure 3) within one process's batch.

    A text that names what is drawn ends up closer to the picture than one that says nothing of it, and that one closer
    than a text that names something else: the cosine that the loss asks for is the log of how much likelier the text
    is with the picture than without it (van den Oord et al. 2018, section 2.3).
    """

    def __init__(self, folder: Path, seed: int, pool: int, process: int) -> None:
        """Draws this process's share of the `pool` of charts; a tenth of the share is plotted by matplotlib."""
        import open_clip
        import torch

        self.folder, self.seed = folder, (seed, process)
        torch.manual_seed(seed)
        self.model = open_clip.create_model(f"local-dir:{folder}", load_weights=False)
        self.model.logit_scale.data.fill_(float(np.log(SCALE)))
        self.model.logit_scale.requires_grad_(requires_grad=False)
        self.model.visual.to(memory_format=torch.channels_last)
        self.tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
        rng = np.random.default_rng([*self.seed, 1])
        share = max(1, pool // PROCESSES)
        self.charts, pictures = zip(*_pictures(share, rng), strict=True)
        self.pixels = np.stack(pictures)

    def loss(self, step: int) -> "torch.Tensor":
        """InfoNCE of the batch of a step, and what holds the level of the cosines."""
        import torch

        rng = np.random.default_rng([*self.seed, 2, step])
        chosen = rng.integers(len(self.charts), size=BATCH)
        texts = [description(unborrowed_figure(self.charts[place], rng, LENGTH), rng) for place in chosen]
        pixels = torch.from_numpy(np.stack([_seen(self.pixels[place], rng) for place in chosen])).permute(0, 3, 1, 2)
        with torch.autocast("cpu", torch.bfloat16):
            pictures = self.model.encode_image(pixels.float().div(127.5).sub(1))
            words = self.model.encode_text(self.tokenizer(texts))
        normalise = torch.nn.functional.normalize
        cosines = normalise(pictures.float(), dim=-1) @ normalise(words.float(), dim=-1).T
        pairs = torch.arange(len(cosines))
        contrast = sum(torch.nn.functional.cross_entropy(SCALE * logits, pairs) for logits in (cosines, cosines.T)) / 2
        level = cosines[pairs[:, None] != pairs].mean()
        return contrast + (SCALE * (level - LEVEL)) ** 2

    def save(self) -> None:
        """Write the weights in half precision."""
        import torch
        from safetensors.torch import save_file

        weights = {
            name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous(
                memory_format=torch.contiguous_format
            )
            for name, tensor in self.model.state_dict().items()
        }
        save_file(weights, self.folder / "open_clip_model.safetensors")


def _pictures(count: int, rng: np.random.Generator) -> "list[tuple[Chart, NDArray[np.uint8]]]":
    """So many charts with their pictures, a tenth of them plotted."""
    plottable = (chart for chart in charts(rng) if chart.kind in PLOTTED_KINDS)
    plotted = ((chart, plot(chart, rng)) for chart in itertools.islice(plottable, count // 10))
    drawn = ((chart, draw(chart, rng)) for chart in itertools.islice(charts(rng), count - count // 10))
    size = (SIDE + MARGIN, SIDE + MARGIN)
    return [
        (chart, np.asarray(image.resize(size, Image.Resampling.BICUBIC)))
        for chart, image in itertools.chain(plotted, drawn)
    ]


def _seen(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A square of SIDE pixels somewhere in a picture of the pool."""
    top, left = rng.integers(MARGIN + 1, size=2)
    return picture[top : top + SIDE, left : left + SIDE]
