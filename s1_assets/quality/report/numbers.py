"""What a report says in numbers, from one pass over the tables of its cells without their images."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.quality import judges
from s1_assets.quality.report.choose import Choice
from s1_assets.quality.report.distributions import Distributions
from s1_assets.quality.summary import CellSummary, summarise
from s1_assets.quality.verdicts import Verdict, captions, load_thresholds, scores
from s1_assets.tables import ENHANCED_CAPTIONS, QUALITY_METRICS, RAW_PAPERS, REJECTS, Row

BATCH = 4096
OF_ROWS = (judges.pairs_per_paper, judges.rejects_rate, judges.usable_raw_captions, judges.failure_rate)
OF_SUMMARY = (
    captions.recaption_length,
    captions.numbers_grounded,
    captions.entities_grounded,
    scores.clip_gain,
    scores.clip_margin,
    scores.pppl_shift,
)


@dataclass
class Numbers:
    """The numbers of some cells.

    `disciplines` counts pairs; `statuses` counts captions; `not_enhanced` counts those that were kept or failed by
    status and kind of reason; `rejects` counts by stage and reason. `verdicts` holds each cell's checks, those aside
    that need its images. `summary` is over all pairs of all cells.
    """

    cells: tuple[Cell, ...]
    papers: int = 0
    disciplines: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    not_enhanced: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)
    flagged: int = 0
    distributions: Distributions = field(default_factory=Distributions)
    summary: CellSummary = field(default_factory=CellSummary)
    verdicts: list[tuple[Cell, Verdict]] = field(default_factory=list)


def read_numbers(lake: Lake, cells: Sequence[Cell], choice: Choice | None = None, *, judged: bool = True) -> Numbers:
    """The numbers of `cells`, with the verdicts on each unless `judged` is false.

    On the way every pair of a live paper is shown to `choice`.
    """
    found = Numbers(tuple(cells))
    for cell in cells:
        _count_captions(found, lake, cell)
        columns = ["stage", "reason"]
        found.rejects.update((row["stage"], row["reason"]) for row in lake.cell_rows(REJECTS, cell, columns))
    found.summary = summarise(_metrics(found, lake, choice), found.statuses)
    for cell in cells if judged else ():
        alone = found.summary if len(cells) == 1 else summarise(lake.cell_rows(QUALITY_METRICS, cell))
        found.verdicts += [(cell, verdict) for verdict in _verdicts(lake, cell, alone)]
    return found


def _count_captions(found: Numbers, lake: Lake, cell: Cell) -> None:
    for row in lake.cell_rows(ENHANCED_CAPTIONS, cell, ["status", "status_detail"]):
        found.statuses[row["status"]] += 1
        if row["status"] != "enhanced":
            kind = (row["status_detail"] or "no reason given").partition(":")[0]  # what follows quotes the answer
            found.not_enhanced[row["status"], kind[:120]] += 1


def _metrics(found: Numbers, lake: Lake, choice: Choice | None) -> Iterator[Row]:
    """Every row of the cells' metrics, counted on its way."""
    for cell in found.cells:
        for part in lake.parts(QUALITY_METRICS, cell):
            papers = {
                row["paper_id"]: row
                for row in lake.rows(RAW_PAPERS, cell, part.name, ["paper_id", "discipline", "status"])
            }
            found.papers += len(papers)
            for row in _in_batches(found.distributions, lake.rows(QUALITY_METRICS, cell, part.name, None, BATCH)):
                paper = papers.get(row["pair_id"].rpartition("#")[0], {})
                found.disciplines[paper.get("discipline") or "unknown"] += 1
                found.flagged += bool(row["flags"])
                if choice and paper.get("status") == "live":
                    choice.add(cell, part.name, row)
                yield row


def _in_batches(distributions: Distributions, rows: Iterator[Row]) -> Iterator[Row]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            distributions.add(batch)
            yield from batch
            batch = []
    distributions.add(batch)
    yield from batch


def _verdicts(lake: Lake, cell: Cell, summary: CellSummary) -> Iterator[Verdict]:
    for judge in OF_ROWS:
        yield judge(lake, cell)
    for weigh in OF_SUMMARY:
        yield weigh(summary, load_thresholds(cell.source))
