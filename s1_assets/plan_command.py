"""`make plan`: GPU-days and cost of captioning, from a given rate or from one measured on pairs of the lake."""

import argparse
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from resources.captioners.sizing import local_gpus
from resources.lake import Lake
from s1_assets.captioning.calibration import measure, sample_requests
from s1_assets.captioning.plan import Plan, Rate
from s1_assets.definitions import default_resources
from s1_assets.settings import Settings

WARM_UP = 8  # pairs: the engine starts, and its caches and kernels settle


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments, named as `make plan` names them."""
    parser.add_argument("--pairs", type=int, required=True, help="PAIRS: how many are to be captioned")
    parser.add_argument("--model", help="MODEL: instead of S1_MODEL")
    parser.add_argument("--gpus", type=int, default=8, help="GPUS: how many will caption (8)")
    parser.add_argument("--rate", type=float, help="RATE: pairs a second and GPU")
    parser.add_argument("--tokens-in", type=float, help="TOKENS_IN: a pair, beside RATE")
    parser.add_argument("--tokens-out", type=float, help="TOKENS_OUT: a pair, beside RATE")
    parser.add_argument("--calibrate", type=int, help="CALIBRATE: measure the rate on so many pairs of the lake")
    parser.add_argument("--measured-gpus", type=int, help="MEASURED_GPUS: how many the calibration runs on")
    parser.add_argument("--price", type=float, help="PRICE: USD per GPU-hour")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Prints the plan and what it assumes. Raises ValueError for what cannot be planned, saying what to give."""
    settings = replace(settings, model=arguments.model or settings.model)
    if (arguments.rate is None) == (arguments.calibrate is None):
        raise ValueError(
            "give either RATE=<pairs a second and GPU>, or CALIBRATE=<pairs> to measure it with the captioner of "
            "S1_CAPTIONER on pairs of the lake, as in make plan PAIRS=15500000 CALIBRATE=512"
        )
    if arguments.rate is not None:
        rate = Rate(arguments.rate, arguments.tokens_in, arguments.tokens_out)
        assumed = ["the rate is as given, not measured", "no GPU waits, no caption is retried"]
    else:
        rate, assumed = _calibrated(settings, arguments.calibrate, arguments.measured_gpus)
    plan = Plan(arguments.pairs, arguments.gpus, rate, arguments.price)
    table = Table("", settings.model, title="Captioning plan")
    table.columns[1].justify = "right"
    for row in plan.rows():
        table.add_row(*row)
    console = Console()
    console.print(table)
    for line in [*assumed, "GPUs add up: twice as many are twice as fast"]:
        console.print(f"Assumed: {line}.", highlight=False)


def _calibrated(settings: Settings, pairs: int, measured_gpus: int | None) -> tuple[Rate, list[str]]:
    """The rate of one GPU, measured on `pairs` pairs after a warm-up, and what has to be said about it."""
    gpus = measured_gpus or _gpus_of(settings)
    if pairs < 1 or gpus < 1:
        raise ValueError(f"CALIBRATE={pairs} and MEASURED_GPUS={gpus} must both be at least 1")
    requests = sample_requests(Lake(settings.lake), pairs + WARM_UP)
    if len(requests) <= WARM_UP:
        raise ValueError(
            f"the lake {settings.lake} has {len(requests)} pairs with context, and {WARM_UP} are spent on warming up; "
            "run some cells first (make cell SOURCE=arxiv MONTH=2024-05)"
        )
    measured = measure(default_resources(settings)["captioner"].open(), requests, WARM_UP)
    said = (
        f"the rate is that of {measured.pairs:,} pairs of the lake, {measured.failed:,} of them failed, in "
        f"{measured.seconds:.1f} s by S1_CAPTIONER={settings.captioner} on {gpus} GPU(s)"
    )
    short = [] if measured.pairs == pairs else [f"{measured.pairs:,} pairs stand for {pairs:,}: the lake has no more"]
    return measured.per_gpu(gpus), [said, *short, "captions are retried, and GPUs wait, as often as in the calibration"]


def _gpus_of(settings: Settings) -> int:
    """GPUs behind the configured captioner, as far as this machine knows."""
    if settings.captioner == "openai":
        raise ValueError("MEASURED_GPUS=<number> must say how many GPUs stand behind S1_ENDPOINTS")
    gpus = len(local_gpus())
    if settings.captioner == "extractive" or not gpus:
        raise ValueError(
            f"S1_CAPTIONER={settings.captioner} runs on no GPU of this machine, so it measures no rate per GPU. Set "
            "S1_CAPTIONER to vllm on a machine with GPUs or to openai, or MEASURED_GPUS=1 to plan with such machines"
        )
    return gpus
