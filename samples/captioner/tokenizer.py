"""A byte-level BPE tokenizer of a few thousand tokens, with the control tokens and the chat format of Qwen3-VL."""

from typing import TYPE_CHECKING

import numpy as np

from samples.captioner import texts
from samples.captioner.papers import SAMPLES, paper_texts

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

VOCABULARY = 3072
# In Qwen3's order; vision and chat markers are what Qwen3-VL's processor and vLLM look up by name.
CONTROL_TOKENS = tuple(
    """<|endoftext|> <|im_start|> <|im_end|> <|object_ref_start|> <|object_ref_end|> <|box_start|> <|box_end|>
    <|quad_start|> <|quad_end|> <|vision_start|> <|vision_end|> <|vision_pad|> <|image_pad|> <|video_pad|> <tool_call>
    </tool_call> <|fim_prefix|> <|fim_middle|> <|fim_suffix|> <|fim_pad|> <|repo_name|> <|file_sep|> <tool_response>
    </tool_response> <think> </think>""".split()
)
END_OF_TEXT, END_OF_MESSAGE = CONTROL_TOKENS[0], CONTROL_TOKENS[2]
# Words with the blank before them, digits one by one, punctuation apart from line ends.
SPLIT = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+|\s+(?!\S)|\s+"

# Qwen's chat format: each message between <|im_start|>role and <|im_end|>, a picture as one pad between vision markers.
CHAT_TEMPLATE = """\
{%- for message in messages %}
{{- '<|im_start|>' + message.role + '\\n' }}
{%- if message.content is string %}
{{- message.content }}
{%- else %}
{%- for part in message.content %}
{%- if part.type in ('image', 'image_url') or 'image' in part or 'image_url' in part %}
{{- '<|vision_start|><|image_pad|><|vision_end|>' }}
{%- elif part.type == 'video' or 'video' in part %}
{{- '<|vision_start|><|video_pad|><|vision_end|>' }}
{%- elif 'text' in part %}
{{- part.text }}
{%- endif %}
{%- endfor %}
{%- endif %}
{{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""


def train_tokenizer(seed: int) -> "PreTrainedTokenizerFast":
    """The tokenizer, trained on the words of drawn charts and on the captions and sentences of the sample papers."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(Regex(SPLIT), behavior="isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    bpe.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(CONTROL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator([*texts.corpus(np.random.default_rng(seed), 4000), *_sample_papers()], trainer)
    bpe.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in CONTROL_TOKENS])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token=END_OF_MESSAGE,
        pad_token=END_OF_TEXT,
        additional_special_tokens=list(CONTROL_TOKENS),
        chat_template=CHAT_TEMPLATE,
        model_max_length=16384,
        clean_up_tokenization_spaces=False,
    )


def _sample_papers() -> list[str]:
    """Texts of the sample papers, three times over: they are the project's English."""
    texts_of_papers = paper_texts()
    abstracts = [path.read_text("utf-8") for path in sorted(SAMPLES.glob("papers/*/*/paper.toml"))]
    return 3 * [*texts_of_papers.titles, *texts_of_papers.captions, *texts_of_papers.sentences, *abstracts]
