"""Ends an engine's processes when this process is killed: they would hold the GPUs for ever.

A process of its own waits for the end of a pipe that this process holds; the kernel closes it however this process
ends. It then kills what it was told of, each with all its children. Processes are held by pidfd (Linux 5.3), so that a
number that was given to somebody else meanwhile hits nobody.
"""

import subprocess
import sys
from collections.abc import Iterable

_WAIT_AND_KILL = """
import glob, os, signal, sys
for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(name, signal.SIG_IGN)

def held(pids):
    for pid in pids:
        try:
            yield pid, os.pidfd_open(int(pid))
        except OSError:
            pass

def children(pid):
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with open(path) as file:
            yield from file.read().split()

def end(pid, handle):
    try:
        below = list(held(children(pid)))
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        for child in below:
            end(*child)
    except OSError:
        pass

guarded = []
for line in sys.stdin:
    guarded += held(line.split())
for process in guarded:
    end(*process)
"""


class Reaper:
    """Watches over processes from the first call of `guard` until `reap`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def guard(self, pids: Iterable[int]) -> None:
        """Have these processes and their children killed when this process ends, or at `reap`."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _WAIT_AND_KILL], stdin=subprocess.PIPE, text=True, start_new_session=True
            )
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, pids)) + "\n")
        self._process.stdin.flush()

    def reap(self) -> None:
        """Kill what is guarded now; without anything guarded, nothing."""
        if self._process is not None:
            process, self._process = self._process, None
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
