r"""What stands in a float, and which graphics, subcaptions and labels belong to which caption.

While the stomach reads, graphics, captions and labels are put into a tree of boxes (float, minipage, subfigure, ...).
When a float closes, `figures_of` settles it. The rules follow what LaTeX prints: every \caption is a figure of its own;
a caption in a panel belongs to the panel; a label belongs to the caption before it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from s1_assets.rejects import Reason

T = TypeVar("T")


class Kind(Enum):
    """What a box means for the captions in it."""

    FIGURE = "figure"  # its captions number figures
    OTHER = "other"  # a table, an algorithm, a listing: its graphics are no figures
    PANEL = "panel"  # a subfigure: its caption is a subcaption
    PLAIN = "plain"  # a minipage, a centred block: groups what belongs together
    PORTRAIT = "portrait"  # an author's biography


@dataclass(eq=False, slots=True)
class GraphicUse:
    r"""One \includegraphics. `file` is None when the archive lacks it; `unfit` says why it can be no panel."""

    written: str
    file: str | None
    options: Mapping[str, str]
    unfit: Reason | None = None


@dataclass(eq=False, slots=True)
class Drawing:
    """A picture drawn in TeX (`what` names the language), from `file` when it is input from one of its own."""

    what: str
    file: str | None = None


@dataclass(eq=False, slots=True)
class Caption:
    """A caption: its text, whether it is numbered, and the label that it prints (`Figure 3`)."""

    numbered: bool
    label: str | None
    text: str = ""
    sub: bool = False  # made by \subcaption, whatever box it stands in


@dataclass(eq=False, slots=True)
class Label:
    r"""A \label."""

    key: str


@dataclass(eq=False, slots=True)
class Box:
    """A box with what it holds, in reading order; `file` is the source that it began in."""

    kind: Kind
    file: str = ""
    items: list["Item"] = field(default_factory=list)

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


Leaf = GraphicUse | Drawing | Caption | Label
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

    def float_kind(self) -> Kind:
        """Figure or other, by the innermost float around it; plain outside of floats."""
        kinds = [box.kind for box in self.around if box.kind in {Kind.FIGURE, Kind.OTHER, Kind.PORTRAIT}]
        return kinds[-1] if kinds else Kind.PLAIN

    def panel(self) -> Box | None:
        """The innermost panel around it."""
        return next((box for box in reversed(self.around) if box.kind is Kind.PANEL), None)


@dataclass(slots=True)
class Panel:
    """A part of a figure with a caption of its own, with the graphics in it."""

    graphics: list[GraphicUse] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@dataclass(slots=True)
class FigureFound:
    """A captioned figure before numbering. `keys` are its labels; every graphic is listed in `graphics`."""

    caption: Caption
    graphics: list[GraphicUse] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    drawings: list[Drawing] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Settled:
    """What a box came to: its figures, and the graphics that belong to none, each with the reason."""

    figures: list[FigureFound] = field(default_factory=list)
    rest: list[tuple[GraphicUse, Reason]] = field(default_factory=list)


def settle(box: Box) -> Settled:
    """Assign everything in a closed box."""
    settled = Settled()
    inside: list[Placed] = []
    for placed in box.walk():
        kind = placed.float_kind()
        if isinstance(placed.leaf, GraphicUse) and placed.leaf.unfit is not None:
            settled.rest.append((placed.leaf, placed.leaf.unfit))
        elif kind in {Kind.FIGURE, Kind.PLAIN}:
            inside.append(placed)
        elif isinstance(placed.leaf, GraphicUse):
            settled.rest.append((placed.leaf, Reason.NOT_A_FIGURE))
    captions, subcaptions = _captions(inside)
    panels = _panels(inside, subcaptions)
    if not captions and any(panel.captions for panel in panels.values()):
        captions = [Placed(Caption(numbered=False, label=None), (box,))]
    if captions:
        settled.figures = _share_out(captions, inside, panels)
    else:
        uncaptioned = (placed.leaf for placed in inside if isinstance(placed.leaf, GraphicUse))
        settled.rest += [(use, Reason.NO_CAPTION) for use in uncaptioned]
    return settled


def _captions(inside: list[Placed]) -> tuple[list[Placed], list[Placed]]:
    r"""Captions of figures and of panels.

    Those in panels and those of \subcaption are subcaptions; so are unnumbered ones in boxes of a figure that has one
    numbered caption.
    """
    captions: list[Placed] = []
    subcaptions: list[Placed] = []
    for placed in inside:
        if isinstance(placed.leaf, Caption):
            (subcaptions if placed.leaf.sub or placed.panel() is not None else captions).append(placed)
    numbered = [placed for placed in captions if isinstance(placed.leaf, Caption) and placed.leaf.numbered]
    if len(numbered) != 1:
        return captions, subcaptions
    boxed = [p for p in captions if p is not numbered[0] and len(p.around) > len(numbered[0].around)]
    return [placed for placed in captions if placed not in boxed], subcaptions + boxed


def _panels(inside: list[Placed], subcaptions: list[Placed]) -> dict[int, Panel]:
    """Panels by the identity of their box: subfigures, and minipages with a subcaption in them."""
    boxes = [box for placed in inside if (box := placed.panel()) is not None]
    boxes += [placed.box for placed in subcaptions if placed.panel() is None and placed.box.kind is Kind.PLAIN]
    panels = {id(box): Panel() for box in boxes}
    for placed in inside:
        panel = _innermost(placed, panels)
        if panel is None:
            continue
        if isinstance(placed.leaf, GraphicUse):
            panel.graphics.append(placed.leaf)
        elif isinstance(placed.leaf, Caption) and placed.leaf.text:
            panel.captions.append(placed.leaf.text)
        elif isinstance(placed.leaf, Label):
            panel.keys.append(placed.leaf.key)
    return panels


def _innermost(placed: Placed, by_box: Mapping[int, T]) -> T | None:
    """What the table holds for the innermost box around that it knows."""
    return next((by_box[id(box)] for box in reversed(placed.around) if id(box) in by_box), None)


def _share_out(captions: list[Placed], inside: list[Placed], panels: dict[int, Panel]) -> list[FigureFound]:
    """One figure a caption, with its graphics, drawings, panels and labels."""
    figures = [FigureFound(placed.leaf) for placed in captions if isinstance(placed.leaf, Caption)]
    owners = _owners(captions, inside)
    assigned: set[int] = set()
    for placed in inside:
        figure = figures[owners[id(placed.leaf)]]
        panel = _innermost(placed, panels)
        if panel is not None and id(panel) not in assigned:
            assigned.add(id(panel))
            figure.panels.append(panel)
        if isinstance(placed.leaf, GraphicUse):
            figure.graphics.append(placed.leaf)
        elif isinstance(placed.leaf, Drawing):
            figure.drawings.append(placed.leaf)
        elif isinstance(placed.leaf, Label) and panel is None:
            figure.keys.append(placed.leaf.key)
    return figures


def _owners(captions: list[Placed], inside: list[Placed]) -> dict[int, int]:
    """For every leaf (by identity) the position of the caption it belongs to."""
    if len(captions) == 1:
        return {id(placed.leaf): 0 for placed in inside}
    position = {id(placed.leaf): index for index, placed in enumerate(captions)}
    by_box = _boxes_with_one_caption(captions, inside)
    owners: dict[int, int] = {}
    for placed in inside:
        owner = _innermost(placed, by_box)
        if owner is not None:
            owners[id(placed.leaf)] = owner
    free = {leaf: index for leaf, index in position.items() if leaf not in owners}
    _share_in_order(free, [p for p in inside if id(p.leaf) in free or _is_shown_freely(p, owners)], owners)
    latest = 0
    for placed in inside:
        latest = position.get(id(placed.leaf), latest)
        owners.setdefault(id(placed.leaf), latest)
    return owners


def _boxes_with_one_caption(captions: list[Placed], inside: list[Placed]) -> dict[int, int]:
    """Boxes (by identity) that hold one caption and something shown, with that caption's position."""
    shown = {id(box) for placed in inside if isinstance(placed.leaf, GraphicUse | Drawing) for box in placed.around}
    held: dict[int, list[int]] = {}
    for index, caption in enumerate(captions):
        for box in caption.around:
            held.setdefault(id(box), []).append(index)
    return {box: indexes[0] for box, indexes in held.items() if len(indexes) == 1 and box in shown}


def _share_in_order(free: dict[int, int], sequence: list[Placed], owners: dict[int, int]) -> None:
    """Captions without a box of their own: what is shown before each, or after each where a caption comes first.

    Where several captions follow several graphics at once (a row of graphics over a row of captions), they pair up.
    """
    if not free:
        return
    caption_first = id(sequence[0].leaf) in free
    rows: list[tuple[list[int], list[int]]] = []  # captions and what is shown, by identity
    in_captions = False
    for placed in sequence if caption_first else reversed(sequence):
        leaf = id(placed.leaf)
        if leaf not in free:
            if not rows:  # behind the last caption
                owners[leaf] = max(free.values())
            else:
                rows[-1][1].append(leaf)
        elif in_captions:
            rows[-1][0].append(leaf)
        else:
            rows.append(([leaf], []))
        in_captions = leaf in free
    for row, leaves in rows:
        share = max(1, len(leaves) // len(row))
        for order, leaf in enumerate(leaves):
            owners[leaf] = free[row[min(order // share, len(row) - 1)]]


def _is_shown_freely(placed: Placed, owners: dict[int, int]) -> bool:
    return isinstance(placed.leaf, GraphicUse | Drawing) and id(placed.leaf) not in owners
