"""Trains the small captioner in several processes of one thread each, which share their gradients.

On a CPU that beats several threads on one batch: small matrices leave threads waiting for each other.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from samples.captioner.lessons import LOOKING_SHARE, Batch, Lessons, lesson
from samples.captioner.model import build_model, load_processor, save

if TYPE_CHECKING:
    import torch
    from transformers import Qwen3VLForConditionalGeneration

PROCESSES = 2
RATE = 2e-3
WARM_UP = 40  # steps
LAYERS = (".layers.", ".blocks.")
LONGEST_GRADIENT = 1.0


def train(process: int, folder: Path, seed: int, steps: int, plotted: int) -> None:
    """What one of PROCESSES does; the first reports every 20 steps and writes the checkpoint into `folder`.

    `folder` holds the tokenizer already, and a file `.meeting` through which the processes find each other.
    """
    import torch
    from torch import distributed

    torch.set_num_threads(1)
    meeting = (folder / ".meeting").resolve().as_uri()
    distributed.init_process_group("gloo", init_method=meeting, rank=process, world_size=PROCESSES)
    processor = load_processor(folder)
    model = build_model(processor.tokenizer, seed)
    model.set_attn_implementation("eager")  # in bfloat16 on a CPU several times faster than the fused kernel
    _embed_patches_by_matrix(model)
    lessons = Lessons(processor, seed, process, plotted // PROCESSES)
    steppers = optimizers(model, LAYERS, RATE)
    began, named = time.monotonic(), []
    for step in range(steps):
        loss, right = _loss(model, lessons.batch(step, lesson(step, steps)), lessons.labels)
        loss.backward()
        share_gradients(model)
        for optimizer in steppers:
            for group in optimizer.param_groups:
                group["lr"] = RATE * _schedule(step, steps)
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
        named.append(right)
        if process == 0 and (step + 1) % 20 == 0:
            lately = f"loss {loss.item():.3f}, names {np.mean(named[-20:]):.1%} of what is drawn"
            print(f"step {step + 1}: {lately}, {time.monotonic() - began:.0f} s", flush=True)
    if process == 0:
        save(model, processor, folder)
    distributed.barrier()
    distributed.destroy_process_group()


def _loss(model: "Qwen3VLForConditionalGeneration", batch: Batch, labels: set[int]) -> "tuple[torch.Tensor, float]":
    """Weighted cross entropy of the answers, and the share of the labels in them that the model has right."""
    import torch

    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(
            input_ids=batch.input_ids,
            pixel_values=batch.pixel_values,
            image_grid_thw=batch.image_grid_thw,
            mm_token_type_ids=(batch.input_ids == model.config.image_token_id).int(),
            use_cache=False,
        ).last_hidden_state
        asked = batch.weights[:, 1:] > 0
        logits = model.lm_head(hidden[:, :-1][asked]).float()
    targets, weights = batch.input_ids[:, 1:][asked], batch.weights[:, 1:][asked]
    losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none", label_smoothing=0.01)
    named = torch.isin(targets, torch.tensor(sorted(labels)))
    right = (logits.detach().argmax(-1) == targets)[named].float().mean().item()
    return (losses * weights).sum() / weights.sum(), right


def optimizers(model: "torch.nn.Module", layers: tuple[str, ...], rate: float) -> "list[torch.optim.Optimizer]":
    """Muon (Jordan et al. 2024) for the matrices of the layers, AdamW for embeddings, mergers, norms and biases.

    Parameters of a layer have one of `layers` in their names. Muon's update is scaled to the size of AdamW's
    (Liu et al. 2025, section 2.2), so that both share one rate. Its iterations are a tenth of a step, so each process
    does them for a share of the matrices and tells the others (ZeRO, Rajbhandari et al. 2020); the result is the same.
    """
    import torch
    from torch.distributed.optim import ZeroRedundancyOptimizer

    named = dict(model.named_parameters())
    in_layers = [name for name in named if any(layer in name for layer in layers)]
    matrices = {name for name in in_layers if named[name].ndim == 2}
    return [
        ZeroRedundancyOptimizer(
            [named[name] for name in named if name in matrices],
            optimizer_class=torch.optim.Muon,
            lr=rate,
            weight_decay=0.02,
            adjust_lr_fn="match_rms_adamw",
            ns_steps=4,
        ),
        torch.optim.AdamW(
            [named[name] for name in named if name not in matrices], lr=rate, betas=(0.9, 0.98), weight_decay=0.01
        ),
    ]


def _schedule(step: int, steps: int) -> float:
    """Factor of the rate: up, level while looking, and down to zero."""
    return min(1.0, (step + 1) / WARM_UP, (steps - step) / ((1 - LOOKING_SHARE) * steps))


def share_gradients(model: "torch.nn.Module") -> None:
    """Give each of PROCESSES the mean of all gradients, clipped to a length of LONGEST_GRADIENT."""
    import torch
    from torch import distributed

    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    shared = torch.cat([gradient.ravel() for gradient in gradients]) / PROCESSES
    distributed.all_reduce(shared)
    shared *= min(1.0, LONGEST_GRADIENT / (float(shared.norm()) + 1e-6))
    parts = shared.split([gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))


def _embed_patches_by_matrix(model: "Qwen3VLForConditionalGeneration") -> None:
    """Embed patches by a matrix product: the convolution's kernel covers just one patch, and its gradient is slow."""
    from torch.nn.functional import linear

    embed = model.model.visual.patch_embed
    embed.forward = lambda patches: linear(patches, embed.proj.weight.flatten(1), embed.proj.bias)
