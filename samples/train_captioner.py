"""Train and measure the small captioner: `python -m samples.train_captioner FOLDER`.

Needs the requirements of cpu or gpu. Writes checkpoint, tokenizer, processor and the card with the measured accuracies.
"""

import argparse
import importlib.util
import os
import time
from pathlib import Path

from samples.captioner.card import Training, write_card
from samples.captioner.lessons import lesson
from samples.captioner.questions import TransformersCaptioner, grade, unseen_questions
from samples.captioner.tokenizer import train_tokenizer
from samples.captioner.training import PROCESSES, train


def train_captioner(folder: Path, seed: int, steps: int, plotted: int) -> Training:
    """Train the model in PROCESSES processes; the same numbers give the same weights on the same kind of CPU."""
    from torch import multiprocessing

    began = time.monotonic()
    train_tokenizer(seed).save_pretrained(folder)
    (folder / ".meeting").unlink(missing_ok=True)
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ |= keeping_memory()
    multiprocessing.spawn(train, (folder, seed, steps, plotted), nprocs=PROCESSES)
    (folder / ".meeting").unlink(missing_ok=True)
    charts = PROCESSES * sum(lesson(step, steps).charts for step in range(steps))
    return Training(seed, steps, plotted, charts, time.monotonic() - began)


def keeping_memory() -> dict[str, str]:
    """Variables of a process whose allocator keeps what a step frees, for the next ones.

    glibc can do that, too, but then looks through lists of free memory that grow for as long as it runs: after a
    thousand steps a fifth of the time. jemalloc does not; the ray package, which is part of the set `cpu`, brings one.
    Nothing is ever given back (a third of the time went to the kernel's clearing of pages), so all threads share one
    arena and any free piece may be cut up: otherwise a process takes 10 GB instead of 3.
    """
    ray = importlib.util.find_spec("ray")
    jemalloc = Path(*ray.submodule_search_locations or ()) / "core/libjemalloc.so" if ray else None
    if not jemalloc or not jemalloc.is_file():
        return dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(1 << 32))
    kept = "oversize_threshold:0,dirty_decay_ms:-1,muzzy_decay_ms:-1,narenas:1,lg_extent_max_active_fit:40"
    return {"LD_PRELOAD": str(jemalloc), "MALLOC_CONF": kept}


def measure_captioner(folder: Path, training: Training, count: int) -> None:
    """Write the card with what the model has right of `count` unseen charts of either sort."""
    captioner = TransformersCaptioner(folder)
    drawn, plotted = (unseen_questions(count, plotted=sort) for sort in (False, True))
    accuracies = [grade(questions, captioner.answers(questions)) for questions in (drawn, plotted)]
    write_card(folder, training, captioner.model.num_parameters(), *accuracies)
    for sort, found in zip(("drawn", "plotted"), accuracies, strict=True):
        print(f"{sort}: {found}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Train the small captioner on drawn charts.")
    parser.add_argument("folder", type=Path, help="where the checkpoint and its card go")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3000, help="0.9 s each on two idle cores")
    parser.add_argument("--plotted", type=int, default=1200, help="charts of the pool that matplotlib draws first")
    parser.add_argument("--questions", type=int, default=400, help="unseen charts to measure on; 0 writes no card")
    asked = parser.parse_args()
    training = train_captioner(asked.folder, asked.seed, asked.steps, asked.plotted)
    if asked.questions:
        measure_captioner(asked.folder, training, asked.questions)


if __name__ == "__main__":
    main()
