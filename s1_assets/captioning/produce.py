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

_WITHOUT_IMAGE = [name for name in FIGURE_PAIRS.schema.names if name != "image"]


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

    def reuse(self, pair_id: str, key: str, older: Row) -> None:
        """Takes a caption that was made before."""
        self.keys[pair_id] = key
        self.rows[pair_id] = older | {"pair_id": pair_id}
        self.reused += 1

    def output(self, part: str) -> Output:
        rows = [self.rows[pair_id] for pair_id in self.keys]
        counts = Counter(f"status: {row['status']}" for row in rows) + Counter(reused=self.reused)
        return Output(part, {"enhanced_captions": rows}, self.reused, done=True, counts=counts)


def caption_parts(lake: Lake, cell: Cell, captioner: Captioner, journal: Journal) -> Produce:
    """A producer that captions all parts as one stream, so that an engine never drains between two parts.

    A row that is in the journal of a killed run, or in the part's older version, keeps its caption when its cache key
    (image, context, captioner) is the same.
    """
    return lambda parts: _Stream(lake, cell, captioner, journal).run(parts)


class _Stream:
    """The captions of all parts of one run, from the requests to the finished parts."""

    def __init__(self, lake: Lake, cell: Cell, captioner: Captioner, journal: Journal) -> None:
        self.lake, self.cell, self.captioner, self.journal = lake, cell, captioner, journal
        self.captions: dict[str, _PartCaptions] = {}  # of the parts that are begun
        self.home: dict[str, str] = {}  # part of each pair that is asked about

    def run(self, parts: Sequence[Part]) -> Iterator[Output]:
        """Each caption as it arrives, and each part when its captions are complete."""
        self.journal.keep_only({part.name for part in parts})
        asked = []
        for one in parts:
            reused = self._reused(one.name)
            if reused is None:
                asked.append(one)
            else:
                self.captions[one.name] = reused
                yield from self._complete()
        for result in self.captioner.caption(self._requests(asked)):
            part = self.home.pop(result.pair_id)
            arrived = self.captions[part]
            row = arrived.rows[result.pair_id] = result.row(arrived.keys[result.pair_id])
            if result.status is not Status.FAILED:
                self.journal.append(part, row)
            yield Output(part, consumed=1)
            yield from self._complete()
        yield from self._complete()

    def _reused(self, part: str) -> _PartCaptions | None:
        """A part all of whose captions are there, found without its images; None for one that has to be asked about.

        Such parts are settled first: among those that are asked about, they would wait in memory for an answer.
        """
        older = self._finished(part)
        if not older:
            return None
        found = _PartCaptions(read=True)
        for request, key in self._keyed(part, _WITHOUT_IMAGE):
            if key not in older:
                return None
            found.reuse(request.pair_id, key, older[key])
        return found

    def _requests(self, parts: Sequence[Part]) -> Iterator[CaptionRequest]:
        for part in parts:
            older = self._finished(part.name)
            arrived = self.captions[part.name] = _PartCaptions()
            for request, key in self._keyed(part.name, None):
                if key in older:
                    arrived.reuse(request.pair_id, key, older[key])
                else:
                    arrived.keys[request.pair_id] = key
                    self.home[request.pair_id] = part.name
                    yield request
            arrived.read = True

    def _keyed(self, part: str, columns: Sequence[str] | None) -> Iterator[tuple[CaptionRequest, str]]:
        """The requests of a part with their cache keys, which do not look at the image's bytes."""
        for pair, context in self.lake.pairs(self.cell, part, {FIGURE_PAIRS: columns, CONTEXT_BUNDLES: None}):
            request = CaptionRequest.from_rows({"image": b""} | pair, context)
            yield request, cache_key(request, self.captioner.identity)

    def _finished(self, part: str) -> Mapping[str, Row]:
        rows = chain(self.lake.rows(ENHANCED_CAPTIONS, self.cell, part), self.journal.rows(part))
        return {row["cache_key"]: row for row in rows if row["status"] != "failed"}

    def _complete(self) -> Iterator[Output]:
        for part in [name for name, arrived in self.captions.items() if arrived.complete]:
            yield self.captions.pop(part).output(part)
            self.journal.drop(part)  # control comes back here when the part is committed
