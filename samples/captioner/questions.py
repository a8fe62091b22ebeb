"""Measures a captioner on charts that it has never seen: does it name kind, colours and trend?

Works with anything that answers a picture and a chat with a text: this project's model, a server, a person.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from samples.captioner.chart import COLOURS, KINDS, TRENDS, random_chart
from samples.captioner.drawing import draw
from samples.captioner.plotting import PLOTTED_KINDS, plot
from samples.captioner.texts import Figure, Message, messages, random_figure

if TYPE_CHECKING:
    from pathlib import Path

# Seeds of unseen charts start here; the training's own are pairs and longer, so that they never give the same numbers.
UNSEEN = 1_000_000


@dataclass(frozen=True)
class Question:
    """A figure whose chart is known, its picture, and the chat that asks for a caption."""

    figure: Figure
    image: Image.Image
    messages: list[Message]


@dataclass(frozen=True)
class Accuracies:
    """Shares in [0, 1] of `questions` answers: valid JSON of two layers, and kind, colours and trends named right.

    Trends count where the chart has one; an answer that is no valid JSON has nothing right.
    """

    questions: int
    valid: float
    kind: float
    colour: float
    trend: float


def unseen_questions(count: int, seed: int = 0, *, plotted: bool = False, length: float = 0.1) -> list[Question]:
    """Questions about charts drawn by Pillow, or `plotted` by matplotlib; `length` as in texts.random_figure."""
    rng = np.random.default_rng(UNSEEN + seed)
    questions: list[Question] = []
    while len(questions) < count:
        chart = random_chart(rng)
        if plotted and chart.kind not in PLOTTED_KINDS:
            continue
        image = plot(chart, rng) if plotted else draw(chart, rng)
        figure = random_figure(chart, rng, length)
        questions.append(Question(figure, image, messages(figure)))
    return questions


def measure(answer: Callable[[Image.Image, list[Message]], str], questions: Sequence[Question]) -> Accuracies:
    """Ask one question after the other."""
    return grade(questions, [answer(question.image, question.messages) for question in questions])


def grade(questions: Sequence[Question], answers: Iterable[str]) -> Accuracies:
    """Accuracies of answers that were given in the order of the questions."""
    marks = [_marks(question.figure, text) for question, text in zip(questions, answers, strict=True)]
    valid, kind, colour, trend = (
        float(np.mean([mark for mark in column if mark is not None] or [np.nan])) for column in zip(*marks, strict=True)
    )
    return Accuracies(len(questions), valid, kind, colour, trend)


def _marks(figure: Figure, text: str) -> tuple[bool, bool, bool, bool | None]:
    layers = read_answer(text)
    visual = layers["visual"] if layers else ""
    chart = figure.chart
    return (
        layers is not None,
        _named(visual, KINDS)[:1] == [chart.kind],
        set(_named(visual, COLOURS)) == set(chart.colours),
        _named(visual, TRENDS) == list(chart.trends) if chart.trends else None,
    )


def read_answer(text: str) -> dict[str, str] | None:
    """The two layers of an answer, or None where it is not one JSON object of just these two texts."""
    try:
        layers = json.loads(text)
    except ValueError:
        return None
    if not isinstance(layers, dict) or set(layers) != {"visual", "contextual"}:
        return None
    return layers if all(isinstance(value, str) for value in layers.values()) else None


def _named(text: str, names: Iterable[str]) -> list[str]:
    """The names that occur in a text, as often as they do and in its order."""
    return re.findall(rf"\b(?:{'|'.join(map(re.escape, names))})\b", text)


class TransformersCaptioner:
    """Answers questions with a checkpoint in transformers, greedily, on the CPU."""

    def __init__(self, folder: "Path") -> None:
        import torch
        from transformers import AutoProcessor, Qwen3VLForConditionalGeneration

        self.processor = AutoProcessor.from_pretrained(folder)
        self.processor.tokenizer.padding_side = "left"
        self.model = Qwen3VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()

    def answers(self, questions: Sequence[Question], together: int = 16, most_tokens: int = 200) -> list[str]:
        """The answers, several at a time."""
        import torch

        texts: list[str] = []
        for start in range(0, len(questions), together):
            batch = questions[start : start + together]
            chats = [
                self.processor.apply_chat_template(question.messages, tokenize=False, add_generation_prompt=True)
                for question in batch
            ]
            inputs = self.processor(text=chats, images=[[q.image] for q in batch], padding=True, return_tensors="pt")
            with torch.inference_mode():
                ids = self.model.generate(**inputs, do_sample=False, max_new_tokens=most_tokens)
            answered = ids[:, inputs["input_ids"].shape[1] :]
            texts += self.processor.batch_decode(answered, skip_special_tokens=True)
        return texts
