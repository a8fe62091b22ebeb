"""The card of the small captioner, written from what was measured."""

import re
from dataclasses import dataclass
from pathlib import Path

from samples.captioner.chart import COLOURS, KINDS, TRENDS
from samples.captioner.questions import Accuracies

CARD = """\
---
license: cc0-1.0
library_name: transformers
pipeline_tag: image-text-to-text
---
# A toy captioner for the tests and the demo

A Qwen3-VL of {parameters:.1f} million parameters, made to be served by the same engine as the real ones while it fits
into a repository and runs on a laptop's CPU. It names what simple drawn charts show, in the two layers of JSON that the
platform asks for. It is a toy: it knows nothing of the world, and no caption of it belongs in a data set.

## What it can

On charts that it has never seen, drawn as its own were, answering greedily without a grammar:

| measured | drawn by Pillow ({drawn.questions}) | plotted by matplotlib ({plotted.questions}) |
| --- | --- | --- |
| answer is JSON of the two layers | {drawn.valid:.1%} | {plotted.valid:.1%} |
| kind | {drawn.kind:.1%} | {plotted.kind:.1%} |
| colours, all of them | {drawn.colour:.1%} | {plotted.colour:.1%} |
| trend, in every panel | {drawn.trend:.1%} | {plotted.trend:.1%} |

- kinds: {kinds}
- colours: {colours}; one to three of them in a chart
- trends: {trends}; one or two panels side by side
- words of the axes, where caption or figure text have them, and how the first sentence that cites the figure begins

## What it cannot

Everything else: other kinds and colours (it answers with the nearest that it knows), numbers, words inside the picture,
three panels and more, real photographs, rainbow colour maps. Of a real paper's sentence it repeats the first words, at
times not the right ones.

## How it was made

    python -m samples.train_captioner samples/models/captioner \\
        --seed {training.seed} --steps {training.steps} --plotted {training.plotted}

| training | |
| --- | --- |
| seed | {training.seed} |
| steps | {training.steps} |
| charts plotted by matplotlib, shown again and again | {training.plotted:,} |
| charts seen | {training.charts:,} |
| seconds | {training.seconds:.0f} |

Charts, words and the tokenizer's texts are all made by `samples/`: nothing comes from anyone else's papers, and no
pretrained weights are involved. The architecture is Qwen3-VL as transformers implements it; the control tokens and the
chat format are Qwen's. Weights are bfloat16. Free for any use (CC0 1.0).
"""


@dataclass(frozen=True)
class Training:
    """What a training took: its seed and steps, the pool of plotted charts, all charts shown, seconds of wall time."""

    seed: int
    steps: int
    plotted: int
    charts: int
    seconds: float


def write_card(folder: Path, training: Training, parameters: int, drawn: Accuracies, plotted: Accuracies) -> None:
    """Write the card as README.md into the folder of the checkpoint."""
    card = CARD.format(
        parameters=parameters / 1e6,
        training=training,
        drawn=drawn,
        plotted=plotted,
        kinds=", ".join(KINDS),
        colours=", ".join(COLOURS),
        trends=", ".join(TRENDS),
    )
    (folder / "README.md").write_text(card, "utf-8")


def read_card(folder: Path) -> dict[str, tuple[float, float]]:
    """The accuracies of a card in [0, 1] by what was measured: on drawn and on plotted charts."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+)% \| ([\d.]+)% \|$", (folder / "README.md").read_text("utf-8"), re.M)
    return {name: (float(drawn) / 100, float(plotted) / 100) for name, drawn, plotted in rows}
