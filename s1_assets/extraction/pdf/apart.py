"""Figures that stand apart from their captions.

Manuscripts list legends at their end; a legend may stand on the facing page; a figure may go on over further pages.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from s1_assets.extraction.pdf.captions import Caption
from s1_assets.extraction.pdf.geometry import Box

_CONTINUED = re.compile(r"\W*(?:cont(?:inued|['’]?d|\.)|\(cont)", re.IGNORECASE)


@dataclass(frozen=True)
class Region:
    """A box on a page, in points from the upper left corner of the page as it is read."""

    page: int
    box: Box


Regions = dict[Caption, tuple[Region, ...]]


def join_apart(
    captions: Sequence[Caption], near: Mapping[Caption, Region], lone: Mapping[int, Box]
) -> tuple[list[Caption], Regions]:
    """The captions of figures with all that they show.

    Args:
        captions: captions of figures, in reading order.
        near: what stands by a caption, where something does.
        lone: pictures without captions on pages that hold little else, by page.
    """
    regions: Regions = {caption: (near[caption],) for caption in captions if caption in near}
    of_label: defaultdict[str, list[Caption]] = defaultdict(list)
    for caption in captions:
        of_label[caption.label.key].append(caption)
    kept = {caption for same in of_label.values() for caption in _joined(same, regions)}
    captions = [caption for caption in captions if caption in kept]
    waiting = [caption for caption in captions if caption not in regions]
    for caption, page in _facing(waiting, sorted(lone)):
        regions[caption] = (Region(page, lone[page]),)
    return captions, regions


def _joined(same: Sequence[Caption], regions: Regions) -> list[Caption]:
    """Of the captions with one label those that stand for a figure; what the others show goes to them."""
    kept: list[Caption] = []
    for caption in sorted(same, key=lambda caption: (_is_bare(caption), caption not in regions)):
        first = next((other for other in kept if _adds_to(caption, other, regions)), None)
        if first is None:
            kept.append(caption)
        elif caption in regions and (first not in regions or _CONTINUED.match(caption.label.rest)):
            regions[first] = regions.get(first, ()) + regions[caption]
    return kept


def _adds_to(caption: Caption, first: Caption, regions: Regions) -> bool:
    """Whether a caption is the label on a figure whose legend is elsewhere, a continuation, or a mere listing."""
    return (
        _is_bare(caption)
        or caption not in regions
        or bool(_CONTINUED.match(caption.label.rest))
        or first not in regions
    )


def _is_bare(caption: Caption) -> bool:
    """Whether a caption is nothing but a label."""
    return not caption.label.rest and sum(map(len, caption.lines.values())) == 1


def _facing(captions: Sequence[Caption], pages: Sequence[int]) -> Iterable[tuple[Caption, int]]:
    """Which caption goes with which page of pictures: all in order, or else those of pages that face each other."""
    if len(captions) == len(pages):
        return list(zip(captions, pages, strict=True))
    alone = [caption for caption in captions if sum(other.page == caption.page for other in captions) == 1]
    found: dict[int, Caption] = {}
    for caption in alone:
        beside = [page for page in pages if abs(page - max(caption.lines)) == 1 and page not in found]
        if len(beside) == 1:
            found[beside[0]] = caption
    return [(caption, page) for page, caption in found.items()]
