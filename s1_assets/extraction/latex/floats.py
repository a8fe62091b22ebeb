r"""What stands in a float: graphics, captions and labels in a tree of boxes (float, minipage, subfigure, ...).

The stomach puts them there while it reads. What a box comes to when it closes is said in `settling`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from s1_assets.extraction.document import Drawing
from s1_assets.rejects import Reason


class Kind(Enum):
    """What a box means for the captions in it."""

    FIGURE = "figure"  # its captions number figures
    OTHER = "other"  # a table, an algorithm, a listing: its graphics are no figures
    PANEL = "panel"  # a subfigure: its caption is a subcaption
    PLAIN = "plain"  # a minipage, a centred block: groups what belongs together
    PORTRAIT = "portrait"  # an author's biography


@dataclass(eq=False, slots=True)
class GraphicUse:
    r"""One \includegraphics. `file` is None when the archive lacks it; `unfit` says why it can be no panel.

    `drawing` is what TeX draws around it, if anything.
    """

    written: str
    file: str | None
    options: Mapping[str, str]
    unfit: Reason | None = None
    drawing: Drawing | None = None


@dataclass(eq=False, slots=True)
class DrawingUse:
    """A picture drawn in TeX. A minor one is no panel beside others: an overlay, the mark of a legend."""

    drawing: Drawing
    minor: bool = False


@dataclass(eq=False, slots=True)
class Caption:
    """A caption: its text, whether it is numbered, and the label that it prints (`Figure 3`)."""

    numbered: bool
    label: str | None
    text: str = ""
    sub: bool = False  # made by \subcaption, whatever box it stands in
    of_figure: bool = True  # not of a table or the like that shares the float


@dataclass(eq=False, slots=True)
class Label:
    r"""A \label."""

    key: str


@dataclass(eq=False, slots=True)
class Box:
    """A box with what it holds, in reading order.

    `file` is the source that it began in, `texts` what a float says beside its captions: cells, lines and paragraphs.
    Of these some may stand behind a caption without words.
    """

    kind: Kind
    file: str = ""
    items: list["Item"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    texts_behind_blank_caption: list[str] = field(default_factory=list)

    def walk(self) -> Iterator["Placed"]:
        """Everything that is no box, in reading order, with the boxes around it, outermost first."""
        stack: list[tuple[tuple[Box, ...], Iterator[Item]]] = [((self,), iter(self.items))]
        while stack:
            around, items = stack[-1]
            item = next(items, None)
            if item is None:
                stack.pop()
            elif isinstance(item, Box):
                stack.append(((*around, item), iter(item.items)))
            else:
                yield Placed(item, around)


Shown = GraphicUse | DrawingUse
Leaf = Shown | Caption | Label
Item = Leaf | Box


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf with the boxes around it."""

    leaf: Leaf
    around: tuple[Box, ...]

    @property
    def box(self) -> Box:
        """The innermost box."""
        return self.around[-1]

    def float_box(self) -> Box | None:
        """The innermost float around it."""
        floats = {Kind.FIGURE, Kind.OTHER, Kind.PORTRAIT}
        return next((box for box in reversed(self.around) if box.kind in floats), None)

    def is_main_caption(self) -> bool:
        """Whether it is the caption of a figure."""
        return isinstance(self.leaf, Caption) and self.leaf.of_figure and not self.leaf.sub and self.panel() is None

    def panel(self) -> Box | None:
        """The innermost panel around it."""
        return next((box for box in reversed(self.around) if box.kind is Kind.PANEL), None)


@dataclass(slots=True)
class Panel:
    """A part of a figure with a caption of its own, with the graphics in it."""

    graphics: list[Shown] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def take(self, leaf: Leaf) -> None:
        """Add something that stands in the panel."""
        if isinstance(leaf, Shown):
            self.graphics.append(leaf)
        elif isinstance(leaf, Caption) and leaf.text:
            self.captions.append(leaf.text)
        elif isinstance(leaf, Label):
            self.keys.append(leaf.key)


@dataclass(slots=True)
class FigureFound:
    """A captioned figure before numbering. `keys` are its labels; every graphic is listed in `graphics`.

    A bare one has nothing in its float but its caption.
    """

    caption: Caption
    graphics: list[Shown] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A graphic that belongs to no figure, and why."""

    use: GraphicUse
    reason: Reason
    detail: str
