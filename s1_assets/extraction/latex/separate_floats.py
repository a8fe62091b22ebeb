r"""Captions and graphics that stand apart: all captions first, then a page or float for each graphic.

Journals asked for manuscripts in this form until about 2005. It is taken for granted only where everything agrees,
since a graphic under another one's caption would be worse than none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from s1_assets.extraction.latex.floats import FigureFound, GraphicUse

_FILE_NUMBER = re.compile(r"(?:^|[^a-z])f(?:ig(?:ure)?)?[-_. ]?0*(?P<number>[1-9]\d*)(?!\d)", re.IGNORECASE)
_TYPED_NUMBER = re.compile(r"\W*fig(?:ure|\.)?\s*0*(?P<number>[1-9]\d*)\W*", re.IGNORECASE)
_PRINTED_NUMBER = re.compile(r"\d+$")


@dataclass(frozen=True, slots=True)
class Uncaptioned:
    """Graphics of one float, or of a place in no float, without a caption; `texts` is what the float says."""

    graphics: Sequence[GraphicUse]
    texts: Sequence[str]
    in_float: bool
    figures_before: int


def pair_in_order(figures: Sequence[FigureFound], uncaptioned: Sequence[Uncaptioned]) -> list[GraphicUse]:
    """Give the figures the graphics that stand apart, in order; returns those that were given.

    Nothing is given unless no figure shows or says anything but its caption, there are as many floats with nothing
    but graphics (or graphics outside of floats behind the last caption) as captions, and no number in a file's name
    or under a graphic says otherwise. A single graphic outside of floats may be a logo as well.
    """
    pages: list[Uncaptioned] = []
    for page in uncaptioned:
        if page.in_float:
            pages.append(page)
        elif page.figures_before == len(figures):
            pages += [Uncaptioned((use,), (), False, page.figures_before) for use in page.graphics]
    may_be_logo = len(pages) == 1 and not pages[0].in_float
    is_apart = len(pages) == len(figures) and all(figure.is_bare for figure in figures)
    if may_be_logo or not is_apart or not all(map(_agree, figures, pages)):
        return []
    for figure, page in zip(figures, pages, strict=True):
        figure.graphics = list(page.graphics)
    return [use for page in pages for use in page.graphics]


def _agree(figure: FigureFound, page: Uncaptioned) -> bool:
    """Whether the caption prints a number that all numbers on the page agree with, and the page says no more."""
    printed = _PRINTED_NUMBER.search(figure.caption.label or "")
    typed = [_TYPED_NUMBER.fullmatch(text) for text in page.texts]
    if printed is None or None in typed:
        return False
    named = [_FILE_NUMBER.search(PurePosixPath(use.written).stem) for use in page.graphics]
    return all(said["number"] == printed[0] for said in (*typed, *named) if said is not None)
