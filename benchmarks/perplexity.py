"""Pseudo-perplexity of captions by the project and by minicons: texts and tokens per second in one run.

    make bench NAME=perplexity

Both mask every token of every text once (Salazar et al. 2020), with the same model, threads and texts, one after the
other, each in a process of its own, and their values are compared. The model has SciBERT's size (BERT-base with a
vocabulary of 31,090) and random weights: its values are noise, which cost as much as sense. A pair's texts are a
caption of the sample papers and, in place of its recaption, sentences of these papers as long as the recaptions of
S1-MMAlign, 759 ± 251 characters. minicons reads all masked copies of a batch of texts at once and pads them to the
longest; it is measured with the batch that is fastest on four captions. Loading is not counted. On a machine with a GPU
both sides stay on the CPU. Where the CPU has instructions for bfloat16 the project uses them; minicons has float32.

Each side is timed once, so the machine must have nothing else to do; the table tells its load average before the start.
PAIRS sets the number of pairs. Ends with `ratio`, the texts per second of the project over those of minicons: at least
3 is what we hold ourselves to.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.perplexity_sides import Run
from s1_assets.settings import PROJECT
from samples.captioner.papers import paper_texts

PAIRS = int(os.environ.get("PAIRS", "2"))
VOCABULARY, POSITIONS = 31_090, 512  # SciBERT's
RECAPTION_CHARS = (759, 251)  # mean and deviation
BATCHES = (1, 2, 4)  # texts of minicons
ALL_PAIRS, PART_PAIRS, SAMPLE = (
    15_500_000,
    1_000,
    100,
)  # of S1-MMAlign; of a part, about; of a part, measured by default
SECONDS_A_DAY = 86_400


def make_model(folder: Path) -> None:
    """Writes a BERT of SciBERT's size with random weights, and word pieces of the sample papers' English."""
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertForMaskedLM

    texts = paper_texts()
    trained = BertWordPieceTokenizer(lowercase=True)
    trained.train_from_iterator([*texts.titles, *texts.captions, *texts.sentences], 4_000, show_progress=False)
    words = sorted(trained.get_vocab(), key=trained.get_vocab().__getitem__)
    words += [f"[unused{number}]" for number in range(VOCABULARY - len(words))]
    torch.manual_seed(1)
    BertForMaskedLM(BertConfig(vocab_size=VOCABULARY, max_position_embeddings=POSITIONS)).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")


def pair_texts(pairs: int) -> list[str]:
    """A caption and a text like a recaption of each pair, one behind the other."""
    random, texts = np.random.default_rng(1), paper_texts()
    captions = random.choice(texts.captions, pairs, replace=False).tolist()
    return [text for caption in captions for text in (caption, _recaption(caption, random))]


def _recaption(caption: str, random: np.random.Generator) -> str:
    length = int(np.clip(random.normal(*RECAPTION_CHARS), 300, 1_300))
    sentences = random.permutation(paper_texts().sentences).tolist()
    return " ".join([caption, *sentences])[:length]


def token_counts(folder: Path, texts: Sequence[str]) -> list[int]:
    """Tokens of each text."""
    from transformers import AutoTokenizer

    read = AutoTokenizer.from_pretrained(folder)(list(texts), add_special_tokens=False)
    return [len(tokens) for tokens in read["input_ids"]]


def measure(side: str, model: Path, texts: Sequence[str], folder: Path) -> Run:
    """Runs one side to its end. Raises RuntimeError when it fails."""
    given, found = folder / "texts.json", folder / "found.json"
    given.write_text(json.dumps(texts), "utf-8")
    print(f"measuring {side} on {len(texts)} texts", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.perplexity_sides", side, str(model), str(given), str(found)]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    code = subprocess.run(command, cwd=PROJECT, env=environment, stdout=sys.stderr, check=False).returncode
    if code:
        raise RuntimeError(f"{side} ended with {code}; its last words stand above")
    return Run(**json.loads(found.read_bytes()))


def table(project: Run, peer: Run, tokens: int, machine: str) -> Table:
    """Both sides, and how far their values are apart."""
    texts = len(project.pseudo_perplexities)
    shown = Table(
        "",
        "texts/s",
        "tokens/s",
        "seconds",
        "of all cores",
        "peak memory (MB)",
        title=f"{texts} texts, {tokens:,} tokens, {machine}",
    )
    for run in (project, peer):
        speed = (
            f"{texts / run.seconds:.3f}",
            f"{tokens / run.seconds:.1f}",
            f"{run.seconds:.1f}",
            f"{run.cpu_seconds:.1f}",
        )
        shown.add_row(run.name, *speed, f"{run.peak_bytes / 1e6:,.0f}")
    return shown


def difference(project: Run, peer: Run) -> float:
    """The largest relative difference of two values of the same text."""
    both = zip(project.pseudo_perplexities, peer.pseudo_perplexities, strict=True)
    return max(abs(ours - theirs) / theirs for ours, theirs in both)


def days(run: Run, pairs: int) -> float:
    """Days that this machine would take for `pairs` pairs like those measured."""
    return 2 * pairs * run.seconds / len(run.pseudo_perplexities) / SECONDS_A_DAY


def report(project: Run, peer: Run, tokens: int, machine: str) -> None:
    """Prints the table, what it means for all pairs of S1-MMAlign, and the ratio."""
    Console(width=None if sys.stdout.isatty() else 160).print(table(project, peer, tokens, machine))
    print(f"largest relative difference of a value: {difference(project, peer):.1e}")
    sampled = ALL_PAIRS * SAMPLE // PART_PAIRS
    for pairs, which in ((ALL_PAIRS, "all"), (sampled, f"{SAMPLE} of each {PART_PAIRS:,}")):
        print(
            f"{pairs:,} pairs ({which}) would take this machine {days(project, pairs):,.0f} days, "
            f"and with minicons {days(peer, pairs):,.0f}"
        )
    print(f"ratio {peer.seconds / project.seconds:.2f}")


def main() -> int:
    """Measures both sides and prints the table; 1 when a side fails."""
    machine = f"{len(os.sched_getaffinity(0))} CPU cores, load average {os.getloadavg()[0]:.1f} before the start"
    texts = pair_texts(PAIRS)
    with tempfile.TemporaryDirectory(prefix="perplexity-") as name:
        folder, model = Path(name), Path(name) / "scibert-sized"
        make_model(model)
        counts = token_counts(model, texts)
        few = pair_texts(max(BATCHES))[::2]
        try:
            trials = [measure(f"minicons:{batch}", model, few, folder) for batch in BATCHES]
            best = min(trials, key=lambda run: run.seconds).name
            project, peer = measure("project", model, texts, folder), measure(best, model, texts, folder)
        except RuntimeError as error:
            print(f"perplexity: {error}", file=sys.stderr)
            return 1
    report(project, peer, sum(counts), machine)
    return 0


if __name__ == "__main__":
    sys.exit(main())
