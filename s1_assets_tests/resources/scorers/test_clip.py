"""CLIP scores of a real open_clip model: the same numbers as by hand, and what happens when something is wrong."""

import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import astuple, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from resources.scorers.clip import OpenClipScorer
from resources.scorers.clip_encoder import Encoder
from s1_assets.quality.scorers import ClipScores, ImageText
from s1_assets_tests.resources.scorers.tiny_clip import (
    PREPROCESSING,
    ReadmeExample,
    register,
    write_config,
    write_weights,
)

open_clip = pytest.importorskip("open_clip", reason="needs open_clip: ./install.sh cpu")
torch = pytest.importorskip("torch", reason="needs open_clip: ./install.sh cpu")

ROOM = 14  # tokens of a text in a context of 16
SHORT = "A line rises from left to right."  # 8 tokens
LONG = (
    "Four bars of unequal height stand on a common base line; the second is the tallest, at about 12.5 units, "
    "and whiskers show one standard error of the mean over six repeated readings of each."
)
MIDDLE = "Scatter plot of load (N) against height, with a fitted line &amp; a grey band"
TEXTS = (
    SHORT,
    LONG,
    MIDDLE,
    "Pie chart",
    "Heat map: depth over time,\nin shades of blue, dark is deep; zero is white.",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    torch.set_num_threads(2)
    return tmp_path_factory.mktemp("clip")


@pytest.fixture(scope="module")
def config(folder) -> Path:
    return write_config(folder / "tiny.json")


@pytest.fixture(scope="module")
def name(config) -> str:
    return register(config, "tiny-of-test-clip")


@pytest.fixture(scope="module")
def weights(folder, name) -> Path:
    return write_weights(folder / "tiny.safetensors", name)


@pytest.fixture(scope="module")
def readme(name, weights) -> ReadmeExample:
    return ReadmeExample(name, weights)


@pytest.fixture(scope="module")
def scorer(config, weights) -> OpenClipScorer:
    return OpenClipScorer(str(config), str(weights))


def drawn(seed: int, mode: str = "RGB") -> Image.Image:
    """A few bars and a curve."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (int(random.integers(60, 120)), int(random.integers(50, 90))), "white")
    pen = ImageDraw.Draw(image)
    for left in range(4, image.width, 14):
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        pen.rectangle((left, random.integers(5, 40), left + 8, image.height - 4), fill=colour)
    return image.convert(mode)


def encoded(image: Image.Image, image_format: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, image_format)
    return file.getvalue()


def pairs() -> list[ImageText]:
    """Texts that fit and texts that do not, in every place; PNG and JPEG, colour and grey."""
    files = [
        encoded(drawn(0)),
        encoded(drawn(1), "JPEG"),
        encoded(drawn(2, "L")),
        encoded(drawn(3)),
        encoded(drawn(4)),
    ]
    count = len(TEXTS)
    return [
        ImageText(file, TEXTS[place], TEXTS[(place + 1) % count], TEXTS[(place + 3) % count])
        for place, file in enumerate(files)
    ]


def found(scorer: OpenClipScorer, asked: Sequence[ImageText]) -> list[ClipScores]:
    scores = scorer.scores(asked)
    assert None not in scores
    return [one for one in scores if one is not None]


def values(scores: Sequence[ClipScores]) -> np.ndarray:
    return np.array([astuple(one) for one in scores], float)


def test_scores_are_those_of_open_clips_readme(scorer, readme):
    for pair, scores in zip(pairs(), found(scorer, pairs()), strict=True):
        image = Image.open(io.BytesIO(pair.image))
        expected = readme.cosines(image, [pair.raw, pair.recaption, pair.another])
        assert [scores.raw, scores.recaption, scores.shuffled] == pytest.approx(expected, abs=1e-6)
        assert np.ptp(expected) > 1e-3  # the texts do not all score the same


def test_scores_depend_neither_on_the_order_nor_on_what_else_is_scored(scorer):
    together = values(found(scorer, pairs()))
    alone = values([scores for pair in pairs() for scores in found(scorer, [pair])])
    backwards = values(found(scorer, pairs()[::-1]))[::-1]
    np.testing.assert_allclose(alone, together, atol=1e-6)
    np.testing.assert_allclose(backwards, together, atol=1e-6)


def test_more_pairs_than_a_batch_of_the_model_holds(scorer):
    many = [replace(pairs()[place % 5], raw=f"Panel {place} of many") for place in range(70)]
    last = found(scorer, many)[-1]
    assert astuple(last) == pytest.approx(astuple(found(scorer, many[-1:])[0]), abs=1e-6)


def test_windows_are_the_mean_over_the_whole_text_by_tokens(scorer, readme):
    pair = ImageText(encoded(drawn(7)), SHORT, LONG, None)
    (scores,) = found(scorer, [pair])
    tokens = readme.tokenizer.encode(LONG)
    parts = [tokens[start : start + ROOM] for start in range(0, len(tokens), ROOM)]
    assert len(parts) > 2
    assert len(parts[-1]) < ROOM
    start, end = readme.tokenizer.sot_token_id, readme.tokenizer.eot_token_id
    rows = torch.tensor([[start, *part, end] + [0] * (ROOM - len(part)) for part in parts])
    cosines = readme.cosines_of_rows(drawn(7), rows)
    expected = np.average(cosines, weights=[len(part) for part in parts])
    assert scores.recaption_windows == pytest.approx(expected, abs=1e-6)
    assert scores.coverage == pytest.approx(ROOM / len(tokens))
    assert scores.raw_windows == pytest.approx(scores.raw, abs=1e-9)


def test_the_tail_of_a_text_counts_in_its_windows_only(scorer):
    image = encoded(drawn(8))
    one, other = found(
        scorer,
        [ImageText(image, SHORT, LONG, None), ImageText(image, SHORT, LONG.replace("six", "nine purple"), None)],
    )
    assert one.recaption == other.recaption
    assert abs(one.recaption_windows - other.recaption_windows) > 1e-4


def test_the_matched_recaption_reads_as_many_tokens_as_the_raw_caption(scorer, readme):
    (scores,) = found(scorer, [ImageText(encoded(drawn(9)), "Two lines", LONG, None)])
    raw = readme.tokenizer.encode("Two lines")
    cut = readme.tokenizer.decode(readme.tokenizer.encode(LONG)[: len(raw)])
    assert readme.tokenizer.encode(cut) == readme.tokenizer.encode(LONG)[: len(raw)]
    assert scores.matched == pytest.approx(readme.cosines(drawn(9), [cut])[0], abs=1e-6)


def test_coverage_counts_tokens(scorer):
    text = "a " * 20
    (scores,) = found(scorer, [ImageText(encoded(drawn(0)), SHORT, text, None)])
    assert scores.coverage == ROOM / 20


def test_texts_that_are_not_there_have_no_scores(scorer):
    image = encoded(drawn(0))
    without_raw, failed = found(scorer, [ImageText(image, " ", LONG, None), ImageText(image, SHORT, None, LONG)])
    assert (without_raw.raw, without_raw.raw_windows, without_raw.matched, without_raw.shuffled) == (None,) * 4
    assert without_raw.recaption is not None
    assert (failed.recaption, failed.recaption_windows, failed.coverage, failed.matched) == (None,) * 4
    assert failed.raw is not None
    assert failed.shuffled is not None
    assert scorer.scores([]) == []


@cache
def damaged() -> dict[str, bytes]:
    whole = encoded(drawn(0))
    return {
        "empty": b"",
        "no image": b"%PDF-1.7",
        "cut off": whole[: len(whole) // 2],
        "damaged": whole[:60] + bytes(20) + whole[80:],
        "another format": encoded(drawn(0), "TIFF"),
        "too large": encoded(Image.new("1", (20_000, 20_000))),
        "a strip": encoded(Image.new("RGB", (1000, 2))),
    }


@pytest.mark.parametrize("kind", list(damaged()))
@pytest.mark.filterwarnings("error")
def test_an_image_that_does_not_decode_is_none_and_leaves_the_others_alone(scorer, kind):
    first, second, *_ = pairs()
    scores = scorer.scores([first, replace(first, image=damaged()[kind]), second])
    assert scores[1] is None
    np.testing.assert_allclose(values([scores[0], scores[2]]), values(found(scorer, [first, second])), atol=1e-6)


def test_transparent_images_lie_on_white(scorer):
    image = drawn(5, "RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    given, expected, black = found(
        scorer,
        [ImageText(encoded(one), SHORT, LONG, None) for one in (image, paper.convert("RGB"), image.convert("RGB"))],
    )
    assert given.raw == pytest.approx(expected.raw, abs=1e-3)
    assert abs(given.raw - black.raw) > 2e-3


def test_a_configuration_says_how_images_are_prepared(folder, weights):
    config = write_config(folder / "open_clip_config.json", PREPROCESSING)
    scorer = OpenClipScorer(str(config), str(weights))
    name = register(config, "tiny-with-preprocessing")
    options = {f"image_{key}": value for key, value in PREPROCESSING.items()}
    expected = ReadmeExample(name, weights, **options).cosines(drawn(3), [SHORT, LONG])
    (scores,) = found(scorer, [ImageText(encoded(drawn(3)), SHORT, LONG, None)])
    assert [scores.raw, scores.recaption] == pytest.approx(expected, abs=1e-6)
    assert abs(expected[0] - ReadmeExample(name, weights).cosines(drawn(3), [SHORT])[0]) > 1e-4


def test_weights_that_torch_saved_give_the_same_scores(folder, config, name, scorer):
    saved = write_weights(folder / "tiny.pt", name)
    other = OpenClipScorer(str(config), str(saved))
    np.testing.assert_allclose(values(found(other, pairs())), values(found(scorer, pairs())), atol=1e-6)


def test_weights_of_a_tag_get_the_activation_and_preprocessing_they_were_trained_with(name, weights, monkeypatch):
    tag = {"file": str(weights), "quick_gelu": True, "mean": (0.1, 0.2, 0.3), "std": (0.5, 0.5, 0.5)}
    monkeypatch.setitem(open_clip.pretrained._PRETRAINED, name, {"house": tag})
    scorer = OpenClipScorer(name, "house")
    assert scorer.identity["weights"] == "house"
    expected = ReadmeExample(name, "house", force_quick_gelu=True).cosines(drawn(2), [SHORT, LONG])
    (scores,) = found(scorer, [ImageText(encoded(drawn(2)), SHORT, LONG, None)])
    assert [scores.raw, scores.recaption] == pytest.approx(expected, abs=1e-6)


def write_tokenizer(folder: Path, kind: str) -> None:
    """A tokenizer of transformers whose words are those of TEXTS: BERT's marks, or an end mark alone as SigLIP has."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    marks = {"bert": ["[PAD]", "[CLS]", "[SEP]", "[UNK]"], "siglip": ["<pad>", "</s>", "<unk>"]}[kind]
    split = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)])
    words = {word for text in TEXTS for word, _ in split.pre_tokenize_str(text)}
    vocabulary = {word: number for number, word in enumerate([*marks, *sorted(words | {"a"})])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=marks[-1]))
    tokenizer.pre_tokenizer = split
    template, used = ("[CLS] $A [SEP]", marks[1:3]) if kind == "bert" else ("$A </s>", marks[1:2])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[(mark, vocabulary[mark]) for mark in used]
    )
    named = {"bert": {"cls_token": "[CLS]", "sep_token": "[SEP]"}, "siglip": {"eos_token": "</s>"}}[kind]
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=marks[0], unk_token=marks[-1], **named)
    fast.save_pretrained(folder)


