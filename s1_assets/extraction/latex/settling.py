r"""Which graphics, subcaptions and labels of a closed box belong to which caption.

The rules follow what LaTeX prints: every \caption is a figure of its own; a caption in a panel belongs to the panel; a
label belongs to the caption before it.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import TypeVar

from s1_assets.extraction.latex.floats import (
    Box,
    Caption,
    FigureFound,
    GraphicUse,
    Kind,
    Label,
    Panel,
    Placed,
    Shown,
    Unplaced,
)
from s1_assets.rejects import Reason

T = TypeVar("T")

_FEWEST_WORDS = 3  # of a caption, so that marks such as (a) are none
_ENUMERATED = re.compile(r"\(?(?P<letter>[a-zA-Z])(?:\)[:.]?|[:.])\s+(?P<text>\S.*)")  # (a) text, a) text, a. text
_NO_FIGURES = {
    Kind.OTHER: "a table, an algorithm or the like, set as a graphic",
    Kind.PORTRAIT: "an author's portrait",
}


@dataclass(slots=True)
class Settled:
    """What a box came to: its figures, and the graphics that belong to none."""

    figures: list[FigureFound] = field(default_factory=list)
    rest: list[Unplaced] = field(default_factory=list)


def settle(box: Box) -> Settled:
    """Assign everything in a closed box."""
    settled = Settled()
    everything = list(_with_labels_of_figures(box.walk()))
    captioned = {id(placed.float_box()) for placed in everything if placed.is_main_caption()}
    inside: list[Placed] = []
    for placed in everything:
        around = placed.float_box()
        if isinstance(placed.leaf, GraphicUse) and placed.leaf.unfit is not None:
            settled.rest.append(Unplaced(placed.leaf, placed.leaf.unfit, "a logo, an icon or a mark within a text"))
        elif around is None or around.kind is Kind.FIGURE or id(around) in captioned:
            inside.append(placed)
        elif isinstance(placed.leaf, GraphicUse):
            settled.rest.append(Unplaced(placed.leaf, Reason.NOT_A_FIGURE, _NO_FIGURES[around.kind]))
    captions, subcaptions = _captions(inside)
    panels = _panels(inside, subcaptions)
    if not captions and any(panel.captions for panel in panels.values()):
        captions = [Placed(Caption(numbered=False, label=None), (box,))]
    if captions:
        settled.figures = _share_out(captions, inside, panels)
        if len(captions) == 1:
            _caption_by_texts(settled.figures[0], box.texts)
            _caption_behind(settled.figures[0], inside, box.texts_behind_blank_caption)
            shows = any(isinstance(placed.leaf, Shown) for placed in everything)
            settled.figures[0].is_bare = box.kind is Kind.FIGURE and not box.texts and not shows
    else:
        is_other = any(isinstance(placed.leaf, Caption) for placed in inside)
        reason = Reason.NOT_A_FIGURE if is_other else Reason.NO_CAPTION
        detail = _NO_FIGURES[Kind.OTHER] if is_other else "a graphic outside of captioned figures"
        settled.rest += [
            Unplaced(placed.leaf, reason, detail) for placed in inside if isinstance(placed.leaf, GraphicUse)
        ]
    return settled


def _with_labels_of_figures(everything: Iterator[Placed]) -> Iterator[Placed]:
    """All but the labels behind the caption of a table or the like."""
    of_figure = True
    for placed in everything:
        if isinstance(placed.leaf, Caption):
            of_figure = placed.leaf.of_figure
        if of_figure or not isinstance(placed.leaf, Label):
            yield placed


def _caption_behind(figure: FigureFound, inside: list[Placed], behind: list[str]) -> None:
    r"""The words of a caption that closed too early, as in `\caption{\label{a}} Words.`: one line, the last thing."""
    is_last = bool(inside) and not isinstance(inside[-1].leaf, Shown)
    if not figure.caption.text and is_last and len(behind) == 1 and len(behind[0].split()) >= _FEWEST_WORDS:
        figure.caption.text = behind[0]


def _caption_by_texts(figure: FigureFound, texts: list[str]) -> None:
    """Subcaptions of panels without one, where the float says "(a) ...", "(b) ..." for as many graphics, in order.

    A line between them that is not enumerated may belong to either of them, so that nothing is taken then.
    """
    if len(figure.graphics) < 2 or any(panel.captions for panel in figure.panels):
        return
    matches = list(dropwhile(lambda match: match is None, map(_ENUMERATED.fullmatch, texts)))
    said = [match for match in matches if match is not None]
    letters = "".join(match["letter"].lower() for match in said)
    if not len(matches) == len(said) == len(figure.graphics) or not string.ascii_lowercase.startswith(letters):
        return
    known = {id(graphic): panel for panel in figure.panels for graphic in panel.graphics}
    for graphic, match in zip(figure.graphics, said, strict=True):
        panel = known.get(id(graphic))
        if panel is None:
            panel = Panel(graphics=[graphic])
            figure.panels.append(panel)
        panel.captions.append(match["text"])


def _captions(inside: list[Placed]) -> tuple[list[Placed], list[Placed]]:
    r"""Captions of figures and of panels.

    Those in panels and those of \subcaption are subcaptions; so are unnumbered ones in boxes of a figure that has one
    numbered caption.
    """
    captions: list[Placed] = []
    subcaptions: list[Placed] = []
    for placed in inside:
        if isinstance(placed.leaf, Caption) and placed.leaf.of_figure:
            (subcaptions if placed.leaf.sub or placed.panel() is not None else captions).append(placed)
    numbered = [placed for placed in captions if isinstance(placed.leaf, Caption) and placed.leaf.numbered]
    if len(numbered) != 1:
        return captions, subcaptions
    main, others = numbered[0], [placed for placed in captions if placed is not numbered[0]]
    boxed = [placed for placed in others if len(placed.around) > len(main.around)]
    beside = {id(placed.leaf) for placed in boxed}
    return [placed for placed in captions if id(placed.leaf) not in beside], subcaptions + boxed


def _panels(inside: list[Placed], subcaptions: list[Placed]) -> dict[int, Panel]:
    """The panel of every leaf (by identity) that stands in one: in a subfigure, or in a box with a subcaption."""
    loose = [placed for placed in subcaptions if placed.panel() is None]
    held_in = Counter(id(box) for placed in loose for box in placed.around)
    alone = [placed.box for placed in loose if placed.box.kind is Kind.PLAIN and held_in[id(placed.box)] == 1]
    by_box = {id(box): Panel() for box in [*(placed.panel() for placed in inside), *alone] if box is not None}
    panels = {id(placed.leaf): panel for placed in inside if (panel := _innermost(placed, by_box)) is not None}
    crowded: dict[int, list[Placed]] = {id(placed.box): [] for placed in loose if id(placed.leaf) not in panels}
    for placed in inside:
        held = _innermost(placed, crowded) if id(placed.leaf) not in panels else None
        if held is not None:
            held.append(placed)
    known = {id(placed.leaf) for placed in loose}
    for held in crowded.values():
        panels |= _shared_panels(held, known)
    for placed in inside:
        if id(placed.leaf) in panels:
            panels[id(placed.leaf)].take(placed.leaf)
    return panels


def _shared_panels(held: list[Placed], subcaptions: set[int]) -> dict[int, Panel]:
    """Panels of several subcaptions (given by identity) in one box, which share what it holds as captions do; by leaf.

    A label belongs to the subcaption before it.
    """
    captions = (id(placed.leaf) for placed in held if id(placed.leaf) in subcaptions)
    places = {caption: place for place, caption in enumerate(captions)}
    owners = dict(places)
    _share_in_order(places, [p for p in held if id(p.leaf) in places or _is_shown_freely(p, owners)], owners)
    latest: int | None = None
    for placed in held:
        if isinstance(placed.leaf, Caption):
            latest = places.get(id(placed.leaf))
        elif isinstance(placed.leaf, Label) and latest is not None:
            owners[id(placed.leaf)] = latest
    panels = [Panel() for _ in places]
    return {leaf: panels[place] for leaf, place in owners.items()}


def _innermost(placed: Placed, by_box: Mapping[int, T]) -> T | None:
    """What the table holds for the innermost box around that it knows."""
    return next((by_box[id(box)] for box in reversed(placed.around) if id(box) in by_box), None)


def _share_out(captions: list[Placed], inside: list[Placed], panels: dict[int, Panel]) -> list[FigureFound]:
    """One figure a caption, with its graphics, panels and labels."""
    figures = [FigureFound(placed.leaf) for placed in captions if isinstance(placed.leaf, Caption)]
    owners = _owners(captions, inside)
    assigned: set[int] = set()
    for placed in inside:
        figure = figures[owners[id(placed.leaf)]]
        panel = panels.get(id(placed.leaf))
        if panel is not None and id(panel) not in assigned:
            assigned.add(id(panel))
            figure.panels.append(panel)
        if isinstance(placed.leaf, Shown):
            figure.graphics.append(placed.leaf)
        elif isinstance(placed.leaf, Label) and panel is None:
            figure.keys.append(placed.leaf.key)
    for figure in figures:
        major = [use for use in figure.graphics if isinstance(use, GraphicUse) or not use.minor]
        figure.graphics = major or figure.graphics
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
    shown = {id(box) for placed in inside if isinstance(placed.leaf, Shown) for box in placed.around}
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
    return isinstance(placed.leaf, Shown) and id(placed.leaf) not in owners
