"""BERT over masked copies of texts, on a CPU: what copies share is worked out once, and what nobody reads not at all.

Copies of a text differ in one token, so embeddings and projections of the first layer are those of a few distinct
tokens at their positions. Of the last layer only the masked token is read, so it has one query a copy. A key's score is
q . (W h) = (W^T q) . h, and the mean of values is W times that of hidden states, so neither keys nor values of the last
layer are worked out (as DeepSeek-V2 absorbs matrices, arXiv 2405.04434, section 2.1.2). That saves a tenth of all
products.
"""

from typing import Any

SCORES_AT_ONCE = 1 << 20  # of the attention: 4 MB in float32, which stay in a CPU's cache


class BertCopies:
    """A BERT of transformers whose linear layers may be bfloat16, all else being float32.

    Attention adds up and normalises in float32. (The fused kernel of a CPU does so, too, but slower: bfloat16 is
    multiplied as float32 there.)
    """

    def __init__(self, network: Any) -> None:
        """`network` is a BertForMaskedLM. Raises AttributeError or RuntimeError where its layers are not BERT's.

        `projections` are linear layers of its own: queries, keys and values of each layer at once.
        """
        self._embeddings, self._layers, self._head = network.bert.embeddings, network.bert.encoder.layer, network.cls
        self._heads = network.config.num_attention_heads
        attentions = [layer.attention.self for layer in self._layers]
        self.projections = [_joined(each.query, each.key, each.value) for each in attentions]

    def logits(self, tokens: Any, columns: Any) -> Any:
        """Logits of one token of each row: (rows, vocabulary), float32.

        Args:
            tokens: (rows, length) token ids, marks at the ends included.
            columns: (rows,) where the token is.
        """
        import torch

        distinct, places = torch.unique(tokens * tokens.shape[1] + torch.arange(tokens.shape[1]), return_inverse=True)
        ids, positions = distinct // tokens.shape[1], distinct % tokens.shape[1]
        embedded = self._embeddings(input_ids=ids[None], position_ids=positions[None])[0]
        hidden = embedded[places]
        for number, layer in enumerate(self._layers[:-1]):
            if number == 0:
                projected = self.projections[0](embedded.to(self._dtype))[places]
            else:
                projected = self.projections[number](hidden.to(self._dtype))
            hidden = self._behind_attention(layer, hidden, self._attended(projected))
        return self._head(self._last(hidden, columns)).float()

    @property
    def _dtype(self) -> Any:
        return self.projections[0].weight.dtype

    def _attended(self, projected: Any) -> Any:
        """What each token gathers: (rows, length, width) of queries, keys and values, (rows, length, 3 x width)."""
        import torch

        rows, length, _ = projected.shape
        parts = projected.view(rows, length, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        gathered = []
        for queries, keys, values in parts.split(self._rows_at_once(length), dim=1):
            scores = (queries.float() * queries.shape[-1] ** -0.5) @ keys.float().transpose(2, 3)
            gathered.append(scores.softmax(-1).to(self._dtype) @ values)
        return torch.cat(gathered).transpose(1, 2).reshape(rows, length, -1)

    def _last(self, hidden: Any, columns: Any) -> Any:
        """The last layer at one token of each row, its attention in float32: (rows, width)."""
        import torch
        from torch.nn.functional import linear

        layer, rows = self._layers[-1], torch.arange(len(hidden))
        attention, read = layer.attention.self, hidden[rows, columns]
        query, key, value = (part.weight.float() for part in (attention.query, attention.key, attention.value))
        queries = linear(read, query, attention.query.bias.float()).view(len(rows), self._heads, 1, -1)
        by_head = (self._heads, -1, hidden.shape[2])
        towards = (queries @ key.view(by_head)).squeeze(2)  # the key's bias moves all scores alike
        scores = towards @ hidden.transpose(1, 2) * queries.shape[-1] ** -0.5
        mean = scores.softmax(-1) @ hidden  # (rows, heads, width)
        values = torch.einsum("rhw,hvw->rhv", mean, value.view(by_head)).flatten(1)
        return self._behind_attention(layer, read, (values + attention.value.bias.float()).to(self._dtype))

    def _behind_attention(self, layer: Any, hidden: Any, attended: Any) -> Any:
        hidden = layer.attention.output(attended, hidden)
        return layer.output(layer.intermediate(hidden.to(self._dtype)), hidden)

    def _rows_at_once(self, length: int) -> int:
        return int(max(1, SCORES_AT_ONCE // (self._heads * length**2)))


def _joined(*parts: Any) -> Any:
    """A linear layer that gives what several give, one behind the other."""
    import torch

    joined = torch.nn.Linear(parts[0].in_features, sum(part.out_features for part in parts))
    with torch.no_grad():
        joined.weight.copy_(torch.cat([part.weight for part in parts]))
        joined.bias.copy_(torch.cat([part.bias for part in parts]))
    return joined
