"""The prompts that captioners are given, one file each: text, budgets, and the id that captions carry."""

import tomllib
from pathlib import Path

from s1_assets.captioning.prompt import Prompt

FOLDER = Path(__file__).parent


def load_prompt(name: str = "figure") -> Prompt:
    """The prompt of that name.

    Raises:
        ValueError: there is no such prompt, or its file lacks a part or a budget.
    """
    path = FOLDER / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise ValueError(f"there is no prompt {name!r} in {FOLDER}; the prompts are: {known}")
    content = path.read_bytes()
    return Prompt.from_toml(tomllib.loads(content.decode()), content)
