"""How a model is laid out on a machine: tensor × data parallel, and the vLLM arguments that go with it.

The engine in this process and the server are started with the same mapping, so both answer alike.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resources.captioners.model import ModelFacts

GIB = 1 << 30
MEMORY_USED = 0.90  # share of a GPU that vLLM may take: weights, activations and KV cache
ROOMY, CROWDED = 0.60, 0.75  # share of a GPU that weights may take: where there is a choice; at the very most
IMAGE_PIXELS = 1280 * 32 * 32  # 1,280 visual tokens: Qwen3-VL makes one of 32 × 32 pixels
CONTEXT_TOKENS = 8192  # image, paper text and answer together
LARGE_GPU = 70 * GIB  # from here on (H100, H200, B200) vLLM's own defaults are wide as well


@dataclass(frozen=True)
class Machine:
    """What an engine may use: memory of each GPU, and of the host, in bytes. No GPUs: the model runs on the CPU."""

    gpu_bytes: tuple[int, ...]
    host_bytes: int


@dataclass(frozen=True)
class Layout:
    """`data` replicas of the model, each over `tensor` GPUs (1 on a CPU)."""

    tensor: int
    data: int


def local_gpus() -> tuple[int, ...]:
    """Memory in bytes of each GPU that CUDA_VISIBLE_DEVICES leaves; empty where there is no NVIDIA driver.

    Asks nvidia-smi, which starts no CUDA context: one in this process would be in the way of the engine's. Raises
    RuntimeError where the driver is there and does not answer.
    """
    program, visible = shutil.which("nvidia-smi"), os.environ.get("CUDA_VISIBLE_DEVICES")
    if program is None or (visible is not None and visible.strip() in ("", "-1")):
        return ()
    chosen = [f"--id={visible}"] if visible else []
    command = [program, *chosen, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    lines = answer.stdout.split()
    if answer.returncode or not all(line.isdigit() for line in lines):
        said = " ".join((answer.stdout + answer.stderr).split())
        raise RuntimeError(
            f"{' '.join(command)} failed: {said}. Mend the driver, or set CUDA_VISIBLE_DEVICES= to run on the CPU"
        )
    return tuple(int(line) << 20 for line in lines)


def local_machine() -> Machine:
    """The machine this process runs on."""
    return Machine(local_gpus(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def layout(weight_bytes: int, gpu_bytes: Sequence[int], tensor: int | None = None, data: int | None = None) -> Layout:
    """Tensor and data parallel for weights of `weight_bytes` on GPUs of `gpu_bytes` each.

    Tensor parallel is the smallest power of two that divides the number of GPUs and whose share of the weights takes at
    most 60 % of a GPU, so that a third and more is left to the KV cache; where none is roomy, the largest one, if its
    share takes at most 75 %. All other GPUs become replicas, because replicas need no communication. Where the model
    fits no such width, powers of two that leave GPUs idle are tried in the same way. Either can be given. Without GPUs
    it is one process, or `data` of them. Mixture-of-experts models are counted as if each replica held all experts;
    vLLM spreads them over all replicas, which leaves more room than counted here.

    Raises ValueError where the model does not fit, or tensor × data is more than there are GPUs.
    """
    for name, given in (("S1_TENSOR_PARALLEL", tensor), ("S1_DATA_PARALLEL", data)):
        if given is not None and given < 1:
            raise ValueError(f"{name}={given} must be at least 1")
    if not gpu_bytes:
        if (tensor or 1) > 1:
            raise ValueError(f"S1_TENSOR_PARALLEL={tensor} needs {tensor} GPUs and this machine has none; unset it")
        return Layout(1, data or 1)
    count, smallest = len(gpu_bytes), min(gpu_bytes)
    tensor = tensor or _tensor(weight_bytes, count // (data or 1), count, smallest)
    data = data or max(count // tensor, 1)
    if tensor * data > count:
        raise ValueError(
            f"tensor parallel {tensor} × data parallel {data} needs {tensor * data} GPUs and this machine has {count}; "
            "lower or unset S1_TENSOR_PARALLEL and S1_DATA_PARALLEL"
        )
    return Layout(tensor, data)


def _tensor(weight_bytes: int, available: int, count: int, smallest: int) -> int:
    """The tensor parallel for one replica that may have `available` of `count` GPUs."""
    powers = [1 << power for power in range(max(available, 1).bit_length())]
    for widths in ([width for width in powers if count % width == 0], powers):
        for width in widths:
            if weight_bytes <= ROOMY * width * smallest:
                return width
        if weight_bytes <= CROWDED * widths[-1] * smallest:
            return widths[-1]
    most = CROWDED * widths[-1] * smallest
    raise ValueError(
        f"the weights take {weight_bytes / GIB:.1f} GiB and do not fit: one replica over {widths[-1]} GPU(s) of "
        f"{smallest / GIB:.1f} GiB may hold {most / GIB:.1f} GiB of weights. Use an FP8 checkpoint, a smaller model or "
        "more GPUs, or set S1_TENSOR_PARALLEL and S1_DATA_PARALLEL"
    )


def idle_gpus(parallel: Layout, gpus: int) -> str | None:
    """A line that says how many of `gpus` GPUs a layout leaves idle, if any."""
    used = parallel.tensor * parallel.data
    if used >= gpus:
        return None
    return (
        f"{gpus - used} of {gpus} GPUs stay idle: {parallel.data} replica(s) over {parallel.tensor} GPU(s) each. "
        "CUDA_VISIBLE_DEVICES leaves them to others"
    )


def engine_arguments(
    facts: ModelFacts, machine: Machine, parallel: Layout, overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Arguments of vLLM's AsyncEngineArgs for captioning with this model on this machine.

    `overrides` (S1_ENGINE) replaces arguments by name; None takes one out, which leaves it to vLLM.
    """
    recommended = {
        "model": facts.name,
        "revision": facts.revision,
        "tensor_parallel_size": parallel.tensor,
        "data_parallel_size": parallel.data,
        "dtype": "bfloat16",  # of activations; FP8 weights stay FP8, as their checkpoint says
        "max_model_len": min(facts.max_length, CONTEXT_TOKENS),
        "enable_prefix_caching": True,  # the figures of a paper share their prompt's beginning
        "enable_chunked_prefill": True,
        "limit_mm_per_prompt": {"image": 1, "video": 0},
        "mm_processor_kwargs": _image_budget(facts),
        "generation_config": "vllm",  # only the request decides on sampling, in process as on the server
        **(_on_gpus(facts, machine, parallel) if machine.gpu_bytes else _on_cpu(machine, parallel)),
    }
    merged = recommended | dict(overrides or {})
    return {name: value for name, value in merged.items() if value is not None}


