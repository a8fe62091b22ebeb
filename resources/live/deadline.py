"""An end to what a connection reads: httpx limits the time without a byte, and one now and then would hold on to it."""

import functools
import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any


class Deadline(threading.local):
    """Until when the connections that it watches may read, in time.monotonic's seconds; each thread has its own."""

    at = math.inf

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """An httpx `trace` extension of requests, which shows it each connection when that is made."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            stream = info["return_value"]
            stream.read = functools.partial(self._read, stream.read)

    def _read(self, read: Callable[[int, float], bytes], max_bytes: int, timeout: float | None = None) -> bytes:
        left = max(self.at - time.monotonic(), 0.001)  # zero would mean: without waiting, and fail otherwise
        return read(max_bytes, left if timeout is None else min(timeout, left))
