"""The context bundle of each pair: title, abstract and the sentences that cite its figure."""

import hashlib
import json
from collections.abc import Sequence

from s1_assets.context.mentions import figure_mentions
from s1_assets.tables import Row


def bundle(paper: Row, pairs: Sequence[Row], passages: Sequence[Row]) -> list[Row]:
    """Context of every pair of one paper, also of those that the text never cites.

    Args:
        paper: row of tables.RAW_PAPERS.
        pairs: the paper's rows of tables.FIGURE_PAIRS.
        passages: the paper's rows of tables.PASSAGES.

    Returns:
        One row of tables.CONTEXT_BUNDLES a pair, in the order of `pairs`.
    """
    mentions = figure_mentions(passages, pairs)
    return [
        {
            "pair_id": pair["pair_id"],
            "paper_id": paper["paper_id"],
            "title": paper["title"],
            "abstract": paper["abstract"],
            "mentions": mentions[pair["pair_id"]],
            "context_sha256": context_sha256(paper["title"], paper["abstract"], mentions[pair["pair_id"]]),
        }
        for pair in pairs
    ]


def context_sha256(title: str | None, abstract: str | None, mentions: Sequence[Row]) -> str:
    """SHA-256 of title, abstract and mentions as JSON with sorted keys, so that equal context gives an equal hash."""
    context = {"title": title, "abstract": abstract, "mentions": list(mentions)}
    canonical = json.dumps(context, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
