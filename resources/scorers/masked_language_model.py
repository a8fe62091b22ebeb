"""Pseudo-perplexity by a masked language model of transformers."""

import ctypes
import functools
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from resources.captioners.model import Model
from resources.scorers.bert_copies import BertCopies
from s1_assets.quality.perplexity import MaskedCopies, masked_copies, pseudo_perplexities

SETTING = "S1_PPPL_MODEL"
# So that a caption of any length costs a bounded time: its first characters count, and of these the first tokens.
MOST_CHARACTERS, MOST_TOKENS = 16_384, 1_024
BATCH_TOKENS = {"cpu": 4_096, "cuda": 65_536}  # more are slower on a CPU
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of malloc.h
KEPT_BYTES = 256 << 20
Logits = Callable[[Any, Any], Any]  # of tokens (rows, length) and columns (rows,)
TOLERANCE = {"cpu": 1e-3, "cuda": 0.5}  # between logits of a token, computed for one position and for all


class MaskedLanguageModel:
    """A masked language model (BERT, RoBERTa, …); `s1_assets.quality.scorers.FluencyScorer`.

    It is loaded when it first measures. `model` is a folder, a hub id or a hub id@revision; ValueError for what is
    none of them. Matrices are multiplied in `precision`, which is bfloat16 on a GPU and on a CPU that has
    instructions for it, twice as fast as the float32 of other CPUs; a CPU adds up, normalises and predicts in float32.
    """

    def __init__(self, model: str, precision: str | None = None) -> None:
        self._model = Model.parse(model, SETTING)
        self._asked_precision = precision

    @property
    def identity(self) -> Mapping[str, str]:
        """Model, revision (commit of the hub, or hash of the folder), precision and how much of a text counts.

        Raises ValueError where the model's files are out of reach.
        """
        name = self._model.name.rpartition("/")[2] if self._model.is_folder else self._model.name
        fixed = {"precision": self._precision, "tokens": str(MOST_TOKENS)}
        return {"model": name, "revision": self._model.revision, **fixed}

    def pseudo_perplexities(self, texts: Sequence[str]) -> list[float | None]:
        """Pseudo-perplexity of each text, of its first 1,024 tokens, in order; None for a text without tokens.

        Raises ValueError where the model cannot be loaded or is no masked language model.
        """
        distinct = list(dict.fromkeys(text[:MOST_CHARACTERS] for text in texts))  # a recaption may be the raw caption
        if not any(distinct):
            return [None] * len(texts)
        found = dict(zip(distinct, self._network.pseudo_perplexities(distinct), strict=True))
        return [found[text[:MOST_CHARACTERS]] for text in texts]

    @cached_property
    def _network(self) -> "_Network":
        return _Network(self._model, self._precision)

    @property
    def _precision(self) -> str:
        return self._asked_precision or _fastest_precision(self._model.name)


