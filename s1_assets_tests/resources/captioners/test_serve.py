"""The server's command line, and the deployment files, read by vLLM's own parser."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from resources.captioners.model import ModelFacts
from resources.captioners.serve import server_command
from resources.captioners.sizing import Layout, Machine, engine_arguments, layout
from s1_assets.settings import PROJECT, Settings
from s1_assets_tests.resources.captioners.test_model import folder as folder  # noqa: PLC0414 - a fixture

H100 = 81_559 << 20
NODE = Machine((H100,) * 8, 1 << 40)
PIXELS = (65_536, 16_777_216)
MODELS = {
    "qwen3-vl-8b.8xh100.yaml": (
        ModelFacts("Qwen/Qwen3-VL-8B-Instruct", None, 17_534_247_392, 262_144, 0, PIXELS),
        Layout(tensor=1, data=8),
    ),
    "qwen3-vl-30b-a3b.8xh100.yaml": (
        ModelFacts("Qwen/Qwen3-VL-30B-A3B-Instruct", None, 62_141_508_064, 262_144, 128, PIXELS),
        Layout(tensor=2, data=4),
    ),
    "qwen3-vl-235b-a22b-fp8.8xh100.yaml": (
        ModelFacts("Qwen/Qwen3-VL-235B-A22B-Instruct-FP8", None, 237_600_000_000, 262_144, 128, PIXELS),
        Layout(tensor=8, data=1),
    ),
}
FOLDER = PROJECT / "deploy" / "vllm"


def test_every_deployment_file_is_for_a_known_model():
    assert {path.name for path in FOLDER.glob("*.yaml")} == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_deployment_files_say_what_sizing_says(name):
    facts, expected = MODELS[name]
    assert layout(facts.weight_bytes, NODE.gpu_bytes) == expected
    written = {key.replace("-", "_"): value for key, value in yaml.safe_load((FOLDER / name).read_text()).items()}
    assert (written.pop("host"), written.pop("port")) == ("127.0.0.1", 8000)
    assert written == engine_arguments(facts, NODE, expected)


def serve_parser() -> tuple[Any, Any]:
    """vLLM's parser of `vllm serve`, and the check that it does before it loads anything."""
    pytest.importorskip("vllm", reason="vLLM's own parser needs the gpu or cpu packages")
    from vllm.entrypoints.cli.serve import ServeSubcommand
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    parser, command = FlexibleArgumentParser(), ServeSubcommand()
    command.subparser_init(parser.add_subparsers(dest="subparser", required=True))
    return parser, command.validate


def differing(parsed: argparse.Namespace, arguments: dict[str, Any]) -> dict[str, Any]:
    """The engine arguments that vLLM read otherwise than they were meant."""
    from vllm.engine.arg_utils import AsyncEngineArgs

    read = AsyncEngineArgs.from_cli_args(parsed)
    return {name: getattr(read, name) for name, value in arguments.items() if getattr(read, name) != value}


@pytest.mark.parametrize("name", MODELS)
def test_deployment_files_are_read_by_vllm_serve(name):
    parser, validate = serve_parser()
    parsed = parser.parse_args(["serve", "--config", str(FOLDER / name)])
    validate(parsed)
    assert differing(parsed, engine_arguments(MODELS[name][0], NODE, MODELS[name][1])) == {}
    assert (parsed.host, parsed.port) == ("127.0.0.1", 8000)


def settings(folder: Path, **variables: str) -> Settings:
    return Settings.from_environment({"S1_MODEL": str(folder), **variables})


def test_on_gpus_vllm_reads_the_command_line_as_the_arguments_of_the_engine(folder):
    parser, validate = serve_parser()
    chosen = settings(folder, S1_TENSOR_PARALLEL="2", S1_ENGINE='{"max_num_seqs": 32, "enable_prefix_caching": false}')
    command = server_command(chosen, NODE, "127.0.0.1", 8001, ["--max-num-seqs", "48"])
    assert command[:3] == [sys.executable, "-m", "vllm.entrypoints.cli.main"]
    parsed = parser.parse_args(command[3:])
    validate(parsed)
    assert (parsed.model_tag, parsed.port) == (str(folder), 8001)
    parsed.model = parsed.model_tag  # as ServeSubcommand does
    assert (parsed.tensor_parallel_size, parsed.data_parallel_size) == (2, 4)
    assert (parsed.max_num_seqs, parsed.enable_prefix_caching) == (48, False)


def test_on_a_cpu_vllm_reads_the_command_line_as_the_arguments_of_the_engine(folder):
    pytest.importorskip("vllm", reason="vLLM's own parser needs the gpu or cpu packages")
    from vllm.entrypoints.launchers.cli_args import make_arg_parser, validate_parsed_serve_args
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    machine = Machine((), 16 << 30)
    command = server_command(settings(folder, S1_DATA_PARALLEL="2"), machine, "127.0.0.1", 8001)
    parsed = make_arg_parser(FlexibleArgumentParser()).parse_args(command[3:])
    validate_parsed_serve_args(parsed)
    facts = ModelFacts(str(folder), None, 0, 4096, 128, (1024, 65_536))
    assert differing(parsed, engine_arguments(facts, machine, Layout(1, 2))) == {}


def test_the_command_prints_the_line_it_would_become(folder):
    environment = os.environ | {"S1_MODEL": str(folder), "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "resources.captioners.serve", "--print", "--port", "8123", "--api-key", "a b"]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=PROJECT).stdout
    assert f"--model {folder}" in printed
    assert printed.endswith("--host 127.0.0.1 --port 8123 --api-key 'a b'\n")


def test_a_model_that_is_none_ends_the_command_with_one_line():
    environment = os.environ | {"S1_MODEL": "nothing", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "resources.captioners.serve", "--print"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert "S1_MODEL='nothing' is neither" in ended.stderr
