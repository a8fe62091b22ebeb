"""Files of deploy/ name what exists, and say of the settings what the code knows."""

import dataclasses
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dagster._core.instance_for_test import environ
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from resources.live.bucket_places import KEYS
from s1_assets.backfill import LOCATION
from s1_assets.jobs import JOBS
from s1_assets.settings import PROJECT, Settings
from s1_assets_tests.operations.code_server import code_server
from s1_assets_tests.operations.deployment import configured_instance

DEPLOY = PROJECT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
# What the compose specification allows, of what a reader of ours may want to add.
TOP_LEVEL = {"name", "services", "volumes", "networks", "configs", "secrets"}
SERVICE = set(
    "build command configs depends_on deploy entrypoint env_file environment healthcheck hostname image init ipc "
    "networks ports profiles restart secrets shm_size stop_grace_period stop_signal ulimits user volumes "
    "working_dir".split()
)
# Of compose.yaml alone: where things lie outside the containers, and which set of packages is inside.
OUTSIDE = {"S1_MIRROR_FOLDER", "S1_SET"}


def variables(text: str) -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


SETTINGS = {f"S1_{field.name.upper()}" for field in dataclasses.fields(Settings)} | set(KEYS)


def test_the_example_of_the_environment_lists_every_setting_once():
    listed = [name for name in variables((DEPLOY / "environment.example").read_text()) if name.startswith("S1_")]
    assert sorted(listed) == sorted(SETTINGS)


def test_the_readme_tells_the_meaning_of_every_setting_and_of_no_other():
    told = re.findall(r"^\| (`S1_.*?) \|", (PROJECT / "README.md").read_text(), re.MULTILINE)
    named = {name for cell in told for name in re.findall(r"S1_[A-Z_]+", cell)}
    assert named == SETTINGS


def test_the_example_of_the_environment_can_be_read_as_it_is():
    lines = (DEPLOY / "environment.example").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert Settings.from_environment(values).lake == "/var/lib/s1/lake"
    readers = (PROJECT / "dagster_home" / "dagster.postgres.yaml", DEPLOY / "workspace.yaml")
    needed = {name for file in readers for name in re.findall(r"env: (\w+)", file.read_text())}
    assert needed | {"DAGSTER_HOME"} <= values.keys()


def test_the_example_of_the_environment_lists_what_the_guide_has_people_set_for_ray():
    told = re.findall(r"^export (RAY_.+)$", (PROJECT / "docs" / "deployment.md").read_text(), re.MULTILINE)
    names = re.findall(r"(RAY_\w+)=", " ".join(told))
    assert "RAY_AUTH_TOKEN" in names
    assert set(names) <= set(re.findall(r"^#?(RAY_\w+)=", (DEPLOY / "environment.example").read_text(), re.MULTILINE))


def test_what_the_environment_sets_is_not_set_otherwise_for_a_container():
    for service in compose()["services"].values():
        assert [name for name in service.get("environment", {}) if name.startswith("S1_")] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_one_that_systemd_takes(unit, tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    text = unit.read_text()
    installed = {"/opt/s1/.venv/bin": str(Path(sys.executable).parent), "/opt/s1": str(PROJECT)}
    for place, here in installed.items():
        text = text.replace(place, here)
    (tmp_path / unit.name).write_text(text)
    outcome = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name], capture_output=True, text=True, check=False
    )
    assert [line for line in outcome.stderr.splitlines() if unit.name in line] == []
    assert outcome.returncode == 0, outcome.stderr


def test_a_command_by_hand_runs_as_the_code_location_does_in_its_environment(tmp_path):
    (tmp_path / "environment").touch()
    (tmp_path / "systemd-run").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "systemd-run").chmod(0o755)
    on_this_machine = (DEPLOY / "s1").read_text().replace("/etc/s1", str(tmp_path))
    command = ["sh", "-c", on_this_machine, "deploy/s1", "backfill", "arxiv", "--from", "2024-01"]
    path = f"{tmp_path}:/usr/bin:/bin"
    run = subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=True).stdout.splitlines()
    service = (DEPLOY / "systemd" / "s1-code.service").read_text().replace("/etc/s1", str(tmp_path))
    unit = dict(re.findall(r"^(\w+)=(.+)$", service, re.MULTILINE))
    assert f"--uid={unit['User']}" in run
    assert f"--working-directory={unit['WorkingDirectory']}" in run
    assert f"--property=EnvironmentFile={unit['EnvironmentFile']}" in run
    program = [unit["ExecStart"].split()[0].replace("bin/dagster", "bin/python"), "-m", "s1_assets"]
    assert run[-7:] == [*program, "backfill", "arxiv", "--from", "2024-01"]


@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("release", 2)])
def test_off_a_deployment_the_command_by_hand_says_what_it_is_for_and_what_to_use_instead(argument, status, tmp_path):
    off = (DEPLOY / "s1").read_text().replace("/etc/s1", str(tmp_path))
    outcome = subprocess.run(["sh", "-c", off, "deploy/s1", argument], capture_output=True, text=True, check=False)
    assert outcome.returncode == status
    told = " ".join(outcome.stderr.split())
    assert "runs a command of the platform (cell, backfill, release, plan, report, sql;" in told
    assert f"with {tmp_path}/environment" in told
    assert "In a checkout use make" in told


