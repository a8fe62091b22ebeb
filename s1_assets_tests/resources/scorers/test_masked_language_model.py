"""Pseudo-perplexity by small models of random weights, against a plain computation and against another library."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resources.scorers.masked_language_model import MOST_CHARACTERS, MOST_TOKENS, MaskedLanguageModel
from samples.captioner.papers import paper_texts
from samples.scorers import MASKED_LANGUAGE_MODEL

REASON = "needs torch and transformers: ./install.sh cpu"
torch = pytest.importorskip("torch", reason=REASON)
transformers = pytest.importorskip("transformers", reason=REASON)
tokenizers = pytest.importorskip("tokenizers", reason=REASON)

POSITIONS = 48  # tokens that the models read at once, [CLS] and [SEP] among them
TEXTS = [*paper_texts().captions[:6], "loss", "Loss of the model in 2024."]
KINDS = ("bert", "roberta", "distilbert")


def corpus() -> list[str]:
    texts = paper_texts()
    return [*texts.titles, *texts.captions, *texts.sentences]


def save_word_pieces(folder: Path) -> int:
    """SciBERT's layout: vocab.txt and no tokenizer_config.json."""
    trained = tokenizers.BertWordPieceTokenizer(lowercase=True)
    trained.train_from_iterator(corpus(), vocab_size=400, show_progress=False)
    trained.save_model(str(folder))
    return trained.get_vocab_size()


def save_byte_pairs(folder: Path) -> int:
    trained = tokenizers.ByteLevelBPETokenizer()
    marks = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained.train_from_iterator(corpus(), vocab_size=500, show_progress=False, special_tokens=marks)
    trained.save_model(str(folder))
    return trained.get_vocab_size()


