"""CLIP scores by a plain open_clip loop and by the project's scorer: pairs per second, memory, and the same scores?

    make bench NAME=clip

Both score the same figures (made-up papers, clip_pairs.py) with the same model, a ViT-B-32 of random weights, which
costs what a trained one does, on all cores (or the first GPU), one after the other, each in a process of its own. The
loop is open_clip's README for one pair after the other: the image is opened, prepared and encoded once, then each text
and each window is cut into tokens and encoded. Both are called by the quality stage, which reads the pairs from a lake,
measures what needs no model and writes its part; that takes both some 10 ms a pair. Loading the model is not counted.
Each side is timed once, so the machine must have nothing else to do; the table tells its load average before the start.
PAIRS sets the number of pairs.

Ends with `ratio`, the pairs per second of the scorer over those of the loop: at least 3 on a CPU is what we hold
ourselves to. The branch with a GPU has not been run yet.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.clip_pairs import figure_pairs, write_cell, write_weights
from benchmarks.clip_sides import ARCHITECTURE, LOOP, MEASURED, OURS, WARM_UP, WEIGHTS, Run
from resources.captioners.sizing import GIB, local_gpus
from resources.lake import Lake
from s1_assets.settings import PROJECT

PAIRS = int(os.environ.get("PAIRS", "96"))
CORPUS_PAIRS = 15_500_000  # of S1-MMAlign
NAMES = {LOOP: "plain open_clip loop", OURS: "OpenClipScorer"}


def measure(side: str, folder: Path) -> Run:
    """Runs one side to its end. Raises CalledProcessError when it fails."""
    print(f"measuring: {NAMES[side]}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.clip_sides", side, str(folder)]
    subprocess.run(command, cwd=PROJECT, stdout=sys.stderr, check=True)
    return Run(**json.loads((folder / f"{side}.json").read_bytes()))


def largest_difference(one: Run, other: Run) -> float:
    """Of any score of any pair. Raises RuntimeError where one has a score that the other has not."""
    differences = [0.0]
    for pair_id, scores in one.scores.items():
        for mine, yours in zip(scores, other.scores[pair_id], strict=True):
            if (mine is None) != (yours is None):
                raise RuntimeError(f"{pair_id} has scores {scores} and {other.scores[pair_id]}")
            differences.append(abs((mine or 0.0) - (yours or 0.0)))
    return max(differences)


def table(runs: dict[str, Run], machine: str) -> Table:
    """Both sides, and what their speed means for the whole corpus."""
    waiting = ("GPU waits",) if runs[OURS].gpu_waiting is not None else ()
    days = f"days for {CORPUS_PAIRS / 1e6:.1f} M pairs"
    head = ("", "pairs/s", "seconds", "CPU seconds", "peak memory (MB)", "largest difference", days)
    shown = Table(*head, *waiting, title=f"{runs[OURS].pairs} pairs, {ARCHITECTURE}, on {machine}")
    for side, run in runs.items():
        rate = run.pairs / run.seconds
        shown.add_row(
            NAMES[side],
            f"{rate:.2f}",
            f"{run.seconds:.1f}",
            f"{run.cpu_seconds:.1f}",
            f"{run.peak_bytes / 1e6:,.0f}",
            f"{largest_difference(run, runs[LOOP]):.1e}",
            f"{CORPUS_PAIRS / rate / 86_400:,.0f}",
            *([f"{run.gpu_waiting:.1%}"] if run.gpu_waiting is not None else []),
        )
    return shown


def main() -> None:
    """Measures both sides and prints the table."""
    gpus = local_gpus()
    machine = f"one GPU of {gpus[0] / GIB:.0f} GiB" if gpus else f"{len(os.sched_getaffinity(0))} CPU cores"
    machine += f", load average {os.getloadavg()[0]:.1f} before the start"
    with tempfile.TemporaryDirectory(prefix="clip-") as name:
        folder = Path(name)
        lake = Lake(str(folder / "lake"))
        write_cell(lake, WARM_UP, figure_pairs(WARM_UP, 8))
        write_cell(lake, MEASURED, figure_pairs(MEASURED, PAIRS))
        write_weights(folder / WEIGHTS, ARCHITECTURE)
        runs = {side: measure(side, folder) for side in (LOOP, OURS)}
    Console(width=None if sys.stdout.isatty() else 160).print(table(runs, machine))
    print(f"ratio {runs[LOOP].seconds / runs[OURS].seconds:.2f}")


if __name__ == "__main__":
    main()
