"""BERT over masked copies of texts against the whole network over the same rows."""

from typing import Any

import pytest

from resources.scorers import bert_copies
from resources.scorers.bert_copies import BertCopies

REASON = "needs torch and transformers: ./install.sh cpu"
torch = pytest.importorskip("torch", reason=REASON)
transformers = pytest.importorskip("transformers", reason=REASON)

LENGTH = 23


def network(layers: int) -> Any:
    torch.manual_seed(3)
    narrow = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": layers, "num_attention_heads": 3}
    config = transformers.BertConfig(vocab_size=90, max_position_embeddings=40, initializer_range=0.3, **narrow)
    model = transformers.BertForMaskedLM(config).eval()
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):  # a new model's are all zero
            torch.nn.init.normal_(parameter, std=0.3)
    return model


def copies() -> tuple[Any, Any]:
    """Copies of two texts, as a batch holds them: rows of a text differ in the masked token only."""
    texts = torch.randint(5, 90, (2, LENGTH), generator=torch.Generator().manual_seed(4))
    columns = torch.tensor([1, 2, 9, 21, 4, 9, 20])
    tokens = texts[torch.tensor([0, 0, 0, 0, 1, 1, 1])].clone()
    tokens[torch.arange(len(columns)), columns] = 4
    return tokens, columns


@pytest.mark.parametrize("layers", [1, 2, 4])
@pytest.mark.parametrize("scores_at_once", [1, 3 * 3 * LENGTH**2, 1 << 20])
def test_the_masked_token_gets_the_logits_of_the_whole_network(layers, scores_at_once, monkeypatch):
    monkeypatch.setattr(bert_copies, "SCORES_AT_ONCE", scores_at_once)
    model, (tokens, columns) = network(layers), copies()
    with torch.no_grad():
        expected = model(input_ids=tokens).logits[torch.arange(len(tokens)), columns]
        found = BertCopies(model).logits(tokens, columns)
    assert torch.allclose(found, expected, atol=1e-4)
    assert expected.std() > 1  # of logits that hardly differ any would do


def test_a_token_elsewhere_changes_them():
    model, (tokens, columns) = network(2), copies()
    others = tokens.clone()
    others[:, 0] = 7
    with torch.no_grad():
        found, changed = (BertCopies(model).logits(given, columns) for given in (tokens, others))
    assert not torch.allclose(found, changed, atol=1e-2)


def test_a_network_of_another_architecture_is_refused():
    narrow = {"dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 2}
    with pytest.raises(AttributeError):
        BertCopies(transformers.DistilBertForMaskedLM(transformers.DistilBertConfig(vocab_size=90, **narrow)))
