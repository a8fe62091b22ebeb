"""The boxes that are open while a document is read, and the figures that closed ones came to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from s1_assets.extraction.latex.floats import Box, Caption, FigureFound, GraphicUse, Item, Kind, Shown, Unplaced
from s1_assets.extraction.latex.separate_floats import Uncaptioned, pair_in_order
from s1_assets.extraction.latex.settling import settle
from s1_assets.rejects import Reason

MAX_BOXES = 50  # one in another


class OpenBoxes:
    """`stack` holds them, outermost first. The first is the document itself, for what stands in no box at all.

    `graphics` are all that were placed. `figures` and `rest` are what has been settled: figures, and graphics of none.
    """

    def __init__(self, file: Callable[[], str]) -> None:
        """`file` says which source is being read."""
        self.stack = [Box(Kind.PLAIN)]
        self.graphics: list[GraphicUse] = []
        self.figures: list[FigureFound] = []
        self.rest: list[Unplaced] = []
        self._uncaptioned: list[Uncaptioned] = []
        self._file = file
        self._too_deep = 0  # boxes open beyond MAX_BOXES, whose content goes to the box of that depth

    @property
    def innermost(self) -> Box:
        """The box that what follows is placed in."""
        return self.stack[-1]

    @property
    def innermost_not_plain(self) -> Box | None:
        """The innermost box that means something for the captions in it."""
        return next((box for box in reversed(self.stack) if box.kind is not Kind.PLAIN), None)

    def is_outside(self) -> bool:
        """Whether what follows stands in no box."""
        return len(self.stack) == 1

    def within(self, *kinds: Kind) -> bool:
        """Whether a box of one of these kinds is open."""
        return any(box.kind in kinds for box in self.stack)

    def nearest(self, *kinds: Kind) -> Box | None:
        """The innermost open box of one of these kinds."""
        return next((box for box in reversed(self.stack) if box.kind in kinds), None)

    def open(self, kind: Kind) -> None:
        """Open a box for the graphics, captions and labels that follow."""
        if len(self.stack) > MAX_BOXES:
            self._too_deep += 1
            return
        self.stack.append(Box(kind, self._file()))

    def close(self) -> None:
        """Close the innermost box: a float is settled, other boxes are left to the one around them."""
        if self._too_deep > 0:
            self._too_deep -= 1
            return
        if self.is_outside():
            return
        box = self.stack.pop()
        if self.innermost_not_plain is not None:
            self.innermost.items.append(box)
        elif box.kind is not Kind.PLAIN or (self.is_outside() and _is_figure(box)):
            self.settle_loose()
            self._settle(box)
        else:
            self.innermost.items.append(box)

    def close_to(self, depth: int) -> None:
        """Close boxes until so many are open."""
        while len(self.stack) > depth:
            self.close()

    def place(self, item: Item) -> None:
        """Put something into the innermost box."""
        self.innermost.items.append(item)
        if isinstance(item, GraphicUse):
            self.graphics.append(item)

    def settle_loose(self) -> None:
        """Settle what stands in no box at all, where the running text has moved on."""
        if self.stack[0].items:
            loose, self.stack[0].items = self.stack[0].items, []
            self._settle(Box(Kind.PLAIN, items=loose))

    def _settle(self, box: Box) -> None:
        settled = settle(box)
        self.figures += settled.figures
        self.rest += settled.rest
        graphics = [left.use for left in settled.rest if left.reason is Reason.NO_CAPTION]
        if graphics:
            self._uncaptioned.append(Uncaptioned(graphics, box.texts, box.kind is Kind.FIGURE, len(self.figures)))

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """What is settled meanwhile is forgotten."""
        figures, rest, uncaptioned = len(self.figures), len(self.rest), len(self._uncaptioned)
        yield
        del self.figures[figures:], self.rest[rest:], self._uncaptioned[uncaptioned:]

    def finish(self) -> None:
        """The document ends here: close what is open, and pair captions with graphics that stand apart."""
        self.close_to(1)
        self.settle_loose()
        paired = set(pair_in_order(self.figures, self._uncaptioned))
        self.rest = [left for left in self.rest if left.use not in paired]


def _is_figure(box: Box) -> bool:
    leaves = [placed.leaf for placed in box.walk()]
    has_caption = any(isinstance(leaf, Caption) for leaf in leaves)
    return has_caption and any(isinstance(leaf, Shown) for leaf in leaves)