@pytest.mark.parametrize(("kind", "room"), [("bert", 14), ("siglip", 15)])
def test_a_tokenizer_of_transformers_beside_the_configuration(tmp_path, kind, room):
    write_tokenizer(tmp_path, kind)
    text = {"no_causal_mask": True, "pool_type": "last", "tokenizer_kwargs": {"strip_sep_token": kind == "bert"}}
    config = write_config(tmp_path / "open_clip_config.json", {}, hf_tokenizer_name="not/reachable", **text)
    own = write_config(tmp_path / "own.json", {}, hf_tokenizer_name=str(tmp_path), **text)
    name = register(own, f"tiny-{kind}")
    weights = write_weights(tmp_path / "weights.pt", name)
    readme = ReadmeExample(name, weights)
    (scores,) = found(OpenClipScorer(str(config), str(weights)), [ImageText(encoded(drawn(6)), SHORT, LONG, MIDDLE)])
    expected = readme.cosines(drawn(6), [SHORT, LONG, MIDDLE])
    assert [scores.raw, scores.recaption, scores.shuffled] == pytest.approx(expected, abs=1e-6)
    count = len(readme.tokenizer.tokenizer(LONG, add_special_tokens=False).input_ids)
    assert scores.coverage == pytest.approx(room / count)


def test_texts_read_together_have_the_vectors_that_the_stock_architecture_gives_each():
    torch.manual_seed(0)
    model, _, preprocess = open_clip.create_model_and_transforms("ViT-B-32")
    tokenizer = open_clip.get_tokenizer("ViT-B-32")
    encoder = Encoder(model.eval(), preprocess, tokenizer)
    assert encoder.tokens.room == 75
    long = f"{LONG} {LONG}"
    texts = [SHORT, long, MIDDLE, "Pie chart", "Pie chart<|endoftext|> of lead", *(long[:end] for end in (40, 41, 90))]
    tokens = [encoder.tokens.content(text)[:75] for text in texts]
    with torch.no_grad():
        expected = model.encode_text(tokenizer(texts), normalize=True).numpy()
        picture = model.encode_image(preprocess(drawn(1)).unsqueeze(0), normalize=True).numpy()[0]
    vectors = encoder.texts(set(tokens))
    np.testing.assert_allclose([vectors[text] for text in tokens], expected, atol=1e-6)
    alone, together = encoder.texts([tokens[1][:9]]), encoder.texts([tokens[1][:9], tokens[1]])
    np.testing.assert_allclose(together[tokens[1][:9]], alone[tokens[1][:9]], atol=1e-6)
    np.testing.assert_allclose(encoder.images([encoder.pixels(encoded(drawn(1)))])[0], picture, atol=1e-6)


