"""Which process executes a run, as a tag of the run names it, and whether that process has ended.

Runs outside a code server have the tag (`make cell`, `make backfill NOW=1`, `make release`): nobody else knows of them.
"""

import json
import os
import socket
from pathlib import Path

PROCESS_TAG = "s1/process"


def this_process() -> str:
    """The tag's value for a run of this process."""
    pid = os.getpid()
    return json.dumps({"host": socket.gethostname(), "pid": pid, "started": _started(pid)})


def has_ended(process: str) -> bool:
    """Whether the process that a tag's value names has ended. Of another machine's that is not known, so False."""
    named = json.loads(process)
    return bool(named["host"] == socket.gethostname() and named["started"] != _started(named["pid"]))


def _started(pid: int) -> int | None:
    """Clock ticks from the machine's start to the process's, which no later process of this number shares (proc(5)).

    None where there is no such process, or only what is left of it until its parent asks.
    """
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(fields[18])
