"""Train and measure the small CLIP and the small masked language model: `python -m samples.train_scorers FOLDER`.

Needs the requirements of cpu or gpu. Writes `clip` and `masked_language_model` with a card each into the folder.
"""

import argparse
from functools import partial
from pathlib import Path

from samples.captioner.papers import paper_texts
from samples.scorers import CLIP, MASKED_LANGUAGE_MODEL, MODELS, clip, masked_language_model
from samples.scorers.card import Training, write_clip_card, write_masked_language_model_card
from samples.scorers.questions import (
    OpenClip,
    TransformersMaskedLanguageModel,
    fluency,
    likeness,
    unseen_pairs,
    unseen_texts,
)
from samples.scorers.training import train


def train_clip(folder: Path, seed: int, steps: int, pool: int) -> Training:
    """Train the CLIP; the same numbers give the same weights on the same kind of CPU."""
    clip.begin(folder, seed)
    effort = train(partial(clip.ClipCourse, folder, seed, pool), folder, steps)
    return Training(seed, steps, pool, effort)


def train_masked_language_model(folder: Path, seed: int, steps: int) -> Training:
    """Train the masked language model; the same numbers give the same weights on the same kind of CPU."""
    masked_language_model.begin(folder, seed)
    effort = train(partial(masked_language_model.MaskedLanguageCourse, folder, seed), folder, steps)
    return Training(seed, steps, 0, effort)


def measure_clip(folder: Path, training: Training, count: int) -> None:
    """Write the card with what the model makes of `count` unseen pairs of either sort."""
    model = OpenClip(folder)
    found = [likeness(model.cosines, unseen_pairs(count, plotted=plotted)) for plotted in (False, True)]
    write_clip_card(folder, training, sum(p.numel() for p in model.model.parameters()), *found)
    print(*found, sep="\n")


def measure_masked_language_model(folder: Path, training: Training, count: int) -> None:
    """Write the card with what the model makes of `count` unseen texts of either sort and of the sample captions."""
    model = TransformersMaskedLanguageModel(folder)
    texts = {**unseen_texts(count), "captions of the sample papers": paper_texts().captions}
    found = {name: fluency(model.perplexity, some) for name, some in texts.items()}
    write_masked_language_model_card(folder, training, model.model.num_parameters(), found)
    print(*found.items(), sep="\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Train the small scorers on drawn charts and the words around them.")
    parser.add_argument("folder", type=Path, nargs="?", default=MODELS, help="where the two checkpoints go")
    parser.add_argument("--only", choices=(CLIP.name, MASKED_LANGUAGE_MODEL.name), help="train just this one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clip-steps", type=int, default=420, help="about 1.2 s each on two idle cores")
    parser.add_argument("--charts", type=int, default=12000, help="charts of the pool that is drawn first")
    parser.add_argument("--language-steps", type=int, default=360, help="about 0.5 s each on two idle cores")
    parser.add_argument("--questions", type=int, default=300, help="pairs and texts to measure on; 0 writes no card")
    asked = parser.parse_args()
    if asked.only != MASKED_LANGUAGE_MODEL.name:
        folder = asked.folder / CLIP.name
        training = train_clip(folder, asked.seed, asked.clip_steps, asked.charts)
        if asked.questions:
            measure_clip(folder, training, asked.questions)
    if asked.only != CLIP.name:
        folder = asked.folder / MASKED_LANGUAGE_MODEL.name
        training = train_masked_language_model(folder, asked.seed, asked.language_steps)
        if asked.questions:
            measure_masked_language_model(folder, training, asked.questions)


if __name__ == "__main__":
    main()