def test_identity_tells_weights_and_architectures_apart_by_content(tmp_path, config, weights, name):
    before = OpenClipScorer(str(config), str(weights)).identity
    assert before["precision"] in {"fp32", "bf16"}
    copy = shutil.copy(weights, tmp_path / "elsewhere.safetensors")
    assert OpenClipScorer(str(config), copy).identity == before
    other = write_weights(tmp_path / "other.safetensors", name, seed=1)
    changed = OpenClipScorer(str(config), str(other)).identity
    assert changed["weights"] != before["weights"]
    assert changed["architecture"] == before["architecture"]
    wider = write_config(tmp_path / "tiny.json", PREPROCESSING)
    assert OpenClipScorer(str(wider), str(weights)).identity["architecture"] != before["architecture"]
    assert OpenClipScorer("ViT-B/32", str(weights)).identity["architecture"] == "ViT-B-32"


def test_a_known_tag_is_its_own_identity_and_is_not_fetched():
    identity = OpenClipScorer("ViT-B-32", "laion2b_s34b_b79k").identity
    assert (identity["architecture"], identity["weights"]) == ("ViT-B-32", "laion2b_s34b_b79k")


def test_weights_that_cannot_be_loaded_are_an_error_when_they_are_needed(tmp_path, config):
    garbage = tmp_path / "garbage.pt"
    garbage.write_bytes(b"no weights")
    scorer = OpenClipScorer(str(config), str(garbage))
    assert scorer.identity["weights"].startswith("sha256:")
    with pytest.raises(ValueError, match=r"S1_CLIP_WEIGHTS=.*garbage\.pt.* cannot be loaded as S1_CLIP=.*tiny\.json"):
        scorer.scores(pairs())


