"""Byte-level BPE tokenizers of one or two thousand tokens, which read any text and never meet an unknown word."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from samples.captioner.chart import random_chart
from samples.captioner.papers import paper_texts
from samples.captioner.tokenizer import SPLIT
from samples.captioner.words import AXIS_WORDS, NOUNS
from samples.scorers.descriptions import in_other_words, recaption, unborrowed_figure

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

FIGURES = 2500


def train_tokenizer(
    size: int, control: Mapping[str, str], window: int, seed: int, *, lower: bool
) -> "PreTrainedTokenizerFast":
    """A tokenizer of `size` tokens that puts the second token of `control` before a text and the last one behind it.

    `control` names tokens by what they are to transformers. They have the lowest ids, in their order, but the last one
    has the highest of all: that is where CLIP looks (Radford et al. 2021, section 2.4). Texts are cut, where that is
    asked for, so that they are `window` tokens long with both.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    if lower:
        bpe.normalizer = normalizers.Lowercase()
    split = pre_tokenizers.Split(Regex(SPLIT), behavior="isolated")
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    bpe.decoder = decoders.ByteLevel()
    _, first, *_, last = control.values()
    trainer = trainers.BpeTrainer(
        vocab_size=size - 1,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=list(control.values())[:-1],
        show_progress=False,
    )
    bpe.train_from_iterator(_corpus(np.random.default_rng(seed)), trainer)
    bpe.add_special_tokens([last])
    bpe.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(name, bpe.token_to_id(name)) for name in (first, last)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, model_max_length=window, clean_up_tokenization_spaces=False, **control
    )


def _corpus(rng: np.random.Generator) -> Iterable[str]:
    """Texts of drawn charts and, as the project's English, sentences of the sample papers."""
    for _ in range(FIGURES):
        figure = unborrowed_figure(random_chart(rng), rng, 0.1)
        yield from (recaption(figure), in_other_words(figure, rng), figure.caption, figure.abstract, *figure.mentions)
    yield from 3 * (*paper_texts().titles, *paper_texts().sentences)
    yield " ".join([*AXIS_WORDS, *NOUNS]).title()
