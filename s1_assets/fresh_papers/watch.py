"""The sensors that look at each source for new and changed papers, and ask for their cells."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import dagster as dg

from resources.configured import MirrorResource
from resources.live.changes import Changes
from resources.live.failures import SourceError, SourceRefusedError
from resources.live.harvests import FEEDS
from resources.live.services import LeftOutError
from s1_assets.cell_state import PARTITION
from s1_assets.cells import FIRST_MONTH, SOURCES, Cell, month_before
from s1_assets.fresh_papers.live import why_not_live
from s1_assets.fresh_papers.seen import Changed, Seen, clock
from s1_assets.jobs import CELL, FRESH_PAPERS_NEXT
from s1_assets.partitions import SOURCE_MONTH, partition_key
from s1_assets.tables import RAW_PAPERS

EVERY_SECONDS = 30
# A tick has 60 s, Dagster's limit for an answer of the code server. A look asks for a page, with little patience.
LOOK_SECONDS, PAGES = 50.0, 1
PATIENCE = {"attempts": 2, "first_wait": 1, "longest_wait": 3, "longest_closure": 10, "answer": 40, "silence": 20}
REQUESTS = 20  # that one tick makes; the rest is for the next
# Seconds between looks at a source whose ticks fail. They cannot save a cursor, so this goes by the clock.
RETRY_SECONDS = 1800


def sensor_name(source: str) -> str:
    """The name of a source's sensor."""
    return f"fresh_{source}"


def fresh_papers(source: str) -> dg.SensorDefinition:
    """The sensor of a source. It looks in one tick and asks in the next ones: see `seen.py`."""

    @dg.sensor(
        name=sensor_name(source),
        job=CELL,
        minimum_interval_seconds=EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Runs the cells of {source} whose papers are new or changed. Says so where S1_CONTACT is not set.",
    )
    def watch(context: dg.SensorEvaluationContext, mirror: MirrorResource) -> dg.SensorResult | dg.SkipReason:
        if reason := why_not_live(mirror):
            return dg.SkipReason(reason)
        seen, now = Seen.from_cursor(context.cursor), time.time()
        if seen.asking:
            return _ask(context, source, seen)
        if seen.stands_failed and now // RETRY_SECONDS == (context.last_tick_completion_time or 0) // RETRY_SECONDS:
            raise StandsFailedError(f"{seen.failures} looks at {source} in a row failed, the last one: {seen.why}")
        if now < seen.next_look:
            return dg.SkipReason(_waits(source, seen))
        return _look(context, mirror, source, seen)

    return watch


SENSORS = [fresh_papers(source) for source in SOURCES]


class StandsFailedError(Exception):
    """A source that gives nothing for so long that people are to be told."""


def _look(
    context: dg.SensorEvaluationContext, mirror: MirrorResource, source: str, seen: Seen
) -> dg.SensorResult | dg.SkipReason:
    lines: list[str] = []
    live = mirror.live(lines.append, PATIENCE)
    try:
        _ = live.client
    except ValueError as error:  # S1_CONTACT or S1_SERVICES is mistaken
        return dg.SkipReason(str(error))
    try:
        changes = _within(LOOK_SECONDS, lambda: FEEDS[source].changes(live, seen.watermark, PAGES))
    except LeftOutError as error:
        return dg.SkipReason(str(error))
    except (SourceError, _TooSlowError) as error:
        if seen.stands_failed:
            raise
        seen.fail(str(error), time.time(), lasting=isinstance(error, SourceRefusedError))
        return dg.SensorResult(skip_reason=_waits(source, seen), cursor=seen.as_cursor())
    finally:
        for line in [*lines]:
            context.log.info(line)
    now = time.time()
    seen.add(changes.months, changes.watermark, complete=changes.complete, now=now)
    seen.leave_out(_left_out(context, source, seen, f"{datetime.fromtimestamp(now, UTC):%Y-%m}"))
    return dg.SensorResult(skip_reason=_saw(changes, seen), cursor=seen.as_cursor())


class _TooSlowError(Exception):
    """A look that takes longer than a tick has."""


