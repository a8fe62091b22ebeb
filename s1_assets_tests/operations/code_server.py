"""The code server of a deployment, started as its systemd unit starts it."""

import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from s1_assets.settings import PROJECT

UNIT = PROJECT / "deploy" / "systemd" / "s1-code.service"
DAGSTER = Path(sys.executable).parent / "dagster"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def code_server() -> Iterator[int]:
    """A running code server; gives its port."""
    _, *arguments = shlex.split(re.findall(r"^ExecStart=(.+)$", UNIT.read_text(), re.MULTILINE)[0])
    port = free_port()
    arguments[arguments.index("--port") + 1] = str(port)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([DAGSTER, *arguments], cwd=PROJECT, **quiet)
    try:
        while not _listens(port):
            assert server.poll() is None, "the code server ended"
            time.sleep(0.2)
        yield port
    finally:
        server.kill()
        server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
