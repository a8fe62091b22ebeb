"""Trains a scorer in several processes of one thread each, which share their gradients, as the captioner is trained."""

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from samples.captioner.training import PROCESSES, optimizers, share_gradients

if TYPE_CHECKING:
    import torch

RATE = 2e-3
WARM_UP = 30  # steps
DECAY = 0.5  # share of the steps in which the rate falls to zero
LAYERS = (".resblocks.", ".encoder.layer.")  # of open_clip's and of BERT's names


class Course(Protocol):
    """What one process trains: the same seed and process give the same losses, step by step."""

    model: "torch.nn.Module"

    def loss(self, step: int) -> "torch.Tensor":
        """The loss of a step, counted from 0."""

    def save(self) -> None:
        """Write the checkpoint."""


@dataclass(frozen=True)
class Effort:
    """Seconds of wall time, and seconds that all processes together kept a core busy."""

    seconds: float
    core_seconds: float


def train(course: Callable[[int], Course], folder: Path, steps: int) -> Effort:
    """Train `course(process)` in each of PROCESSES, which meet in `folder`."""
    from torch import multiprocessing

    began, worked = time.monotonic(), _worked()
    meeting = (folder / ".meeting").resolve()
    meeting.unlink(missing_ok=True)
    os.environ["OMP_NUM_THREADS"] = "1"
    multiprocessing.spawn(_follow, (course, meeting, steps), nprocs=PROCESSES)
    meeting.unlink(missing_ok=True)
    return Effort(time.monotonic() - began, _worked() - worked)


def _worked() -> float:
    """Seconds of processor time of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _follow(process: int, course: Callable[[int], Course], meeting: Path, steps: int) -> None:
    """What one process does; the first reports every 20 steps and saves."""
    import torch
    from torch import distributed

    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=meeting.as_uri(), rank=process, world_size=PROCESSES)
    followed = course(process)
    model, began = followed.model.train(), time.monotonic()
    steppers = optimizers(model, LAYERS, RATE)
    for step in range(steps):
        loss = followed.loss(step)
        loss.backward()
        share_gradients(model)
        rate = RATE * min(1.0, (step + 1) / WARM_UP, (steps - step) / (DECAY * steps))
        for optimizer in steppers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
        if process == 0 and (step + 1) % 20 == 0:
            print(f"step {step + 1}: loss {loss.item():.3f}, {time.monotonic() - began:.0f} s", flush=True)
    if process == 0:
        followed.save()
    distributed.barrier()
    distributed.destroy_process_group()