def _within(seconds: float, look: Callable[[], Changes]) -> Changes:
    """What a look gives. Raises _TooSlowError when it takes longer; it ends in the background then."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="look")
    found = pool.submit(look)
    pool.shutdown(wait=False)
    try:
        return found.result(timeout=seconds)
    except TimeoutError:
        if found.done():
            raise
        raise _TooSlowError(f"it takes more than {seconds:g} s; what comes later is not lost") from None


def _left_out(context: dg.SensorEvaluationContext, source: str, seen: Seen, this_month: str) -> set[str]:
    """Waiting months that are no cells, and old ones that were never made here, which are for a backfill to fetch.

    One whose first run is under way counts as made, since that run may have read the source's list before the change.
    """
    made = context.instance.get_materialized_partitions(dg.AssetKey(RAW_PAPERS.name)) | _under_way(context.instance)
    none, old = set(), set()
    for month in seen.waiting:
        cell = Cell(source, month)
        if not (SOURCE_MONTH.has_partition_key(partition_key(cell)) and cell.covered):
            none.add(month)
        elif month < month_before(this_month) and partition_key(cell) not in made:
            old.add(month)
    if none:
        context.log.info(f"no cells, {source} has them from {FIRST_MONTH[source]} to now: {', '.join(sorted(none))}")
    if old:
        context.log.info(f"changed, but never made here (`make backfill` does): {', '.join(sorted(old))}")
    return none | old


def _ask(context: dg.SensorEvaluationContext, source: str, seen: Seen) -> dg.SensorResult:
    """Asks for some of the waiting cells. A run that waits in the queue will see what is new anyway."""
    queued = set(_queued(context.instance, source))
    taken = seen.take(REQUESTS)
    cells = {Cell(source, month): changed for month, changed in taken.items()}
    requests = [_request(cell, changed, seen) for cell, changed in cells.items() if partition_key(cell) not in queued]
    if waits := [str(cell) for cell in cells if partition_key(cell) in queued]:
        context.log.info(f"in the queue already: {', '.join(waits)}")
    reason = None if requests else f"in the queue already: {', '.join(map(str, cells))}"
    return dg.SensorResult(run_requests=requests, skip_reason=reason, cursor=seen.as_cursor())


def _request(cell: Cell, changed: Changed, seen: Seen) -> dg.RunRequest:
    key = partition_key(cell)
    tags = {"source": cell.source, "fresh_papers": str(changed.papers), "watermark": seen.watermark[:100]}
    return dg.RunRequest(run_key=f"{key} {changed.digest}", partition_key=key, tags=FRESH_PAPERS_NEXT | tags)


def _under_way(instance: dg.DagsterInstance) -> set[str]:
    """Partition keys of the runs that were started, by whomever; those in the queue will see what is new anyway."""
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
    return {run.tags[PARTITION] for run in instance.get_runs(started) if PARTITION in run.tags}


def _queued(instance: dg.DagsterInstance, source: str) -> Iterator[str]:
    """Partition keys of the runs that this sensor asked for and that were not started yet."""
    waiting = dg.RunsFilter(
        job_name=CELL.name,
        statuses=[dg.DagsterRunStatus.QUEUED],
        tags={"dagster/sensor_name": sensor_name(source)},
    )
    for run in instance.get_runs(waiting):
        yield run.tags[PARTITION]


def _waits(source: str, seen: Seen) -> str:
    again = f"the next look is at {clock(seen.next_look)}"
    return f"{seen.failures} looks at {source} failed, the last one: {seen.why}; {again}" if seen.failures else again


def _saw(changes: Changes, seen: Seen) -> str:
    papers = sum(map(len, changes.months.values()))
    came = f"{papers} papers of {len(changes.months)} months are new or changed" if papers else "nothing is new"
    if seen.asking:
        return f"{came}; the next tick asks for {', '.join(sorted(seen.waiting, reverse=True)[:REQUESTS])}"
    return f"{came}; the next look is at {clock(seen.next_look)}" if changes.complete else f"{came}; there is more"
