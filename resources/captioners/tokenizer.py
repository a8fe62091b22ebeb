"""The model's own tokenizer: counts tokens and puts a chat into the model's template."""

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from s1_assets.captioning.engine import Chat

IMAGE = {"type": "image"}


class ModelTokens:
    """The tokenizer of a model (hub id or folder), loaded when it is first needed; `captioning.engine.Tokens`."""

    def __init__(self, model: str, revision: str | None = None):
        self.model, self._revision = model, revision

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        try:
            return AutoTokenizer.from_pretrained(self.model, revision=self._revision)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"the tokenizer of S1_MODEL={self.model!r} cannot be loaded; it is needed to keep prompts within the "
                f"model's window, also for endpoints: {error}"
            ) from error

    @cached_property
    def control(self) -> frozenset[str]:
        """Texts that are read as one control token."""
        return frozenset(self._tokenizer.get_added_vocab())

    def count(self, text: str) -> int:
        """Number of tokens of a text."""
        return self._count(text)

    @cached_property
    def _count(self) -> Callable[[str], int]:
        """Instructions, titles and abstracts come again for each figure of a paper."""
        return lru_cache(256)(lambda text: len(self._tokenizer.encode(text, add_special_tokens=False)))

    @cached_property
    def template_tokens(self) -> int:
        """Tokens that the template puts around the texts of a chat, the image not counted."""
        empty = Chat("", "", b"", "png", "")
        return len(self._tokenizer.encode(self.prompt(empty), add_special_tokens=False))

    def prompt(self, chat: Chat) -> str:
        """The chat as the model reads it, with a placeholder for the image."""
        rendered: str = self._tokenizer.apply_chat_template(
            messages(chat, IMAGE), tokenize=False, add_generation_prompt=True
        )
        return rendered


def messages(chat: Chat, image: Mapping[str, object]) -> list[dict[str, object]]:
    """The chat as messages of OpenAI's protocol; `image` is the content part that stands for the image."""
    content = [{"type": "text", "text": chat.shared}, dict(image), {"type": "text", "text": chat.own}]
    return [{"role": "system", "content": chat.system}, {"role": "user", "content": content}]
