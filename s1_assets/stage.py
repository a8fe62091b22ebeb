"""The mechanism every stage shares: find the parts that are not current, run them, commit each, report.

A stage turns the parts of an upstream table into parts of the same names in its own. The fingerprint in a
part's footer is the hash of its upstream part's fingerprint, the stage's version and its configuration;
a part whose footer matches is done. That one rule is resume after a kill, incremental update and
"re-run only what changed".
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from resources.lake import Lake, PartFile, PartWriter
from s1_assets.cells import Cell
from s1_assets.progress import Progress
from s1_assets.tables import REJECTS, Row, Table

RETRIED_SHARE = 0.01  # of a part's rows: what is rarer than this is the rows' own fault


@dataclass(frozen=True)
class Part:
    """One unit of work: its name, the fingerprint of what it is made from, and how many rows that has."""

    name: str
    fingerprint: str
    rows: int = 0

    @classmethod
    def of(cls, file: PartFile) -> "Part":
        """The committed part of an upstream table, as work for the next stage."""
        return cls(file.name, file.fingerprint, file.rows)


@dataclass(frozen=True)
class Output:
    """Some rows of one part, by table name. `consumed` upstream rows went into them; `done` ends the part."""

    part: str
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    consumed: int = 0
    done: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """What a stage writes (its own table first, then side tables), its code version and its configuration.

    `version` is raised by hand whenever the stage's code would give other rows for the same input. `retried` names a
    count of rows that another run may do better, such as `status: failed`: a part of which they are more than
    `retried_share` is committed and used, and made again by the next run.
    """

    table: Table
    version: str
    side_tables: tuple[Table, ...] = (REJECTS,)
    config: Mapping[str, str] = field(default_factory=dict)
    retried: str | None = None
    retried_share: float = RETRIED_SHARE

    def fingerprint(self, part: Part) -> str:
        """What a current part of this stage carries in its footer."""
        text = json.dumps([part.fingerprint, self.table.name, self.version, dict(self.config)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def fingerprint_of(self, part: Part, counts: Mapping[str, int], rows: int) -> str:
        """What a part as it was made carries: that of a current one, or another where it is to be made again.

        The other one tells how many rows are to be done better, so that later stages see when some were.
        """
        current, retried = self.fingerprint(part), counts.get(self.retried or "", 0)
        if retried <= self.retried_share * rows:
            return current
        return hashlib.sha256(f"{current}, {retried} to be done better".encode()).hexdigest()

    def paths(self, lake: Lake, cell: Cell, part: str) -> dict[Table, str]:
        """Where a part and its side tables lie. Several stages write `rejects`, so its files name the stage too."""
        return {self.table: lake.path(self.table, cell, part)} | {
            side: lake.path(side, cell, f"{part}.{self.table.name}" if side is REJECTS else part)
            for side in self.side_tables
        }


@dataclass
class Report:
    """What a stage did to a cell, for the run's log and the materialization."""

    stage: Stage
    cell: Cell
    rows: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    parts_written: list[str] = field(default_factory=list)
    parts_current: list[str] = field(default_factory=list)
    parts_deleted: list[str] = field(default_factory=list)
    rows_new: int = 0
    bytes: int = 0
    seconds: float = 0.0


Produce = Callable[[Sequence[Part]], Iterator[Output]]


def run_stage(
    stage: Stage, lake: Lake, cell: Cell, upstream: Sequence[Part], *, produce: Produce, log: Callable[[str], Any]
) -> Report:
    """Brings a stage's cell up to date with its upstream parts.

    `produce` gets the parts to make and yields their rows, parts in any order and interleaved if it likes, each
    ended by one Output with `done`. `log` gets progress lines. Whatever `produce` raises goes through, after
    which committed parts stay, those without an upstream part too, and the others are made by the next run.
    """
    began = time.monotonic()
    report = Report(stage, cell)
    committed = {part.name: part for part in lake.parts(stage.table, cell)}
    wanted = {part.name: part for part in upstream}
    pending = []
    side_files = {file.path: file for table in stage.side_tables for file in lake.parts(table, cell)}
    for part in upstream:
        current = committed.get(part.name)
        side_paths = {t.name: path for t, path in stage.paths(lake, cell, part.name).items() if t is not stage.table}
        is_current = current and current.fingerprint == stage.fingerprint(part)
        if current and is_current and _is_whole(current, side_paths, side_files):
            _count_current(report, current)
        else:
            pending.append(part)
    _make(report, lake, pending, produce, Progress(f"{stage.table.name} {cell}", sum(p.rows for p in pending), log))
    for name in committed.keys() - wanted.keys():  # last, as their rows may have gone into other parts
        for path in reversed(stage.paths(lake, cell, name).values()):
            lake.delete(path)
        report.parts_deleted.append(name)
    report.seconds = time.monotonic() - began
    return report


