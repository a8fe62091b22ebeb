"""Serves the model of S1_MODEL through vLLM's OpenAI-compatible server, laid out for the machine it finds.

    python -m resources.captioners.serve [--host H] [--port P] [--print] [further flags of vLLM's server]

Prints the full command line, then becomes that server. Captioners reach it with S1_CAPTIONER=openai and
S1_ENDPOINTS=http://<host>:<port>.
"""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from resources.captioners.model import Model
from resources.captioners.sizing import Machine, engine_arguments, idle_gpus, layout, local_machine
from s1_assets.settings import Settings

SERVER_ON_GPUS = ("vllm.entrypoints.cli.main", "serve")  # starts as many API processes as there are replicas
# The `vllm` command looks its version up under the name of the GPU package and fails beside the CPU package; this is
# the module behind it, with one API process.
SERVER_ON_CPU = ("vllm.entrypoints.launchers.api_server.entry",)


def server_command(
    settings: Settings, machine: Machine, host: str, port: int, further: Sequence[str] = ()
) -> list[str]:
    """The command line of the server on this machine; `further` flags come last and so win.

    Raises ValueError where the model cannot be read or does not fit the machine.
    """
    facts = Model.parse(settings.model).facts
    parallel = layout(facts.weight_bytes, machine.gpu_bytes, settings.tensor_parallel, settings.data_parallel)
    if idle := idle_gpus(parallel, len(machine.gpu_bytes)):
        print(f"serve: {idle}", file=sys.stderr)
    arguments = engine_arguments(facts, machine, parallel, settings.engine_overrides)
    module, *command = SERVER_ON_GPUS if machine.gpu_bytes else SERVER_ON_CPU
    model = arguments.pop("model")
    named = [model] if machine.gpu_bytes else ["--model", model]
    listen = ["--host", host, "--port", str(port)]
    return [sys.executable, "-m", module, *command, *named, *flags(arguments), *listen, *further]


def flags(arguments: Mapping[str, Any]) -> list[str]:
    """Engine arguments as flags of vLLM's command line."""
    words = []
    for name, value in arguments.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        elif isinstance(value, list):
            words += [f"--{flag}", *map(str, value)]
        else:
            words += [f"--{flag}", json.dumps(value) if isinstance(value, Mapping) else str(value)]
    return words


def main() -> int:
    """Becomes the server; returns an exit code only where it cannot."""
    parser = argparse.ArgumentParser(prog="python -m resources.captioners.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in, without a password")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--print", action="store_true", help="print the command line and stop there")
    arguments, further = parser.parse_known_args()
    try:
        command = server_command(Settings.from_environment(), local_machine(), arguments.host, arguments.port, further)
    except (ValueError, RuntimeError) as error:
        print(f"serve: {error}", file=sys.stderr)
        return 1
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    print(f"VLLM_NO_USAGE_STATS={os.environ['VLLM_NO_USAGE_STATS']} {shlex.join(command)}", flush=True)
    if not arguments.print:
        os.execv(command[0], command)  # noqa: S606 - a list of arguments; nothing is left to a shell
    return 0


if __name__ == "__main__":
    sys.exit(main())
