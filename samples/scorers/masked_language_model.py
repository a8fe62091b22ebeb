"""The small masked language model: a BERT as transformers builds it, learning from what is written around charts."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from samples.captioner.chart import random_chart
from samples.captioner.papers import paper_texts
from samples.captioner.words import pick
from samples.scorers.descriptions import description, recaption, unborrowed_figure
from samples.scorers.tokenizer import train_tokenizer

if TYPE_CHECKING:
    import torch
    from transformers import BertForMaskedLM

CONTROL_TOKENS = {"pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]", "sep_token": "[SEP]"}
VOCABULARY = 2048
WINDOW = 256  # tokens that the model reads at once
# Tokens of the texts in a batch, step by step, over and over; a batch of one process holds about BATCH tokens.
LENGTHS = (48, 32, 96, 48, 32, WINDOW)
BATCH = 5120
LEAST_MASKED, MOST_MASKED = 0.05, 0.3  # share of a text's tokens; scores mask one at a time


def begin(folder: Path, seed: int) -> None:
    """Write what is known before the training: the tokenizer."""
    train_tokenizer(VOCABULARY, CONTROL_TOKENS, WINDOW, seed, lower=False).save_pretrained(folder)


def build_model(seed: int) -> "BertForMaskedLM":
    """The model with random weights from `seed`, in float32."""
    import torch
    from transformers import BertConfig, BertForMaskedLM

    torch.manual_seed(seed)
    return BertForMaskedLM(
        BertConfig(
            vocab_size=VOCABULARY,
            hidden_size=128,
            num_hidden_layers=4,
            num_attention_heads=4,
            intermediate_size=512,
            max_position_embeddings=WINDOW,
            type_vocab_size=1,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            pad_token_id=0,
            attn_implementation="eager",  # in bfloat16 on a CPU several times faster than the fused kernel
        )
    )


class MaskedLanguageCourse:
    """Guesses hidden tokens of captions, sentences and right answers (Devlin et al. 2019, section 3.1)."""

    def __init__(self, folder: Path, seed: int, process: int) -> None:
        from transformers import AutoTokenizer

        self.folder, self.seed = folder, (seed, process)
        self.model = build_model(seed)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def loss(self, step: int) -> "torch.Tensor":
        """Cross entropy of the hidden tokens in the batch of a step."""
        import torch

        rng = np.random.default_rng([*self.seed, step])
        length = LENGTHS[step % len(LENGTHS)]
        texts = [_text(rng, length) for _ in range(BATCH // length)]
        read = self.tokenizer(texts, truncation=True, max_length=length, padding=True, return_tensors="pt")
        ids, known = read.input_ids, read.attention_mask.bool()
        shares = rng.uniform(LEAST_MASKED, MOST_MASKED, (len(texts), 1))
        hidden = torch.from_numpy(rng.random(ids.shape) < shares) & known
        hidden[:, 0] = False
        hidden &= ids != self.tokenizer.sep_token_id
        masked = ids.masked_fill(hidden, self.tokenizer.mask_token_id)
        with torch.autocast("cpu", torch.bfloat16):
            states = self.model.bert(input_ids=masked, attention_mask=read.attention_mask).last_hidden_state
            logits = self.model.cls(states[hidden]).float()
        return torch.nn.functional.cross_entropy(logits, ids[hidden])

    def save(self) -> None:
        """Write the weights in half precision, to be read in full."""
        weights = {name: tensor.half() for name, tensor in self.model.state_dict().items()}
        for tied in ("weight", "bias"):  # converted one by one, they no longer look like those of embeddings and head
            del weights[f"cls.predictions.decoder.{tied}"]
        self.model.save_pretrained(self.folder, state_dict=weights)


def _text(rng: np.random.Generator, tokens: int) -> str:
    """One text of a figure or several in a row, about as many as fill so many tokens."""
    texts: list[str] = []
    while not texts or (sum(map(len, texts)) < 3 * tokens and rng.random() < 0.7):
        if rng.random() < 0.15:
            texts.append(pick(rng, paper_texts().sentences + paper_texts().titles))
            continue
        figure = unborrowed_figure(random_chart(rng), rng, 0.2)
        said = (recaption(figure), description(figure, rng), figure.caption, figure.abstract, *figure.mentions)
        texts.append(pick(rng, [text for text in said if text]))
    return " ".join(texts)
