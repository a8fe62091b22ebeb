"""What a mirror holds of a source as a whole: which months, and what belongs to none of them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from s1_assets.cells import FIRST_MONTH, Cell

EXAMPLES = 20
_MONTH = re.compile(r"\d{4}-\d\d")


@dataclass
class Inventory:
    """The files and lines that planning a cell met, whatever their month, and which of them no cell takes up.

    `months` are those within `first` to `last` ("YYYY-MM") that something is dated. Of `looked_at` files and lines
    `unplaced` have no such month; `examples` tells of the first ones where they lie and why. They are not in
    `rejects`: its rows belong to a cell, and these belong to none.
    """

    first: str = ""
    last: str = ""
    months: set[str] = field(default_factory=set)
    looked_at: int = 0
    unplaced: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, source: str) -> "Inventory":
        """An empty one of a source, whose months run from its first to the current one."""
        return cls(FIRST_MONTH[source], f"{datetime.now(UTC):%Y-%m}")

    def add(self, where: str, month: str | None, why: str, count: int = 1) -> None:
        """Counts a file, or `count` lines; `why` says what keeps it from a month where `month` is None."""
        self.looked_at += count
        if month and _MONTH.fullmatch(month) and self.first <= month <= self.last:
            self.months.add(month)
            return
        self.unplaced += count
        if len(self.examples) < EXAMPLES:
            outside = f"dated {month}, expected a month from {self.first} to {self.last}"
            self.examples.append((where, outside if month else why))

    def absence(self, cell: Cell) -> str:
        """What to tell of a cell without papers; empty where nothing of other months is known."""
        if not self.months:
            return ""
        span = f"{min(self.months)} … {max(self.months)}"
        return f"no paper of {cell.source} is dated {cell.month}; the mirror has {span}"
