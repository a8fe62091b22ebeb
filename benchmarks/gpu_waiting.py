"""How much of its time a GPU waits for work."""

import os
import shutil
import subprocess
import tempfile
from types import TracebackType
from typing import Self

MILLISECONDS_BETWEEN_SAMPLES = 200


class GpuWatch:
    """While it is open, asks nvidia-smi again and again in which share of the time any kernel ran on the first GPU.

    `waiting` is the mean share of the time in which none did, None where there is no GPU or nothing was seen.
    """

    def __init__(self) -> None:
        self.waiting: float | None = None
        self._seen = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed on exit
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        program, visible = shutil.which("nvidia-smi"), os.environ.get("CUDA_VISIBLE_DEVICES", "0")
        if program is not None and visible not in ("", "-1"):
            first = f"--id={visible.partition(',')[0]}"
            query = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
            every = f"--loop-ms={MILLISECONDS_BETWEEN_SAMPLES}"
            self._process = subprocess.Popen([program, first, *query, every], stdout=self._seen, text=True)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        self._seen.seek(0)
        shares = [int(line) / 100 for line in self._seen.read().splitlines() if line.strip().isdigit()]
        self._seen.close()
        if shares:
            self.waiting = 1 - sum(shares) / len(shares)
