"""What a language-model engine is asked and what it answers: one figure, one chat, one completion.

A `Replica` is one copy of the model that lives and dies by itself: the engine in this process, or one endpoint.
`rewrite.py` turns figures into chats and completions into captions; `dispatch.py` shares chats out over replicas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Chat:
    """One conversation. Its parts follow each other in this order, so that the figures of a paper share a prefix.

    `image` holds PNG or JPEG bytes; all texts are safe to put into a chat template (fence.py).
    """

    system: str
    shared: str
    image: bytes
    image_format: str
    own: str


@dataclass(frozen=True)
class Decoding:
    """How an answer is drawn. Temperature 0 is greedy; `max_tokens` bounds the answer."""

    temperature: float
    top_p: float
    seed: int
    max_tokens: int


@dataclass(frozen=True)
class Completion:
    """An engine's answer: its text, why it stopped (`stop`, `length`, …), and the tokens it read and wrote."""

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


class RefusedError(Exception):
    """The engine is well but will not answer this chat, however often it is asked; the message says why."""


class ReplicaDiedError(Exception):
    """The replica died, hangs or is out of reach, through this chat or any other that was in flight on it."""


class EngineUnavailableError(Exception):
    """No replica can be brought back: the run ends and says so; what is finished is kept."""


class Replica(Protocol):
    """One copy of the model."""

    name: str

    async def start(self) -> None:
        """Make it ready, from nothing or after a death. Raises ReplicaDiedError when it does not become ready."""

    async def complete(self, chat: Chat, decoding: Decoding) -> Completion:
        """One answer. Raises RefusedError or ReplicaDiedError; cancelling it frees what the engine holds for it."""

    async def stop(self) -> None:
        """Free everything; a replica that was never started or is dead is no error."""

    async def statistics(self) -> Mapping[str, float]:
        """Counts since the start, such as `prefix_cache_queries` and `prefix_cache_hits` (tokens)."""


class Tokens(Protocol):
    """The model's own tokenizer, as far as writing a prompt needs it."""

    @property
    def control(self) -> frozenset[str]:
        """Texts that the tokenizer reads as one control token, such as `<|im_end|>`."""

    def count(self, text: str) -> int:
        """Number of tokens of a text."""
