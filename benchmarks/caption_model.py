"""Folders of Qwen3-VL models without weights (vLLM's load_format=dummy makes random ones): configuration and tokenizer.

`benchmarks/models/` holds the configurations. The tokenizer is that of the small captioner that the samples train; the
numbers of its control tokens replace those of the configuration.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from s1_assets.settings import PROJECT

MODELS = PROJECT / "benchmarks/models"
TOKENIZER = PROJECT / "samples/models/captioner"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
_NAMED = {
    "image_token_id": "<|image_pad|>",
    "video_token_id": "<|video_pad|>",
    "vision_start_token_id": "<|vision_start|>",
    "vision_end_token_id": "<|vision_end|>",
}


def make_model(name: str, folder: Path, tokenizer: Path = TOKENIZER) -> None:
    """Puts the model `name` of benchmarks/models into a new folder.

    Raises ValueError when the tokenizer is not there, lacks a control token or is larger than the model's vocabulary.
    """
    if not all((tokenizer / file).is_file() for file in TOKENIZER_FILES):
        raise ValueError(f"{tokenizer} holds no tokenizer ({', '.join(TOKENIZER_FILES)}); train the small captioner")
    shutil.copytree(MODELS / name, folder)
    for file in TOKENIZER_FILES:
        shutil.copy(tokenizer / file, folder)
    read = json.loads((tokenizer / "tokenizer.json").read_bytes())
    added = {token["content"]: token["id"] for token in read["added_tokens"]}
    missing = sorted(set(_NAMED.values()) - added.keys())
    if missing:
        raise ValueError(f"the tokenizer in {tokenizer} has no {', '.join(missing)}: it is none of a Qwen3-VL")
    config = read_config(folder)
    size, room = 1 + max(*read["model"]["vocab"].values(), *added.values()), config["text_config"]["vocab_size"]
    if size > room:
        raise ValueError(f"the tokenizer in {tokenizer} has {size} tokens, and {name} has room for {room}")
    config |= {key: added[token] for key, token in _NAMED.items()}
    (folder / "config.json").write_text(json.dumps(config, indent=2))


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of a model's folder."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_bytes())
    return config


def cache_bytes(folder: Path, tokens: int) -> int:
    """Bytes of the key-value cache for so many tokens: keys and values of each layer and head in bfloat16."""
    text = read_config(folder)["text_config"]
    return int(2 * text["num_hidden_layers"] * text["num_key_value_heads"] * text["head_dim"] * 2 * tokens)