class _Network:
    """A loaded model and its tokenizer. Raises ValueError for what cannot be loaded or is no masked language model."""

    def __init__(self, model: Model, precision: str) -> None:
        self.device = _device(model.name)
        self._tokenizer, self._network = _loaded(model, self.device, precision)
        if self._tokenizer.mask_token_id is None:
            raise _unusable(model.name, "its tokenizer has no mask token, so it is no masked language model")
        marked = self._tokenizer("a", return_special_tokens_mask=True)
        inside = [place for place, special in enumerate(marked["special_tokens_mask"]) if not special]
        self._before, self._behind = marked["input_ids"][: inside[0]], marked["input_ids"][inside[-1] + 1 :]
        marks = len(self._before) + len(self._behind)
        self._longest = _positions(self._network, self._tokenizer) - marks
        if self.device == "cpu":
            _keep_freed_memory()
        is_bert = self.device == "cpu" and self._gives_the_same(self._logits_of_bert)
        bert = BertCopies(self._network) if is_bert else None
        self._logits = bert.logits if bert else self._narrowest()
        if self.device == "cpu" and precision == "bfloat16":
            _multiply_in_bfloat16(self._network.base_model)
            for projection in bert.projections if bert else ():
                _multiply_in_bfloat16(projection)

    def pseudo_perplexities(self, texts: Sequence[str]) -> list[float | None]:
        """Pseudo-perplexity of each text, in order; None for a text without tokens."""
        import torch

        # Control tokens that a text spells out are the text's own characters and control nothing.
        read = self._tokenizer(list(texts), add_special_tokens=False, split_special_tokens=True, verbose=False)
        tokens = [ids[:MOST_TOKENS] for ids in read["input_ids"]]
        lengths = [len(ids) for ids in tokens]
        log_probabilities = np.zeros(sum(lengths))
        places, found = [], []
        mask = self._tokenizer.mask_token_id
        for copies in masked_copies(tokens, mask, self._longest, BATCH_TOKENS[self.device]):
            places.append(copies.places)
            found.append(self._log_probabilities(copies))
        if found:
            log_probabilities[np.concatenate(places)] = torch.cat(found).cpu().numpy()
        return pseudo_perplexities(log_probabilities, lengths)

    def _log_probabilities(self, copies: MaskedCopies) -> Any:
        """Log probability of each copy's masked token: (copies,), float32, on the model's device."""
        import torch

        with torch.inference_mode():
            marked = np.pad(copies.tokens, ((0, 0), (len(self._before), len(self._behind))))
            marked[:, : len(self._before)] = self._before
            marked[:, marked.shape[1] - len(self._behind) :] = self._behind
            logits = self._logits(self._tensor(marked), self._tensor(copies.columns + len(self._before)))
            targets = self._tensor(copies.targets)[:, None]
            return logits.gather(1, targets)[:, 0] - logits.logsumexp(1)

    def _narrowest(self) -> Logits:
        """The way to logits of one token of each row, (rows, vocabulary) in float32, that works out the least.

        A vocabulary's logits for all positions would take a fifth of the time and most of the memory. So only the
        hidden states of the columns go on from where no position needs the others any more.
        """
        for module in self._narrowable():
            logits = functools.partial(self._logits_of_columns, narrowing=module)
            if self._gives_the_same(logits):
                return logits
        return self._logits_of_all

    def _logits_of_all(self, tokens: Any, columns: Any) -> Any:
        rows = self._tensor(np.arange(len(tokens)))
        return self._network(input_ids=tokens).logits[rows, columns].float()

    def _logits_of_bert(self, tokens: Any, columns: Any) -> Any:
        return BertCopies(self._network).logits(tokens, columns)

    def _logits_of_columns(self, tokens: Any, columns: Any, narrowing: Any) -> Any:
        rows = self._tensor(np.arange(len(tokens)))

        def keep_columns(_module: Any, _given: Any, output: Any) -> Any:
            if isinstance(output, tuple):  # of an attention: hidden states and weights
                return output[0][rows, columns][:, None], *output[1:]
            output.last_hidden_state = output.last_hidden_state[rows, columns][:, None]
            return output

        hook = narrowing.register_forward_hook(keep_columns)
        try:
            return self._network(input_ids=tokens).logits[:, 0].float()
        finally:
            hook.remove()

    def _narrowable(self) -> Iterator[Any]:
        """Modules behind which a model may go over each position by itself, the one that saves most first."""
        layers = getattr(getattr(self._network.base_model, "encoder", None), "layer", None)
        if layers is not None and hasattr(layers[-1], "attention"):
            yield layers[-1].attention
        yield self._network.base_model

    def _gives_the_same(self, logits: Logits) -> bool:
        """Whether a way to logits gives those of the network, by trying; what does not suit the network raises."""
        import torch

        mask = self._tokenizer.mask_token_id
        copies = np.array([[*self._before, *inside, *self._behind] for inside in ([mask, 7, 9], [7, 9, mask])])
        tokens, columns = self._tensor(copies), self._tensor(len(self._before) + np.array([0, 2]))
        with torch.inference_mode():
            expected = self._logits_of_all(tokens, columns)
            try:
                found = logits(tokens, columns)
            except (RuntimeError, AttributeError, TypeError):
                return False
        return bool(found.shape == expected.shape and torch.allclose(found, expected, atol=TOLERANCE[self.device]))

    def _tensor(self, array: Any) -> Any:
        import torch

        return torch.from_numpy(array).to(self.device)


