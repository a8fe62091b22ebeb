"""Answers about one figure, and the verdict on them."""

import json
from dataclasses import replace
from typing import Any

from s1_assets.captioning.accept import Verdict, judge
from s1_assets.captioning.engine import Completion
from s1_assets.captioning.prompts import load_prompt
from s1_assets.captioning.request import CaptionRequest, Mention

PROMPT = load_prompt()
MENTION = (
    "As shown in Fig. [REF], the flow grows linearly with the stroke rate up to 4 strokes per second, above which the "
    "leather valve no longer closes in time and half of the water is lost [CITE]."
)
REQUEST = CaptionRequest(
    pair_id="arxiv:1#1",
    paper_id="arxiv:1",
    image=b"",
    image_format="png",
    image_sha256="",
    title="How a toy pump moves water uphill",
    abstract="We build a toy pump from wood and leather and measure how much water it moves to a height of 2.5 m.",
    label="Scheme 1",
    panel=None,
    caption="Flow against stroke rate. The dashed line is a linear fit.",
    subcaption=None,
    mentions=(Mention(MENTION, "Results", 11),),
    figure_text=("0", "1.5", "Rate (1/s)"),
)
VISUAL = (
    "A scatter plot with a straight dashed line: blue points climb steadily from the lower left, then drop below the "
    "line near the right edge."
)
CONTEXTUAL = (
    "A wooden toy pump lifts water to 2.5 m. Delivery is proportional to how quickly it is worked until, at 4 strokes "
    "per second, its valve closes too late and much of the water escapes."
)


def verdict(visual: str = VISUAL, contextual: str = CONTEXTUAL, reason: str = "stop", **changes: Any) -> Verdict:
    text = json.dumps({"visual": visual, "contextual": contextual})
    return judge(Completion(text, reason, 900, 120), replace(REQUEST, **changes), PROMPT)


def with_sentence(sentence: str) -> Verdict:
    return verdict(contextual=f"{CONTEXTUAL} {sentence}")
