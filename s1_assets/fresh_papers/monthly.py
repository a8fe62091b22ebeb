"""Last month's cells twice more, when the sources' bulk content of the month is there, and when refusals have passed.

arXiv's chunks and bioRxiv's and medRxiv's folders of a month are complete some days after it. No list of changes tells
of them all, so each source's cell of last month is asked for, whatever was fetched of it one by one before. A PDF that
was refused is asked for again by a run ASK_AGAIN later (`resources/live/preprint_pdfs.py`), which the second one is to
those of the month's last days and of the first one.
"""

from collections.abc import Iterator

import dagster as dg

from resources.configured import MirrorResource
from s1_assets.cells import SOURCES, Cell, month_before
from s1_assets.fresh_papers.live import why_not_live
from s1_assets.jobs import CELL, FRESH_PAPERS_NEXT
from s1_assets.partitions import partition_key

FIFTH_AND_FOURTEENTH = "0 3 5,14 * *"  # UTC


@dg.schedule(
    job=CELL,
    cron_schedule=FIFTH_AND_FOURTEENTH,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Last month's cell of every source that is asked itself: what comes a month at a time or was refused.",
)
def monthly_cells(
    context: dg.ScheduleEvaluationContext, mirror: MirrorResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """A run a source and day; the key keeps a schedule that is evaluated again from asking twice."""
    if reason := why_not_live(mirror):
        yield dg.SkipReason(reason)
        return
    day = context.scheduled_execution_time
    for source in SOURCES:
        key = partition_key(Cell(source, month_before(f"{day:%Y-%m}")))
        tags = FRESH_PAPERS_NEXT | {"source": source}
        yield dg.RunRequest(run_key=f"{key} {day:%Y-%m-%d}", partition_key=key, tags=tags)
