"""Context bundles to enhanced captions: this stage's work for `run_stage`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from resources.lake import Lake
from s1_assets.captioning.journal import Journal
from s1_assets.captioning.request import Captioner, CaptionRequest, Status, cache_key
from s1_assets.cells import Cell
from s1_assets.stage import Output, Part, Produce
from s1_assets.tables import CONTEXT_BUNDLES, ENHANCED_CAPTIONS, FIGURE_PAIRS, Row


@dataclass
class _PartCaptions:
    """The captions of one part while they arrive, in any order. `keys` maps each pair to its cache key, in order."""

    keys: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    reused: int = 0
    read: bool = False

    @property
    def complete(self) -> bool:
        return self.read and len(self.rows) == len(self.keys)

    def output(self, part: str) -> Output:
        rows = [self.rows[pair_id] for pair_id in self.keys]
        counts = Counter(f"status: {row['status']}" for row in rows) + Counter(reused=self.reused)
        return Output(part, {"enhanced_captions": rows}, self.reused, done=True, counts=counts)


def caption_parts(lake: Lake, cell: Cell, captioner: Captioner, journal: Journal) -> Produce:
    """A producer that captions all parts as one stream, so that an engine never drains between two parts.

    A row that is in the journal of a killed run, or in the part's older version, keeps its caption when its cache key
    (image, context, captioner) is the same.
    """

    def produce(parts: Sequence[Part]) -> Iterator[Output]:
        captions: dict[str, _PartCaptions] = {}
        home: dict[str, str] = {}
        journal.keep_only({part.name for part in parts})
        for result in captioner.caption(requests(parts, captions, home)):
            part = home.pop(result.pair_id)
            arrived = captions[part]
            row = arrived.rows[result.pair_id] = result.row(arrived.keys[result.pair_id])
            if result.status is not Status.FAILED:
                journal.append(part, row)
            yield Output(part, consumed=1)
            yield from complete(captions)
        yield from complete(captions)

    def requests(
        parts: Sequence[Part], captions: dict[str, _PartCaptions], home: dict[str, str]
    ) -> Iterator[CaptionRequest]:
        for part in parts:
            older = finished(part.name)
            arrived = captions[part.name] = _PartCaptions()
            for pair, context in lake.pairs(cell, part.name, {FIGURE_PAIRS: None, CONTEXT_BUNDLES: None}):
                request = CaptionRequest.from_rows(pair, context)
                key = arrived.keys[request.pair_id] = cache_key(request, captioner.identity)
                if key in older:
                    arrived.rows[request.pair_id] = older[key] | {"pair_id": request.pair_id}
                    arrived.reused += 1
                else:
                    home[request.pair_id] = part.name
                    yield request
            arrived.read = True

    def finished(part: str) -> Mapping[str, Row]:
        rows = chain(lake.rows(ENHANCED_CAPTIONS, cell, part), journal.rows(part))
        return {row["cache_key"]: row for row in rows if row["status"] != "failed"}

    def complete(captions: dict[str, _PartCaptions]) -> Iterator[Output]:
        for part in [name for name, arrived in captions.items() if arrived.complete]:
            yield captions.pop(part).output(part)
            journal.drop(part)  # control comes back here when the part is committed

    return produce
