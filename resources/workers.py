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
from typing import Any, TypeVar

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


class Workers:
    """A pool of `count` local worker processes; `seconds` and `megabytes` bound each task.

    Workers are forked from a server process that has no threads and imports the modules of `preload` once, so that
    a new worker is there at once, however often one is replaced.
    """

    def __init__(self, count: int, seconds: float, megabytes: int, preload: Sequence[str] = ()):
        self.count, self.seconds, self.megabytes, self.preload = count, seconds, megabytes, list(preload)

    def map(
        self, function: Callable[[Task], Result], tasks: Iterable[tuple[Key, Task]]
    ) -> Iterator[tuple[Key, Result | Failed]]:
        """Runs `function` on every task and yields (key, result) in the order of the tasks.

        `function` is importable by name. At most a few tasks per worker are in flight, so an endless iterable
        is fine and results do not pile up. Raises `UnavailableError` when a task does: that is no fault of the task.
        """
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["resources.worker_server", *self.preload])
        forkserver.ensure_running()  # from this thread, with whose process the server is to end
        with ProcessPool(
            max_workers=self.count,
            max_tasks=TASKS_PER_WORKER,
            initializer=_confine,
            initargs=(self.megabytes << 20, int(TASKS_PER_WORKER * self.seconds)),
            context=context,
        ) as pool:
            in_flight: deque[tuple[Key, ProcessFuture[Result]]] = deque()
            try:
                for key, task in tasks:
                    in_flight.append((key, pool.schedule(function, args=(task,), timeout=self.seconds)))
                    if len(in_flight) >= 3 * self.count:
                        yield self._outcome(in_flight.popleft())
                while in_flight:
                    yield self._outcome(in_flight.popleft())
            finally:
                for _, future in in_flight:
                    future.cancel()  # type: ignore[no-untyped-call]

    def _outcome(self, scheduled: "tuple[Key, ProcessFuture[Any]]") -> tuple[Key, Any]:
        key, future = scheduled
        try:
            return key, future.result()
        except TimeoutError:
            return key, Failed(Reason.TIMEOUT, f"not done after {self.seconds:.0f} s")
        except MemoryError:
            return key, Failed(Reason.OUT_OF_MEMORY, f"needs more than {self.megabytes} MB")
        except ProcessExpired as died:
            return key, Failed(Reason.CRASHED, f"worker process ended with code {died.exitcode}")
        except (UnavailableError, BrokenProcessPool):
            raise  # no fault of the task
        except Exception as error:  # noqa: BLE001 - whatever hostile input makes a task raise is that task's result
            return key, Failed(Reason.PARSE_ERROR, f"{type(error).__name__}: {error}")


def _confine(memory_bytes: int, cpu_seconds: int) -> None:
    """Runs first in every worker: limits its memory and processor time, and ends it when the server of workers ends."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end_with_parent()
