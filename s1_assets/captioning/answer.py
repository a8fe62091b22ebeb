"""A model's answer: a caption in two layers, as JSON."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from s1_assets.captioning.fence import visible
from s1_assets.captioning.readable import closed

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"visual": {"type": "string"}, "contextual": {"type": "string"}},
    "required": ["visual", "contextual"],
    "additionalProperties": False,
}
"""JSON schema of an answer, for guided decoding; `visual` is written first, before the paper's text is taken up."""

_CODE_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)


class Fault(StrEnum):
    """Why an answer is not used."""

    INVALID_JSON = "invalid_json"  # not one JSON object with exactly the two layers
    CUT_OFF = "cut_off"  # the token limit came before the end, or the last sentence has none
    EMPTY_LAYER = "empty_layer"  # no words, or only words for nothing ("N/A")
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_ENGLISH = "not_english"
    REFUSAL = "refusal"
    REPETITION = "repetition"  # a loop, or a sentence said twice
    SELF_REFERENCE = "self_reference"  # "Figure 3", which means nothing beside the image
    INSTRUCTION_ECHO = "instruction_echo"
    COPIED_CONTEXT = "copied_context"  # a layer that is the paper's own sentences
    # Control tokens, tags of the prompt, role names, code fences, pointers ([REF], \cite), scripts, addresses.
    CHAT_MARKUP = "chat_markup"


@dataclass(frozen=True)
class Answer:
    """What the image shows, and what the paper says of it."""

    visual: str
    contextual: str

    @property
    def recaption(self) -> str:
        """Both layers as one text."""
        return " ".join(filter(None, (closed(self.visual), closed(self.contextual))))


def parse(text: str) -> Answer | Fault:
    """The answer that a completion holds, its layers on one line and without invisible characters.

    White space and one Markdown code fence around the JSON object are tolerated; anything else is INVALID_JSON.
    """
    text = text.strip()
    wrapped = _CODE_FENCE.fullmatch(text)
    try:
        found = json.loads(wrapped.group(1) if wrapped else text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        return Fault.INVALID_JSON
    if not isinstance(found, dict) or found.keys() != {"visual", "contextual"}:
        return Fault.INVALID_JSON
    visual, contextual = found["visual"], found["contextual"]
    if not isinstance(visual, str) or not isinstance(contextual, str):
        return Fault.INVALID_JSON
    return Answer(visible(visual), visible(contextual))


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