def _is_whole(part: PartFile, side_paths: Mapping[str, str], side_files: Mapping[str, PartFile]) -> bool:
    """Whether the side tables of a part are those that were committed with it: a kill may fall between the two.

    `side_paths` gives the path of each side table's file for the part, `side_files` the files that are there by path.
    """
    for table, path in side_paths.items():
        wanted = part.fingerprint if part.stats.get("side_rows", {}).get(table) else None
        file = side_files.get(path)
        if (file.fingerprint if file else None) != wanted:
            return False
    return True


def _count_current(report: Report, part: PartFile) -> None:
    report.parts_current.append(part.name)
    report.rows[report.stage.table.name] += part.rows
    report.counts.update(part.stats.get("counts", {}))
    report.rows.update(part.stats.get("side_rows", {}))


def _make(report: Report, lake: Lake, pending: Sequence[Part], produce: Produce, progress: Progress) -> None:
    if not pending:
        return
    stage, cell = report.stage, report.cell
    parts = {part.name: part for part in pending}
    open_parts: dict[str, _OpenPart] = {}
    try:
        for output in produce(pending):
            part = open_parts.get(output.part)
            if part is None:
                part = open_parts[output.part] = _OpenPart(PartWriter(lake, stage.paths(lake, cell, output.part)))
            part.append(output)
            progress.advance(output.consumed)
            if output.done:
                _commit(report, open_parts.pop(output.part), parts[output.part])
    finally:
        for part in open_parts.values():
            part.writer.discard()
    unfinished = parts.keys() - set(report.parts_written)
    if unfinished:
        raise RuntimeError(f"{stage.table.name} {cell}: no end was reported for part(s) {sorted(unfinished)}")


@dataclass
class _OpenPart:
    writer: PartWriter
    counts: Counter[str] = field(default_factory=Counter)
    side_rows: Counter[str] = field(default_factory=Counter)

    def append(self, output: Output) -> None:
        self.writer.append(output.rows)
        self.counts.update(output.counts)
        self.side_rows.update({name: len(rows) for name, rows in output.rows.items()})


def _commit(report: Report, part: _OpenPart, upstream: Part) -> None:
    own = report.stage.table.name
    fingerprint = report.stage.fingerprint_of(upstream, part.counts, part.side_rows[own])
    side_rows = {name: rows for name, rows in part.side_rows.items() if name != own}
    stats = {"counts": dict(part.counts), "side_rows": side_rows, "upstream": upstream.fingerprint}
    rows, written = part.writer.commit(fingerprint, stats)
    report.parts_written.append(upstream.name)
    report.rows.update(rows)
    report.rows_new += rows[own]
    report.counts.update(part.counts)
    report.bytes += written


def outdated_parts(lake: Lake, cell: Cell, line: Sequence[Table]) -> list[str]:
    """Parts that were not made from the upstream part as it is now, a line each, along the tables of a line."""
    found = []
    for upstream, table in pairwise(line):
        states = {part.name: part.fingerprint for part in lake.parts(upstream, cell)}
        made_from = {part.name: part.stats.get("upstream") for part in lake.parts(table, cell)}
        found += [
            f"{table.name} {name} was not made from {upstream.name} as it is now"
            for name in sorted(states.keys() | made_from.keys())
            if states.get(name) != made_from.get(name)
        ]
    return found
