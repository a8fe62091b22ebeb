"""The rule by which the PDF peers make figures of captions and pictures: every picture goes to the nearest caption."""

import re
from collections.abc import Iterable, Sequence
from math import hypot

from benchmarks.pdf_scores import FoundFigure
from s1_assets.extraction.pdf.geometry import Box, hull

_LABEL = re.compile(r"\s*fig(?:ure|s?\.)?\s*[A-Z]?\.?\d+[a-z]?\s*(?P<mark>[.:|–—]|)\s*", re.IGNORECASE)


def caption_text(text: str, marked: bool = False) -> str | None:
    """What stands behind "Figure 3." at the start of a text; None where it does not start so.

    With `marked`, something has to part label and text, which most sentences ("Figure 3 shows ...") lack.
    """
    match = _LABEL.match(text)
    return text[match.end() :].strip() if match and (match["mark"] or not marked) else None


def paired(page: int, captions: Sequence[tuple[str, Box]], pictures: Iterable[Box]) -> list[FoundFigure]:
    """One figure for each caption of a page, with the box around all pictures of which it is the nearest caption."""
    of_caption: dict[int, list[Box]] = {}
    for picture in pictures:
        distances = [(_distance(picture, box), place) for place, (_, box) in enumerate(captions)]
        if distances:
            of_caption.setdefault(min(distances)[1], []).append(picture)
    return [
        FoundFigure(text, page, hull(of_caption[place]) if place in of_caption else None)
        for place, (text, _) in enumerate(captions)
    ]


def _distance(box: Box, other: Box) -> float:
    return hypot(max(box.gap_across(other), 0.0), max(box.gap_down(other), 0.0))
