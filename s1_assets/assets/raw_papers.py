"""A source's month → one row a paper."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from resources.configured import LakeResource, MirrorResource, SourceCell
from resources.lake import Lake
from resources.live.failures import SourceDownError
from resources.sources.inventory import Inventory
from resources.sources.part import PartContents
from s1_assets.assets.materialization import declaration, result, sample
from s1_assets.assets.retries import tried_again
from s1_assets.assets.sources import SOURCE_ASSETS
from s1_assets.cells import HOME, Cell
from s1_assets.kept_papers import KeptPapers
from s1_assets.partitions import cell_of
from s1_assets.stage import Output, Part, Stage, run_stage
from s1_assets.tables import IDENTITIES, RAW_PAPERS, REJECTS
from s1_assets.takedowns import Takedowns

KEPT = "kept, as full texts are lacking"
STAGE = Stage(RAW_PAPERS, version="4", side_tables=(IDENTITIES, REJECTS), retried=KEPT, retried_share=0)


@dg.asset(deps=SOURCE_ASSETS, **declaration(STAGE, {"python", "parquet"}))
def raw_papers(
    context: dg.AssetExecutionContext, lake: LakeResource, mirror: MirrorResource
) -> Iterator[dg.MaterializeResult[None]]:
    """One row a paper of the month: metadata, licence and rights, and where its archive lies.

    Parts are named by how papers arrive (an arXiv chunk). Papers that cannot be used stand in `rejects`; those
    listed in the lake's `takedowns.txt` are marked withdrawn, and nothing of them goes further. What of the source's
    mirror belongs to no month is of no cell and so not in `rejects`: the metadata `unplaced` counts it.

    When a live service gives records and not all full texts, the cell is materialized before the run fails; a paper
    that had an archive and has none then keeps its row.
    """
    cell = cell_of(context.partition_key)
    with tried_again(context, mirror, SourceDownError), mirror.planned(cell, context.log.info) as (plan, is_lacking):
        store = lake.open()
        kept = KeptPapers.of(store, cell, plan.parts()) if is_lacking else KeptPapers.none()
        yield _raw_papers(context, store, plan, cell, kept)


def _raw_papers(
    context: dg.AssetExecutionContext, store: Lake, plan: SourceCell, cell: Cell, kept: KeptPapers
) -> dg.MaterializeResult[None]:
    takedowns = Takedowns.read(store)
    planned = plan.parts()
    names = {part.name for part in planned}

    def produce(parts: Sequence[Part]) -> Iterator[Output]:
        for part in parts:
            found = plan.read(part.name) if part.name in names else PartContents()
            counts = Counter({KEPT: kept.complete(part.name, found)})
            rejects = found.rejects + takedowns.apply(found.papers)
            counts.update(f"rejected: {row['reason']}" for row in rejects)
            rows = {"raw_papers": found.papers, "identities": found.identities, "rejects": rejects}
            yield Output(part.name, rows, part.rows, done=True, counts=+counts)

    upstream = [Part(part.name, takedowns.version(part), part.papers) for part in kept.beside(planned)]
    if not upstream and (absence := plan.inventory.absence(cell)):
        context.log.warning(absence)
    report = run_stage(STAGE, store, cell, upstream, produce=produce, log=context.log.info)
    columns = ["paper_id", "title", "discipline", "rights", "status", "format"]
    came_from = {"source": dg.MetadataValue.url(HOME[cell.source])}
    return result(report, sample(store, cell, RAW_PAPERS, columns), came_from | _placement(plan.inventory))


def _placement(inventory: Inventory) -> dict[str, Any]:
    """What the check `everything_has_a_month` goes by."""
    metadata: dict[str, Any] = {"looked_at": inventory.looked_at, "unplaced": inventory.unplaced}
    if inventory.examples:
        records = [dg.TableRecord({"where": where, "why": why}) for where, why in inventory.examples]
        metadata["unplaced_examples"] = dg.MetadataValue.table(records)
    return metadata
