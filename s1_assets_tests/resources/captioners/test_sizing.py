"""Tensor × data parallel, engine arguments, and how GPUs are found."""

from pathlib import Path

import pytest

from resources.captioners.model import ModelFacts
from resources.captioners.sizing import Layout, Machine, engine_arguments, idle_gpus, layout, local_gpus

H100, H200, L4 = 81_559 << 20, 143_771 << 20, 23_034 << 20  # bytes, as nvidia-smi gives them
SMALL, MIDDLE, LARGE_FP8 = 17_534_247_392, 62_141_508_064, 237_600_000_000  # Qwen3-VL 8B, 30B-A3B, 235B-A22B FP8
HOST = 256 << 30


def facts(weight_bytes: int = SMALL, experts: int = 0, max_length: int = 262_144, most_pixels: int = 16_777_216):
    return ModelFacts("owner/name", "c0ffee", weight_bytes, max_length, experts, (65_536, most_pixels))


@pytest.mark.parametrize(
    ("weight_bytes", "gpus", "expected"),
    [
        (SMALL, [H100] * 8, Layout(1, 8)),
        (MIDDLE, [H100] * 8, Layout(2, 4)),
        (MIDDLE, [H200] * 8, Layout(1, 8)),
        (LARGE_FP8, [H100] * 8, Layout(8, 1)),
        (LARGE_FP8, [H200] * 8, Layout(4, 2)),
        (SMALL, [L4] * 4, Layout(2, 2)),
        (SMALL, [L4], Layout(1, 1)),  # crowded, but there is no other GPU
        (SMALL, [L4] * 3, Layout(1, 3)),  # three GPUs have no power of two but one
        (SMALL, [H100] * 6, Layout(1, 6)),
        (SMALL, [H200, H100, H100, L4], Layout(2, 2)),  # the smallest GPU decides
        (LARGE_FP8, [H100] * 6, Layout(4, 1)),  # two GPUs idle: no width that divides six holds it
        (LARGE_FP8, [H200] * 5, Layout(4, 1)),
        (SMALL, [], Layout(1, 1)),
    ],
)
def test_layout_is_the_narrowest_that_leaves_room_for_the_kv_cache(weight_bytes, gpus, expected):
    assert layout(weight_bytes, gpus) == expected


def test_gpus_that_a_layout_leaves_idle_are_told():
    assert idle_gpus(Layout(4, 1), 6).startswith("2 of 6 GPUs stay idle: 1 replica(s) over 4 GPU(s) each")
    assert idle_gpus(Layout(4, 2), 8) is None
    assert idle_gpus(Layout(1, 2), 0) is None  # on the CPU


def test_either_side_of_the_layout_can_be_given():
    gpus = [H100] * 8
    assert layout(SMALL, gpus, tensor=4) == Layout(4, 2)
    assert layout(SMALL, gpus, data=2) == Layout(1, 2)
    assert layout(SMALL, gpus, tensor=2, data=3) == Layout(2, 3)
    assert layout(MIDDLE, gpus, data=8) == Layout(1, 8)  # the only width left, which just fits
    assert layout(SMALL, [], data=2) == Layout(1, 2)


@pytest.mark.parametrize(
    ("weight_bytes", "gpus", "given", "message"),
    [
        (LARGE_FP8, [H100] * 2, {}, "do not fit: one replica over 2 GPU"),
        (LARGE_FP8, [H100] * 8, {"data": 4}, "do not fit: one replica over 2 GPU"),
        (SMALL, [H100] * 4, {"tensor": 2, "data": 3}, "needs 6 GPUs and this machine has 4"),
        (SMALL, [H100] * 4, {"tensor": 8}, "needs 8 GPUs"),
        (SMALL, [H100] * 4, {"data": 5}, "needs 5 GPUs"),
        (SMALL, [H100] * 4, {"data": 0}, "S1_DATA_PARALLEL=0"),
        (SMALL, [], {"tensor": 2}, "this machine has none"),
    ],
)
def test_what_cannot_be_laid_out_is_an_error_that_says_why(weight_bytes, gpus, given, message):
    with pytest.raises(ValueError, match=message):
        layout(weight_bytes, gpus, **given)


def test_context_and_pixels_stay_within_what_the_model_takes():
    arguments = engine_arguments(facts(max_length=2048, most_pixels=65_536), Machine((), HOST), Layout(1, 1))
    assert arguments["max_model_len"] == 2048
    assert "mm_processor_kwargs" not in arguments
    larger = engine_arguments(facts(), Machine((), HOST), Layout(1, 1))
    assert larger["max_model_len"] == 8192
    assert larger["mm_processor_kwargs"]["images_kwargs"]["size"] == {
        "shortest_edge": 65_536,
        "longest_edge": 1_310_720,
    }


def test_experts_stay_whole_where_there_are_several_gpus():
    several, one = Machine((H100,) * 8, HOST), Machine((H200,), HOST)
    assert engine_arguments(facts(MIDDLE, experts=128), several, Layout(2, 4))["enable_expert_parallel"] is True
    assert "enable_expert_parallel" not in engine_arguments(facts(MIDDLE, experts=128), one, Layout(1, 1))
    assert "enable_expert_parallel" not in engine_arguments(facts(), several, Layout(1, 8))


def test_overrides_replace_and_none_leaves_an_argument_to_vllm():
    overrides = {"max_num_seqs": 7, "dtype": None, "seed": 1}
    arguments = engine_arguments(facts(), Machine((H100,), HOST), Layout(1, 1), overrides)
    assert (arguments["max_num_seqs"], arguments["seed"]) == (7, 1)
    assert "dtype" not in arguments


def test_replicas_on_a_cpu_share_the_hosts_memory():
    for data in (1, 2, 4):
        each = engine_arguments(facts(), Machine((), 16 << 30), Layout(1, data))["kv_cache_memory_bytes"]
        assert each * data <= 2 << 30


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a program named nvidia-smi, with the given body, first on the path."""

    def install(body: str) -> None:
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    return install


def test_gpus_are_what_the_driver_lists_and_cuda_visible_devices_leaves(driver, monkeypatch):
    driver('case "$1" in --id=1,2) printf "81559\\n81559\\n";; *) printf "81559\\n81559\\n81559\\n";; esac')
    assert local_gpus() == (H100,) * 3
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,2")
    assert local_gpus() == (H100,) * 2
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert local_gpus() == ()


def test_without_a_driver_there_are_no_gpus(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert local_gpus() == ()


@pytest.mark.parametrize("body", ["echo 'Driver/library version mismatch'; exit 18", "echo '[N/A]'"])
def test_a_driver_that_does_not_answer_is_an_error_and_not_a_cpu(driver, body):
    driver(body)
    with pytest.raises(RuntimeError, match="Mend the driver, or set CUDA_VISIBLE_DEVICES="):
        local_gpus()
