"""A Ray cluster on the loopback device whose nodes are processes of this machine."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}
NODE_STARTS = 3
HOST = "127.0.0.2"  # Ray replaces 127.0.0.1 by the machine's address in the network


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A head without processors, and nodes of one processor each; `with` ends them all."""

    def __init__(self) -> None:
        self.port, self.client_port = free_port(), free_port()
        self.address = f"ray://{HOST}:{self.client_port}"
        self.folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # Ray's sockets lie in it: short paths only
        self.nodes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Cluster":
        with ExitStack() as stack:
            stack.callback(self.end)
            self._start(
                *("--head", f"--port={self.port}", f"--ray-client-server-port={self.client_port}", "--num-cpus=0"),
                *("--include-dashboard=false", f"--temp-dir={self.folder}"),
            )
            self._wait_for_client_server()
            stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def add_node(self) -> subprocess.Popen[bytes]:
        """A node that has joined. One at a time: of nodes that start together some end, since they pick their ports."""
        for _ in range(NODE_STARTS):
            node = self._start(f"--address={HOST}:{self.port}", "--num-cpus=1")
            log = self.folder / f"node-{len(self.nodes) - 1}.log"
            while node.poll() is None:
                if "Ray runtime started" in log.read_text():
                    return node
                time.sleep(0.2)
        raise RuntimeError(f"a node of Ray did not start: {log.read_text()[-2000:]}")

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", f"--node-ip-address={HOST}"]
        memory = f"--object-store-memory={100 << 20}"
        with (self.folder / f"node-{len(self.nodes)}.log").open("wb") as log:
            node = subprocess.Popen(
                [*command, memory, "--disable-usage-stats", *arguments],
                cwd=self.folder,
                env=os.environ | QUIET,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.nodes.append(node)
        return node

    def _wait_for_client_server(self) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.nodes[0].poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex((HOST, self.client_port)) == 0:
                    return
            time.sleep(0.5)
        raise RuntimeError(f"Ray did not start: {(self.folder / 'node-0.log').read_text()[-2000:]}")

    @staticmethod
    def kill(node: subprocess.Popen[bytes]) -> None:
        """Kills a node at once, with all its processes."""
        if node.poll() is None:
            processes = [*psutil.Process(node.pid).children(recursive=True), psutil.Process(node.pid)]
            for process in reversed(processes):
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    continue
        node.wait()

    def end(self) -> None:
        for node in reversed(self.nodes):
            self.kill(node)
        shutil.rmtree(self.folder, ignore_errors=True)
