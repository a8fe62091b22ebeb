"""What the small captioner is trained and measured on."""

import json
from collections import Counter

import numpy as np
import pytest

from s1_assets.captioning.fence import as_data
from s1_assets.captioning.prompts import load_prompt
from samples.captioner.chart import COLOURS, KINDS, TREND_KINDS, TRENDS, profile, random_chart
from samples.captioner.drawing import draw
from samples.captioner.plotting import PLOTTED_KINDS, plot
from samples.captioner.questions import grade, measure, read_answer, unseen_questions
from samples.captioner.texts import answer, contextual, random_figure, visual


def some_charts(count: int, seed: int = 3):
    rng = np.random.default_rng(seed)
    return [random_chart(rng) for _ in range(count)]


def test_the_same_seed_draws_the_same_pixels() -> None:
    for chart in some_charts(20):
        first, second = (draw(chart, np.random.default_rng(7)) for _ in range(2))
        assert first.tobytes() == second.tobytes()
        assert draw(chart, np.random.default_rng(8)).tobytes() != first.tobytes()


def test_the_same_seed_plots_the_same_pixels() -> None:
    plotted = {chart.kind: chart for chart in some_charts(60) if chart.kind in PLOTTED_KINDS}
    assert set(plotted) == set(PLOTTED_KINDS)
    for chart in plotted.values():
        first, second = (plot(chart, np.random.default_rng(7)) for _ in range(2))
        assert first.tobytes() == second.tobytes()


def test_kinds_colours_and_trends_are_equally_likely() -> None:
    charts = some_charts(4000)
    for names, found in (
        (KINDS, [chart.kind for chart in charts]),
        (TRENDS, [trend for chart in charts for trend in chart.trends]),
        (COLOURS, [colour for chart in charts for colour in chart.colours]),
    ):
        counts = Counter(found)
        assert set(counts) == set(names)
        even = sum(counts.values()) / len(names)
        assert all(0.75 * even < count < 1.25 * even for count in counts.values()), counts


def test_only_kinds_with_axes_have_trends() -> None:
    for chart in some_charts(400):
        assert bool(chart.trends) == (chart.kind in TREND_KINDS)


@pytest.mark.parametrize("count", [5, 9, 24, 120])
def test_numbers_follow_the_trend_that_they_are_named_by(count: int) -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        assert np.ptp(profile("stays flat", count, rng)) < 0.1
        assert np.all(np.diff(profile("rises", count, rng)) >= 0)
        assert np.all(np.diff(profile("falls", count, rng)) <= 0)
        peak, dip = profile("peaks", count, rng), profile("dips", count, rng)
        assert 0 < int(peak.argmax()) < count - 1
        assert 0 < int(dip.argmin()) < count - 1


@pytest.mark.parametrize("count", [9, 24, 120])
def test_an_oscillation_turns_at_least_three_times(count: int) -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        steps = np.diff(profile("oscillates", count, rng))
        assert np.count_nonzero(np.diff(np.sign(steps))) >= 3


def test_right_answers_have_two_layers_and_are_graded_as_right() -> None:
    questions = unseen_questions(120)
    answers = [answer(question.figure) for question in questions]
    found = grade(questions, answers)
    assert (found.valid, found.kind, found.colour, found.trend) == (1, 1, 1, 1)
    for question, text in zip(questions, answers, strict=True):
        layers = read_answer(text)
        assert layers is not None
        assert len(layers["visual"]) >= 120
        assert layers["contextual"]
        assert "Figure" not in layers["visual"] and "Fig." not in layers["visual"]
        assert question.figure.said in layers["contextual"]


def test_answers_to_other_questions_are_graded_by_chance() -> None:
    questions = unseen_questions(300)
    shifted = [answer(question.figure) for question in questions[1:] + questions[:1]]
    found = grade(questions, shifted)
    assert found.valid == 1
    assert found.kind < 0.25 and found.colour < 0.25 and found.trend < 0.35


@pytest.mark.parametrize("text", ["", "A line chart.", "[]", '{"visual": "x"}', '{"visual": 1, "contextual": "y"}'])
def test_what_is_no_answer_has_nothing_right(text: str) -> None:
    found = measure(lambda _image, _messages: text, unseen_questions(5))
    assert (found.valid, found.kind, found.colour) == (0, 0, 0)


def test_the_question_holds_the_paper_but_not_the_answer() -> None:
    told = 0
    for question in unseen_questions(200):
        system, user = question.messages
        before, image, after = user["content"]
        asked = json.dumps([system, before, after], ensure_ascii=False)
        assert image == {"type": "image"}
        assert all(as_data(mention) in after["text"] for mention in question.figure.mentions)
        assert visual(question.figure)[:60] not in asked
        told += question.figure.chart.kind in asked.lower()
    assert told <= 10  # sentences of the sample papers speak of diagrams and histograms, of this chart by chance


def test_the_question_is_laid_out_by_the_platforms_own_prompt() -> None:
    prompt = load_prompt("brief")
    for question in unseen_questions(20, length=1):
        system, user = question.messages
        assert system["content"] == prompt.system
        assert user["content"][2]["text"].endswith(prompt.closing)


def test_words_of_the_axes_are_named_only_where_the_text_has_them() -> None:
    rng = np.random.default_rng(5)
    figures = [random_figure(random_chart(rng), rng, 0.1) for _ in range(200)]
    for figure in figures:
        read = f"{figure.caption} {' '.join(figure.figure_text).lower()}"
        named = f"about {figure.chart.x_word}," in visual(figure)
        assert named == (bool(figure.chart.trends) and figure.chart.x_word in read)


def test_what_the_paper_does_not_say_is_not_claimed() -> None:
    rng = np.random.default_rng(6)
    silent = [
        figure for figure in (random_figure(random_chart(rng), rng, 0) for _ in range(300)) if not figure.mentions
    ]
    assert silent
    for figure in silent:
        assert "says of it:" not in contextual(figure)
