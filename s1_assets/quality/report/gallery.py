"""The chosen pairs with all that a page shows of them, in a second pass that reads their images and no others."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.pages.figure import paper_link, thumbnail
from s1_assets.publishing.rights import narrowest_rights
from s1_assets.quality.report.choose import Candidate
from s1_assets.quality.report.marked import Block, blocks
from s1_assets.tables import CONTEXT_BUNDLES, ENHANCED_CAPTIONS, FIGURE_PAIRS, QUALITY_METRICS, RAW_PAPERS, Row

TABLES = (FIGURE_PAIRS, CONTEXT_BUNDLES, ENHANCED_CAPTIONS, QUALITY_METRICS)
SHOWN_MENTIONS = 12
SHOWN_CHARS = 4000  # of one text; a caption of a hundred pages would bury the page


@dataclass(frozen=True)
class Shown:
    """One figure of the gallery: its rows without the image, a thumbnail, and its recaption in marked blocks.

    `thumbnail` is None for an image that does not open; `link` and `license_link` are None where there is none.
    """

    cell: Cell
    difference: float | None
    pair: Row
    paper: Row
    context: Row
    caption: Row
    metrics: Row
    rights: str
    thumbnail: str | None
    link: str | None
    license_link: str | None
    recaption: Sequence[Block]


def read_gallery(lake: Lake, chosen: Sequence[Candidate]) -> dict[tuple[Cell, str], Shown]:
    """The chosen pairs by cell and id. One that some table does not hold (a stage was left behind) is left out."""
    places: defaultdict[tuple[Cell, str], dict[str, Candidate]] = defaultdict(dict)
    for candidate in chosen:
        places[candidate.cell, candidate.part][candidate.pair_id] = candidate
    found: dict[tuple[Cell, str], Shown] = {}
    for (cell, part), candidates in places.items():
        rows = {table: lake.lookup(table, cell, part, candidates.keys()) for table in TABLES}
        papers = lake.lookup(RAW_PAPERS, cell, part, {pair["paper_id"] for pair in rows[FIGURE_PAIRS].values()})
        for pair_id, candidate in candidates.items():
            own = [rows[table][pair_id] for table in TABLES if pair_id in rows[table]]
            if len(own) == len(TABLES) and own[0]["paper_id"] in papers:
                found[cell, pair_id] = _shown(candidate, papers[own[0]["paper_id"]], own)
    return found


def _shown(candidate: Candidate, paper: Row, own: Sequence[Row]) -> Shown:
    pair, context, caption, metrics = own
    rights = [stated for stated in (paper["rights"], pair["rights"]) if stated] or ["pointer_only"]
    recaption = (caption["recaption"] or "")[:SHOWN_CHARS]
    cut = {name: (pair[name] or "")[:SHOWN_CHARS] for name in ("caption", "subcaption")}
    mentions = [mention | {"text": mention["text"][:SHOWN_CHARS]} for mention in context["mentions"] or ()]
    return Shown(
        cell=candidate.cell,
        difference=candidate.difference,
        pair={name: value for name, value in pair.items() if name != "image"} | cut,
        paper=paper,
        context=context | {"mentions": mentions[:SHOWN_MENTIONS], "more_mentions": len(mentions) - SHOWN_MENTIONS},
        caption=caption,
        metrics=metrics,
        rights=narrowest_rights(rights),
        thumbnail=_thumbnail(pair["image"]),
        link=paper_link(paper["paper_id"]),
        license_link=_web_address(paper["license"]),
        recaption=blocks(recaption, caption, metrics["ungrounded"] or ()),
    )


def _thumbnail(image: bytes) -> str | None:
    try:
        return thumbnail(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _web_address(text: str | None) -> str | None:
    """`text` where a link may lead to it: an address of the web, never a script."""
    return text if text and text.startswith(("https://", "http://")) else None
