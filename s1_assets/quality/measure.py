"""The measurements of one pair that need no model."""

from collections.abc import Iterator

from s1_assets.quality.grounding import ground_numbers
from s1_assets.quality.length import raw_caption
from s1_assets.quality.raw_caption import unusable_reason
from s1_assets.tables import QUALITY_METRICS, Row

# What only a model measures; produce.py fills it in where one is configured.
MODEL_COLUMNS = tuple(name for name in QUALITY_METRICS.schema.names if name.startswith(("clip_", "pppl_")))


def measure(pair: Row, bundle: Row, caption: Row) -> Row:
    """Lengths, grounding of numbers and flags of one pair.

    Args:
        pair: its row of tables.FIGURE_PAIRS; pair_id, caption, subcaption and figure_text are read.
        bundle: its row of tables.CONTEXT_BUNDLES.
        caption: its row of tables.ENHANCED_CAPTIONS; a failed one has no recaption and gets nulls for it.

    Returns:
        A row of tables.QUALITY_METRICS. CLIP score and pseudo-perplexity are null: not measured here.
    """
    raw = raw_caption(pair)
    recaption = caption["recaption"] or ""
    grounding = ground_numbers(recaption, _sources(pair, bundle)) if recaption else None
    reason = unusable_reason(raw)
    flags = [f"unusable_raw_caption:{reason}"] if reason else []
    if grounding:
        flags += dict.fromkeys(f"ungrounded_number:{text}" for _, _, text in grounding.offending)
    return {
        "pair_id": pair["pair_id"],
        "caption_chars": len(raw),
        "recaption_chars": len(recaption) if recaption else None,
        **dict.fromkeys(MODEL_COLUMNS),
        "numbers_grounded": grounding.share if grounding else None,
        "ungrounded": [],
        "copied_share": None,
        "flags": flags,
    }


def _sources(pair: Row, bundle: Row) -> Iterator[str]:
    """Every text that the captioner was given."""
    yield raw_caption(pair)
    yield bundle["title"] or ""
    yield bundle["abstract"] or ""
    for mention in bundle["mentions"] or ():
        yield mention["text"]
    yield from pair["figure_text"] or ()
