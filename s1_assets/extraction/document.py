"""A paper as every extraction route reads it: figures, the paragraphs around them, and what was left out.

The routes (LaTeX, JATS, PDF) differ only in how they come to a `Document`; everything after it is shared. Its texts
are plain, with citations as [CITE], references as [REF] and formulae as their source between dollar signs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from s1_assets.publishing.rights import OwnRights
from s1_assets.rejects import Reject

MATHS = re.compile(r"(?<!\\)(?:\$\$(?:[^$\\]|\\.)+\$\$|\$(?:[^$\\]|\\.)+\$)")  # a formula in a text


@dataclass(frozen=True)
class Drawing:
    r"""A picture that TeX draws.

    `source` typesets it, once the preamble of `document` has been read and `setting` been carried out, which is what
    the paper has set before: definitions, styles, lengths. `file` is the TeX file that it stands in; both are paths in
    the archive. `language` names what it is written in, such as tikzpicture. `turns` are options of \includegraphics
    (angle, reflect) by which it is seen.
    """

    language: str
    document: str
    file: str
    source: str
    setting: str = ""
    turns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Graphic:
    r"""One graphic file of a figure, as the paper includes it, or a picture drawn in TeX.

    `file` is its path in the archive. `options` are the keys of \includegraphics that change what is seen
    (page, angle, trim, clip, viewport, ...), as written. `subcaption` is the panel's own caption and
    `anchors` are the names it is referred to by. `drawing` is the TeX that draws it, if any: all of it where both have
    the same `file`, else what is over and around the graphic file. `bbox` is left, top, right and bottom of what is
    seen on its page, in points from the page's upper left corner, where that is a part of a page.
    """

    file: str
    options: Mapping[str, str] = field(default_factory=dict)
    subcaption: str | None = None
    anchors: tuple[str, ...] = ()
    drawing: Drawing | None = None
    bbox: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Figure:
    """One figure. `number` is its 1-based position in reading order, `label` what is printed ("Figure 3"), if known.

    `own_rights` is what the source's markup states for this figure alone; what its caption says is read of all routes.
    """

    number: int
    label: str | None
    caption: str
    graphics: tuple[Graphic, ...]
    anchors: tuple[str, ...] = ()
    own_rights: OwnRights | None = None


@dataclass(frozen=True)
class Anchor:
    """A reference to a figure in a passage: characters [start, end) of its text; `panel` is "a", "b", ... or None."""

    start: int
    end: int
    figure: int
    panel: str | None = None


@dataclass(frozen=True)
class Passage:
    """One paragraph of running text. `section` joins enclosing titles by " > "; `order` counts paragraphs from 0."""

    order: int
    section: str
    text: str
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True)
class Document:
    """What a route found. `passages` holds every paragraph that may cite a figure; title and abstract may be empty."""

    figures: tuple[Figure, ...] = ()
    passages: tuple[Passage, ...] = ()
    rejects: tuple[Reject, ...] = ()
    title: str = ""
    abstract: str = ""


def panel_letter(position: int) -> str:
    """The name of the panel at a place of its figure: a, b, ... z, aa, ab, ... for 0, 1, ..."""
    letters = ""
    position += 1
    while position:
        position, letter = divmod(position - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters
