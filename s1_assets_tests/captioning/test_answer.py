import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1_assets.captioning.answer import SCHEMA, Answer, Fault, parse

GOOD = '{"visual": "A line rises.", "contextual": "It is the flow"}'


@pytest.mark.parametrize("text", [GOOD, f"  \n{GOOD}\n", f"```json\n{GOOD}\n```", f"```\n{GOOD}```"])
def test_the_two_layers_are_read(text: str) -> None:
    answer = parse(text)
    assert answer == Answer("A line rises.", "It is the flow")
    assert answer.recaption == "A line rises. It is the flow."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A line rises.",
        f"Here is it: {GOOD}",
        f"{GOOD} {GOOD}",
        GOOD[:-1],
        "[]",
        "null",
        '{"visual": "A line rises."}',
        '{"visual": "A line rises.", "contextual": null}',
        '{"visual": ["A line rises."], "contextual": "x"}',
        '{"visual": "a", "contextual": "b", "thoughts": "c"}',
        '{"visual": "a", "visual": "b", "contextual": "c"}',
        "[" * 100_000,
        '{"visual": ' + "9" * 10_000 + ', "contextual": "x"}',
        "{'visual': 'a', 'contextual': 'b'}",
    ],
)
def test_anything_else_is_invalid(text: str) -> None:
    assert parse(text) is Fault.INVALID_JSON


def test_layers_come_on_one_line_without_what_nobody_sees() -> None:
    text = json.dumps({"visual": " A line\n rises.\x00\ud800", "contextual": "It\u200b is\u202e flow."})
    assert parse(text) == Answer("A line rises.", "It is flow.")


def test_an_empty_layer_leaves_no_blank_in_the_recaption() -> None:
    assert Answer("A line rises", "").recaption == "A line rises."


def test_the_schema_asks_for_what_is_read() -> None:
    assert SCHEMA["required"] == list(SCHEMA["properties"]) == list(Answer.__dataclass_fields__)
    assert SCHEMA["additionalProperties"] is False


@given(st.text(alphabet='{}[]":,`\\ \nvisualcontextual', max_size=60))
def test_whatever_the_text_there_is_an_answer_or_a_fault(text: str) -> None:
    assert isinstance(parse(text), Answer | Fault)


@given(visual=st.text(), contextual=st.text())
def test_every_answer_can_be_stored_as_utf8(visual: str, contextual: str) -> None:
    answer = parse(json.dumps({"visual": visual, "contextual": contextual}))
    assert isinstance(answer, Answer)
    assert answer.recaption.encode().decode() == answer.recaption
