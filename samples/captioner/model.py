"""The architecture of the small captioner: Qwen3-VL as transformers builds it, a few million parameters wide."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration, Qwen3VLProcessor

PATCH, MERGE = 16, 2
# Pixels of a picture after resizing, its aspect kept: 12 to 24 tokens of 32 x 32 pixels.
LEAST_PIXELS, MOST_PIXELS = 128 * 128, 160 * 160
WIDTH = 192


def build_model(tokenizer: "PreTrainedTokenizerFast", seed: int) -> "Qwen3VLForConditionalGeneration":
    """The model with random weights from `seed`, in float32."""
    import torch
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    token = tokenizer.convert_tokens_to_ids
    config = Qwen3VLConfig(
        vision_config={
            "depth": 4,
            "hidden_size": WIDTH,
            "intermediate_size": 512,
            "num_heads": 3,
            "patch_size": PATCH,
            "spatial_merge_size": MERGE,
            "out_hidden_size": WIDTH,
            "num_position_embeddings": 100,
            "deepstack_visual_indexes": [1],
        },
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": WIDTH,
            "intermediate_size": 512,
            "num_hidden_layers": 4,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 64,
            "max_position_embeddings": 16384,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 100_000,
                "mrope_section": [12, 10, 10],
                "mrope_interleaved": True,
            },
            "eos_token_id": tokenizer.eos_token_id,
            "tie_word_embeddings": True,
        },
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        tie_word_embeddings=True,
    )
    torch.manual_seed(seed)
    model = Qwen3VLForConditionalGeneration(config)
    model.generation_config.update(
        eos_token_id=[tokenizer.eos_token_id, tokenizer.pad_token_id], pad_token_id=tokenizer.pad_token_id
    )
    return model


def build_processor(tokenizer: "PreTrainedTokenizerFast") -> "Qwen3VLProcessor":
    """What turns chats and pictures into the model's input: Qwen3-VL's processor with this model's size limits."""
    from transformers import Qwen2VLImageProcessor, Qwen3VLProcessor, Qwen3VLVideoProcessor

    shared = {
        "patch_size": PATCH,
        "merge_size": MERGE,
        "temporal_patch_size": 2,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
        "size": {"shortest_edge": LEAST_PIXELS, "longest_edge": MOST_PIXELS},
    }
    return Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(**shared),
        tokenizer=tokenizer,
        video_processor=Qwen3VLVideoProcessor(**shared),
        chat_template=tokenizer.chat_template,
    )


def load_processor(folder: Path) -> "Qwen3VLProcessor":
    """The processor around the tokenizer that `folder` holds."""
    from transformers import PreTrainedTokenizerFast

    return build_processor(PreTrainedTokenizerFast.from_pretrained(folder))


def save(model: "Qwen3VLForConditionalGeneration", processor: "Qwen3VLProcessor", folder: Path) -> None:
    """Write weights in bfloat16, configuration, tokenizer and processor."""
    import torch

    model.config.dtype = torch.bfloat16
    weights = {name: tensor.to(torch.bfloat16) for name, tensor in model.state_dict().items()}
    del weights["lm_head.weight"]  # the embeddings again: converted one by one, they no longer look tied
    model.save_pretrained(folder, state_dict=weights)
    processor.save_pretrained(folder)
