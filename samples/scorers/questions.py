"""Measures CLIPs and masked language models on charts and texts that they have never seen."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samples.captioner.chart import COLOURS, SERIES_KINDS, TREND_KINDS, TRENDS, Chart, random_chart
from samples.captioner.drawing import draw
from samples.captioner.plotting import PLOTTED_KINDS, plot
from samples.captioner.questions import UNSEEN
from samples.captioner.texts import Figure
from samples.captioner.words import pick
from samples.scorers.descriptions import recaption, unborrowed_figure

LENGTH = 0.1  # as in texts.random_figure


@dataclass(frozen=True)
class Pair:
    """A picture and what is compared with it.

    `shuffled` is the right caption of another chart, which differs in kind, colours or trends; the last three are the
    right caption with just that one thing wrong, None where the chart has no trend or the kind cannot be exchanged.
    """

    image: Image.Image
    right: str
    raw: str
    shuffled: str
    kind: str | None
    colour: str | None
    trend: str | None


@dataclass(frozen=True)
class Likeness:
    """What a CLIP makes of `pairs`: shares in [0, 1] of those whose right caption is closer than the other text.

    `raw_above_shuffled` compares the raw caption with that of another chart. The means are cosines in [-1, 1].
    """

    pairs: int
    shuffled: float
    raw: float
    raw_above_shuffled: float
    kind: float
    colour: float
    trend: float
    mean_right: float
    mean_raw: float
    mean_shuffled: float


@dataclass(frozen=True)
class Fluency:
    """Share in [0, 1] of `texts` whose pseudo-perplexity rises when their words are scrambled, and the medians."""

    texts: int
    higher: float
    natural: float
    scrambled: float


def unseen_pairs(count: int, seed: int = 0, *, plotted: bool = False) -> list[Pair]:
    """Pairs of charts drawn by Pillow, or `plotted` by matplotlib."""
    rng = np.random.default_rng(UNSEEN + seed)
    figures: list[Figure] = []
    while len(figures) < count:
        figure = unborrowed_figure(random_chart(rng), rng, LENGTH)
        if figure.caption and (not plotted or figure.chart.kind in PLOTTED_KINDS):
            figures.append(figure)
    return [_pair(figure, figures, rng, plotted=plotted) for figure in figures]


def _pair(figure: Figure, figures: Sequence[Figure], rng: np.random.Generator, *, plotted: bool) -> Pair:
    chart = figure.chart
    others = [other for other in figures if _shown(other.chart) != _shown(chart)]
    kinds = SERIES_KINDS if chart.kind in SERIES_KINDS else TREND_KINDS if chart.kind in TREND_KINDS else ()
    other_kinds = [kind for kind in kinds if kind != chart.kind]
    colour = pick(rng, [name for name in COLOURS if name not in chart.colours])
    trend = pick(rng, [name for name in TRENDS if name != chart.trends[0]]) if chart.trends else ""

    def changed(**what: object) -> str:
        return recaption(replace(figure, chart=replace(chart, **what)))  # type: ignore[arg-type]

    return Pair(
        image=plot(chart, rng) if plotted else draw(chart, rng),
        right=recaption(figure),
        raw=figure.caption,
        shuffled=recaption(others[int(rng.integers(len(others)))]),
        kind=changed(kind=pick(rng, other_kinds)) if other_kinds else None,
        colour=changed(colours=tuple(name for name in COLOURS if name in {colour, *chart.colours[1:]})),
        trend=changed(trends=(trend, *chart.trends[1:])) if trend else None,
    )


def _shown(chart: Chart) -> tuple[object, ...]:
    return chart.kind, chart.colours, chart.trends


Cosines = Callable[[Sequence[Image.Image], Sequence[str]], NDArray[np.float64]]


def likeness(cosines: Cosines, pairs: Sequence[Pair]) -> Likeness:
    """Compare by `cosines` of images and texts, one by one."""
    images = [pair.image for pair in pairs]
    right = cosines(images, [pair.right for pair in pairs])
    raw = cosines(images, [pair.raw for pair in pairs])
    shuffled = cosines(images, [pair.shuffled for pair in pairs])

    def above(texts: Iterable[str | None]) -> float:
        wrong = [(place, text) for place, text in enumerate(texts) if text is not None]
        places = [place for place, _ in wrong]
        return float(np.mean(right[places] > cosines([images[place] for place in places], [text for _, text in wrong])))

    return Likeness(
        pairs=len(pairs),
        shuffled=float(np.mean(right > shuffled)),
        raw=float(np.mean(right > raw)),
        raw_above_shuffled=float(np.mean(raw > shuffled)),
        kind=above(pair.kind for pair in pairs),
        colour=above(pair.colour for pair in pairs),
        trend=above(pair.trend for pair in pairs),
        mean_right=float(np.mean(right)),
        mean_raw=float(np.mean(raw)),
        mean_shuffled=float(np.mean(shuffled)),
    )


class OpenClip:
    """A checkpoint in open_clip's `local-dir` layout, on the CPU in full precision."""

    def __init__(self, folder: Path) -> None:
        import open_clip

        self.model, self.preprocess = open_clip.create_model_from_pretrained(f"local-dir:{folder}")
        self.model.eval()
        self.tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")

    def cosines(self, images: Sequence[Image.Image], texts: Sequence[str], together: int = 64) -> NDArray[np.float64]:
        """The cosine of each image with the text at its place."""
        import torch

        found: list[NDArray[np.float64]] = []
        for start in range(0, len(texts), together):
            part = slice(start, start + together)
            with torch.inference_mode():
                seen = self.model.encode_image(torch.stack([self.preprocess(i) for i in images[part]]), normalize=True)
                read = self.model.encode_text(self.tokenizer(list(texts[part])), normalize=True)
            found.append((seen * read).sum(-1).double().numpy())
        return np.concatenate(found)