def save_model(kind: str, folder: Path) -> Path:
    """A model of random weights, with deviations far larger than usual so that tokens differ in probability."""
    folder.mkdir()
    vocabulary = save_byte_pairs(folder) if kind == "roberta" else save_word_pieces(folder)
    usual = {"vocab_size": vocabulary, "initializer_range": 0.3}
    narrow = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    if kind == "bert":
        config = transformers.BertConfig(max_position_embeddings=POSITIONS, **usual, **narrow)
    elif kind == "roberta":
        positions = POSITIONS + 2  # RoBERTa's first two are never used
        config = transformers.RobertaConfig(max_position_embeddings=positions, type_vocab_size=1, **usual, **narrow)
    else:
        narrow = {"dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 2}
        config = transformers.DistilBertConfig(max_position_embeddings=POSITIONS, **usual, **narrow)
    torch.manual_seed(7)
    transformers.AutoModelForMaskedLM.from_config(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    root, made = tmp_path_factory.mktemp("models"), {}

    def folder(kind: str) -> Path:
        if kind not in made:
            made[kind] = save_model(kind, root / kind)
        return made[kind]

    return folder


@pytest.fixture(params=KINDS)
def folder(request: pytest.FixtureRequest, saved: Callable[[str], Path]) -> Path:
    return saved(request.param)


@pytest.fixture
def bert(saved: Callable[[str], Path]) -> Path:
    return saved("bert")


def tokens_of(folder: Path, text: str) -> list[int]:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def plainly(folder: Path, text: str) -> float:
    """Mask one token, read the whole text, take the token's log softmax; again for each token."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder)
    ids = tokenizer(text, return_tensors="pt")["input_ids"][0]
    total = 0.0
    with torch.no_grad():
        for place in range(1, len(ids) - 1):
            masked = ids.clone()
            masked[place] = tokenizer.mask_token_id
            total += model(masked[None]).logits[0, place].log_softmax(0)[ids[place]].item()
    return math.exp(-total / (len(ids) - 2))


def short(folder: Path) -> list[str]:
    """Texts that the model reads at once."""
    return [text for text in TEXTS if len(tokens_of(folder, text)) <= POSITIONS - 2]


def test_each_architecture_gives_what_masking_one_token_after_the_other_gives(folder):
    texts = short(folder)
    found = MaskedLanguageModel(str(folder), "float32").pseudo_perplexities(texts)
    assert len(texts) >= 3
    assert found == pytest.approx([plainly(folder, text) for text in texts], rel=1e-4)
    assert len({round(value) for value in found if value}) > 1


def test_minicons_gives_the_same(folder):
    scorer = pytest.importorskip("minicons.scorer", reason="needs minicons: ./install.sh cpu")
    peer = scorer.MaskedLMScorer(str(folder), "cpu")
    texts = short(folder)
    read = peer.tokenizer(texts, padding=True, return_tensors="pt")  # minicons' own reading needs transformers 4
    mean = peer.sequence_score(read, PLL_metric="original")
    found = MaskedLanguageModel(str(folder), "float32").pseudo_perplexities(texts)
    assert found == pytest.approx([math.exp(-one) for one in mean], rel=1e-3)


def test_products_in_bfloat16_change_a_value_little(folder):
    texts = short(folder)
    exactly, fast = (
        MaskedLanguageModel(str(folder), precision).pseudo_perplexities(texts) for precision in ("float32", "bfloat16")
    )
    assert fast == pytest.approx(exactly, rel=0.1)  # weights this wild multiply what rounding does
    assert fast != exactly


def test_of_a_trained_model_bfloat16_gives_what_minicons_gives():
    scorer = pytest.importorskip("minicons.scorer", reason="needs minicons: ./install.sh cpu")
    peer = scorer.MaskedLMScorer(str(MASKED_LANGUAGE_MODEL), "cpu")
    texts = paper_texts().captions[:8]
    read = peer.tokenizer(texts, padding=True, return_tensors="pt")
    expected = [math.exp(-one) for one in peer.sequence_score(read, PLL_metric="original")]
    found = MaskedLanguageModel(str(MASKED_LANGUAGE_MODEL), "bfloat16").pseudo_perplexities(texts)
    assert found == pytest.approx(expected, rel=1e-2)
    assert np.log10(found).mean() == pytest.approx(np.log10(expected).mean(), abs=1e-3)


def test_a_text_scores_the_same_alone_and_among_others_in_any_order(folder):
    model = MaskedLanguageModel(str(folder), "float32")
    together = model.pseudo_perplexities(TEXTS)
    alone = [model.pseudo_perplexities([text])[0] for text in TEXTS]
    assert together == pytest.approx(alone, rel=1e-5)
    assert model.pseudo_perplexities(TEXTS[::-1]) == pytest.approx(together[::-1], rel=1e-5)
    assert model.pseudo_perplexities([TEXTS[0], TEXTS[1], TEXTS[0]])[2] == pytest.approx(alone[0], rel=1e-5)


def test_a_text_longer_than_the_model_reads_is_scored_whole_in_windows(folder):
    text = " ".join(paper_texts().captions)
    ids = tokens_of(folder, text)[: 3 * POSITIONS]
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModelForMaskedLM.from_pretrained(folder)
    text = tokenizer.decode(ids)
    ids, width, total = tokens_of(folder, text), POSITIONS - 2, 0.0
    assert 2 * width < len(ids) < MOST_TOKENS
    with torch.no_grad():
        for place, token in enumerate(ids):
            begin = min(max(place - width // 2, 0), len(ids) - width)
            window = [*ids[begin:place], tokenizer.mask_token_id, *ids[place + 1 : begin + width]]
            row = torch.tensor([[tokenizer.cls_token_id, *window, tokenizer.sep_token_id]])
            total += network(row).logits[0, place - begin + 1].log_softmax(0)[token].item()
    (found,) = MaskedLanguageModel(str(folder), "float32").pseudo_perplexities([text])
    assert found == pytest.approx(math.exp(-total / len(ids)), rel=1e-4)


@pytest.mark.parametrize(("kind", "control"), [("bert", "[MASK] [SEP] [PAD]"), ("roberta", "<mask></s><pad>")])
def test_control_tokens_spelled_out_in_a_text_are_its_characters(saved, kind, control):
    tokenizer = transformers.AutoTokenizer.from_pretrained(saved(kind))
    network = transformers.AutoModelForMaskedLM.from_pretrained(saved(kind))
    tokenizer.backend_tokenizer.encode_special_tokens = True
    ids = tokenizer.backend_tokenizer.encode(f"the loss {control}", add_special_tokens=False).ids
    assert not set(ids) & {tokenizer.mask_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id}
    total = 0.0
    with torch.no_grad():
        for place, token in enumerate(ids):
            masked = [*ids[:place], tokenizer.mask_token_id, *ids[place + 1 :]]
            row = torch.tensor([[tokenizer.cls_token_id, *masked, tokenizer.sep_token_id]])
            total += network(row).logits[0, place + 1].log_softmax(0)[token].item()
    (found,) = MaskedLanguageModel(str(saved(kind)), "float32").pseudo_perplexities([f"the loss {control}"])
    assert found == pytest.approx(math.exp(-total / len(ids)), rel=1e-4)


def test_a_text_without_tokens_has_no_pseudo_perplexity(bert):
    model = MaskedLanguageModel(str(bert), "float32")
    assert model.pseudo_perplexities([]) == []
    assert model.pseudo_perplexities(["", " \n"]) == [None, None]
    none, some = model.pseudo_perplexities(["", "loss"])
    assert none is None
    assert some == pytest.approx(plainly(bert, "loss"), rel=1e-4)


def test_of_an_endless_text_its_first_tokens_count(bert):
    words = "loss of the model " * (MOST_CHARACTERS // 18)
    beginning = words[: len("loss of the model ") * (MOST_TOKENS // 4)]
    assert len(tokens_of(bert, beginning)) >= MOST_TOKENS
    model = MaskedLanguageModel(str(bert), "float32")
    endless = words + "1 " * 500_000
    whole, first = model.pseudo_perplexities([endless, beginning])
    assert whole == pytest.approx(first, rel=1e-5)


def test_a_head_that_looks_at_more_than_the_masked_position_gets_all_of_them(saved, monkeypatch):
    class Neighbours(torch.nn.Module):
        """BERT's head over the sum of each position and the one before it."""

        def __init__(self, head: Any) -> None:
            super().__init__()
            self.head = head

        def forward(self, hidden: Any) -> Any:
            return self.head(hidden + hidden.roll(1, dims=1))

    plain = transformers.AutoModelForMaskedLM.from_pretrained

    def with_neighbours(*given: Any, **named: Any) -> Any:
        loaded = plain(*given, **named)
        network = loaded[0] if isinstance(loaded, tuple) else loaded
        network.cls = Neighbours(network.cls)
        return loaded

    monkeypatch.setattr(transformers.AutoModelForMaskedLM, "from_pretrained", with_neighbours)
    texts = short(saved("bert"))
    found = MaskedLanguageModel(str(saved("bert")), "float32").pseudo_perplexities(texts)
    assert found == pytest.approx([plainly(saved("bert"), text) for text in texts], rel=1e-4)


def test_the_identity_is_known_without_loading_and_follows_the_weights(bert, tmp_path):
    copy = tmp_path / bert.name
    shutil.copytree(bert, copy)
    first = MaskedLanguageModel(str(bert)).identity
    assert MaskedLanguageModel(str(copy)).identity == first
    assert first["model"] == "bert"
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    changed = MaskedLanguageModel(str(copy)).identity
    assert changed["revision"] != first["revision"]
    (copy / "model.safetensors").write_bytes(b"no weights")
    _ = MaskedLanguageModel(str(copy)).identity


def test_a_model_of_the_hub_is_known_by_its_commit(bert, tmp_path, monkeypatch):
    commit = "0123456789abcdef0123456789abcdef01234567"
    snapshot = tmp_path / "models--owner--name" / "snapshots" / commit
    shutil.copytree(bert, snapshot)
    (tmp_path / "models--owner--name" / "refs").mkdir()
    (tmp_path / "models--owner--name" / "refs" / "v1").write_text(commit)
    constants = pytest.importorskip("huggingface_hub.constants", reason=REASON)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    model = MaskedLanguageModel("owner/name@v1")
    assert (model.identity["model"], model.identity["revision"]) == ("owner/name", commit)
    with pytest.raises(ValueError, match=r"S1_PPPL_MODEL='owner/name'.*set S1_PPPL_MODEL to a folder"):
        _ = MaskedLanguageModel("owner/name").identity


@pytest.mark.parametrize("text", ["scibert", "/no/such/folder", "owner/name@"])
def test_what_names_no_model_is_an_error_that_names_the_setting(text):
    with pytest.raises(ValueError, match="S1_PPPL_MODEL"):
        MaskedLanguageModel(text)


def damaged(bert: Path, folder: Path, damage: str) -> Path:
    shutil.copytree(bert, folder)
    if damage == "truncated":
        content = (folder / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(content[: len(content) // 2])
    elif damage == "headless":
        config = transformers.BertConfig.from_pretrained(bert)
        transformers.BertModel(config).save_pretrained(folder)
    elif damage == "causal":
        config = transformers.GPT2Config(vocab_size=100, n_positions=16, n_embd=16, n_layer=1, n_head=1)
        transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    elif damage == "maskless":
        trained = tokenizers.Tokenizer.from_str(
            transformers.AutoTokenizer.from_pretrained(bert).backend_tokenizer.to_str()
        )
        (folder / "vocab.txt").unlink()
        transformers.PreTrainedTokenizerFast(tokenizer_object=trained, unk_token="[UNK]").save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("truncated", "cannot be loaded as a masked language model"),
        ("headless", "its checkpoint has no .* weights"),
        ("causal", "cannot be loaded as a masked language model"),
        ("maskless", "no mask token"),
    ],
)
def test_a_model_that_cannot_fill_masks_is_an_error_that_names_the_setting(bert, tmp_path, damage, message):
    model = MaskedLanguageModel(str(damaged(bert, tmp_path / damage, damage)))
    with pytest.raises(ValueError, match=f"S1_PPPL_MODEL=.*{message}"):
        model.pseudo_perplexities(["the loss"])
