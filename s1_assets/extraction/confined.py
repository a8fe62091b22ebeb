"""Run programs on what strangers wrote. PostScript and TeX are programming languages, so their engines are confined."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from s1_assets.extraction import confinement

_MAX_PRINTED = 8 << 20  # bytes
_ROOM = 64 << 20  # bytes: where a program that fails found less on the disk, it fails for that


class DiskFullError(OSError):
    """No room for the files of a program, which is no fault of what it was run on."""


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code, None when its time was over, and what it printed."""

    code: int | None
    said: str


def run_confined(
    command: Sequence[str],
    folder: Path,
    seconds: float,
    *,
    fed: bytes = b"",
    environment: Mapping[str, str] | None = None,
    readable: Sequence[Path] = (),
) -> Ended:
    """Run a program in `folder`, the only place that it may write to, and feed it `fed`. Raises DiskFullError.

    Args:
        command: the program's full path and its arguments.
        folder: where it runs; nothing of this machine's environment is passed on to it.
        seconds: after which it is killed. It also ends with the process that calls.
        fed: its standard input.
        environment: its whole environment.
        readable: folders that it may read, beside `folder` and what programs are installed with.
    """
    launch = [sys.executable, "-I", "-S", confinement.__file__, str(folder), *map(str, readable), "--", *command]
    with (
        tempfile.TemporaryFile() as printed,
        subprocess.Popen(
            launch,
            stdin=subprocess.PIPE,
            stdout=printed,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment or {}),
            start_new_session=True,
        ) as process,
    ):
        try:
            process.communicate(fed, seconds)
            code: int | None = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = None
        if code:
            _check_room(folder, Path(command[0]).name)
        printed.seek(0)
        return Ended(code, printed.read(_MAX_PRINTED).decode("utf-8", "replace"))


def _check_room(folder: Path, program: str) -> None:
    written = sum(path.stat().st_size for path in folder.rglob("*"))
    if shutil.disk_usage(folder).free + written < _ROOM:
        raise DiskFullError(f"no room left in {folder.parent} for the files of {program}; free some disk")
