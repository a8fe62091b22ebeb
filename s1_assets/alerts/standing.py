"""What stands as it should not, once a day: cells, checks, sources, and the alert sensor itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median

import dagster as dg

from s1_assets.alerts.messages import Links, Message, News, composed_at
from s1_assets.alerts.poll import Watched, name_of
from s1_assets.cell_state import evaluation_of, last_verdicts
from s1_assets.cells import SOURCES, Cell, month_before
from s1_assets.partitions import cell_of, known_cell, known_cells, partition_key
from s1_assets.tables import RAW_PAPERS

SAMPLE = 20
# A source is silent when nothing new came for this many times its usual gap, the median of those between the days on
# which something came. Fewer days than that say nothing about what is usual.
TIMES_USUAL, DAYS_NEEDED = 3, 5
# How many such days are looked for, how many months back, and how many materializations are read at a time.
DAYS_LOOKED, MONTHS_BACK, PAGE = 20, 12, 300
DAY = 86400.0


@dataclass
class CheckStanding:
    """The cells that a check does not pass now, as its last verdict on each has it."""

    failed: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    not_measured: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Standing:
    """What a digest tells: partition keys of failed cells, checks by name, and how the alert sensor fares, in words.

    Of the keys, those that are no cell are left out: no run mends them. `mistakes` are those of S1_ALERTS, a sentence
    each.
    """

    failed_cells: Sequence[str]
    checks: Mapping[str, CheckStanding]
    failing_automation: Sequence[str]
    alert_sensor: str
    mistakes: Sequence[str] = ()


def checks_standing(instance: dg.DagsterInstance, watched: Watched) -> dict[str, CheckStanding]:
    """The checks that some cell does not pass, by `asset.check`."""
    found = {name_of(key): _check_standing(instance, key) for key in watched.checks.values()}
    return {name: cells for name, cells in found.items() if cells.failed or cells.warned or cells.not_measured}


def _check_standing(instance: dg.DagsterInstance, key: dg.AssetCheckKey) -> CheckStanding:
    standing = CheckStanding()
    for evaluation in map(evaluation_of, last_verdicts(instance, key, failed=True)):
        if evaluation.partition and known_cell(evaluation.partition):
            _cells_like(standing, evaluation).append(evaluation.partition)
    return standing


def _cells_like(standing: CheckStanding, evaluation: dg.AssetCheckEvaluation) -> list[str]:
    if evaluation.severity is dg.AssetCheckSeverity.ERROR:
        return standing.failed
    return standing.warned if "value" in evaluation.metadata else standing.not_measured


def silent_sources(instance: dg.DagsterInstance, now: float) -> list[News]:
    """Sources that brought no new paper for longer than usual. `now` is UNIX time."""
    news = []
    for source in SOURCES:
        silence = longer_than_usual(_last_arrivals(instance, source, now), now)
        if silence:
            days, usual = silence
            text = f"no new paper for {days:.0f} days; something new came every {usual:.0f} days before"
            news.append(News("source_silent", source, source, text=text))
    return news


def longer_than_usual(arrivals: Sequence[float], now: float) -> tuple[float, float] | None:
    """Days of silence and the usual gap in days, if the silence is longer than TIMES_USUAL gaps.

    `arrivals` are UNIX times at which something new came, in any order; a day counts once.
    """
    days = sorted({time // DAY for time in arrivals})
    if len(days) < DAYS_NEEDED:
        return None
    usual = median(later - earlier for earlier, later in pairwise(days))
    silent = now // DAY - days[-1]
    return (silent, usual) if silent > TIMES_USUAL * usual else None


def _last_arrivals(instance: dg.DagsterInstance, source: str, now: float) -> list[float]:
    """When new papers of a source came, UNIX times: the last of each of DAYS_LOOKED days, or of all that there are."""
    days: dict[float, float] = {}
    for time in _arrivals(instance, source, now):
        days.setdefault(time // DAY, time)
        if len(days) == DAYS_LOOKED:
            break
    return [*days.values()]


def _arrivals(instance: dg.DagsterInstance, source: str, now: float) -> Iterator[float]:
    """When new rows came into the cell of a month that was then the current one or the one before, newest first.

    What comes into older months is a backfill, or changes of old papers, and says nothing about what the source posts.
    """
    months = [_month(now)]
    for _ in range(MONTHS_BACK):
        months.append(month_before(months[-1]))
    keys = [partition_key(Cell(source, month)) for month in months]
    of_source = dg.AssetRecordsFilter(dg.AssetKey(RAW_PAPERS.name), asset_partitions=keys)
    cursor, more = None, True
    while more:
        page = instance.fetch_materializations(of_source, limit=PAGE, cursor=cursor)
        for record in page.records:
            then = _month(record.timestamp)
            fresh = cell_of(record.partition_key or "").month in {then, month_before(then)}
            if fresh and _new_rows(record) > 0:
                yield record.timestamp
        cursor, more = page.cursor, page.has_more


def _month(time: float) -> str:
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m}"


def _new_rows(record: dg.EventLogRecord) -> int:
    materialization = record.asset_materialization
    rows = materialization.metadata.get("rows_new") if materialization else None
    return rows.value if rows and isinstance(rows.value, int) else 0


def digest(standing: Standing, links: Links, now: float, by_hand: str = "") -> Message:
    """The daily message. It goes out on quiet days too, so that a day without it means that alerts are down.

    `by_hand` is the id of a run that no schedule asked for: its digest is none that receivers had that day.
    """
    failed = known_cells(standing.failed_cells)
    lines = [f"Cells whose latest run failed: {len(failed)}{_sample(failed)}"]
    for name, cells in standing.checks.items():
        counts = f"{len(cells.failed)} failed, {len(cells.warned)} warned, {len(cells.not_measured)} not measured"
        lines.append(f"{name}: {counts}{_sample(known_cells(cells.failed or cells.warned))}")
    if not standing.checks:
        lines.append("Every check that ran passes.")
    if standing.failing_automation:
        lines.append(f"Sensors and schedules that fail: {', '.join(standing.failing_automation)}")
    lines.append(f"Alert sensor: {standing.alert_sensor}")
    lines += [f"A channel is told nothing: {mistake}" for mistake in standing.mistakes]
    time = composed_at(now)
    day = time.date().isoformat()
    title = f"Daily digest {day}: {len(failed)} cells stand failed"
    return Message(
        id=f"digest-{by_hand or day}",
        kind="digest",
        title=title,
        text="\n".join(lines),
        count=len(failed),
        links={"failed runs": links.runs()},
        time=time,
    )


def _sample(cells: Sequence[Cell]) -> str:
    more = f" and {len(cells) - SAMPLE} more" if len(cells) > SAMPLE else ""
    return f" ({', '.join(map(str, cells[:SAMPLE]))}{more})" if cells else ""
