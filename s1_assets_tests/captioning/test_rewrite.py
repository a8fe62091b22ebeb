"""Answers become captions: the first that is fit, at most three, and never a lost row.

The replica here answers from a script; the real engine answers in s1_assets_tests/engines.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from s1_assets.captioning.dispatch import Limits
from s1_assets.captioning.engine import Chat, Completion, Decoding, EngineUnavailableError, RefusedError
from s1_assets.captioning.engine_thread import EngineThread
from s1_assets.captioning.prompts import load_prompt
from s1_assets.captioning.request import CaptionRequest, Mention, Status
from s1_assets.captioning.rewrite import ModelInUse, RewritingCaptioner, decodings

VISUAL = "A line chart of the water level against time, drawn in blue, falls from left to right and settles at the end."
CONTEXTUAL = "The tank drains through a narrow valve, so its level sinks fast at first and slowly afterwards."
GOOD = json.dumps({"visual": VISUAL, "contextual": CONTEXTUAL})
LOOP = json.dumps({"visual": "the tank " * 60, "contextual": CONTEXTUAL})
REQUEST = CaptionRequest(
    pair_id="arxiv:2401.00001#1",
    paper_id="arxiv:2401.00001",
    image=b"\x89PNG",
    image_format="png",
    image_sha256="0" * 64,
    title="Draining a tank",
    abstract="We drain a tank and watch its level.",
    label="Figure 1",
    panel=None,
    caption="The level of the tank over time.",
    subcaption=None,
    mentions=(Mention("The level sinks fast at first (Figure 1).", "Results", 3),),
    figure_text=(),
)


class Words:
    """A tokenizer that counts words."""

    control = frozenset({"<|im_end|>"})

    def count(self, text: str) -> int:
        return len(text.split())


Script = Callable[[Chat, Decoding], str]


class Scripted:
    name = "scripted"

    def __init__(self, script: Script) -> None:
        self._script = script
        self.asked: list[Decoding] = []

    async def start(self) -> None:
        pass

    async def complete(self, chat: Chat, decoding: Decoding) -> Completion:
        self.asked.append(decoding)
        text = self._script(chat, decoding)
        return Completion(text, "stop", 100, 10)

    async def stop(self) -> None:
        pass

    async def statistics(self) -> dict[str, float]:
        return {"prefix_cache_queries": 100.0 * len(self.asked), "prefix_cache_hits": 25.0 * len(self.asked)}


@pytest.fixture
def captioner_with() -> Iterator[Callable[..., tuple[RewritingCaptioner, Scripted, list[str]]]]:
    engines: list[EngineThread] = []

    def make(script: Script, in_flight: int = 4) -> tuple[RewritingCaptioner, Scripted, list[str]]:
        replica, lines = Scripted(script), []
        engines.append(EngineThread([replica], Limits(in_flight=in_flight, deaths=2, patience=0.1, pause=0.01)))
        model = ModelInUse("model", "revision", Words(), 2000, decodings(64), {"pixels": "1024"})
        return RewritingCaptioner(model, load_prompt("brief"), engines[-1], lines.append), replica, lines

    yield make
    for engine in engines:
        engine.close()


def requests(count: int) -> list[CaptionRequest]:
    return [replace(REQUEST, pair_id=f"arxiv:2401.00001#{number}") for number in range(1, count + 1)]


def test_a_good_first_answer_is_the_caption_in_two_layers(captioner_with):
    captioner, replica, _ = captioner_with(lambda chat, decoding: GOOD)
    [result] = captioner.caption([REQUEST])
    assert result.status is Status.ENHANCED
    assert (result.visual, result.contextual) == (VISUAL, CONTEXTUAL)
    assert result.recaption == f"{VISUAL} {CONTEXTUAL}"
    assert result.used_mentions == (3,)
    assert (result.attempts, result.prompt_tokens, result.completion_tokens) == (1, 100, 10)
    assert result.status_detail is None
    assert [decoding.temperature for decoding in replica.asked] == [0.0]


def test_an_unfit_answer_is_asked_for_again_with_another_seed_and_more_freedom(captioner_with):
    captioner, replica, _ = captioner_with(lambda chat, decoding: GOOD if decoding.seed == 1 else LOOP)
    [result] = captioner.caption([REQUEST])
    assert (result.status, result.attempts) == (Status.ENHANCED, 2)
    assert json.loads(result.decoding or "")["seed"] == 1
    assert [decoding.seed for decoding in replica.asked] == [0, 1]
    assert replica.asked[1].temperature > replica.asked[0].temperature
    assert captioner.statistics()["rejected answer: repetition"] == 1
    assert captioner.statistics()["asked_again"] == 1


def test_after_three_unfit_answers_the_raw_caption_stands_with_the_reason(captioner_with):
    captioner, replica, _ = captioner_with(lambda chat, decoding: LOOP)
    [result] = captioner.caption([REQUEST])
    assert (result.status, result.attempts, len(replica.asked)) == (Status.KEPT_RAW, 3, 3)
    assert result.status_detail is not None
    assert result.status_detail.startswith("repetition: ")
    assert result.recaption == "The level of the tank over time."
    assert (result.visual, result.contextual, result.prompt_tokens) == (None, None, 300)


def test_a_refused_figure_fails_alone(captioner_with):
    def script(chat: Chat, decoding: Decoding) -> str:
        if "Name:\n<label>\nFigure 7\n" in chat.own:
            raise RefusedError("the image does not open")
        return GOOD

    captioner, _, _ = captioner_with(script)
    asked = [replace(request, label=f"Figure {number}") for number, request in enumerate(requests(9), 1)]
    results = {result.pair_id: result for result in captioner.caption(asked)}
    assert len(results) == 9
    failed = results.pop("arxiv:2401.00001#7")
    assert (failed.status, failed.status_detail) == (Status.FAILED, "the image does not open")
    assert failed.recaption == "The level of the tank over time."
    assert all(result.status is Status.ENHANCED for result in results.values())


def test_an_error_that_nobody_thought_of_fails_its_own_row_and_is_counted(captioner_with):
    def script(chat: Chat, decoding: Decoding) -> str:
        if "Name:\n<label>\nFigure 2\n" in chat.own:
            raise OverflowError("cannot convert float infinity to integer")
        return GOOD

    captioner, _, _ = captioner_with(script)
    asked = [replace(request, label=f"Figure {number}") for number, request in enumerate(requests(3), 1)]
    results = {result.pair_id: result for result in captioner.caption(asked)}
    failed = results.pop("arxiv:2401.00001#2")
    assert (failed.status, failed.status_detail) == (
        Status.FAILED,
        "OverflowError: cannot convert float infinity to integer",
    )
    assert [result.status for result in results.values()] == [Status.ENHANCED] * 2
    assert captioner.statistics()["unexpected: OverflowError"] == 1


@pytest.mark.parametrize("error", [PermissionError("another OPENAI_API_KEY"), EngineUnavailableError("busy")])
def test_what_concerns_every_figure_ends_the_run(captioner_with, error):
    def script(chat: Chat, decoding: Decoding) -> str:
        raise error

    captioner, _, _ = captioner_with(script)
    with pytest.raises(type(error), match=str(error)):
        list(captioner.caption(requests(3)))


@pytest.mark.parametrize(("caption", "subcaption"), [("Figure 3:", None), ("12", ""), ("", "(a)")])
def test_a_figure_that_the_paper_says_nothing_about_is_not_asked_for(captioner_with, caption, subcaption):
    captioner, replica, _ = captioner_with(lambda chat, decoding: GOOD)
    [result] = captioner.caption([replace(REQUEST, caption=caption, subcaption=subcaption, mentions=())])
    assert (result.status, result.attempts, result.decoding, replica.asked) == (Status.KEPT_RAW, 0, None, [])
    assert result.status_detail is not None
    assert result.status_detail.startswith("unusable_raw_caption: ")
    assert captioner.statistics()["not asked"] == 1


@pytest.mark.parametrize(
    "said", [{"mentions": REQUEST.mentions}, {"subcaption": "The level over time."}, {"caption": "The level."}]
)
def test_a_figure_that_the_paper_says_anything_about_is_asked_for(captioner_with, said):
    captioner, replica, _ = captioner_with(lambda chat, decoding: GOOD)
    bare = replace(REQUEST, caption="Figure 3:", mentions=())
    [result] = captioner.caption([replace(bare, **said)])
    assert (result.status, len(replica.asked)) == (Status.ENHANCED, 1)


def test_no_more_figures_are_read_than_may_be_in_flight(captioner_with):
    taken: list[str] = []

    def source() -> Iterator[CaptionRequest]:
        for request in requests(40):
            taken.append(request.pair_id)
            yield request

    captioner, _, _ = captioner_with(lambda chat, decoding: GOOD, in_flight=3)
    for done, _ in enumerate(captioner.caption(source()), 1):
        assert len(taken) - done <= 3
    assert len(taken) == 40


def test_nothing_to_ask_starts_no_engine(captioner_with):
    captioner, _, _ = captioner_with(lambda chat, decoding: GOOD)
    assert list(captioner.caption([])) == []
    assert captioner.statistics().get("deaths") is None


def test_counts_are_those_of_this_captioner_though_the_engine_served_others(captioner_with):
    captioner, _, _ = captioner_with(lambda chat, decoding: GOOD)
    list(captioner.caption(requests(5)))
    list(captioner.caption(requests(4)))
    statistics = captioner.statistics()
    assert statistics["prefix_cache_queries"] == 400
    assert statistics["prefix_cache_hit_rate"] == 0.25


def test_a_lost_engine_ends_the_run_and_the_next_begins_with_a_new_one(captioner_with):
    broken = [True]

    def script(chat: Chat, decoding: Decoding) -> str:
        if broken:
            raise EngineUnavailableError("no engine")
        return GOOD

    captioner, _, _ = captioner_with(script)
    with pytest.raises(EngineUnavailableError):
        list(captioner.caption(requests(3)))
    broken.clear()
    assert len(list(captioner.caption(requests(3)))) == 3


def test_all_that_decides_a_caption_is_in_the_identity(captioner_with):
    captioner, _, _ = captioner_with(lambda chat, decoding: GOOD)
    assert set(captioner.identity) == {"model", "revision", "prompt", "decoding", "rules", "pixels"}
    assert load_prompt("brief").sha256 in captioner.identity["prompt"]
