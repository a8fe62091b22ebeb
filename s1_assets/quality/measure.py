"""The measurements of one pair that need no model."""

from dataclasses import asdict

from s1_assets.quality.length import raw_caption
from s1_assets.quality.raw_caption import unusable_reason
from s1_assets.quality.ungrounded import find_ungrounded
from s1_assets.quality.verbatim import copied_share, repetition
from s1_assets.tables import QUALITY_METRICS, Row

# What only a model measures; produce.py fills it in where one is configured.
MODEL_COLUMNS = tuple(name for name in QUALITY_METRICS.schema.names if name.startswith(("clip_", "pppl_")))
_LONGEST_FLAG = 160  # characters; a sentence that comes twice may be long


def measure(pair: Row, bundle: Row, caption: Row) -> Row:
    """Lengths, grounding, share of copied words and flags of one pair.

    Args:
        pair: its row of tables.FIGURE_PAIRS; pair_id, panel, caption, subcaption and figure_text are read.
        bundle: its row of tables.CONTEXT_BUNDLES.
        caption: its row of tables.ENHANCED_CAPTIONS; a failed one has no recaption and gets nulls for it.

    Returns:
        A row of tables.QUALITY_METRICS. CLIP score and pseudo-perplexity are null: not measured here; so is the share
        of grounded numbers of a recaption without numbers.
    """
    raw, recaption = raw_caption(pair), caption["recaption"] or ""
    reason = unusable_reason(raw)
    row = {
        "pair_id": pair["pair_id"],
        "caption_chars": len(raw),
        "recaption_chars": len(recaption) if recaption else None,
        **dict.fromkeys(MODEL_COLUMNS),
        "numbers_grounded": None,
        "ungrounded": [],
        "copied_share": None,
        "flags": [f"unusable_raw_caption:{reason}"] if reason else [],
    }
    return row | _of_recaption(recaption, pair, bundle, row["flags"]) if recaption else row


def _of_recaption(recaption: str, pair: Row, bundle: Row, flags: list[str]) -> Row:
    said = [pair["caption"], pair["subcaption"], bundle["abstract"], *(one["text"] for one in bundle["mentions"] or ())]
    sources = [text for text in said if text]
    grounding, ungrounded = find_ungrounded(
        recaption, [*sources, bundle["title"] or ""], pair["figure_text"] or (), pair["panel"]
    )
    repeated = repetition(recaption)
    own = [one.flag for one in ungrounded] + ([f"repetition:{repeated}"[:_LONGEST_FLAG]] if repeated else [])
    return {
        "numbers_grounded": grounding.share,
        "ungrounded": [asdict(one) for one in ungrounded],
        "copied_share": copied_share(recaption, sources),
        "flags": list(dict.fromkeys([*flags, *own])),
    }
