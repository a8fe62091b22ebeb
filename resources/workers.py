"""Worker processes for the CPU work: crash-isolated, each task with a time limit and a memory limit.

A task that hangs is killed, one that eats memory fails, one that takes its process down loses only itself;
the caller gets a `Failed` in its place and everything else goes on (pebble).
"""

import multiprocessing
import resource
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver
from typing import Any, Protocol, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from resources.process_life import end_with_parent
from s1_assets.rejects import Reason

Key = TypeVar("Key")
Task = TypeVar("Task")
Result = TypeVar("Result")

# A worker is replaced after so many tasks, so that memory which a library never gives back stays bounded.
TASKS_PER_WORKER = 20


@dataclass(frozen=True)
class Failed:
    """A task that gave no result."""

    reason: Reason
    detail: str


class UnavailableError(Exception):
    """What a task needs could not be had now, such as an archive of a mirror that is out of reach."""


class OutOfReachError(UnavailableError):
    """What may be there later though nobody changes anything, as when a store is down. Trying again may help."""


class Workers(Protocol):
    """Who does the CPU work: processes of this machine, or of a cluster."""

    def map(
        self, function: Callable[[Task], Result], tasks: Iterable[tuple[Key, Task]]
    ) -> Iterator[tuple[Key, Result | Failed]]:
        """Runs `function` on every task and yields (key, result) in the order of the tasks.

        `function` is importable by name. A bounded number of tasks is in flight, so an endless iterable is fine and
        results do not pile up. Raises `UnavailableError` when a task does: that is no fault of the task.
        """


class LocalWorkers:
    """A pool of `count` local worker processes; `seconds` and `megabytes` bound each task.

    Workers are forked from a server process that has no threads and imports the modules of `preload` once, so that
    a new worker is there at once, however often one is replaced.
    """

    def __init__(self, count: int, seconds: float, megabytes: int, preload: Sequence[str] = ()):
        self.count, self.seconds, self.megabytes, self.preload = count, seconds, megabytes, list(preload)

    def map(
        self, function: Callable[[Task], Result], tasks: Iterable[tuple[Key, Task]]
    ) -> Iterator[tuple[Key, Result | Failed]]:
        """As `Workers.map`; at most three tasks per process are in flight."""
        with self.pool() as pool:
            in_flight: deque[tuple[Key, ProcessFuture[Result]]] = deque()
            try:
                for key, task in tasks:
                    in_flight.append((key, pool.schedule(function, args=(task,), timeout=self.seconds)))
                    if len(in_flight) >= 3 * self.count:
                        yield self._next(in_flight)
                while in_flight:
                    yield self._next(in_flight)
            finally:
                for _, future in in_flight:
                    future.cancel()  # type: ignore[no-untyped-call]

    def pool(self) -> ProcessPool:
        """The processes, which start with the first task; they end with the thread that called this."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["resources.worker_server", *self.preload])
        forkserver.ensure_running()  # from this thread, with whose process the server is to end
        return ProcessPool(
            max_workers=self.count,
            max_tasks=TASKS_PER_WORKER,
            initializer=_confine,
            initargs=(self.megabytes << 20, int(TASKS_PER_WORKER * self.seconds)),
            context=context,
        )

    def run(self, pool: ProcessPool, function: Callable[[Task], Result], task: Task) -> Result | Failed:
        """One task on a pool of `pool()`, with what `map` would yield for it."""
        result: Result | Failed = self._outcome(pool.schedule(function, args=(task,), timeout=self.seconds))
        return result

    def _next(self, in_flight: "deque[tuple[Key, ProcessFuture[Any]]]") -> tuple[Key, Any]:
        key, future = in_flight.popleft()
        return key, self._outcome(future)

    def _outcome(self, future: "ProcessFuture[Any]") -> Any:
        try:
            return future.result()
        except TimeoutError:
            return Failed(Reason.TIMEOUT, f"not done after {self.seconds:.0f} s")
        except MemoryError:
            return Failed(Reason.OUT_OF_MEMORY, f"needs more than {self.megabytes} MB")
        except ProcessExpired as died:
            return Failed(Reason.CRASHED, f"worker process ended with code {died.exitcode}")
        except (UnavailableError, BrokenProcessPool):
            raise  # no fault of the task
        except Exception as error:  # noqa: BLE001 - whatever hostile input makes a task raise is that task's result
            return Failed(Reason.PARSE_ERROR, f"{type(error).__name__}: {error}")


def _confine(memory_bytes: int, cpu_seconds: int) -> None:
    """Runs first in every worker: limits its memory and processor time, and ends it when the server of workers ends."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end_with_parent()
