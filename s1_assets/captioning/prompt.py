"""From a figure with its context to the chat that a vision-language model is asked, within so many tokens.

What the figures of a paper share comes first, so that an engine reads it once; the figure's own text follows its
image. Every text of the paper stands between tags, as data (fence.py).

How a prompt fits into its room. Each part has a budget, a ceiling in tokens. When the room that is left beside the
instructions is smaller than all budgets together, the budgets of title and abstract shrink in proportion; they do
not look at the figure, so that all figures of a paper keep one prefix. Of what is left then, the figure's own parts
take up to their budgets in the order of `_CLAIMS`: its caption first, the words printed in it last.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from s1_assets.captioning.engine import Chat, Tokens
from s1_assets.captioning.fence import (
    ABSTRACT,
    CAPTION,
    FIGURE_TEXT,
    LABEL,
    MENTIONS,
    PANEL,
    SUBCAPTION,
    TAGS,
    TITLE,
    as_data,
    fenced,
    visible,
)
from s1_assets.captioning.request import CaptionRequest, Mention
from s1_assets.captioning.selection import by_information
from s1_assets.captioning.shorten import items_within, sentences_within, words_within
from s1_assets.extraction.panel_captions import take_apart

LEAST_CAPTION_TOKENS = 32  # a prompt without one sentence of the caption is not worth asking
LONGEST_TOKEN = 40  # characters; a text longer than its budget of such tokens is not counted but taken to be too long
LONGEST_PART = 60_000  # characters that are read of a part, more than LONGEST_TOKEN times any budget
LONGEST_SECTION = 80  # characters of a section's heading
MOST_FIGURE_WORDS = 500
_SHARED = (TITLE, ABSTRACT)
_CLAIMS = (SUBCAPTION, CAPTION, PANEL, LABEL, MENTIONS, FIGURE_TEXT)


@dataclass(frozen=True)
class Written:
    """A chat, and the `order` of the mentions that stand in it, in reading order."""

    chat: Chat
    used_mentions: tuple[int, ...]


@dataclass(frozen=True)
class Prompt:
    """A prompt file: its instructions, the heading of each part of the paper, and the parts' budgets in tokens."""

    id: str
    sha256: str
    system: str
    shared: Mapping[str, str]
    own: Mapping[str, str]
    closing: str
    budget: Mapping[str, int]

    @classmethod
    def from_toml(cls, table: Mapping[str, Any], content: bytes) -> Self:
        """The prompt of a parsed file, and the bytes of the file, of which the hash is taken.

        Raises:
            ValueError: a part lacks its heading or its budget, or there is one that is not known.
        """
        try:
            shared, own, budget = table["shared"], table["own"], table["budget"]
            prompt = cls(
                id=table["id"],
                sha256=hashlib.sha256(content).hexdigest(),
                system=table["system"].strip(),
                shared=shared,
                own=own,
                closing=table["closing"]["text"],
                budget=budget,
            )
        except KeyError as error:
            raise ValueError(f"prompt file lacks {error}; it has {sorted(table)}") from error
        for name, found, expected in (("shared", shared, _SHARED), ("own", own, _CLAIMS), ("budget", budget, TAGS)):
            if set(found) != set(expected):
                raise ValueError(f"prompt {prompt.id!r}: [{name}] has {sorted(found)}; it needs {sorted(expected)}")
        return prompt

    @property
    def instructions(self) -> tuple[str, ...]:
        """All texts of the prompt that are not the paper's."""
        return (self.system, *self.shared.values(), *self.own.values(), self.closing)

    def frame(self, tokens: Tokens) -> int:
        """Tokens of the prompt around the texts of a paper: instructions, headings and tags."""
        headings = (_part(tag, heading, "") for tag, heading in {**self.shared, **self.own}.items())
        return tokens.count(self.system) + sum(tokens.count(text + "\n") for text in (*headings, self.closing))

    def write(self, request: CaptionRequest, tokens: Tokens, room: int) -> Written:
        """The chat that asks for a caption of `request`.

        Over-long texts lose whole sentences from their end, mentions are dropped from the least informative, words of
        the figure from the last. Only a caption whose first sentence is too long is cut, at a word.

        Args:
            request: the figure or panel.
            tokens: the tokenizer of the model that is asked.
            room: tokens that the texts of the chat may take together, the image aside.

        Raises:
            ValueError: the room does not hold the instructions and LEAST_CAPTION_TOKENS of a caption.
        """
        frame = self.frame(tokens)
        if room < frame + LEAST_CAPTION_TOKENS:
            raise ValueError(
                f"prompt {self.id!r} needs room for {frame + LEAST_CAPTION_TOKENS} tokens ({frame} of its own and "
                f"{LEAST_CAPTION_TOKENS} of a caption) but has {room}; give the model a longer context "
                "or smaller images"
            )
        spare = room - frame
        while True:
            written = _Writer(self, request, tokens).write(spare)
            chat = written.chat
            excess = tokens.count(chat.system) + tokens.count(chat.shared) + tokens.count(chat.own) - room
            if excess <= 0:
                return written
            if spare <= 0:
                raise ValueError(f"prompt {self.id!r} is {excess} tokens too long for {room} even without the paper")
            spare -= excess  # a tokenizer may count a whole a little longer than its parts


