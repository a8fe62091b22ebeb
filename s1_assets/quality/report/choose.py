"""Which pairs of many are worth looking at: the best, the worst, and some drawn at random.

Pairs are ranked by CLIP difference, recaption minus raw caption; where no pair has one, by how few flags they have.
Ties and the random draw are decided by a seeded hash of the pair's id, so that a second look shows the same pairs.
"""

import hashlib
from dataclasses import dataclass
from typing import Generic, TypeVar

from s1_assets.cells import Cell
from s1_assets.tables import Row

GROUP_SIZE = 24
Key = tuple[float, int]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Candidate:
    """A pair and where it lies. `difference` is null where CLIP was not measured for it."""

    cell: Cell
    part: str
    pair_id: str
    difference: float | None
    flags: int


@dataclass(frozen=True)
class Chosen:
    """Three groups without a pair in common; `by_clip` says what best and worst are by."""

    best: tuple[Candidate, ...]
    worst: tuple[Candidate, ...]
    random: tuple[Candidate, ...]
    by_clip: bool


class Lowest(Generic[Item]):
    """The `size` items of a stream with the lowest keys; memory does not grow with the stream. Keys are unique."""

    def __init__(self, size: int):
        self._size = size
        self._kept: list[tuple[Key, Item]] = []

    def add(self, key: Key, item: Item) -> None:
        """Take one more item in."""
        self._kept.append((key, item))
        if len(self._kept) > 8 * self._size:
            self._trim()

    def items(self) -> list[Item]:
        """What was kept, lowest key first."""
        self._trim()
        return [item for _, item in self._kept]

    def _trim(self) -> None:
        self._kept.sort(key=lambda entry: entry[0])
        del self._kept[self._size :]


class Choice:
    """Chooses from a stream of pairs, of which it keeps a few hundred."""

    def __init__(self, size: int = GROUP_SIZE, seed: int = 0):
        self._size, self._seed = size, seed
        self._pairs = self._measured = self._captioned = 0
        self._gained, self._lost, self._clean, self._flagged = (Lowest[Candidate](size) for _ in range(4))
        self._drawn = Lowest[Candidate](3 * size)  # what best and worst take from it leaves enough

    def add(self, cell: Cell, part: str, row: Row) -> None:
        """Take one more row of tables.QUALITY_METRICS in. A failed caption can only be drawn at random."""
        raw, recaption, flags = row["clip_raw"], row["clip_recaption"], len(row["flags"] or ())
        difference = None if raw is None or recaption is None else recaption - raw
        candidate = Candidate(cell, part, row["pair_id"], difference, flags)
        draw = drawn(row["pair_id"], self._seed)
        self._pairs += 1
        self._drawn.add((0.0, draw), candidate)
        if row["recaption_chars"]:
            self._captioned += 1
            self._clean.add((flags, draw), candidate)
            self._flagged.add((-flags, -draw), candidate)  # the same order from its other end
        if difference is not None:
            self._measured += 1
            self._gained.add((-difference, draw), candidate)
            self._lost.add((difference, -draw), candidate)

    def chosen(self) -> Chosen:
        """The groups, `size` pairs each; of few pairs, a third each."""
        by_clip = self._measured > 0
        ranked = self._measured if by_clip else self._captioned
        best, worst = (self._gained, self._lost) if by_clip else (self._clean, self._flagged)
        ends = min(self._size, self._pairs // 3, ranked // 2)
        taken = best.items()[:ends], worst.items()[:ends]
        ranked_ids = {candidate.pair_id for group in taken for candidate in group}
        others = [candidate for candidate in self._drawn.items() if candidate.pair_id not in ranked_ids]
        return Chosen(tuple(taken[0]), tuple(taken[1]), tuple(others[: self._size]), by_clip)


def drawn(pair_id: str, seed: int) -> int:
    """A pair's lot: the order of these is a random order of the pairs, the same for one seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{pair_id}".encode()).digest())