def _image_budget(facts: ModelFacts) -> dict[str, Any] | None:
    fewest, most = facts.pixels
    if most <= IMAGE_PIXELS:
        return None
    return {"images_kwargs": {"size": {"shortest_edge": min(fewest, IMAGE_PIXELS), "longest_edge": IMAGE_PIXELS}}}


def _on_gpus(facts: ModelFacts, machine: Machine, parallel: Layout) -> dict[str, Any]:
    large = min(machine.gpu_bytes) >= LARGE_GPU
    return {
        "gpu_memory_utilization": MEMORY_USED,
        "max_num_seqs": 256 if large else 128,
        "max_num_batched_tokens": 16_384 if large else 8192,
        "mm_processor_cache_gb": 4,
        # The vision encoder is small: a copy a GPU costs less than what splitting it says over the links.
        "mm_encoder_tp_mode": "data" if parallel.tensor > 1 else None,
        # Whole experts a GPU: slices of them would be narrower than the blocks of FP8 checkpoints.
        "enable_expert_parallel": True if facts.experts and parallel.tensor * parallel.data > 1 else None,
    }


def _on_cpu(machine: Machine, parallel: Layout) -> dict[str, Any]:
    return {
        "kv_cache_memory_bytes": min(4 * GIB, machine.host_bytes // (8 * parallel.data)),
        "block_size": 32,  # of the 128 that vLLM takes there, the beginnings that figures share would fill few
        "max_num_seqs": 16,
        "max_num_batched_tokens": 4096,
        "mm_processor_cache_gb": 1,
        "enforce_eager": True,  # compiling takes longer than most runs on a CPU
    }
