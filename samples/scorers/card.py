"""The cards of the small scorers, written from what was measured."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from samples.captioner.chart import COLOURS, KINDS, TRENDS
from samples.scorers.questions import Fluency, Likeness
from samples.scorers.training import Effort

MADE = """\
## How it was made

    python -m samples.train_scorers samples/models --only {name} --seed {training.seed} {options}

| training | |
| --- | --- |
| seed | {training.seed} |
| steps | {training.steps} |
{rows}\
| seconds | {training.effort.seconds:.0f} |
| seconds of work of one core | {training.effort.core_seconds:.0f} |

Charts, words and the tokenizer's texts are all made by `samples/`: nothing comes from anyone else's papers, no figure
and no caption of the sample papers was trained on, and no pretrained weights are involved. Weights are kept in half
precision. Free for any use (CC0 1.0).
"""

CLIP_CARD = """\
---
license: cc0-1.0
library_name: open_clip
pipeline_tag: zero-shot-image-classification
---
# A toy CLIP for the tests and the demo

A CLIP of {parameters:.1f} million parameters (a modified ResNet for {side} x {side} pixels, a text transformer that
reads 77 tokens), made to be loaded as the real ones are while it fits into a repository. It tells whether a text names
kind, colours and trends of a simple drawn chart. It is a toy: it knows nothing of the world, and no score of it says
anything about a data set.

    model, preprocess = open_clip.create_model_from_pretrained("local-dir:samples/models/clip")
    tokenizer = open_clip.get_tokenizer("local-dir:samples/models/clip")

## What it can

On charts that it has never seen, drawn as its own were; in how many the right caption is closer to the picture than

| another text | drawn by Pillow ({drawn.pairs}) | plotted by matplotlib ({plotted.pairs}) |
| --- | --- | --- |
| the caption of another chart (other kind, colours or trends) | {drawn.shuffled:.1%} | {plotted.shuffled:.1%} |
| the raw caption, which says nothing of kind, colour or trend | {drawn.raw:.1%} | {plotted.raw:.1%} |
| the right caption with the kind wrong | {drawn.kind:.1%} | {plotted.kind:.1%} |
| the right caption with one colour wrong | {drawn.colour:.1%} | {plotted.colour:.1%} |
| the right caption with one trend wrong | {drawn.trend:.1%} | {plotted.trend:.1%} |

The raw caption is closer than that of another chart in {drawn.raw_above_shuffled:.0%} and
{plotted.raw_above_shuffled:.0%}. Mean cosines on drawn charts: right {drawn.mean_right:.2f}, raw {drawn.mean_raw:.2f},
of another chart {drawn.mean_shuffled:.2f}.

- kinds: {kinds}
- colours: {colours}
- trends: {trends}

A recaption scores higher than a raw caption here because it names what is drawn, and for no other reason: the raw
captions of drawn charts never do, and where a raw caption of a paper does, it gains as well.

## What it cannot

Everything else: other kinds and colours, numbers, words inside the picture, three panels and more, real photographs.
What a text says beyond kind, colours and trends hardly changes its score.

{made}"""

LANGUAGE_CARD = """\
---
license: cc0-1.0
library_name: transformers
pipeline_tag: fill-mask
---
# A toy masked language model for the tests and the demo

A BERT of {parameters:.1f} million parameters that reads 256 tokens, made to be loaded as the real ones are while it
fits into a repository. It tells well-ordered words from scrambled ones in captions and in sentences around figures. It
is a toy: it knows nothing of the world, and no score of it says anything about a data set.

## What it can

In how many texts pseudo-perplexity rises when the same words come in another order, and the medians:

| texts | number | higher when scrambled | natural | scrambled |
| --- | --- | --- | --- | --- |
{rows}

None of the texts was trained on; recaptions, raw captions and mentions are of charts made for the measurement.

## What it cannot

Say how good the English of a real paper is: it has seen about a hundred sentences that somebody wrote, and everything
else that it read was put together by rules. Words that it does not know count as surprising, whatever their order.

{made}"""


@dataclass(frozen=True)
class Training:
    """What a training took: its seed and steps, the charts of the pool (0 without pictures), and time."""

    seed: int
    steps: int
    pool: int
    effort: Effort


def write_clip_card(folder: Path, training: Training, parameters: int, drawn: Likeness, plotted: Likeness) -> None:
    """Write the card as README.md into the folder of the CLIP."""
    from samples.scorers.clip import SIDE

    made = MADE.format(
        name=folder.name,
        training=training,
        options=f"--clip-steps {training.steps} --charts {training.pool}",
        rows=f"| charts, shown again and again with other texts | {training.pool:,} |\n",
    )
    card = CLIP_CARD.format(
        parameters=parameters / 1e6,
        side=SIDE,
        drawn=drawn,
        plotted=plotted,
        kinds=", ".join(KINDS),
        colours=", ".join(COLOURS),
        trends=", ".join(TRENDS),
        made=made,
    )
    (folder / "README.md").write_text(card, "utf-8")


def write_masked_language_model_card(
    folder: Path, training: Training, parameters: int, found: Mapping[str, Fluency]
) -> None:
    """Write the card as README.md into the folder of the masked language model; `found` is by the sort of texts."""
    rows = "\n".join(
        f"| {name} | {some.texts} | {some.higher:.1%} | {some.natural:.1f} | {some.scrambled:.1f} |"
        for name, some in found.items()
    )
    options = f"--language-steps {training.steps}"
    made = MADE.format(name=folder.name, training=training, options=options, rows="")
    (folder / "README.md").write_text(LANGUAGE_CARD.format(parameters=parameters / 1e6, rows=rows, made=made), "utf-8")


def read_card(folder: Path) -> dict[str, float]:
    """The first share of each row of a card in [0, 1], by what was measured: of the CLIP that on drawn charts."""
    rows = re.findall(r"^\| ([^|]+) \|(?: \d+ \|)? ([\d.]+)% \|", (folder / "README.md").read_text("utf-8"), re.M)
    return {name: float(share) / 100 for name, share in rows}
