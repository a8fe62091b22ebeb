"""A paper as every extraction route reads it: figures, the paragraphs around them, and what was left out.

The routes (LaTeX, JATS, PDF) differ only in how they come to a `Document`; everything after it is shared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from s1_assets.rejects import Reject


@dataclass(frozen=True)
class Graphic:
    r"""One graphic file of a figure, as the paper includes it.

    `file` is its path in the archive. `options` are the keys of \includegraphics that change what is seen
    (page, angle, trim, clip, viewport, ...), as written. `subcaption` is the panel's own caption and
    `anchors` are the names it is referred to by.
    """

    file: str
    options: Mapping[str, str] = field(default_factory=dict)
    subcaption: str | None = None
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One figure. `number` is its 1-based position in reading order, `label` what is printed ("Figure 3"), if known."""

    number: int
    label: str | None
    caption: str
    graphics: tuple[Graphic, ...]
    anchors: tuple[str, ...] = ()


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
