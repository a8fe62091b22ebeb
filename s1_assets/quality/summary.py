"""The measurements of a cell's pairs in one summary, taken in a single pass over the rows."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from s1_assets.quality.length import Spread
from s1_assets.tables import Row


@dataclass(frozen=True)
class CellSummary:
    """What a cell's rows of tables.QUALITY_METRICS say together.

    Lengths are in characters; `numbers_grounded` is over pairs; CLIP and pPPL are over the pairs where both the raw
    caption and the recaption were measured. `pppl_raw` and `pppl_recaption` are means of log10(pPPL).
    `flags` counts flags by their kind (the text before the colon), `statuses` counts captions by status.
    """

    pairs: int = 0
    caption_chars: Spread = field(default_factory=Spread)
    recaption_chars: Spread = field(default_factory=Spread)
    numbers_grounded: Spread = field(default_factory=Spread)
    clip_raw: Spread = field(default_factory=Spread)
    clip_recaption: Spread = field(default_factory=Spread)
    pppl_raw: Spread = field(default_factory=Spread)
    pppl_recaption: Spread = field(default_factory=Spread)
    flags: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)

    @property
    def clip_gain(self) -> float | None:
        """mean(recaption) / mean(raw) - 1; None where CLIP was not measured or the raw mean is not positive."""
        return self.clip_recaption.mean / self.clip_raw.mean - 1 if self.clip_raw.mean > 0 else None

    @property
    def pppl_shift(self) -> float | None:
        """Mean log10(pPPL) of recaptions minus that of raw captions; None where it was not measured."""
        return self.pppl_recaption.mean - self.pppl_raw.mean if self.pppl_raw.count else None


def summarise(rows: Iterable[Row], statuses: Mapping[str, int] | None = None) -> CellSummary:
    """Summary of rows of tables.QUALITY_METRICS; memory does not grow with their number.

    Args:
        rows: the cell's rows, in any order.
        statuses: how many captions ended with each status, when known.
    """
    flags: Counter[str] = Counter()
    spreads = {name: Spread() for name in ("caption_chars", "recaption_chars", "numbers_grounded")}
    clip, pppl = (Spread(), Spread()), (Spread(), Spread())
    pairs = 0
    for row in rows:
        pairs += 1
        for name, spread in spreads.items():
            if row[name] is not None:
                spread.add(row[name])
        if row["clip_raw"] is not None and row["clip_recaption"] is not None:
            clip[0].add(row["clip_raw"])
            clip[1].add(row["clip_recaption"])
        if row["pppl_raw"] is not None and row["pppl_recaption"] is not None:
            pppl[0].add(math.log10(row["pppl_raw"]))
            pppl[1].add(math.log10(row["pppl_recaption"]))
        flags.update({flag.partition(":")[0] for flag in row["flags"] or ()})
    return CellSummary(
        pairs=pairs,
        **spreads,
        clip_raw=clip[0],
        clip_recaption=clip[1],
        pppl_raw=pppl[0],
        pppl_recaption=pppl[1],
        flags=dict(flags),
        statuses=dict(statuses or {}),
    )
