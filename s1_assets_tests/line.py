"""Runs cells of the whole line in a test's own lake and Dagster instance."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.definitions import build_defs
from s1_assets.partitions import partition_key
from s1_assets.settings import Settings
from s1_assets.tables import TABLES

LINE = ("raw_papers", "figure_pairs", "context_bundles", "enhanced_captions", "quality_metrics", "published_shards")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Line:
    """The line with its lake, mirror copy and published files under one folder.

    `more` are further settings, `overrides` resources in the place of those that the settings name.
    """

    folder: Path
    mirror: Path
    more: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, object] = field(default_factory=dict)
    instance: dg.DagsterInstance = field(default_factory=dg.DagsterInstance.ephemeral)

    def __post_init__(self) -> None:
        shutil.copytree(self.mirror, self.folder / "mirror", dirs_exist_ok=True)
        environment = {
            "S1_LAKE": str(self.folder / "lake"),
            "S1_MIRROR": str(self.folder / "mirror"),
            "S1_CACHE": str(self.folder / "cache"),
            **self.more,
        }
        self.environment = environment
        self.settings = Settings.from_environment(environment)
        self.defs = build_defs(self.overrides, self.settings)
        self.lake = Lake(self.settings.lake)

    def run(self, cell: Cell) -> dg.ExecuteInProcessResult:
        """Runs a cell through the line, with its checks."""
        return self._execute(cell, dg.AssetSelection.assets(*LINE))

    def run_to(self, cell: Cell, asset: str, *, checks: bool = True) -> dg.ExecuteInProcessResult:
        """Runs the assets of a cell up to the one named, with their checks or without."""
        assets = dg.AssetSelection.assets(*LINE[: LINE.index(asset) + 1])
        return self._execute(cell, assets if checks else assets.without_checks())

    def run_alone(self, cell: Cell, asset: str) -> dg.ExecuteInProcessResult:
        """Runs one asset of a cell and none of its checks."""
        return self._execute(cell, dg.AssetSelection.assets(asset).without_checks())

    def _execute(self, cell: Cell, selection: dg.AssetSelection) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            [*self.defs.assets, *self.defs.asset_checks],
            selection=selection,
            resources=self.defs.resources,
            instance=self.instance,
            partition_key=partition_key(cell),
            run_config=QUIET,
            raise_on_error=False,
        )

    def metadata(self, asset: str) -> dict[str, object]:
        """What the latest materialization of an asset told."""
        event = self.instance.get_latest_materialization_event(dg.AssetKey(asset))
        assert event is not None
        assert event.asset_materialization is not None
        return {name: value.value for name, value in event.asset_materialization.metadata.items()}

    def rows(self, cell: Cell) -> dict[str, list]:
        """Everything the tables hold of a cell, by table and part."""
        return {
            f"{table.name}/{part.name}": list(self.lake.rows(table, cell, part.name))
            for table in TABLES
            for part in self.lake.parts(table, cell)
        }


def materialized(outcome: dg.ExecuteInProcessResult) -> dict[str, dict]:
    """Metadata values of each asset that a run materialized."""
    return {
        name: {key: value.value for key, value in materializations[0].metadata.items()}
        for name in (*LINE, "release", "coverage")
        if (materializations := outcome.asset_materializations_for_node(name))
    }


def failure(outcome: dg.ExecuteInProcessResult) -> str:
    """What the failed steps of a run said, causes included."""
    messages = []
    for event in outcome.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error:
                messages.append(error.message)
                error = error.cause
    return " ".join(messages)
