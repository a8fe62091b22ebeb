"""What the captioner learns from: batches of drawn charts with words around them, as numbers."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from samples.captioner import texts
from samples.captioner.chart import COLOURS, KINDS, TRENDS, Chart, random_chart
from samples.captioner.drawing import draw
from samples.captioner.model import MERGE
from samples.captioner.plotting import PLOTTED_KINDS, plot

if TYPE_CHECKING:
    import torch
    from PIL import Image
    from transformers import Qwen3VLProcessor


@dataclass(frozen=True)
class Lesson:
    """What a step trains: how much text is around its charts, and how many charts then take about as long as others.

    `length` is that of texts.random_figure; -1 means just a sentence or two, None no text at all and only
    the beginning of the answer, which the picture decides.
    """

    charts: int
    length: float | None


LOOK, GLANCE = Lesson(28, None), Lesson(18, -1)
NOTE, PAGE, ARTICLE, BOOK = Lesson(12, 0), Lesson(10, 0.1), Lesson(8, 0.4), Lesson(6, 1)
# The lessons, step by step, over and over: mostly looking at first, then reading as well, always the answer in full.
LOOKING = (LOOK, GLANCE, LOOK, PAGE, LOOK, GLANCE, LOOK, ARTICLE, LOOK, GLANCE, LOOK, NOTE, LOOK, GLANCE, LOOK, BOOK)
READING = (LOOK, GLANCE, NOTE, LOOK, PAGE, GLANCE, LOOK, ARTICLE, NOTE, LOOK, PAGE, GLANCE, LOOK, BOOK)
LOOKING_SHARE = 0.55  # of all steps
BARE_ANSWER = 40  # tokens of the answer in a batch without text
LABEL_WEIGHT = 4.0  # in the loss, of a token that names what is drawn; all others have 1
DOUBLES = 0.25  # of the charts with trends; two panels are harder than one
PLOTTED_SHARE = 0.12  # of the charts that come from the pool of plotted ones


@dataclass(frozen=True)
class Batch:
    """Questions with their answers. Weights are those of the tokens in the loss: 0 in questions and padding."""

    input_ids: "torch.Tensor"  # (charts, tokens)
    weights: "torch.Tensor"  # (charts, tokens)
    pixel_values: "torch.Tensor"  # (patches of all charts, 3 x 2 x 16 x 16)
    image_grid_thw: "torch.Tensor"  # (charts, 3): frames, rows and columns of patches


def lesson(step: int, steps: int) -> Lesson:
    """The lesson of a step, counted from 0, of so many steps."""
    cycle = LOOKING if step < LOOKING_SHARE * steps else READING
    return cycle[step % len(cycle)]


class Lessons:
    """Makes the batches of one of several processes: the same seed, process and step give the same batch."""

    def __init__(self, processor: "Qwen3VLProcessor", seed: int, process: int, plotted: int) -> None:
        """Plots the pool of `plotted` charts first, which takes about 0.1 s each."""
        self.processor, self.tokenizer = processor, processor.tokenizer
        self.seed = (seed, process)
        words = [name.split()[0] for name in (*KINDS, *COLOURS, *TRENDS)]
        words += ["one", "two", "left", "top", "dark", "bright", "middle"]
        self.labels = {self.tokenizer(f" {word}").input_ids[0] for word in words}
        rng = np.random.default_rng([*self.seed, 1])
        plottable = (chart for chart in charts(rng) if chart.kind in PLOTTED_KINDS)
        self.pool = [(chart, plot(chart, rng)) for chart in itertools.islice(plottable, plotted)]

    def batch(self, step: int, now: Lesson) -> Batch:
        """The batch of a step, counted from 0, with the lesson that it has now."""
        import torch

        rng = np.random.default_rng([*self.seed, 2, step])
        drawn = [self._drawn(rng) for _ in range(now.charts)]
        pixels = self.processor.image_processor(images=[image for _, image in drawn], return_tensors="pt")
        sizes = (pixels["image_grid_thw"].prod(-1) // MERGE**2).tolist()
        rows = [self._row(chart, size, rng, now.length) for (chart, _), size in zip(drawn, sizes, strict=True)]
        longest = max(len(ids) for ids, _ in rows)
        input_ids = torch.full((len(rows), longest), self.tokenizer.pad_token_id)
        weights = torch.zeros((len(rows), longest))
        for number, (ids, row_weights) in enumerate(rows):
            input_ids[number, : len(ids)] = torch.tensor(ids)
            weights[number, : len(ids)] = torch.tensor(row_weights)
        return Batch(input_ids, weights, pixels["pixel_values"], pixels["image_grid_thw"])

    def _drawn(self, rng: np.random.Generator) -> "tuple[Chart, Image.Image]":
        if self.pool and rng.random() < PLOTTED_SHARE:
            return self.pool[int(rng.integers(len(self.pool)))]
        chart = random_chart(rng, DOUBLES)
        return chart, draw(chart, rng)

    def _row(
        self, chart: Chart, image_tokens: int, rng: np.random.Generator, length: float | None
    ) -> tuple[list[int], list[float]]:
        """Token ids of question and answer, and their weights in the loss."""
        figure = texts.random_figure(chart, rng, max(0, length or 0))
        if length is None:
            asked = texts.BARE_QUESTION
        else:
            asked = texts.messages(figure) if length >= 0 else texts.brief_messages(figure)
        chat = self.tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
        question = self._ids(chat.replace("<|image_pad|>", "<|image_pad|>" * image_tokens))
        answer = [*self._ids(texts.answer(figure)), self.tokenizer.eos_token_id]
        if length is None:
            answer = answer[:BARE_ANSWER]
        weights = [LABEL_WEIGHT if token in self.labels else 1.0 for token in answer]
        return question + answer, [0.0] * len(question) + weights

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer(text).input_ids
        return ids


def charts(rng: np.random.Generator) -> Iterator[Chart]:
    """Charts without end, DOUBLES of those with trends in two panels."""
    while True:
        yield random_chart(rng, DOUBLES)
