"""What Dagster loads: assets, checks, jobs, schedules, sensors and resources put together. Nothing is computed here."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from resources.configured import (
    CaptionerResource,
    LakeResource,
    MirrorResource,
    PublisherResource,
    ScorersResource,
    WorkersResource,
)
from s1_assets.alerts.watch import alerts
from s1_assets.assets.context_bundles import context_bundles
from s1_assets.assets.coverage import coverage
from s1_assets.assets.enhanced_captions import enhanced_captions
from s1_assets.assets.figure_pairs import figure_pairs
from s1_assets.assets.published_shards import published_shards
from s1_assets.assets.quality_metrics import quality_metrics
from s1_assets.assets.raw_papers import raw_papers
from s1_assets.assets.release import release
from s1_assets.assets.sources import SOURCE_ASSETS
from s1_assets.checks import CHECKS
from s1_assets.fresh_papers.monthly import monthly_cells
from s1_assets.fresh_papers.watch import SENSORS
from s1_assets.jobs import JOBS, SCHEDULES
from s1_assets.lost_runs import lost_runs
from s1_assets.settings import Settings, without_user

LINE = [raw_papers, figure_pairs, context_bundles, enhanced_captions, quality_metrics, published_shards]
OVER_ALL_CELLS = [release, coverage]


def default_resources(settings: Settings) -> dict[str, Any]:
    """The outside world as the settings name it."""
    return {
        "lake": LakeResource(url=settings.lake),
        "mirror": MirrorResource(
            url=settings.mirror,
            cache=settings.cache,
            downloads=settings.downloads,
            contact=settings.contact,
            services=settings.services,
            chunks_in_place=settings.arxiv_chunks == "in_place",
        ),
        "workers": WorkersResource(address=settings.workers),
        "captioner": CaptionerResource(
            engine=settings.captioner,
            model=settings.model,
            tensor_parallel=settings.tensor_parallel,
            data_parallel=settings.data_parallel,
            endpoints=[without_user(url) for url in settings.endpoints],
            engine_arguments=settings.engine,
            prompt=settings.prompt,
            image_folder=settings.image_folder,
            cache=settings.cache,
        ),
        "scorers": ScorersResource(
            clip=settings.clip,
            clip_weights=settings.clip_weights,
            pppl_model=settings.pppl_model,
            pppl_sample=settings.pppl_sample,
        ),
        "publisher": PublisherResource(url=settings.publish),
    }


def build_defs(
    overrides: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    loggers: Mapping[str, dg.LoggerDefinition] | None = None,
) -> dg.Definitions:
    """All definitions. `overrides` replaces resources by name, which is how tests and tools put in their own."""
    settings = settings or Settings.from_environment()
    on_call = alerts(settings, CHECKS)
    return dg.Definitions(
        assets=[*SOURCE_ASSETS, *LINE, *OVER_ALL_CELLS],
        asset_checks=CHECKS,
        jobs=[*JOBS, *on_call.jobs],
        schedules=[*SCHEDULES, monthly_cells, *on_call.schedules],
        sensors=[lost_runs, *SENSORS, *on_call.sensors],
        resources=default_resources(settings) | dict(overrides or {}),
        executor=dg.in_process_executor,
        loggers=loggers,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads. Importing this module builds nothing, so that a command can say which setting is mistaken."""
    try:
        settings = Settings.from_environment()
    except ValueError as mistake:  # an error of Dagster's own is what its UI shows first, as it is
        raise dg.DagsterInvalidDefinitionError(str(mistake)) from None
    return build_defs(settings=settings)
