"""A small line with checks of given verdicts, watched as the daemon watches the real one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run

from s1_assets.alerts.delivery import CHANNEL, JOB, REQUESTED
from s1_assets.alerts.watch import SENSOR, Alerts, alerts
from s1_assets.cell_state import PARTITION
from s1_assets.cells import Cell
from s1_assets.partitions import SOURCE_MONTH, cell_of, partition_key
from s1_assets.settings import Settings

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
AT_ONCE = dg.RetryPolicy(max_retries=2)
MAY, JUNE = Cell("arxiv", "2024-05"), Cell("arxiv", "2024-06")

PASSES = dg.AssetCheckResult(passed=True, description="all 200 images open", metadata={"value": 0.0})
FAILS = dg.AssetCheckResult(
    passed=False,
    description="3 of 200 images do not open",
    metadata={"value": 3.0, "threshold": "<= 0 images", "sample_size": 200},
)
WARNS = dg.AssetCheckResult(
    passed=False,
    severity=dg.AssetCheckSeverity.WARN,
    description="recaptions have 210 ± 40 characters",
    metadata={"value": 210.123456, "threshold": "mean 508-1010 characters"},
)
NOT_MEASURED = dg.AssetCheckResult(
    passed=False,
    severity=dg.AssetCheckSeverity.WARN,
    description="not measured: for CLIP scores set S1_CLIP_WEIGHTS",
    metadata={"threshold": "> 0", "sample_size": 0},
)
Verdict = dg.AssetCheckResult | Exception


@dataclass
class OnCall:
    """The line, its instance, and the alert sensor's cursor. `verdicts` are what the checks say of a cell."""

    instance: dg.DagsterInstance
    environment: dict[str, str] = field(default_factory=dict)
    verdicts: dict[Cell, Verdict] = field(default_factory=dict)
    broken: set[Cell] = field(default_factory=set)
    cursor: str | None = None

    def __post_init__(self) -> None:
        self.assets = _line(self)

    @property
    def alerts(self) -> Alerts:
        environment = {"S1_ALERTS": "webhook:http://127.0.0.1:9/alerts"} | self.environment
        return alerts(Settings.from_environment(environment), self.assets[1:], AT_ONCE)

    def run(self, *cells: Cell, verdict: Verdict | None = None, **tags: str) -> list[str]:
        """Runs cells, with a verdict for all of them; returns the runs' ids."""
        self.verdicts |= dict.fromkeys(cells, verdict) if verdict is not None else {}
        return [
            dg.materialize(
                self.assets,
                instance=self.instance,
                partition_key=partition_key(cell),
                run_config=QUIET,
                tags=tags,
                raise_on_error=False,
            ).run_id
            for cell in cells
        ]

    def queue(self, cell: Cell) -> dg.DagsterRun:
        """A run of a cell that waits, and has planned its check."""
        return self.instance.create_run_for_job(self._job, run_config=QUIET, tags={PARTITION: partition_key(cell)})

    def start(self, run: dg.DagsterRun, verdict: Verdict) -> None:
        """Runs what was queued."""
        self.verdicts[cell_of(run.tags[PARTITION])] = verdict
        execute_run(InMemoryJob(self._job), run, self.instance, raise_on_error=False)

    @property
    def _job(self) -> dg.JobDefinition:
        line = dg.Definitions(self.assets[:1], asset_checks=self.assets[1:], executor=dg.in_process_executor)
        return line.resolve_implicit_global_asset_job_def()

    def judge(self, cell: Cell, verdict: dg.AssetCheckResult) -> None:
        """A verdict on a cell that no run gave."""
        evaluation = dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("figure_pairs"),
            check_name="images_decode",
            passed=verdict.passed,
            metadata=verdict.metadata,
            severity=verdict.severity,
            description=verdict.description,
            partition=partition_key(cell),
        )
        self.instance.report_runless_asset_event(evaluation)

    def fail(self, cell: Cell) -> None:
        """A failed run of a cell and a failed check, without running anything."""
        job = dg.Definitions(assets=self.assets[:1]).resolve_implicit_global_asset_job_def()
        run = self.instance.create_run_for_job(job, tags={"dagster/partition": partition_key(cell)})
        self.instance.report_run_failed(run)
        self.judge(cell, FAILS)

    def evaluate(self) -> dg.SensorResult:
        """What a tick asks for; the cursor stays where it was, as when the daemon dies then."""
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor)
        return self.alerts.sensors[0](context)

    def tick(self) -> list[dict[str, Any]]:
        """A whole tick: the messages that are asked to be sent."""
        result = self.evaluate()
        self.cursor = result.cursor
        return messages_of(result)

    def submit(self, result: dg.SensorResult) -> dict[str, dg.ExecuteInProcessResult]:
        """Runs what a tick asked for, a run a channel, as the daemon does: no run key twice."""
        job = dg.Definitions(jobs=self.alerts.jobs).resolve_job_def(JOB)
        return {
            request.tags[CHANNEL]: job.execute_in_process(
                run_config={**request.run_config, **QUIET},
                tags={**request.tags, "dagster/run_key": request.run_key, "dagster/sensor_name": SENSOR},
                instance=self.instance,
                raise_on_error=False,
            )
            for request in result.run_requests or []
            if not self.instance.get_runs(dg.RunsFilter(tags={"dagster/run_key": request.run_key}))
        }

    def digest(self, run_config: Mapping[str, Any] | None = None, **tags: str) -> dg.ExecuteInProcessResult:
        """Runs the daily digest's job."""
        job = dg.Definitions(jobs=self.alerts.jobs).resolve_job_def("alert_digest")
        config = {**(run_config or {}), **QUIET}
        return job.execute_in_process(instance=self.instance, run_config=config, tags=tags, raise_on_error=False)


def messages_of(result: dg.SensorResult) -> list[dict[str, Any]]:
    return [
        message
        for request in result.run_requests or []
        for message in json.loads(request.run_config["ops"][REQUESTED]["config"]["messages"])
    ]


def titles(messages: Sequence[dict[str, Any]]) -> list[str]:
    return [message["title"] for message in messages]


def _line(on_call: OnCall) -> list[Any]:
    @dg.asset(partitions_def=SOURCE_MONTH)
    def figure_pairs(context: dg.AssetExecutionContext) -> None:
        if cell_of(context.partition_key) in on_call.broken:
            raise ValueError("the archive is\ncut off")

    @dg.asset_check(asset=figure_pairs, partitions_def=SOURCE_MONTH, blocking=True)
    def images_decode(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        verdict = on_call.verdicts.get(cell_of(context.partition_key), PASSES)
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    return [figure_pairs, images_decode]
