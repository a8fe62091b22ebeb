"""vLLM in this process: one `AsyncLLM` over all local GPUs, or on the CPU; for one long run on one machine.

The engine's own processes (core and workers) can die or hang by themselves. Death is told by vLLM; a hang is told by
the time since the engine's last step. Either ends in `ReplicaDiedError`, after which `start` makes a new engine.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from resources.captioners.reaper import Reaper
from resources.captioners.tokenizer import ModelTokens
from s1_assets.captioning.answer import SCHEMA
from s1_assets.captioning.engine import Chat, Completion, Decoding, RefusedError, ReplicaDiedError

if TYPE_CHECKING:
    from PIL.Image import Image

HANG_SECONDS = 300.0  # without a step of the engine while chats are in flight
_LOOK_SECONDS = 1.0


class _Steps:
    """What the engine says of itself after each step; shared by all ranks of an engine."""

    def __init__(self) -> None:
        self.last = time.monotonic()
        self.counts: Counter[str] = Counter()

    def logger(self, _config: object, engine_index: int = 0) -> Any:
        """A vLLM stat logger for one rank that counts here."""
        from vllm.v1.metrics.loggers import StatLoggerBase

        steps = self

        class Logger(StatLoggerBase):  # type: ignore[misc]  # vLLM is not installed where types are checked
            def __init__(self) -> None:
                pass

            def record(self, scheduler_stats: Any, iteration_stats: Any, *_: object, **__: object) -> None:
                steps.last = time.monotonic()
                if scheduler_stats is not None:
                    steps.counts["prefix_cache_queries"] += scheduler_stats.prefix_cache_stats.queries
                    steps.counts["prefix_cache_hits"] += scheduler_stats.prefix_cache_stats.hits
                if iteration_stats is not None:
                    steps.counts[f"answered by rank {engine_index}"] += len(iteration_stats.finished_requests)

            def log_engine_initialized(self) -> None:
                pass

        return Logger()


class VllmReplica:
    """The engine; `arguments` are those of vLLM's AsyncEngineArgs. `captioning.engine.Replica`."""

    def __init__(self, arguments: Mapping[str, Any], tokens: ModelTokens, hang_seconds: float = HANG_SECONDS):
        self.name = "vllm"
        self._arguments, self._tokens, self._hang_seconds = dict(arguments), tokens, hang_seconds
        self._engine: Any = None
        self._steps = _Steps()
        self._hung: asyncio.Future[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._reaper = Reaper()
        self._in_flight = 0
        at_once = int(arguments.get("max_num_seqs") or 256) * int(arguments.get("data_parallel_size") or 1)
        self._opened = asyncio.Semaphore(at_once + at_once // 8 + 1)

    async def start(self) -> None:
        """Load the model. Raises ReplicaDiedError when vLLM cannot bring its processes up."""
        os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
        os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")  # of its processes too; read when vLLM is imported
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM

        arguments = AsyncEngineArgs(**self._arguments, disable_log_stats=False)
        try:
            self._engine = AsyncLLM.from_engine_args(arguments, stat_loggers=[self._steps.logger])
        except RuntimeError as error:  # what vLLM raises when its processes die while they start
            raise ReplicaDiedError(f"vLLM did not start: {error}") from error
        self._reaper.guard(self._core_processes())
        self._steps.last = time.monotonic()
        self._hung = asyncio.get_running_loop().create_future()
        self._watch = asyncio.create_task(self._watch_steps())

    async def complete(self, chat: Chat, decoding: Decoding) -> Completion:
        """One answer. Raises RefusedError for an image or a prompt that vLLM does not take."""
        assert self._hung is not None
        self._in_flight += 1
        answer = asyncio.create_task(self._generate(chat, decoding))
        try:
            ends: set[asyncio.Future[Any]] = {answer, self._hung}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise ReplicaDiedError(f"no step for {self._hang_seconds:.0f} s with {self._in_flight} in flight")
        finally:
            self._in_flight -= 1
            if not answer.done():
                answer.cancel()  # which makes vLLM abort the request
            with suppress(asyncio.CancelledError, Exception):
                await answer

    async def stop(self) -> None:
        """End the engine's processes."""
        if self._watch is not None:
            self._watch.cancel()
        if self._engine is not None:
            engine, self._engine = self._engine, None
            with suppress(Exception):  # vLLM complains of processes that are dead already
                engine.shutdown()
        self._reaper.reap()

    async def statistics(self) -> Mapping[str, float]:
        """Tokens looked up and found in the prefix cache, and answers by data-parallel rank."""
        return self._steps.counts

    async def _generate(self, chat: Chat, decoding: Decoding) -> Completion:
        """One answer. Of the chats that wait here, only little more than the engine works on have their images opened.

        A waiting chat holds a file, an opened one its pixels, which is fifty times as much.
        """
        async with self._opened:
            return await self._answer(chat, decoding)

    async def _answer(self, chat: Chat, decoding: Decoding) -> Completion:
        from vllm.exceptions import VLLMClientError
        from vllm.v1.engine.exceptions import EngineDeadError, EngineGenerateError

        prompt = await asyncio.to_thread(vllm_prompt, chat, self._tokens)
        try:
            async for output in self._engine.generate(prompt, vllm_sampling(decoding), request_id=uuid4().hex):
                if output.finished:
                    return _completion(output)
        except EngineDeadError as error:
            raise ReplicaDiedError("vLLM's engine core died; its last words stand in the log") from error
        except (EngineGenerateError, VLLMClientError, ValueError, TypeError) as error:
            raise RefusedError(f"vLLM does not take it: {error}") from error
        raise ReplicaDiedError("vLLM ended the answer without a last word")

    async def _watch_steps(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if not self._in_flight:
                self._steps.last = time.monotonic()
            elif time.monotonic() - self._steps.last > self._hang_seconds and self._hung is not None:
                self._hung.set_result(None)
                return

    def _core_processes(self) -> list[int]:
        manager = self._engine.engine_core.resources.engine_manager
        return [process.pid for process in manager.processes] if manager is not None else []


def vllm_prompt(chat: Chat, tokens: ModelTokens) -> dict[str, Any]:
    """A chat as vLLM takes it. Raises RefusedError for an image that does not open."""
    return {"prompt": tokens.prompt(chat), "multi_modal_data": {"image": _opened(chat.image)}}


def vllm_sampling(decoding: Decoding) -> Any:
    """The SamplingParams of vLLM for one answer in two layers, handed over when it is complete."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

    return SamplingParams(
        temperature=decoding.temperature,
        top_p=decoding.top_p,
        seed=decoding.seed,
        max_tokens=decoding.max_tokens,
        structured_outputs=StructuredOutputsParams(json=SCHEMA),
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def _opened(image: bytes) -> "Image":
    """The image as vLLM's own server opens it, so that both engines see the same pixels."""
    from vllm.multimodal.media import ImageMediaIO

    try:
        opened: Image = ImageMediaIO().load_bytes(image)
        return opened
    except (OSError, ValueError) as error:
        raise RefusedError(f"the image does not open: {error}") from error


def _completion(output: Any) -> Completion:
    answer = output.outputs[0]
    return Completion(
        text=answer.text,
        finish_reason=answer.finish_reason or "",
        prompt_tokens=len(output.prompt_token_ids),
        completion_tokens=len(answer.token_ids),
    )
