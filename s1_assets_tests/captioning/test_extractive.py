import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1_assets.captioning.extractive import ExtractiveCaptioner, compose
from s1_assets.captioning.request import CaptionRequest, Mention, Status

REQUEST = CaptionRequest(
    pair_id="arxiv:1#1",
    paper_id="arxiv:1",
    image=b"",
    image_format="png",
    image_sha256="",
    title="How a toy pump moves water uphill",
    abstract="",
    label="Figure 1",
    panel=None,
    caption="Flow against stroke rate.",
    subcaption=None,
    mentions=(),
    figure_text=(),
)


def request(*mentions: str, **changes: Any) -> CaptionRequest:
    numbered = tuple(Mention(text, "Results", 10 + order) for order, text in enumerate(mentions))
    return replace(REQUEST, mentions=numbered, **changes)


def test_the_most_informative_sentences_follow_the_caption_in_reading_order() -> None:
    result = compose(
        request(
            "Figure [REF] shows the results.",
            "Above 4 strokes a second the valve leaks and the pump loses half of its water (Fig. [REF]).",
            "Fig. [REF] shows a straight line through all points between 1 and 4 strokes [CITE].",
        )
    )
    assert result.recaption == (
        "Flow against stroke rate. Above 4 strokes a second the valve leaks and the pump loses half of its water. "
        "A straight line through all points between 1 and 4 strokes."
    )
    assert result.used_mentions == (11, 12)
    assert result.contextual and result.recaption.endswith(result.contextual)
    assert (result.status, result.model, result.visual) == (Status.ENHANCED, "extractive", None)


def test_a_sentence_that_repeats_the_caption_is_not_added() -> None:
    result = compose(request("Fig. [REF] shows the flow against the rate of strokes."))
    assert (result.status, result.recaption, result.contextual) == (Status.KEPT_RAW, "Flow against stroke rate.", None)
    assert result.status_detail == "no citing sentence adds to the caption"


def test_two_sentences_that_say_the_same_are_added_once() -> None:
    one = "The valve leaks water above four strokes every second (Fig. [REF])."
    other = "Above four strokes every second, the valve leaks water, see Fig. [REF]."
    assert len(compose(request(one, other)).used_mentions) == 1


def test_words_printed_in_the_figure_decide_between_sentences() -> None:
    sentences = [
        f"The {word} of the toy pump follows from its simple mechanics (Fig. [REF])." for word in ("price", "torque")
    ]
    offered = request(*sentences, figure_text=("torque", "Nm"))
    assert compose(offered).used_mentions == (11,)


def test_without_mentions_the_caption_is_kept_without_its_markers() -> None:
    result = compose(request(caption="Figure 1: Flow [CITE] against rate, as in Fig. [REF]."))
    assert (result.status, result.recaption) == (Status.KEPT_RAW, "Flow against rate.")
    assert result.status_detail == "no sentence of the paper cites this figure"


def test_a_panel_begins_with_its_own_text() -> None:
    caption = "A toy pump. (a) Side view with the valve. (b) Front view with the handle."
    assert compose(request(caption=caption, panel="b")).recaption == "Front view with the handle. A toy pump."
    with_subcaption = request(caption="A toy pump.", panel="b", subcaption="front view with the handle")
    assert compose(with_subcaption).recaption == "Front view with the handle. A toy pump."


def test_a_caption_that_names_its_panels_within_a_sentence_is_kept_whole() -> None:
    caption = "The pump from (a) the side and (b) the front."
    assert compose(request(caption=caption, panel="b")).recaption == caption


def test_the_title_serves_where_the_caption_is_a_bare_label() -> None:
    result = compose(request(caption="Figure 1."))
    assert (result.status, result.recaption) == (Status.ENHANCED, "How a toy pump moves water uphill.")
    assert result.used_mentions == ()


def test_the_title_does_not_pad_a_short_caption() -> None:
    result = compose(request("Figure [REF] overestimates the flow.", caption="Flow"))
    assert (result.status, result.recaption) == (Status.KEPT_RAW, "Flow.")


def test_new_numbers_are_reason_enough_to_add_a_sentence() -> None:
    result = compose(request("The flow is 1.20 l/s at the low stroke rate and 0.95 l/s above (Fig. [REF])."))
    assert result.used_mentions == (10,)


def test_a_figure_of_which_nothing_is_said_ends_with_a_reason() -> None:
    result = compose(request(caption="", title=""))
    assert (result.status, result.recaption) == (Status.KEPT_RAW, "")
    assert result.status_detail


@pytest.mark.parametrize("caption", ["A long sentence about pumps. " * 100, "word " * 1000, "x" * 5000])
def test_a_recaption_stays_under_1200_characters(caption: str) -> None:
    mentions = [f"Valve number {n} of colour {chr(97 + n) * 6} opens at noon (Fig. [REF])." for n in range(20)]
    assert len(compose(request(*mentions, caption=caption)).recaption) < 1200


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def test_no_word_is_invented_on_real_papers(shared_data: Path) -> None:
    for line in (shared_data / "gold_latex.jsonl").read_text().splitlines():
        paper = json.loads(line)
        for figure in paper["figures"]:
            asked = request(*figure["mentions"], caption=figure["caption"], title=paper["title"])
            result = compose(asked)
            sources = " ".join([asked.caption, asked.title, *(mention.text for mention in asked.mentions)])
            assert words(result.recaption) <= words(sources)
            assert "[REF]" not in result.recaption
            assert "[CITE]" not in result.recaption


SCRAPS = """
    the valve of pump shows Fig. Figs. Eq. [REF] [CITE] ([REF]) (see in as shown , . and $x. y$ (a) b 3 – \\ “ ) :
"""
PROSE = st.lists(st.sampled_from(SCRAPS.split()), max_size=40).map(" ".join)


@given(caption=PROSE, mentions=st.lists(PROSE, max_size=4), panel=st.sampled_from([None, "a"]))
def test_whatever_the_text_a_result_comes_without_markers_and_without_new_words(
    caption: str, mentions: list[str], panel: str | None
) -> None:
    asked = request(*mentions, caption=caption, panel=panel)
    [result] = ExtractiveCaptioner().caption([asked])
    assert words(result.recaption) <= words(" ".join([caption, asked.title, *mentions]))
    assert not re.search(r"\[(REF|CITE)\]|[\ue000-\uf8ff]", result.recaption)
    assert len(result.recaption) < 1200
