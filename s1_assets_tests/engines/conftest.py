"""Real vLLM on the CPU with the small captioner of the samples: in this process, and as a server.

An engine takes half a minute to start, so all tests share one in process and one server.
"""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from resources.captioners.serve import server_command
from resources.captioners.sizing import Machine
from s1_assets.settings import PROJECT, Settings
from s1_assets_tests.line import Line

MODEL = PROJECT / "samples/models/captioner"
DEADLY_WORDS = " deadly zirconium umbrella"
ARGUMENTS = {
    "max_num_seqs": 16,
    "kv_cache_memory_bytes": 1 << 29,
    "block_size": 32,
    "logits_processors": ["s1_assets_tests.engines.deadly:Deadly"],
}
START_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what needs vLLM where it is not installed."""
    if importlib.util.find_spec("vllm") is None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip("vLLM is not installed: ./install.sh cpu brings it"))


@pytest.fixture(scope="session")
def engine_environment() -> Iterator[dict[str, str]]:
    """Environment of processes that run an engine, this one among them. Byte code makes later starts faster."""
    from transformers import AutoTokenizer

    deadly = AutoTokenizer.from_pretrained(MODEL).encode(DEADLY_WORDS, add_special_tokens=False)
    wanted = {
        "S1_MODEL": str(MODEL),
        "S1_ENGINE": json.dumps(ARGUMENTS),
        "S1_PROMPT": "brief",
        "S1_TEST_DEADLY_TOKENS": json.dumps(deadly),
        "VLLM_LOGGING_LEVEL": "ERROR",
        "VLLM_NO_USAGE_STATS": "1",
        "PYTHONPATH": str(PROJECT),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        for name, value in wanted.items():
            patch.setenv(name, value)
        yield dict(os.environ)


@pytest.fixture
def engine_line(engine_environment: dict[str, str], tmp_path: Path) -> Callable[..., Line]:
    """Makes a line over a mirror whose captions are rewritten by an engine: `engine_line(mirror, S1_…=…)`."""

    def make(mirror: Path, **settings: str) -> Line:
        names = ("S1_MODEL", "S1_ENGINE", "S1_PROMPT")
        chosen = {name: engine_environment[name] for name in names} | {"S1_CAPTIONER": "vllm"} | settings
        return Line(tmp_path / f"line {len(list(tmp_path.iterdir()))}", mirror, more=chosen)

    return make


@dataclass
class Server:
    """The server of `make serve` with the small captioner, on a port that stays its own over restarts."""

    environment: dict[str, str]
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and waits until it is well."""
        machine = Machine(gpu_bytes=(), host_bytes=8 << 30)
        command = server_command(Settings.from_environment(self.environment), machine, "127.0.0.1", self.port)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not is_well(self.port):
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < deadline, f"the server did not start: {self.log.read_text()[-3000:]}"
            time.sleep(0.5)

    def kill(self) -> None:
        """Kills it with all its processes."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        """Kills it and starts it again."""
        self.kill()
        self.start()


def is_well(port: int) -> bool:
    """Whether a server on this machine answers /health."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def server(engine_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests share; whoever kills it starts it again."""
    server = Server(engine_environment, free_port(), tmp_path_factory.mktemp("server") / "server.log")
    server.start()
    yield server
    server.kill()
