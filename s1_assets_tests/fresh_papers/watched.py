"""The sensors over local services, ticked as the daemon ticks them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorExecutionData

from resources.configured import MirrorResource
from resources.live.arxiv_metadata import STATE
from s1_assets.cells import Cell
from s1_assets.definitions import build_defs
from s1_assets.partitions import partition_key
from s1_assets.settings import Settings
from s1_assets_tests.resources.live.arxiv_server import ArxivServer
from s1_assets_tests.resources.live.oai_server import OaiPaper

TODAY = datetime.now(UTC).date()
YESTERDAY = f"{TODAY - timedelta(days=1)}"


def this_month() -> Cell:
    return Cell("arxiv", f"{TODAY:%Y-%m}")


def months_ago(count: int) -> Cell:
    month = TODAY.year * 12 + TODAY.month - 1 - count
    return Cell("arxiv", f"{month // 12}-{month % 12 + 1:02}")


def paper(cell: Cell, number: int, **changes: Any) -> OaiPaper:
    """A paper that a cell holds, announced yesterday."""
    return OaiPaper(f"{cell.month[2:4]}{cell.month[5:]}.{number:05}", **{"datestamp": YESTERDAY, **changes})


@dataclass
class Watched:
    """A sensor with its cursor, the arXiv behind it if it is that one's, and the instance that knows what was made."""

    arxiv: ArxivServer | None
    configuration: dict[str, Any]
    instance: dg.DagsterInstance
    environment: Mapping[str, str] = field(default_factory=dict)
    sensor: str = "fresh_arxiv"
    cursor: str | None = None

    @property
    def mirror(self) -> MirrorResource:
        """What the sensor looks at, as it is configured now."""
        return MirrorResource(**self.configuration)

    def evaluate(self, cursor: str | None = None, last_tick: float | None = None) -> SensorExecutionData:
        """What a tick gives; the cursor stays where it is, as when the daemon dies then."""
        settings = Settings.from_environment({"S1_MIRROR": "", **self.environment})
        repository = build_defs({"mirror": self.mirror}, settings).get_repository_def()
        with dg.SensorEvaluationContext(
            instance_ref=None,
            last_tick_completion_time=last_tick,
            last_run_key=None,
            cursor=self.cursor if cursor is None else cursor,
            repository_name=repository.name,
            repository_def=repository,
            instance=self.instance,
            sensor_name=self.sensor,
            resources={"mirror": self.mirror},
        ) as context:
            return repository.get_sensor_def(self.sensor).evaluate_tick(context)

    def tick(self) -> SensorExecutionData:
        """A whole tick."""
        found = self.evaluate()
        self.cursor = found.cursor
        return found

    def look(self) -> str:
        """A tick that looks: what it says."""
        found = self.tick()
        assert not found.run_requests
        return found.skip_message or ""

    def ask(self) -> list[dg.RunRequest]:
        """A tick that asks."""
        return list(self.tick().run_requests or [])

    def made(self, *cells: Cell) -> None:
        """Lets cells have been run here."""
        for cell in cells:
            self.instance.report_runless_asset_event(
                dg.AssetMaterialization("raw_papers", partition=partition_key(cell))
            )

    def state(self) -> dict[str, Any]:
        return dict(json.loads(self.cursor or "{}"))

    def let_pass(self) -> None:
        """Lets so much time pass that the source is looked at again."""
        if self.cursor:
            self.cursor = json.dumps(self.state() | {"next_look": 0.0})
        path = Path(str(self.mirror.downloads)) / STATE
        if path.exists():
            state = json.loads(path.read_text())
            path.write_text(json.dumps(state | {"at": state["at"] - 86400}))


def months(requests: list[dg.RunRequest]) -> list[str]:
    return [request.tags["dagster/partition/month"] for request in requests]
