"""The last block of a transformer of open_clip, worked out only where its result is read.

An image's vector is taken from one token and a text's from its end mark, so behind the last attention all others are
for nothing: in ViT-B-32 a twentieth of all products.
"""

import functools
from typing import Any


def has_plain_last_block(transformer: Any) -> bool:
    """Whether the last block of a transformer is one that `at_places` can take apart."""
    from open_clip.transformer import ResidualAttentionBlock, Transformer

    return (
        type(transformer) is Transformer
        and transformer.batch_first
        and type(transformer.resblocks[-1]) is ResidualAttentionBlock
    )


def at_places(block: Any, hidden: Any, places: Any, mask: Any = None) -> Any:
    """What a block gives at some places of each row: (rows, places, width).

    Args:
        block: a ResidualAttentionBlock of open_clip.
        hidden: (rows, length, width), what the block before gave.
        places: (rows, places) integers below length.
        mask: (rows x heads, places, length), added to the attention's logits.
    """
    import torch

    rows = torch.arange(len(hidden), device=hidden.device)[:, None]
    known = block.ln_1(hidden)
    found = hidden[rows, places] + block.ls_1(block.attention(known[rows, places], known, known, attn_mask=mask))
    return found + block.ls_2(block.mlp(block.ln_2(found)))


def read_first_token_only(visual: Any) -> None:
    """Has an image encoder work out its last block for the first token alone, if that is all that it reads."""
    from open_clip.transformer import VisionTransformer

    plain = type(visual) is VisionTransformer and visual.attn_pool is None and not visual.output_tokens
    if plain and visual.pool_type == "tok" and has_plain_last_block(visual.transformer):
        block = visual.transformer.resblocks[-1]
        block.forward = functools.partial(_at_first_token, block)


def _at_first_token(block: Any, hidden: Any, attn_mask: Any = None) -> Any:
    return at_places(block, hidden, hidden.new_zeros(len(hidden), 1, dtype=int), attn_mask)
