"""The small CLIP and the small masked language model that the repository keeps: what they hold, and what they can."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from s1_assets.settings import PROJECT
from samples.captioner.chart import COLOURS, KINDS, TRENDS
from samples.captioner.papers import paper_texts
from samples.scorers import CLIP, MASKED_LANGUAGE_MODEL
from samples.scorers.card import read_card
from samples.scorers.questions import (
    OpenClip,
    TransformersMaskedLanguageModel,
    fluency,
    likeness,
    scrambled,
    unseen_pairs,
    unseen_texts,
)

NEEDS_MODELS = "needs torch, transformers and open_clip: ./install.sh cpu"
FOLDERS = pytest.mark.parametrize("folder", [CLIP, MASKED_LANGUAGE_MODEL], ids=lambda folder: folder.name)


def test_the_checkpoints_fit_into_a_repository() -> None:
    files = [path for folder in (CLIP, MASKED_LANGUAGE_MODEL) for path in folder.rglob("*") if path.is_file()]
    assert {CLIP / "open_clip_model.safetensors", MASKED_LANGUAGE_MODEL / "model.safetensors"} <= set(files)
    assert sum(path.stat().st_size for path in files) <= 6_300_000


@FOLDERS
def test_a_card_says_how_the_model_was_made_and_that_it_is_a_toy(folder: Path) -> None:
    card = (folder / "README.md").read_text("utf-8")
    for words in ("toy", "CC0", "samples.train_scorers", "| seed |", "| seconds |", "What it cannot"):
        assert words in card


def test_the_cards_report_what_suffices_to_test_scores_with() -> None:
    measured = read_card(CLIP) | read_card(MASKED_LANGUAGE_MODEL)
    for name in (
        "the caption of another chart (other kind, colours or trends)",
        "the raw caption, which says nothing of kind, colour or trend",
        "recaptions",
        "raw captions and mentions",
    ):
        assert measured[name] >= 0.95, name


def test_a_shuffled_caption_is_that_of_a_chart_that_shows_something_else() -> None:
    for pair in unseen_pairs(60, seed=21):
        right, shuffled = (_named(text.partition(" The paper ")[0]) for text in (pair.right, pair.shuffled))
        assert right != shuffled


def _named(text: str) -> list[str]:
    return re.findall("|".join((*KINDS, *COLOURS, *TRENDS)), text)


def test_no_text_that_is_learnt_from_holds_a_caption_of_the_sample_papers() -> None:
    for text in (text for texts in unseen_texts(200, seed=22).values() for text in texts):
        assert not text.startswith(paper_texts().captions)


def test_scrambled_words_are_the_same_words_in_another_order() -> None:
    text = "The yield falls with the dose."
    mixed = scrambled(text, np.random.default_rng(0))
    assert mixed != text
    assert sorted(mixed.split()) == sorted(text.split())


def test_the_right_caption_is_closer_to_an_unseen_chart_than_a_raw_one_or_that_of_another_chart() -> None:
    pytest.importorskip("open_clip", reason=NEEDS_MODELS)
    found = likeness(OpenClip(CLIP).cosines, unseen_pairs(150, seed=23))
    assert found.shuffled >= 0.93
    assert found.raw >= 0.9
    assert found.mean_right > found.mean_raw > found.mean_shuffled


def test_scrambled_words_have_a_higher_pseudo_perplexity_than_unseen_texts() -> None:
    pytest.importorskip("transformers", reason=NEEDS_MODELS)
    model = TransformersMaskedLanguageModel(MASKED_LANGUAGE_MODEL)
    for name, texts in unseen_texts(75, seed=24).items():
        assert fluency(model.perplexity, texts).higher >= 0.92, name


def test_any_text_is_read_without_an_unknown_token() -> None:
    transformers = pytest.importorskip("transformers", reason=NEEDS_MODELS)
    for folder in (CLIP, MASKED_LANGUAGE_MODEL):
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        text = "漢字 😀 \\frac{a}{b} \u0301 α-fe"
        ids = tokenizer(text).input_ids
        assert tokenizer.decode(ids, skip_special_tokens=True) == text
        assert ids[-1] == len(tokenizer) - 1 == max(ids)


@FOLDERS
def test_a_model_loads_by_its_library_alone_without_a_network(folder: Path) -> None:
    pytest.importorskip("open_clip", reason=NEEDS_MODELS)
    loaded = {
        CLIP: "import open_clip, PIL.Image, torch\n"
        "model, preprocess = open_clip.create_model_from_pretrained('local-dir:' + folder)\n"
        "image = model.encode_image(preprocess(PIL.Image.new('RGB', (300, 200)))[None])\n"
        "text = model.encode_text(open_clip.get_tokenizer('local-dir:' + folder)(['a red line chart']))\n"
        "assert image.shape == text.shape and image.dtype == torch.float32",
        MASKED_LANGUAGE_MODEL: "import transformers, torch\n"
        "model = transformers.AutoModelForMaskedLM.from_pretrained(folder)\n"
        "tokenizer = transformers.AutoTokenizer.from_pretrained(folder)\n"
        "read = tokenizer('a red ' + tokenizer.mask_token, return_tensors='pt')\n"
        "assert model(**read).logits.shape == (1, read.input_ids.shape[1], len(tokenizer))\n"
        "assert model.dtype == torch.float32",
    }
    command = [sys.executable, "-c", f"folder = {str(folder)!r}\n{loaded[folder]}"]
    subprocess.run(command, cwd="/", env={"HF_HUB_OFFLINE": "1", "PATH": ""}, check=True)


def test_training_gives_the_same_weights_for_the_same_seed(tmp_path: Path) -> None:
    pytest.importorskip("open_clip", reason=NEEDS_MODELS)
    for name in ("first", "second"):
        command = [sys.executable, "-m", "samples.train_scorers", str(tmp_path / name), "--questions", "0"]
        steps = ["--clip-steps", "2", "--charts", "20", "--language-steps", "2"]
        subprocess.run([*command, *steps], cwd=PROJECT, check=True)
    for file in ("clip/open_clip_model.safetensors", "masked_language_model/model.safetensors"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
