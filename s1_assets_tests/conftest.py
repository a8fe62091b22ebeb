"""Fixtures that several test modules share."""

import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import pytest
from hypothesis import HealthCheck, settings
from moto.server import ThreadedMotoServer
from xdist.scheduler import LoadFileScheduling

from s1_assets_tests import mirrored
from s1_assets_tests.line import Line, failure
from s1_assets_tests.operations.daemon import daemons
from s1_assets_tests.postgres import new_database, programs, server
from samples.demo import CELLS
from samples.make import make_samples

# No test depends on how busy the machine is.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

# Engines, clusters and whole deployments, of which a machine bears two at a time: `pytest -m heavy`. The tests of a
# lane run one after the other in one process, where they share what they start.
HEAVY = {
    "engines/": "first lane",
    "alerts/test_alerts_live.py": "first lane",
    "resources/test_ray_workers.py": "second lane",
    "operations/test_ops_room.py": "second lane",
    "fresh_papers/test_fresh_papers_live.py": "second lane",
}
# Their first test starts an engine or a deployment, which alone may take ten minutes on a busy machine, and then works.
HEAVY_SECONDS = 1800
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Tests of files are called by the argument's name: gzip writes the time into a file, and names must not change."""
    return argname if isinstance(val, bytes) and val.startswith((b"\x1f\x8b", b"PK")) else None


def lane(file: str) -> str | None:
    """The lane of a file of HEAVY, given by its path in the project; None for all others."""
    place = file.removeprefix("s1_assets_tests/")
    return next((name for beginning, name in HEAVY.items() if place.startswith(beginning)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of HEAVY and gives them time."""
    for item in items:
        if lane(item.nodeid.split("::")[0]):
            item.add_marker("heavy")
            item.add_marker(pytest.mark.timeout(HEAVY_SECONDS))


class Lanes(LoadFileScheduling):
    """Gives whole files to the processes of `pytest -n`, and the files of a lane to one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return lane(file) or file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    """The scheduler of `pytest -n`."""
    return Lanes(config, log)


@pytest.fixture(scope="session")
def httpserver_listen_address() -> tuple[str, int]:
    """Where pytest-httpserver listens; all tests share one server, so it is said here and nowhere else."""
    return ("127.0.0.1", 0)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real test papers kept beside the checkout; skips where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real test papers are not at {SHARED / 'data'}; everything else is tested without them")
    return SHARED / "data"


@pytest.fixture(scope="session")
def chromium() -> str:
    """A browser's program; skips where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.skip("Chromium is not on this machine (Debian: apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Address of an S3 server that lives as long as the tests."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of a new, empty bucket, with the environment that leads to it."""
    for name, value in {
        "AWS_ENDPOINT_URL": s3_server,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{uuid.uuid4().hex}"
    boto3.client("s3").create_bucket(Bucket=name)
    return f"s3://{name}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[dict[str, str]]:
    """A PostgreSQL server of the tests' own, as the variables that dagster.postgres.yaml reads."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not on this machine (Debian: apt-get install postgresql)")
    with server(folder) as variables:
        yield variables


@pytest.fixture(scope="module")
def postgres(postgres_server: dict[str, str], request: pytest.FixtureRequest) -> dict[str, str]:
    """A database of a module's own on that server."""
    return new_database(postgres_server, request.node.path.stem)


@pytest.fixture(scope="session")
def sample_mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror that holds the sample papers. Tests read it and leave it as it is."""
    folder = tmp_path_factory.mktemp("samples")
    make_samples(folder)
    return folder


@pytest.fixture(scope="session")
def sample_line(sample_mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """A line that ran every cell of the sample papers once. Tests read it and leave it as it is."""
    line = Line(tmp_path_factory.mktemp("sample_line"), sample_mirror)
    assert [cell for cell in CELLS if not line.run(cell).success] == []
    return line


@pytest.fixture(scope="session")
def real_line(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """A line that ran every cell of the real papers once. Tests read it and leave it as it is."""
    mirrors = shared_data / "mirrors"
    line = Line(tmp_path_factory.mktemp("real_line"), mirrors)
    failed = {cell: failure(outcome) for cell in mirrored.cells(mirrors) if not (outcome := line.run(cell)).success}
    assert failed == {}
    return line


@pytest.fixture
def deployed(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of the deployment whose `environment` a test module defines."""
    monkeypatch.setenv("DAGSTER_HOME", environment["DAGSTER_HOME"])
    with dg.DagsterInstance.get() as instance:
        yield instance


@pytest.fixture
def start_daemon(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts a daemon of that deployment (see `daemons`); its log is in `tmp_path`, and it ends with the test."""
    with daemons(environment, tmp_path) as start:
        yield start
