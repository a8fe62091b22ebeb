"""Workers on the nodes of a Ray cluster: each task runs there in a local worker process, limited as `LocalWorkers` are.

A Ray process on a node owns one such worker, so whatever a task does ends as it would on this machine. A node that dies
loses nothing: Ray runs its tasks again elsewhere. The project's code is sent along with each connection, so that all
nodes run what this machine runs; the packages and programs that it needs are on the nodes already, and are compared.
"""

import functools
import os
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pebble import ProcessPool

from resources.workers import Failed, Key, LocalWorkers, Result, Task, UnavailableError
from s1_assets.rejects import Reason
from s1_assets.settings import PROJECT

Equipment = dict[str, str]

CODE = (PROJECT / "s1_assets", PROJECT / "resources")
RERUNS = 3  # of a task whose node died under it; after that, the task may be what kills nodes
LOOK_SECONDS = 10.0  # how often is asked how many processors the cluster has
NODELESS_SECONDS = 300.0  # how long a cluster may have none, such as while it grows


def no_equipment() -> Equipment:
    """For tasks that need nothing but the code."""
    return {}


class RayWorkers:
    """The processors of the Ray cluster whose client server is at `address` (`ray://host:port`).

    `seconds`, `megabytes` and `preload` are those of `LocalWorkers`. `equipment`, importable by name, says what of a
    machine decides a task's result; a node where it says something else than here does no task. `code` are the
    packages that are sent to the nodes.
    """

    def __init__(
        self,
        address: str,
        seconds: float,
        megabytes: int,
        preload: Sequence[str] = (),
        *,
        equipment: Callable[[], Equipment] = no_equipment,
        code: Sequence[Path] = CODE,
    ):
        self.address, self.limits, self.equipment, self.code = address, (seconds, megabytes), equipment, code
        self.preload = tuple(preload)

    def map(
        self, function: Callable[[Task], Result], tasks: Iterable[tuple[Key, Task]]
    ) -> Iterator[tuple[Key, Result | Failed]]:
        """As `Workers.map`; at most three tasks per processor of the cluster are in flight, also when nodes join.

        Raises `UnavailableError` when the cluster cannot be reached, is lost, or has nodes that cannot do the work too.
        """
        ray = self._connect()
        in_flight: deque[tuple[Key, Any]] = deque()
        try:
            run = ray.remote(num_cpus=1, max_retries=RERUNS)(_run_on_node)
            terms = (*self.limits, self.preload, self.equipment, self.equipment())
            size = _Size(ray)
            for key, task in tasks:
                in_flight.append((key, run.remote(terms, function, task)))
                if len(in_flight) >= 3 * size.processors():
                    yield self._outcome(ray, *in_flight.popleft())
            while in_flight:
                yield self._outcome(ray, *in_flight.popleft())
        except ConnectionError as error:
            raise UnavailableError(
                f"the Ray cluster at {self.address} was lost; run the cell again: {error}"
            ) from error
        finally:
            _leave(ray, [reference for _, reference in in_flight])

    def _connect(self) -> Any:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")  # nodes have their own environment
        try:
            import ray
        except ImportError as error:
            raise ValueError(f"S1_WORKERS={self.address} needs Ray on this machine: ./install.sh ray") from error
        try:
            there = urlsplit(self.address)
            socket.create_connection((there.hostname, there.port), 10).close()  # Ray itself would try for half a minute
            ray.init(self.address, runtime_env={"py_modules": [str(package) for package in self.code]})
        except Exception as error:
            ray.shutdown()
            raise UnavailableError(
                f"no Ray cluster at S1_WORKERS={self.address}: {error}. Is `ray start --head` running there, is its "
                "client port (10001) open to this machine, and are Ray, Python and the token (RAY_AUTH_TOKEN) the same?"
            ) from error
        return ray

    def _outcome(self, ray: Any, key: Key, reference: Any) -> tuple[Key, Any]:
        nodeless = 0.0
        while not ray.wait([reference], timeout=LOOK_SECONDS)[0]:
            nodeless = 0.0 if _Size(ray).processors() else nodeless + LOOK_SECONDS
            if nodeless >= NODELESS_SECONDS:
                raise UnavailableError(f"the Ray cluster at {self.address} has no node with a processor; start one")
        errors = ray.exceptions
        try:
            result = ray.get(reference)
        except (
            errors.WorkerCrashedError,
            errors.NodeDiedError,
            errors.OutOfMemoryError,
            errors.ObjectLostError,
        ) as died:
            line = str(died).strip().partition("\n")[0]
            return key, Failed(
                Reason.CRASHED, f"{1 + RERUNS} runs on a cluster ended with their process or node: {line}"
            )
        except errors.RayError as error:
            raise UnavailableError(
                f"a node of {self.address} cannot run the project's code (run ./install.sh ray there): {error}"
            ) from error
        if isinstance(result, UnavailableError):
            raise result
        return key, result


class _Size:
    """How many processors a cluster has, asked now and then."""

    def __init__(self, ray: Any):
        self._ray, self._known, self._again = ray, 0, 0.0

    def processors(self) -> int:
        if time.monotonic() >= self._again:
            self._known = int(self._ray.cluster_resources().get("CPU", 0))
            self._again = time.monotonic() + LOOK_SECONDS
        return self._known


def _leave(ray: Any, unwanted: Sequence[Any]) -> None:
    """Ends what nobody waits for, and the connection."""
    try:
        for reference in unwanted:
            ray.cancel(reference, force=True)
    except Exception as error:  # noqa: BLE001 - a cluster that is gone has ended them, and has no error of one kind
        print(f"Ray: tasks in flight were not cancelled: {error}", file=sys.stderr)
    finally:
        ray.shutdown()


def _run_on_node(terms: tuple[Any, ...], function: Callable[[Task], Result], task: Task) -> Any:
    """What Ray runs: the task's result, `Failed`, or `UnavailableError` as a value, since it is to name the node."""
    seconds, megabytes, preload, equipment, wanted = terms
    found = equipment()
    if found != wanted:
        other = ", ".join(
            f"{name} {found.get(name)} instead of {wanted[name]}" for name in wanted if found.get(name) != wanted[name]
        )
        return UnavailableError(f"node {socket.gethostname()} has {other}; run ./install.sh ray of this version there")
    workers, pool = _bench(seconds, megabytes, preload)
    try:
        return workers.run(pool, function, task)
    except UnavailableError as error:
        return type(error)(
            f"{error} (on node {socket.gethostname()}; every node must reach what S1_MIRROR or S1_DOWNLOADS names)"
        )


@functools.cache
def _bench(seconds: float, megabytes: int, preload: tuple[str, ...]) -> tuple[LocalWorkers, ProcessPool]:
    """The one worker of this Ray process; it lives and ends with it."""
    # A worker imports the program it was started from; that is Ray's own, which takes a second and half the memory.
    vars(sys.modules["__main__"]).pop("__file__", None)
    workers = LocalWorkers(1, seconds, megabytes, preload)
    return workers, workers.pool()
