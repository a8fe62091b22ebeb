"""The small captioner that the repository keeps: what its folder holds, and what the model can."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1_assets.settings import PROJECT
from samples.captioner import FOLDER
from samples.captioner.card import read_card
from samples.captioner.questions import Question, TransformersCaptioner, grade, read_answer, unseen_questions
from samples.captioner.tokenizer import CONTROL_TOKENS, VOCABULARY

NEEDS_MODELS = "needs torch and transformers: ./install.sh cpu"


def test_the_checkpoint_fits_into_a_repository() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert FOLDER / "model.safetensors" in files
    assert sum(path.stat().st_size for path in files) <= 12_000_000


def test_the_card_says_how_the_model_was_made_and_that_it_is_a_toy() -> None:
    card = (FOLDER / "README.md").read_text("utf-8")
    for words in ("toy", "CC0", "samples.train_captioner", "| seed |", "| seconds |", "What it cannot"):
        assert words in card


def test_the_card_reports_accuracies_that_suffice_to_test_captions_with() -> None:
    measured = read_card(FOLDER)
    least = {
        "answer is JSON of the two layers": 0.99,
        "kind": 0.95,
        "colours, all of them": 0.90,
        "trend, in every panel": 0.90,
    }
    assert set(measured) == set(least)
    for name, share in least.items():
        assert measured[name][0] >= share, name


@pytest.fixture(scope="module")
def tokenizer():
    transformers = pytest.importorskip("transformers", reason=NEEDS_MODELS)
    return transformers.AutoTokenizer.from_pretrained(FOLDER)


@given(st.text())
def test_any_text_comes_back_from_the_tokenizer(tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer(text).input_ids) == text


def test_control_tokens_are_one_token_each_and_the_vocabulary_is_as_small_as_planned(tokenizer) -> None:
    assert len(tokenizer) == VOCABULARY
    for token in CONTROL_TOKENS:
        assert len(tokenizer(token).input_ids) == 1
        assert len(tokenizer(f"a{token}b").input_ids) == 3


def test_a_chat_is_laid_out_as_qwen_does(tokenizer) -> None:
    chat = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]},
    ]
    assert tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\na<|vision_start|><|image_pad|><|vision_end|>b<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_the_model_names_what_unseen_charts_show() -> None:
    pytest.importorskip("torch", reason=NEEDS_MODELS)
    questions = unseen_questions(100, seed=11)
    answers = TransformersCaptioner(FOLDER).answers(questions)
    found = grade(questions, answers)
    assert found.valid >= 0.98
    assert found.kind >= 0.88  # of 100 charts; some three standard deviations below what the card says
    assert found.colour >= 0.90
    assert found.trend >= 0.88


def test_the_model_looks_at_the_picture() -> None:
    pytest.importorskip("torch", reason=NEEDS_MODELS)
    questions = unseen_questions(40, seed=12)
    swapped = [
        Question(question.figure, other.image, question.messages)
        for question, other in zip(questions, questions[1:] + questions[:1], strict=True)
    ]
    found = grade(questions, TransformersCaptioner(FOLDER).answers(swapped))
    assert found.valid >= 0.9
    assert found.kind < 0.5


def test_long_and_foreign_text_around_the_picture_is_read_without_error() -> None:
    pytest.importorskip("torch", reason=NEEDS_MODELS)
    question = unseen_questions(1, seed=13)[0]
    question.messages[1]["content"][0]["text"] = "漢字 😀 \\frac{a}{b} " * 300
    answer = TransformersCaptioner(FOLDER).answers([question])[0]
    assert read_answer(answer) is None or read_answer(answer)["visual"]


def test_training_gives_the_same_weights_for_the_same_seed(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason=NEEDS_MODELS)
    for name in ("first", "second"):
        command = [sys.executable, "-m", "samples.train_captioner", str(tmp_path / name)]
        subprocess.run([*command, "--steps", "2", "--plotted", "2", "--questions", "0"], cwd=PROJECT, check=True)
    first, second = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("first", "second"))
    assert first == second
