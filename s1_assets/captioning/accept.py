"""Is a model's answer fit to be a caption?

Each test is cheap and looks for one way in which models fail; none asks a model. What is measured here is form: that an
answer is true is not. Numbers that neither the paper nor the words of the figure hold are flagged and kept, because
the model may have read them off an axis.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from s1_assets.captioning import phrases
from s1_assets.captioning.answer import Answer, Fault, parse
from s1_assets.captioning.engine import Completion
from s1_assets.captioning.language import is_english
from s1_assets.captioning.prompt import LONGEST_PART, Prompt
from s1_assets.captioning.readable import readable_sentence
from s1_assets.captioning.request import CaptionRequest
from s1_assets.quality.grounding import ground_numbers
from s1_assets.quality.verbatim import common_run, copied_share, repetition, words_of

LEAST_CHARACTERS = 120  # two short sentences; the captions of S1-MMAlign have 759 ± 251, so this is 2.5 SD below
LEAST_CHARACTERS_ALONE = 60  # one sentence of the image, where the paper gives nothing to add
MOST_CHARACTERS = 2_500  # seven SD above: no caption but a summary of the paper, or a list without end
MOST_COPIED = 0.6  # share of a layer's words; one sentence quoted among others is no copy
ECHO = 8  # words; shorter runs of the instructions are English as anybody writes it
_DETAIL = 120  # characters of an answer that a verdict quotes


@dataclass(frozen=True)
class Verdict:
    """An accepted answer with what it is flagged for, or a fault with what it was found in.

    `answer` is None exactly when there is a fault. A flag is `ungrounded_number:<number as written>`.
    """

    answer: Answer | None
    fault: Fault | None
    detail: str
    flags: tuple[str, ...]


def judge(completion: Completion, request: CaptionRequest, prompt: Prompt) -> Verdict:
    """Accept or reject what a model answered to `request` written with `prompt`."""
    answer = parse(completion.text)
    if completion.finish_reason == "length":
        return _rejected(Fault.CUT_OFF, f"after {completion.completion_tokens} tokens: {completion.text[-_DETAIL:]!r}")
    if isinstance(answer, Fault):
        fault = Fault.REFUSAL if phrases.refusal(completion.text) else answer
        return _rejected(fault, repr(completion.text[:_DETAIL]))
    found = next(((fault, detail) for fault, detail in _tests(answer, request, prompt) if detail is not None), None)
    if found:
        return _rejected(*found)
    return Verdict(answer, None, "", tuple(_ungrounded(answer, request)))


def _rejected(fault: Fault, detail: str) -> Verdict:
    return Verdict(None, fault, detail, ())


def _tests(answer: Answer, request: CaptionRequest, prompt: Prompt) -> Iterator[tuple[Fault, str | None]]:
    """Each fault with where it was found, or None; the most telling first: a refusal is short, too, a loop long."""
    layers, length = (answer.visual, answer.contextual), len(answer.recaption)
    yield Fault.EMPTY_LAYER, _empty_layer(answer, request) or phrases.placeholder(*layers)
    yield Fault.REFUSAL, phrases.refusal(*layers)
    yield Fault.CHAT_MARKUP, phrases.chat_markup(*layers) or _address_not_shown(answer, request)
    yield Fault.CUT_OFF, phrases.unfinished(*layers)
    least = LEAST_CHARACTERS if answer.contextual else LEAST_CHARACTERS_ALONE
    yield Fault.TOO_SHORT, f"{length} characters" if length < least else None
    yield Fault.REPETITION, repetition(answer.recaption) or _one_layer_twice(answer)
    yield Fault.TOO_LONG, f"{length} characters" if length > MOST_CHARACTERS else None
    yield Fault.NOT_ENGLISH, _not_english(answer)
    yield Fault.SELF_REFERENCE, phrases.self_reference(request.label, *layers)
    yield Fault.INSTRUCTION_ECHO, common_run(answer.recaption, prompt.instructions, ECHO) or phrases.obedience(*layers)
    yield Fault.COPIED_CONTEXT, _copied_context(answer, request)


def _empty_layer(answer: Answer, request: CaptionRequest) -> str | None:
    if not re.search(r"\w", answer.visual):
        return "visual"
    if not re.search(r"\w", answer.contextual) and any(text.strip() for text in _texts(request)):
        return "contextual, though the paper says something"
    return None


def _one_layer_twice(answer: Answer) -> str | None:
    share = copied_share(answer.contextual, [answer.visual])
    return f"{share:.0%} of contextual stands in visual" if share > MOST_COPIED else None


def _not_english(answer: Answer) -> str | None:
    return next((repr(layer[:_DETAIL]) for layer in (answer.visual, answer.contextual) if not is_english(layer)), None)


def _address_not_shown(answer: Answer, request: CaptionRequest) -> str | None:
    return None if phrases.address(*request.figure_text) else phrases.address(answer.visual, answer.contextual)


def _copied_context(answer: Answer, request: CaptionRequest) -> str | None:
    for name, text in (("caption", request.caption), ("subcaption", request.subcaption or "")):
        if words_of(text) and words_of(answer.visual) == words_of(text[:LONGEST_PART]):
            return f"visual is the paper's {name}"
    sources = list(_sources(request))
    for name, layer in (("visual", answer.visual), ("contextual", answer.contextual)):
        share = copied_share(layer, sources)
        if share > MOST_COPIED:
            return f"{share:.0%} of {name} stands in the paper"
    return None


def _texts(request: CaptionRequest) -> Iterator[str]:
    """All that the paper says, as far as a prompt reads it; title and words printed in the figure aside."""
    for text in (request.caption, request.subcaption or "", request.abstract, *(one.text for one in request.mentions)):
        yield text[:LONGEST_PART]


def _sources(request: CaptionRequest) -> Iterator[str]:
    """What a contextual layer could be copied from: the paper's texts, and its sentences without their pointers."""
    yield from _texts(request)
    for mention in request.mentions:
        if len(mention.text) <= MOST_CHARACTERS:
            yield readable_sentence(mention.text, request.label) or ""


def _ungrounded(answer: Answer, request: CaptionRequest) -> Iterator[str]:
    sources = (*_texts(request), request.title, *request.figure_text)
    for _, _, number in ground_numbers(answer.recaption, sources).offending:
        yield f"ungrounded_number:{number}"
