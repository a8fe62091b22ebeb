"""What Dagster loads, as a text to read: `python -m s1_assets_tests.definitions_text` prints it."""

from collections.abc import Iterable, Iterator

import dagster as dg

from s1_assets.definitions import build_defs
from s1_assets.settings import Settings


def definitions_text() -> str:
    """Assets with their checks, jobs, sensors, schedules and resources of a deployment without settings."""
    defs = build_defs(settings=Settings.from_environment({}))
    sections = {
        "assets": _assets(defs),
        "jobs": _jobs(defs),
        "sensors": _sensors(defs),
        "schedules": _schedules(defs),
        "resources": sorted(f"{name}: {type(resource).__name__}" for name, resource in (defs.resources or {}).items()),
    }
    return "\n".join("\n".join([name, *(f"  {line}" for line in lines), ""]) for name, lines in sections.items())


def _assets(defs: dg.Definitions) -> Iterator[str]:
    graph = defs.resolve_asset_graph()
    for key in graph.toposorted_asset_keys:
        node = graph.get(key)
        yield key.to_user_string()
        yield f"  group {node.group_name}, owners {_list(node.owners)}, kinds {_list(node.kinds)}"
        if not node.is_materializable:
            yield f"  made elsewhere: {node.metadata['url'].value}"
            continue
        yield f"  reads {_list(parent.to_user_string() for parent in node.parent_keys)}"
        yield f"  partitions {_partitions(node.partitions_def)}"
        for check in sorted(key.name for key in graph.get_check_keys_for_assets({key})):
            found = graph.get(dg.AssetCheckKey(key, check))
            blocks = ", blocks" if found.blocking else ""
            yield f"  check {check}{blocks}, partitions {_partitions(found.partitions_def)}"


def _partitions(partitions: dg.PartitionsDefinition | None) -> str:
    if not isinstance(partitions, dg.MultiPartitionsDefinition):
        return str(partitions or "none")
    return " × ".join(dimension.name for dimension in partitions.partitions_defs)


def _jobs(defs: dg.Definitions) -> Iterator[str]:
    for job in sorted(defs.resolve_all_job_defs(), key=lambda job: job.name):
        if not job.name.startswith("__"):
            tags = ", ".join(f"{name} {value}" for name, value in sorted(job.tags.items()))
            yield f"{job.name}{f' ({tags})' if tags else ''}"
            yield from (f"  {name}" for name in sorted(node.name for node in job.graph.nodes))


def _sensors(defs: dg.Definitions) -> Iterator[str]:
    for sensor in sorted(defs.sensors or (), key=lambda sensor: sensor.name):
        asks = _list(target.job_name for target in sensor.targets)
        status, seconds = sensor.default_status.value, sensor.minimum_interval_seconds
        yield f"{sensor.name}: {status}, every {seconds} s, asks for {asks}"


def _schedules(defs: dg.Definitions) -> Iterator[str]:
    for schedule in sorted(defs.schedules or (), key=lambda schedule: schedule.name):
        yield (
            f"{schedule.name}: {schedule.default_status.value}, {schedule.cron_schedule} "
            f"{schedule.execution_timezone or 'UTC'}, asks for {schedule.job_name}"
        )


def _list(names: Iterable[object]) -> str:
    return " ".join(sorted(map(str, names))) or "nothing"


if __name__ == "__main__":
    print(definitions_text(), end="")
