"""The engine's side of captioning: an event loop in a thread of its own, in which replicas live and chats are asked."""

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any

from s1_assets.captioning.dispatch import Dispatcher, Limits
from s1_assets.captioning.engine import Replica


class EngineThread:
    """A dispatcher in a thread of its own. It starts with the first chat and lives until `close`.

    `told` holds lines for the operator, for whoever asks the engine now: logs are not written from this thread.
    """

    def __init__(self, replicas: Sequence[Replica], limits: Limits):
        self.limits = limits
        self.in_flight = limits.in_flight * len(replicas)
        self.told: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._replicas = replicas
        self._loop: asyncio.AbstractEventLoop | None = None
        self._dispatcher: Dispatcher | None = None
        self._closing = asyncio.Event()
        self._thread: threading.Thread | None = None

    @property
    def started(self) -> bool:
        """Whether anything was asked of it yet."""
        return self._thread is not None

    def ask(self, work: Callable[[Dispatcher], Coroutine[Any, Any, Any]]) -> "Future[Any]":
        """Run a coroutine that may use the dispatcher."""
        if self._thread is None:
            ready = threading.Event()
            self._thread = threading.Thread(target=lambda: asyncio.run(self._live(ready)), name="engine", daemon=True)
            self._thread.start()
            ready.wait()
        assert self._loop is not None
        assert self._dispatcher is not None
        return asyncio.run_coroutine_threadsafe(work(self._dispatcher), self._loop)

    def close(self) -> None:
        """Stop the replicas and wait until they are gone."""
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()
            self._thread = None

    async def _live(self, ready: threading.Event) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        async with Dispatcher(self._replicas, self.limits, self.told.put) as dispatcher:
            self._dispatcher = dispatcher
            ready.set()
            await self._closing.wait()
