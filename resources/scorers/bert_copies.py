"""BERT over masked copies of texts, on a CPU: what copies share is worked out once, and what nobody reads not at all.

Copies of a text differ in one token, so embeddings and projections of the first layer are those of a few distinct
tokens at their positions. Of the last layer only the masked token is read, so it has one query a copy. A key's score is
q . (W h) = (W^T q) . h, and the mean of values is W times that of hidden states, so neither keys nor values of the last
layer are worked out (as DeepSeek-V2 absorbs matrices, arXiv 2405.04434, section 2.1.2). Together 7 % of all products.
"""

from typing import Any

SCORES_AT_ONCE = 1 << 20  # of the attention: 4 MB in float32, which stay in a CPU's cache


class BertCopies:
    """A BERT of transformers whose linear layers may be bfloat16, all else being float32.

    Attention adds up and normalises in float32. (The fused kernel of a CPU does so, too, but slower: bfloat16 is
    multiplied as float32 there.)
    """

    def __init__(self, network: Any) -> None:
        """`network` is a BertForMaskedLM. Raises AttributeError or RuntimeError where its layers are not BERT's."""
        import torch

        self._embeddings, self._layers, self._head = network.bert.embeddings, network.bert.encoder.layer, network.cls
        self._heads = network.config.num_attention_heads
        attentions = [layer.attention.self for layer in self._layers]
        parts = [(attention.query, attention.key, attention.value) for attention in attentions]
        with torch.no_grad():
            self._projections = [
                (torch.cat([part.weight for part in three]), torch.cat([part.bias for part in three]))
                for three in parts
            ]
        self._dtype = self._projections[0][0].dtype

    def logits(self, tokens: Any, columns: Any) -> Any:
        """Logits of one token of each row: (rows, vocabulary), float32.

        Args:
            tokens: (rows, length) token ids, marks at the ends included.
            columns: (rows,) where the token is.
        """
        import torch
        from torch.nn.functional import linear

        distinct, places = torch.unique(tokens * tokens.shape[1] + torch.arange(tokens.shape[1]), return_inverse=True)
        ids, positions = distinct // tokens.shape[1], distinct % tokens.shape[1]
        embedded = self._embeddings(input_ids=ids[None], position_ids=positions[None])[0]
        hidden = embedded[places]
        for number, layer in enumerate(self._layers[:-1]):
            if number == 0:
                projected = linear(embedded.to(self._dtype), *self._projections[0])[places]
            else:
                projected = linear(hidden.to(self._dtype), *self._projections[number])
            hidden = self._behind_attention(layer, hidden, self._attended(projected))
        return self._head(self._last(hidden, columns)).float()

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
        """The last layer at one token of each row: (rows, width)."""
        import torch

        layer, rows = self._layers[-1], torch.arange(len(hidden))
        attention, read, known = layer.attention.self, hidden[rows, columns], hidden.to(self._dtype)
        by_head = (self._heads, -1, hidden.shape[2])
        queries = attention.query(read.to(self._dtype)).view(len(rows), self._heads, 1, -1)
        towards = (queries @ attention.key.weight.view(by_head)).squeeze(2)  # the key's bias moves all scores alike
        scores = (towards @ known.transpose(1, 2)).float() * queries.shape[-1] ** -0.5
        mean = scores.softmax(-1).to(self._dtype) @ known  # (rows, heads, width)
        values = torch.einsum("rhw,hvw->rhv", mean, attention.value.weight.view(by_head))
        return self._behind_attention(layer, read, values.flatten(1) + attention.value.bias)

    def _behind_attention(self, layer: Any, hidden: Any, attended: Any) -> Any:
        hidden = layer.attention.output(attended, hidden)
        return layer.output(layer.intermediate(hidden.to(self._dtype)), hidden)

    def _rows_at_once(self, length: int) -> int:
        return int(max(1, SCORES_AT_ONCE // (self._heads * length**2)))