def unseen_texts(count: int, seed: int = 0) -> dict[str, list[str]]:
    """Recaptions, and raw captions with the sentences that cite them, of figures that no training has seen."""
    rng = np.random.default_rng(UNSEEN + seed)
    figures = [unborrowed_figure(random_chart(rng), rng, LENGTH) for _ in range(2 * count)]
    raw = [text for figure in figures for text in (figure.caption, *figure.mentions[:1])]
    return {
        "recaptions": [recaption(figure) for figure in figures[:count]],
        "raw captions and mentions": [text for text in raw if len(text.split()) >= LEAST_WORDS][:count],
    }


LEAST_WORDS = 5  # fewer give scrambling too little to do


def scrambled(text: str, rng: np.random.Generator) -> str:
    """The same words in another order."""
    words = text.split()
    while True:
        order = rng.permutation(len(words))
        mixed = [words[place] for place in order]
        if mixed != words:
            return " ".join(mixed)


def fluency(perplexity: Callable[[str], float], texts: Sequence[str], seed: int = 0) -> Fluency:
    """Compare pseudo-perplexities of texts and of their scrambled words, where there are LEAST_WORDS or more."""
    rng = np.random.default_rng(UNSEEN + seed)
    texts = [text for text in texts if len(text.split()) >= LEAST_WORDS]
    natural = np.asarray([perplexity(text) for text in texts])
    mixed = np.asarray([perplexity(scrambled(text, rng)) for text in texts])
    return Fluency(len(texts), float(np.mean(mixed > natural)), float(np.median(natural)), float(np.median(mixed)))


class TransformersMaskedLanguageModel:
    """A checkpoint of transformers, on the CPU in full precision."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModelForMaskedLM, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()

    def perplexity(self, text: str) -> float:
        """Pseudo-perplexity of a text's first tokens, as many as the model reads at once (Salazar et al. 2020, 2.1)."""
        import torch

        read = self.tokenizer(text, truncation=True, return_special_tokens_mask=True, return_tensors="pt")
        ids = read.input_ids[0]
        places = torch.nonzero(read.special_tokens_mask[0] == 0).squeeze(-1)
        rows = torch.arange(len(places))
        masked = ids.repeat(len(places), 1)
        masked[rows, places] = self.tokenizer.mask_token_id
        with torch.inference_mode():
            logits = self.model(masked).logits[rows, places]
        return float(torch.nn.functional.cross_entropy(logits, ids[places]).exp())
