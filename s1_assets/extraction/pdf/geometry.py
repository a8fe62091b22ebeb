"""Boxes on a page: points (1/72 inch) from the upper left corner of the page as it is read, y downwards."""

from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple, Self


class Box(NamedTuple):
    """A rectangle; `x0`, `y0` is its upper left corner."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Extent across."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Extent down."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Square points; 0 where there is none."""
        return max(self.width, 0.0) * max(self.height, 0.0)

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def joined(self, other: "Box") -> Self:
        """The smallest box around both."""
        return type(self)(
            min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1)
        )

    def common(self, other: "Box") -> Self:
        """What both cover; its area is 0 where they are apart."""
        return type(self)(
            max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1)
        )

    def grown(self, across: float, down: float | None = None) -> Self:
        """The box with so much more on each side."""
        down = across if down is None else down
        return type(self)(self.x0 - across, self.y0 - down, self.x1 + across, self.y1 + down)

    def holds(self, other: "Box", share: float = 1.0) -> bool:
        """Whether at least this share of the other box, which may have no area, lies inside this one."""
        across = min(self.x1, other.x1) - max(self.x0, other.x0)
        down = min(self.y1, other.y1) - max(self.y0, other.y0)
        if across < 0 or down < 0:
            return False
        return _share(across, other.width) * _share(down, other.height) >= share

    def gap_across(self, other: "Box") -> float:
        """Distance from side to side; negative by how much the two overlap."""
        return max(self.x0, other.x0) - min(self.x1, other.x1)

    def gap_down(self, other: "Box") -> float:
        """Distance from bottom to top; negative by how much the two overlap."""
        return max(self.y0, other.y0) - min(self.y1, other.y1)

    def distance(self, other: "Box") -> float:
        """The larger of the two gaps, 0 where the boxes touch."""
        return max(self.gap_across(other), self.gap_down(other), 0.0)


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around one box or more."""
    return reduce(Box.joined, boxes)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 1.0
