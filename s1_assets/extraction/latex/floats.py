r"""What stands in a float, and which graphics, subcaptions and labels belong to which caption.

While the stomach reads, graphics, captions and labels are put into a tree of boxes (float, minipage, subfigure, ...).
When a float closes, `figures_of` settles it. The rules follow what LaTeX prints: every \caption is a figure of its own;
a caption in a panel belongs to the panel; a label belongs to the caption before it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

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
    """A box with what it holds, in reading order; `name` is the counter of a float, `file` the source it began in."""

    kind: Kind
    name: str = ""
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
    panels = _panels(inside)
    captions = [placed for placed in inside if isinstance(placed.leaf, Caption) and not _is_subcaption(placed, inside)]
    if captions:
        settled.figures = _share_out(captions, inside, panels)
    elif any(text for panel in panels.values() for text in panel.captions):
        caption = Placed(Caption(numbered=False, label=None), (box,))
        settled.figures = _share_out([caption], inside, panels)
    else:
        settled.rest += [(placed.leaf, Reason.NO_CAPTION) for placed in inside if isinstance(placed.leaf, GraphicUse)]
    return settled


def _main_captions(inside: list[Placed]) -> list[Placed]:
    return [p for p in inside if isinstance(p.leaf, Caption) and not p.leaf.sub and p.panel() is None]


def _is_subcaption(placed: Placed, inside: list[Placed]) -> bool:
    r"""A caption in a panel, a \subcaption, or an unnumbered one in a box while the figure has one numbered caption."""
    caption = placed.leaf
    assert isinstance(caption, Caption)
    if caption.sub or placed.panel() is not None:
        return True
    numbered = [p for p in _main_captions(inside) if isinstance(p.leaf, Caption) and p.leaf.numbered]
    return not caption.numbered and len(numbered) == 1 and len(placed.around) > len(numbered[0].around)


def _panels(inside: list[Placed]) -> dict[int, Panel]:
    """Panels by the identity of their box: subfigures, and other boxes with a subcaption in them."""
    boxes = {id(placed.panel()): placed.panel() for placed in inside if placed.panel() is not None}
    for placed in inside:
        is_loose = isinstance(placed.leaf, Caption) and placed.panel() is None and placed.box.kind is Kind.PLAIN
        if is_loose and _is_subcaption(placed, inside):
            boxes[id(placed.box)] = placed.box
    panels = {key: Panel() for key in boxes}
    for placed in inside:
        panel = next((panels[id(box)] for box in reversed(placed.around) if id(box) in panels), None)
        if panel is None:
            continue
        if isinstance(placed.leaf, GraphicUse):
            panel.graphics.append(placed.leaf)
        elif isinstance(placed.leaf, Caption) and placed.leaf.text:
            panel.captions.append(placed.leaf.text)
        elif isinstance(placed.leaf, Label):
            panel.keys.append(placed.leaf.key)
    return panels


def _share_out(captions: list[Placed], inside: list[Placed], panels: dict[int, Panel]) -> list[FigureFound]:
    """One figure a caption, with its graphics, drawings, panels and labels."""
    figures = []
    for placed in captions:
        assert isinstance(placed.leaf, Caption)
        figures.append(FigureFound(placed.leaf))
    owners = _owners(captions, inside)
    assigned: set[int] = set()
    for placed in inside:
        figure = figures[owners[id(placed.leaf)]]
        box = next((box for box in reversed(placed.around) if id(box) in panels), None)
        if box is not None and id(box) not in assigned:
            assigned.add(id(box))
            figure.panels.append(panels[id(box)])
        if isinstance(placed.leaf, GraphicUse):
            figure.graphics.append(placed.leaf)
        elif isinstance(placed.leaf, Drawing):
            figure.drawings.append(placed.leaf)
        elif isinstance(placed.leaf, Label) and box is None:
            figure.keys.append(placed.leaf.key)
    return figures


def _owners(captions: list[Placed], inside: list[Placed]) -> dict[int, int]:
    """For every leaf (by identity) the position of the caption it belongs to."""
    if len(captions) == 1:
        return {id(placed.leaf): 0 for placed in inside}
    owners: dict[int, int] = {}
    shown = [placed for placed in inside if isinstance(placed.leaf, GraphicUse | Drawing)]
    # A caption in a box of its own with graphics owns these.
    for index, caption in enumerate(captions):
        box = _smallest_shared_box(caption, shown, captions)
        if box is not None:
            owners |= {id(placed.leaf): index for placed in inside if box in placed.around}
    _share_in_order(captions, inside, owners)
    latest = 0
    for placed in inside:
        if isinstance(placed.leaf, Caption) and any(placed.leaf is caption.leaf for caption in captions):
            latest = next(index for index, caption in enumerate(captions) if caption.leaf is placed.leaf)
        owners.setdefault(id(placed.leaf), latest)
    return owners


def _smallest_shared_box(caption: Placed, shown: list[Placed], captions: list[Placed]) -> Box | None:
    """The innermost box that holds this caption, no other one, and something shown."""
    for box in reversed(caption.around):
        if any(other is not caption and box in other.around for other in captions):
            return None
        if any(box in placed.around for placed in shown):
            return box
    return None


def _share_in_order(captions: list[Placed], inside: list[Placed], owners: dict[int, int]) -> None:
    """Captions without a box of their own: what is shown before each, or after each where a caption comes first.

    Where several captions follow several graphics at once (a row of graphics over a row of captions), they pair up.
    """
    free = [index for index, caption in enumerate(captions) if id(caption.leaf) not in owners]
    position = {id(captions[index].leaf): index for index in free}
    rows: list[tuple[list[int], list[int]]] = []  # captions and leaves of one run
    sequence = [p for p in inside if id(p.leaf) in position or _is_free(p, owners)]
    if not sequence or not free:
        return
    caption_first = id(sequence[0].leaf) in position
    previous: bool | None = None
    for placed in sequence if caption_first else reversed(sequence):
        is_caption = id(placed.leaf) in position
        if is_caption and previous is not True:
            rows.append(([], []))
        if rows:
            (rows[-1][0] if is_caption else rows[-1][1]).append(id(placed.leaf))
        elif not is_caption:
            owners[id(placed.leaf)] = free[-1]
        previous = is_caption
    for row_captions, leaves in rows:
        share = max(1, len(leaves) // len(row_captions))
        for order, leaf in enumerate(leaves):
            owners[leaf] = position[row_captions[min(order // share, len(row_captions) - 1)]]


def _is_free(placed: Placed, owners: dict[int, int]) -> bool:
    return isinstance(placed.leaf, GraphicUse | Drawing) and id(placed.leaf) not in owners