class _Writer:
    """Writes one request into one prompt."""

    def __init__(self, prompt: Prompt, request: CaptionRequest, tokens: Tokens) -> None:
        self.prompt = prompt
        self.request = request
        self.tokens = tokens

    def write(self, spare: int) -> Written:
        """The chat whose texts of the paper take about `spare` tokens at most."""
        budget = self.prompt.budget
        scale = min(1.0, max(0, spare) / sum(budget.values()))
        texts = {tag: self._text(tag, int(scale * budget[tag])) for tag in _SHARED}
        left = spare - sum(map(self.tokens.count, texts.values()))
        used: list[Mention] = []
        for tag in _CLAIMS:
            limit = max(0, min(budget[tag], left))
            if tag == MENTIONS:
                used = self._mentions(limit)
                texts[tag] = "\n".join(map(self._line, used))
            else:
                texts[tag] = self._text(tag, limit)
            left -= self.tokens.count(texts[tag])
        chat = Chat(
            system=self.prompt.system,
            shared=_joined(self.prompt.shared, texts),
            image=self.request.image,
            image_format=self.request.image_format,
            own="\n\n".join(filter(None, (_joined(self.prompt.own, texts), self.prompt.closing))),
        )
        return Written(chat, tuple(mention.order for mention in used))

    def _text(self, tag: str, limit: int) -> str:
        """A part of the paper in at most `limit` tokens."""
        request, measure = self.request, self._measure(limit)
        if tag == FIGURE_TEXT:
            words = [self._data(word) for word in request.figure_text[:MOST_FIGURE_WORDS]]
            return self._data(items_within([word for word in words if word], limit, measure))
        if tag in (LABEL, PANEL):
            text = self._data((request.label if tag == LABEL else request.panel) or "")
            return text if measure(text) <= limit else ""
        if tag in _SHARED:
            return sentences_within(self._data(request.title if tag == TITLE else request.abstract), limit, measure)
        text = self._data(_own_caption(request) if tag == SUBCAPTION else request.caption)
        return sentences_within(text, limit, measure) or words_within(text, limit, measure)

    def _mentions(self, limit: int) -> list[Mention]:
        """The most informative mentions that fit, in reading order; one that does not fit makes way for the next."""
        request, measure = self.request, self._measure(limit)
        size = {mention: measure(self._line(mention) + "\n") for mention in request.mentions}
        in_turn = [mention for mention in size if size[mention] <= limit]
        if sum(size.values()) > limit:
            known = f"{_own_caption(request)} {request.caption[:LONGEST_PART]}"
            in_turn = by_information(in_turn, request.label, known, request.figure_text)
        kept = []
        for mention in in_turn:
            if size[mention] <= limit:
                kept.append(mention)
                limit -= size[mention]
        return sorted(kept, key=lambda mention: mention.order)

    def _line(self, mention: Mention) -> str:
        section = words_within(self._data(mention.section or ""), LONGEST_SECTION)
        return self._data(f"- ({section}) {mention.text}" if section else f"- {mention.text}")

    def _data(self, text: str) -> str:
        return as_data(visible(text)[:LONGEST_PART], self.tokens.control)

    def _measure(self, limit: int) -> Callable[[str], int]:
        """Counts tokens, but not those of a text that is far too long."""
        return lambda text: limit + 1 if len(text) > LONGEST_TOKEN * limit else self.tokens.count(text)


def _own_caption(request: CaptionRequest) -> str:
    """What the paper says of this panel alone: its subcaption, or its part of the caption."""
    if request.subcaption or not request.panel:
        return request.subcaption or ""
    return take_apart(request.caption[:LONGEST_PART]).parts.get(request.panel, "")


def _joined(headings: Mapping[str, str], texts: Mapping[str, str]) -> str:
    return "\n\n".join(_part(tag, heading, texts[tag]) for tag, heading in headings.items() if texts[tag])


def _part(tag: str, heading: str, text: str) -> str:
    return f"{heading}\n{fenced(tag, text)}"
