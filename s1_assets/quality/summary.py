"""The measurements of a cell's pairs in one summary, taken in a single pass over the rows."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from s1_assets.quality.comparison import Comparison
from s1_assets.quality.length import Spread, Values
from s1_assets.tables import QUALITY_METRICS, Row

ENTITIES = "ungrounded_entities"
MEASURES = tuple(f.name for f in QUALITY_METRICS.schema if pa.types.is_integer(f.type) or pa.types.is_floating(f.type))


@dataclass(frozen=True, eq=False)
class CellSummary:
    """What a cell's rows of tables.QUALITY_METRICS say together; docs/metrics.md defines each number.

    `measured` has the values of each measure, one a pair in the order of the rows, NaN where it is null; ENTITIES
    counts the ungrounded entities of a recaption, numbers aside. `flags` counts the pairs that have a flag by its kind
    (the text before the colon), `statuses` the captions by status.
    """

    pairs: int = 0
    measured: Mapping[str, Values] = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)

    def spread(self, measure: str) -> Spread:
        """One measure over the pairs that have it."""
        values = self._values(measure)
        return Spread(values[~np.isnan(values)])

    def comparison(self, before: str, after: str) -> Comparison:
        """Two measures over the pairs that have both."""
        first, second = self._values(before), self._values(after)
        both = ~(np.isnan(first) | np.isnan(second))
        return Comparison(Spread(first[both]), Spread(second[both]))

    @property
    def caption_chars(self) -> Spread:
        """Lengths of the raw captions, in characters."""
        return self.spread("caption_chars")

    @property
    def recaption_chars(self) -> Spread:
        """Lengths of the recaptions, in characters."""
        return self.spread("recaption_chars")

    @property
    def numbers_grounded(self) -> Spread:
        """Share of each recaption's numbers that are grounded."""
        return self.spread("numbers_grounded")

    @property
    def entities_grounded(self) -> float | None:
        """Share of the recaptions whose units, panels, acronyms and symbols are all grounded."""
        found = self.spread(ENTITIES)
        return float((found.values == 0).mean()) if found.count else None

    @property
    def clip(self) -> Comparison:
        """CLIP scores of raw caption and recaption."""
        return self.comparison("clip_raw", "clip_recaption")

    @property
    def clip_windows(self) -> Comparison:
        """The same, the texts read whole, window by window."""
        return self.comparison("clip_raw_windows", "clip_recaption_windows")

    @property
    def clip_matched(self) -> Comparison:
        """CLIP scores of the raw caption and of the recaption cut to its length."""
        return self.comparison("clip_raw", "clip_matched")

    @property
    def clip_margin(self) -> Comparison:
        """CLIP scores of another paper's recaption and of the pair's own; the shift is the margin."""
        return self.comparison("clip_shuffled", "clip_recaption")

    @property
    def pppl(self) -> Comparison:
        """log10 of the pseudo-perplexity of raw caption and recaption."""
        found = self.comparison("pppl_raw", "pppl_recaption")
        return Comparison(Spread(np.log10(found.before.values)), Spread(np.log10(found.after.values)))

    def _values(self, measure: str) -> Values:
        return self.measured.get(measure, np.full(self.pairs, math.nan, np.float32))


def summarise(rows: Iterable[Row], statuses: Mapping[str, int] | None = None) -> CellSummary:
    """Summary of rows of tables.QUALITY_METRICS; it keeps four bytes a measure and pair.

    Args:
        rows: the cell's rows, in any order; columns that were not read count as not measured.
        statuses: how many captions ended with each status, when known.
    """
    flags: Counter[str] = Counter()
    measured = {name: array("f") for name in (*MEASURES, ENTITIES)}
    pairs = 0
    for row in rows:
        pairs += 1
        values = {name: row.get(name) for name in MEASURES} | {ENTITIES: _entities(row)}
        for name, value in values.items():
            measured[name].append(value if value is not None and math.isfinite(value) else math.nan)
        flags.update({flag.partition(":")[0] for flag in row.get("flags") or ()})
    return CellSummary(
        pairs=pairs,
        measured={name: np.array(values, np.float32) for name, values in measured.items()},
        flags=dict(flags),
        statuses=dict(statuses or {}),
    )


def _entities(row: Row) -> int | None:
    found: list[Row] | None = row.get("ungrounded")
    if found is None or row.get("recaption_chars") is None:
        return None
    return len([one for one in found if one["kind"] != "number"])