@pytest.mark.parametrize(
    ("architecture", "given", "message"),
    [
        ("ViT-B-23", "openai", "S1_CLIP='ViT-B-23' is no architecture that open_clip knows .*ViT-B-32"),
        ("nowhere.json", "openai", "S1_CLIP='.*nowhere.json' cannot be read"),
        ("ViT-B-32", "laion3b", "S1_CLIP_WEIGHTS='laion3b' is no file .* S1_CLIP='ViT-B-32'; it has .*laion2b_e16"),
        ("ViT-B-32", "nowhere.pt", "S1_CLIP_WEIGHTS='nowhere.pt' is no file"),
    ],
)
def test_what_is_not_there_is_an_error_that_names_the_setting(architecture, given, message):
    with pytest.raises(ValueError, match=message):
        OpenClipScorer(architecture, given)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "cannot be read as a configuration"), ("[]", "cannot be read"), ('{"embed_dim": 1}', "has no text_cfg")],
)
def test_a_file_that_is_no_configuration_is_an_error(tmp_path, content, message):
    config = tmp_path / "config.json"
    config.write_text(content)
    with pytest.raises(ValueError, match=f"S1_CLIP='.*config.json' {message}"):
        OpenClipScorer(str(config), "openai")


def test_weights_are_a_file_of_a_known_kind(tmp_path, config):
    weights = tmp_path / "weights.json"
    weights.write_text(json.dumps({}))
    with pytest.raises(ValueError, match=r"S1_CLIP_WEIGHTS=.* is no \.bin, \.pt, \.pth, \.safetensors file"):
        OpenClipScorer(str(config), str(weights))