def _device(name: str) -> str:
    try:
        import torch
    except ModuleNotFoundError as error:
        raise _unusable(name, "a masked language model needs the packages of `./install.sh gpu` or cpu") from error
    return "cuda" if torch.cuda.is_available() else "cpu"


def _fastest_precision(name: str) -> str:
    if _device(name) == "cuda":
        return "bfloat16"
    import torch

    has = torch.cpu.get_capabilities()
    return "bfloat16" if has.get("avx512_bf16") or has.get("amx_bf16") else "float32"


def _loaded(model: Model, device: str, precision: str) -> tuple[Any, Any]:
    """Tokenizer and model. A checkpoint without a head would get a random one, and is refused."""
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    revision = None if model.is_folder else model.revision
    dtype = torch.bfloat16 if device == "cuda" and precision == "bfloat16" else torch.float32
    try:
        tokenizer = AutoTokenizer.from_pretrained(model.name, revision=revision)
        network, report = AutoModelForMaskedLM.from_pretrained(
            model.name, revision=revision, dtype=dtype, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, ImportError, SafetensorError, pickle.UnpicklingError) as error:
        raise _unusable(model.name, f"it cannot be loaded as a masked language model: {error}") from error
    if report["missing_keys"]:
        absent = sorted(report["missing_keys"])
        raise _unusable(model.name, f"its checkpoint has no {absent[0]} and {len(absent) - 1} more weights of the head")
    return tokenizer, network.to(device)


def _keep_freed_memory() -> None:
    """Has glibc keep what a batch frees for the next one; otherwise the kernel clears the same pages for each anew.

    That takes a twelfth of the time. Another C library is left as it is.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, 32 << 20)  # the most that it takes; either call ends its own guessing of both


def _multiply_in_bfloat16(encoder: Any) -> None:
    """Has an encoder multiply matrices in bfloat16; sums and norms of layers, and what it gives, stay float32.

    Matrices lie in memory as oneDNN multiplies them, so that none is laid out anew for each batch: a twelfth of a
    product's time. (torch's inductor packs them by the same two operators, where the CPU is one that they take.)
    """
    import torch

    packs = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    for module in encoder.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(torch.bfloat16)
            if packs:
                packed = torch.ops.mkldnn._reorder_linear_weight(module.weight.detach(), BATCH_TOKENS["cpu"])
                module.forward = functools.partial(_product, packed, module.bias)
    encoder.forward = torch.autocast("cpu", torch.bfloat16)(encoder.forward)


def _product(packed: Any, bias: Any, given: Any) -> Any:
    import torch

    return torch.ops.mkldnn._linear_pointwise(given.bfloat16(), packed, bias, "none", [], "")


def _positions(network: Any, tokenizer: Any) -> int:
    """Tokens that the model reads at once, those at the ends included. RoBERTa's positions begin behind padding's."""
    positions = int(getattr(network.config, "max_position_embeddings", None) or 512)
    for name, module in network.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            positions = min(positions, int(module.num_embeddings - module.padding_idx - 1))
    return min(positions, int(tokenizer.model_max_length))


def _unusable(name: str, why: str) -> ValueError:
    return ValueError(
        f"{SETTING}={name!r}: {why}. Name a folder or a hub id that AutoModelForMaskedLM of transformers loads, "
        "such as allenai/scibert_scivocab_uncased"
    )
