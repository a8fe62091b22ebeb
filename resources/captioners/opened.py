"""The captioner that the settings name, with its model, engine and prompt.

Engines are kept for the life of the process: a model that took minutes to load serves all runs of the process.
"""

import atexit
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from resources.captioners.endpoint import Endpoint
from resources.captioners.model import Model, ModelFacts
from resources.captioners.sizing import (
    GIB,
    Layout,
    Machine,
    engine_arguments,
    idle_gpus,
    layout,
    local_gpus,
    local_machine,
)
from resources.captioners.tokenizer import ModelTokens
from resources.captioners.vllm_engine import VllmReplica
from s1_assets.captioning.dispatch import Limits
from s1_assets.captioning.engine import Decoding, Replica
from s1_assets.captioning.engine_thread import EngineThread
from s1_assets.captioning.prompts import load_prompt
from s1_assets.captioning.rewrite import ModelInUse, RewritingCaptioner, decodings

ANSWER_TOKENS = 768  # two layers of 1,100 characters in all, as JSON, in any tokenizer worth the name
PIXELS_A_TOKEN = 32 * 32  # patches of 16 × 16 pixels, merged two by two
SPARE_TOKENS = 16  # for what a tokenizer counts otherwise where texts meet
ENDPOINT_IN_FLIGHT = 256
PATIENCE = 900.0  # seconds without any living engine after which a run ends
WAITING_ROUNDS = 2  # chats in flight for each that the engine runs at once, so that it never waits for us

_engines: dict[tuple[str, ...], EngineThread] = {}


@dataclass(frozen=True)
class EngineSettings:
    """What the environment says of the engine (s1_assets/settings.py)."""

    kind: str  # vllm or openai
    model: str
    tensor_parallel: int | None
    data_parallel: int | None
    endpoints: tuple[str, ...] = field(repr=False)  # with user and password
    arguments: Mapping[str, Any]  # S1_ENGINE
    prompt: str
    image_folder: str | None


def open_captioner(
    settings: EngineSettings, log: Callable[[str], Any], drawn: tuple[Decoding, ...] = decodings(ANSWER_TOKENS)
) -> RewritingCaptioner:
    """The captioner; its engine starts with the first figure. Raises ValueError for settings that cannot work.

    `drawn` says how the first answer and those after a rejected one are drawn.
    """
    for package in ("transformers", *(("vllm",) if settings.kind == "vllm" else ())):
        if find_spec(package) is None:
            raise ValueError(
                f"S1_CAPTIONER={settings.kind} needs {package}, which is not installed: ./install.sh gpu brings it, or "
                "./install.sh cpu on a machine without GPUs"
            )
    if settings.kind == "openai" and not settings.endpoints:
        raise ValueError("S1_CAPTIONER=openai needs S1_ENDPOINTS, such as http://127.0.0.1:8000; several with commas")
    in_use, arguments = model_in_use(settings, drawn)
    prompt = load_prompt(settings.prompt)
    key = (settings.kind, str(sorted(arguments.items())), *settings.endpoints, str(settings.image_folder))
    if key not in _engines:
        if settings.kind == "vllm":
            parallel = Layout(arguments.get("tensor_parallel_size", 1), arguments["data_parallel_size"])
            if idle := idle_gpus(parallel, len(local_gpus())):
                log(idle)
        _engines[key] = _new_engine(settings, arguments)
        atexit.register(_engines[key].close)
    return RewritingCaptioner(in_use, prompt, _engines[key], log)


def model_in_use(settings: EngineSettings, drawn: tuple[Decoding, ...]) -> tuple[ModelInUse, dict[str, Any]]:
    """What is asked of the model, and the arguments of vLLM's AsyncEngineArgs with which it runs on this machine."""
    model = Model.parse(settings.model)
    facts = model.facts
    arguments = _arguments(settings, facts)
    tokens = ModelTokens(facts.name, facts.revision)
    room = _room(facts, arguments, tokens)
    in_use = ModelInUse(
        name=Path(facts.name).name if model.is_folder else facts.name,
        revision=model.revision,
        tokens=tokens,
        room=room,
        decodings=drawn,
        settings=deciding(room, most_pixels(facts, arguments), settings.arguments),
    )
    return in_use, arguments


def deciding(room: int, pixels: int, overrides: Mapping[str, Any]) -> dict[str, str]:
    """What of an engine decides an answer: the room for texts, the limit of pixels, and S1_ENGINE as it was given.

    Some of S1_ENGINE only decides how fast answers come. Which of vLLM's arguments those are changes with its
    versions, so all of them count: to ask again costs time, to mix captions of two engines under one name costs trust.
    """
    return {"room": str(room), "pixels": str(pixels), "engine": json.dumps(dict(overrides), sort_keys=True)}


def _arguments(settings: EngineSettings, facts: ModelFacts) -> dict[str, Any]:
    """The engine's arguments; of endpoints only what `make serve` would give them for window and images counts."""
    machine = local_machine() if settings.kind == "vllm" else Machine((), GIB)
    parallel = layout(
        facts.weight_bytes,
        machine.gpu_bytes,
        settings.tensor_parallel if settings.kind == "vllm" else None,
        settings.data_parallel,
    )
    return engine_arguments(facts, machine, parallel, settings.arguments)


def _new_engine(settings: EngineSettings, arguments: Mapping[str, Any]) -> EngineThread:
    if settings.kind == "vllm":
        at_once = int(arguments["max_num_seqs"]) * int(arguments["data_parallel_size"])
        tokens = ModelTokens(arguments["model"], arguments.get("revision"))
        limits = Limits(in_flight=WAITING_ROUNDS * at_once, patience=PATIENCE)
        return EngineThread([VllmReplica(arguments, tokens)], limits)
    folder = Path(settings.image_folder) if settings.image_folder else None
    window = int(arguments.get("max_model_len") or 0)
    replicas: list[Replica] = [
        Endpoint(url, arguments["model"], folder, connections=ENDPOINT_IN_FLIGHT, window=window, patience=PATIENCE)
        for url in settings.endpoints
    ]
    return EngineThread(replicas, Limits(in_flight=ENDPOINT_IN_FLIGHT, patience=PATIENCE))


def _room(facts: ModelFacts, arguments: Mapping[str, Any], tokens: ModelTokens) -> int:
    """Tokens of the model's window that are left to the texts of a chat."""
    image = most_pixels(facts, arguments) // PIXELS_A_TOKEN
    window = int(arguments.get("max_model_len") or facts.max_length)
    return window - image - ANSWER_TOKENS - tokens.template_tokens - SPARE_TOKENS


def most_pixels(facts: ModelFacts, arguments: Mapping[str, Any]) -> int:
    """Pixels to which a large image is scaled: what the processor's arguments say in any of its spellings.

    They are the processor's own or stand in `images_kwargs`, as `max_pixels` or as `size` with its `longest_edge`.
    Where several are given the largest counts, so that a prompt fits in any case.
    """
    whole = arguments.get("mm_processor_kwargs") or {}
    limits = [
        limit
        for given in (whole, whole.get("images_kwargs") or {})
        for limit in (given.get("max_pixels"), (given.get("size") or {}).get("longest_edge"))
        if limit
    ]
    return max(map(int, limits), default=facts.pixels[1])