def commands() -> dict[str, list[str]]:
    """What units and containers run, by name."""
    of_units = {unit.stem: re.findall(r"^ExecStart=(.+)$", unit.read_text(), re.MULTILINE)[0] for unit in UNITS}
    of_services = {f"compose {name}": one["command"] for name, one in compose()["services"].items() if "command" in one}
    return {name: shlex.split(line) for name, line in (of_units | of_services).items()}


@pytest.mark.parametrize("name", commands())
def test_a_command_starts_a_program_of_ours_with_options_that_it_has(name):
    program, *arguments = commands()[name]
    options = [one for one in arguments if one.startswith("-")]
    here = Path(sys.executable).parent / Path(program).name
    assert here.exists()
    words = arguments[: next(i for i, one in enumerate(arguments) if one.startswith("-"))]
    if arguments[0] == "-m":
        words, options = arguments[:2], options[1:]
    told = subprocess.run([here, *words, "--help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert [option for option in options if not re.search(rf"(?<![\w-]){option}(?![\w-])", told)] == []
    if "-w" in arguments:
        workspace = arguments[arguments.index("-w") + 1].removeprefix("/opt/s1/")
        assert (PROJECT / workspace) == DEPLOY / "workspace.yaml"


def test_compose_uses_keys_of_its_specification_and_names_services_and_volumes_that_it_has():
    file = compose()
    assert {key for key in file if not key.startswith("x-")} <= TOP_LEVEL
    for service in file["services"].values():
        assert set(service) <= SERVICE
        assert set(service.get("depends_on", {})) <= set(file["services"])
        for condition in service.get("depends_on", {}).values():
            assert condition["condition"] in {"service_started", "service_healthy", "service_completed_successfully"}
        for needed in service.get("depends_on", {}):
            assert "healthcheck" in file["services"][needed]
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in file["volumes"] or source == "${S1_MIRROR_FOLDER" or (DEPLOY / source).exists()
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")
    assert set(re.findall(r"(?<!\$)\$\{(\w+)", (DEPLOY / "compose.yaml").read_text())) == OUTSIDE


def test_no_container_is_made_anew_on_another_mirror_because_a_variable_was_given_once():
    folder = re.findall(r"\$\{S1_MIRROR_FOLDER(.+?)\}", (DEPLOY / "compose.yaml").read_text())
    assert [rest[:2] for rest in folder] == [":?"]  # unset is an error and no other folder
    guides = [*(PROJECT / "docs").glob("*.md"), PROJECT / "README.md", DEPLOY / "compose.yaml"]
    given_once = [re.findall(r"\w+=\S+ (?:sudo )?docker compose", guide.read_text()) for guide in guides]
    assert given_once == [[] for _ in guides]


def test_what_a_deployment_keeps_in_files_of_its_own_goes_into_neither_git_nor_the_image():
    for ignored, at in ((".gitignore", "/"), (".dockerignore", "")):
        lines = (PROJECT / ignored).read_text().splitlines()
        assert {f"{at}deploy/environment", f"{at}deploy/.env"} <= set(lines)


def test_docker_compose_takes_the_file(tmp_path):
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not on this machine")
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    shutil.copy(DEPLOY / "environment.example", tmp_path / "deploy" / "environment")
    (tmp_path / "deploy" / ".env").write_text("S1_MIRROR_FOLDER=/srv/mirror\n")
    command = [docker, "compose", "-f", tmp_path / "deploy" / "compose.yaml", "--profile", "gpu", "config", "--quiet"]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stderr == ""


def test_the_image_is_made_of_files_that_exist_and_are_not_left_out():
    text = (DEPLOY / "Dockerfile").read_text()
    copied = [path for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE) for path in line.split()[:-1]]
    let_in = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for path in copied:
        assert (PROJECT / path).exists(), path
        assert path in let_in or path.split("/")[0] in let_in, path
    sets = {service["build"]["args"]["SET"] for service in compose()["services"].values() if "build" in service}
    assert sets == {"${S1_SET:-base}", "gpu"}
    assert all((PROJECT / "requirements" / f"{name}.txt").exists() for name in ("base", "ray", "gpu"))


def test_the_workspace_finds_the_jobs_on_a_code_server_as_the_unit_starts_it(tmp_path):
    with code_server() as port, configured_instance(tmp_path / "home", "dagster.yaml", {}) as instance:
        target = WorkspaceFileTarget([str(DEPLOY / "workspace.yaml")])
        code = {"DAGSTER_CODE_HOST": "127.0.0.1", "DAGSTER_CODE_PORT": str(port)}
        with environ(code), WorkspaceProcessContext(instance, target) as workspace:
            location = workspace.create_request_context().get_code_location(LOCATION)
            repository = location.get_repository("__repository__")
            assert {job.name for job in JOBS} <= {job.name for job in repository.get_all_jobs()}
            assert repository.has_partition_set("cell_partition_set")
