"""The captioner that needs no model: it composes a caption from words that the paper itself holds.

It does not look at the image and understands nothing. It puts the panel's own text first, adds the shared caption,
and adds the sentences that cite the figure and say most beyond the caption, made readable outside the paper. Words
are dropped, never invented. It says so: model is "extractive", `visual` is null, `used_mentions` names its sources.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from s1_assets.captioning.readable import closed, readable_caption
from s1_assets.captioning.request import CaptionRequest, CaptionResult, Status
from s1_assets.captioning.selection import Candidate, candidates, content_words, select
from s1_assets.captioning.shorten import sentences_within, words_within
from s1_assets.extraction.panel_captions import take_apart
from s1_assets.quality.raw_caption import unusable_reason

MODEL = "extractive"
REVISION = "3"  # raised with every change of the rules, so that captions are made anew
LONGEST_RECAPTION = 1_199  # characters


class ExtractiveCaptioner:
    """Composes recaptions by rules; deterministic, and as quick as reading the text."""

    @property
    def identity(self) -> Mapping[str, str]:
        """Model and revision; there is no prompt and no decoding."""
        return {"model": MODEL, "revision": REVISION}

    def caption(self, requests: Iterable[CaptionRequest]) -> Iterator[CaptionResult]:
        """One result a request, in their order."""
        return map(compose, requests)

    def statistics(self) -> Mapping[str, float]:
        """Nothing beyond what the rows say."""
        return {}


def compose(request: CaptionRequest) -> CaptionResult:
    """The recaption of one figure or panel, shorter than 1,200 characters.

    Status is `enhanced` when a citing sentence, or the title in place of a caption that says nothing, was added;
    else `kept_raw`: the recaption is then the raw caption without its markers, and status_detail says why.
    """
    own = _within(own_text(request), LONGEST_RECAPTION)
    offered = candidates(request.mentions, request.label)
    chosen = select(offered, own, request.figure_text, LONGEST_RECAPTION - len(own))
    added = " ".join(candidate.text for candidate in chosen)
    if not added and not content_words(own) and content_words(request.title):
        added = _within(closed(readable_caption(request.title)), LONGEST_RECAPTION - len(own) - 1)
    return CaptionResult(
        pair_id=request.pair_id,
        recaption=f"{own} {added}".strip(),
        visual=None,
        contextual=added or None,
        used_mentions=tuple(candidate.order for candidate in chosen),
        status=Status.ENHANCED if added else Status.KEPT_RAW,
        status_detail=None if added else _why_nothing_was_added(request, own, offered),
        attempts=1,
        model=MODEL,
        model_revision=REVISION,
    )


def own_text(request: CaptionRequest) -> str:
    """What the paper prints under this graphic: the panel's text, then what the caption says of all panels."""
    parts = [request.subcaption or ""]
    taken_apart = take_apart(request.caption)
    if request.panel in taken_apart.parts:
        parts += [taken_apart.parts[request.panel], taken_apart.shared]
    else:
        parts.append(request.caption)
    text = ""
    for part in parts:
        readable = closed(readable_caption(part)) if unusable_reason(part) is None else ""
        if readable and not _contains(text, readable):
            text = f"{text} {readable[0].upper() + readable[1:] if readable[:2].islower() else readable}".strip()
    return text


def _contains(text: str, part: str) -> bool:
    words = content_words(part)
    return bool(words) and words <= content_words(text) and _letters(part) in _letters(text)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _within(text: str, limit: int) -> str:
    """As many whole sentences of `text` as fit, or as many whole words where even the first does not fit."""
    return sentences_within(text, limit) or words_within(text, limit)


def _why_nothing_was_added(request: CaptionRequest, own: str, offered: Sequence[Candidate]) -> str:
    if not request.mentions:
        return "no sentence of the paper cites this figure"
    if not offered:
        return "no citing sentence says anything of its own"
    if all(len(own) + 1 + len(candidate.text) > LONGEST_RECAPTION for candidate in offered):
        return "the caption leaves no room for a citing sentence"
    return "no citing sentence adds to the caption"
