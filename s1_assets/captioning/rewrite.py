"""The captioner that asks a model: figures to chats, answers to captions, in one stream that never waits for one row.

The engine lives in a thread of its own (engine_thread.py); this side reads requests, writes prompts and hands results
out while a bounded number of figures is in flight. An answer that is not usable is asked for again, twice at most,
with another seed and more freedom; after that the raw caption stands, with the reason.
"""

import json
import queue
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Any

from s1_assets.captioning.accept import judge
from s1_assets.captioning.dispatch import Dispatcher
from s1_assets.captioning.engine import Completion, Decoding, EngineUnavailableError, RefusedError, Tokens
from s1_assets.captioning.engine_thread import EngineThread
from s1_assets.captioning.extractive import own_text
from s1_assets.captioning.prompt import Prompt, Written
from s1_assets.captioning.request import CaptionRequest, CaptionResult, Status
from s1_assets.quality.raw_caption import unusable_reason

RULES = "3"  # of what is accepted; raised with every change, so that captions are judged anew
SECONDS_BETWEEN_LINES = 10.0
_LOOK_SECONDS = 1.0
_TOP_P = 0.95
_LONGEST_DETAIL = 500  # characters of an error that nobody thought of


def decodings(max_tokens: int) -> tuple[Decoding, ...]:
    """How the first answer and the two after a rejected one are drawn."""
    return (
        Decoding(temperature=0.0, top_p=1.0, seed=0, max_tokens=max_tokens),
        Decoding(temperature=0.5, top_p=_TOP_P, seed=1, max_tokens=max_tokens),
        Decoding(temperature=0.8, top_p=_TOP_P, seed=2, max_tokens=max_tokens),
    )


def nothing_said(request: CaptionRequest) -> str | None:
    """Why a model could only guess what a figure is about: no usable caption of its own, and no sentence that cites it.

    Returns the status_detail of the row, or None where the paper says something.
    """
    reason = unusable_reason(request.caption)
    if reason is None or request.mentions or unusable_reason(request.subcaption or "") is None:
        return None
    return f"unusable_raw_caption: {reason}"


@dataclass(frozen=True)
class ModelInUse:
    """What is asked, and how.

    Args:
        name: hub id or folder.
        revision: commit of the hub, or hash of the folder.
        tokens: its tokenizer.
        room: tokens that the texts of a chat may take.
        decodings: of the first answer and those after it.
        settings: all else of the engine that decides an answer, such as the limit of an image's pixels.
    """

    name: str
    revision: str
    tokens: Tokens
    room: int
    decodings: tuple[Decoding, ...]
    settings: Mapping[str, str]


class RewritingCaptioner:
    """Rewrites captions by a model; `request.Captioner`."""

    def __init__(self, model: ModelInUse, prompt: Prompt, engine: EngineThread, log: Callable[[str], Any]):
        self._model, self._prompt, self._engine, self._log = model, prompt, engine, log
        self._counts: Counter[str] = Counter()
        self._began = self._last_line = 0.0
        self._before: Mapping[str, float] = {}

    @property
    def identity(self) -> Mapping[str, str]:
        """All that decides a caption."""
        return {
            "model": self._model.name,
            "revision": self._model.revision,
            "prompt": f"{self._prompt.id} {self._prompt.sha256}",
            "decoding": json.dumps([asdict(decoding) for decoding in self._model.decodings], sort_keys=True),
            "rules": RULES,
            **self._model.settings,
        }

    def caption(self, requests: Iterable[CaptionRequest]) -> Iterator[CaptionResult]:
        """One result a request, as they are finished.

        Raises EngineUnavailableError when the engine is lost; what was handed out stays good.
        """
        finished: queue.SimpleQueue[Future[CaptionResult]] = queue.SimpleQueue()
        waiting: set[Future[CaptionResult]] = set()
        self._began = self._last_line = time.monotonic()
        self._before = self._engine_counts()
        try:
            for request in requests:
                waiting.add(future := self._submit(request))
                future.add_done_callback(finished.put)
                while len(waiting) >= self._engine.in_flight or not finished.empty():
                    yield self._next(finished, waiting)
            while waiting:
                yield self._next(finished, waiting)
        except EngineUnavailableError:
            self._engine.close()  # so that the next run of this process begins with a new one
            raise
        finally:
            for future in waiting:
                future.cancel()

    def statistics(self) -> Mapping[str, float]:
        """Counts of this captioner: attempts, faults, flags, tokens, their rates, deaths, prefix-cache hit rate."""
        seconds = max(time.monotonic() - self._began, 1e-9)
        counts = dict(self._counts) | {
            name: max(count - self._before.get(name, 0.0), 0.0) for name, count in self._engine_counts().items()
        }
        for name in ("prompt_tokens", "completion_tokens"):
            counts[f"{name}_per_second"] = round(self._counts[name] / seconds, 1)
        queries, hits = counts.get("prefix_cache_queries"), counts.get("prefix_cache_hits", 0.0)
        return counts | ({"prefix_cache_hit_rate": round(hits / queries, 3)} if queries else {})

    def _engine_counts(self) -> dict[str, float]:
        """What the engine counted since it was made, for whomever."""
        if not self._engine.started:
            return {}
        counts: dict[str, float] = self._engine.ask(_counts).result()
        return counts

    def _submit(self, request: CaptionRequest) -> "Future[CaptionResult]":
        if why := nothing_said(request):
            self._counts["not asked"] += 1
            return self._ended(request, Status.KEPT_RAW, why)
        try:
            written = self._prompt.write(request, self._model.tokens, self._model.room)
        except UnicodeError as error:
            return self._ended(request, Status.FAILED, f"its text cannot be read: {error}")
        return self._engine.ask(lambda dispatcher: self._rewrite(dispatcher, request, written))

    def _ended(self, request: CaptionRequest, status: Status, why: str) -> "Future[CaptionResult]":
        """What became of a request that is not worth asking."""
        ended: Future[CaptionResult] = Future()
        ended.set_result(self._raw(request, status, why, []))
        return ended

    def _next(
        self, finished: "queue.SimpleQueue[Future[CaptionResult]]", waiting: "set[Future[CaptionResult]]"
    ) -> CaptionResult:
        """The next result; while waiting for it, tells what the engine has to say."""
        while True:
            try:
                future = finished.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                self._tell()
                continue
            self._tell()
            waiting.discard(future)
            result = future.result()
            self._counts["pairs"] += 1
            return result

    def _tell(self) -> None:
        while not self._engine.told.empty():
            self._log(self._engine.told.get())
        if self._counts["pairs"] and time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self._log(self._line())

    def _line(self) -> str:
        seen = self.statistics()
        rate = self._counts["pairs"] / max(time.monotonic() - self._began, 1e-9)
        return (
            f"engine: {rate:,.1f} pairs/s, {seen['prompt_tokens_per_second']:,.0f} tokens/s in, "
            f"{seen['completion_tokens_per_second']:,.0f} out, {seen.get('prefix_cache_hit_rate', 0):.0%} from the "
            f"prefix cache, {self._counts['asked_again']} asked again, {seen['deaths']:.0f} deaths"
        )

    async def _rewrite(self, dispatcher: Dispatcher, request: CaptionRequest, written: Written) -> CaptionResult:
        """Ask until an answer is usable, or no longer."""
        completions: list[Completion] = []
        why = ""
        try:
            for decoding in self._model.decodings:
                completion = await dispatcher.complete(written.chat, decoding)
                self._count(completion, again=bool(completions))
                completions.append(completion)
                verdict = judge(completion, request, self._prompt)
                self._counts.update(f"flag: {flag.partition(':')[0]}" for flag in verdict.flags)
                if verdict.fault is None and verdict.answer is not None:
                    answer = verdict.answer
                    return self._result(
                        request,
                        answer.recaption,
                        completions,
                        visual=answer.visual,
                        contextual=answer.contextual or None,
                        used_mentions=written.used_mentions,
                    )
                why = f"{verdict.fault}: {verdict.detail}"
                self._counts[f"rejected answer: {verdict.fault}"] += 1
        except RefusedError as error:
            return self._raw(request, Status.FAILED, str(error), completions)
        except (EngineUnavailableError, PermissionError):
            raise
        except Exception as error:  # noqa: BLE001  no answer, however odd, ends more than its own row
            self._counts[f"unexpected: {type(error).__name__}"] += 1
            return self._raw(request, Status.FAILED, f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL], completions)
        return self._raw(request, Status.KEPT_RAW, why, completions)

    def _count(self, completion: Completion, *, again: bool) -> None:
        self._counts["prompt_tokens"] += completion.prompt_tokens
        self._counts["completion_tokens"] += completion.completion_tokens
        self._counts["asked_again"] += again

    def _raw(
        self, request: CaptionRequest, status: Status, why: str, completions: Sequence[Completion]
    ) -> CaptionResult:
        return self._result(request, own_text(request), completions, status=status, status_detail=why)

    def _result(
        self, request: CaptionRequest, recaption: str, completions: Sequence[Completion], **columns: Any
    ) -> CaptionResult:
        last = completions[-1] if completions else None
        decoding = self._model.decodings[len(completions) - 1] if completions else None
        defaults: dict[str, Any] = {
            "visual": None,
            "contextual": None,
            "used_mentions": (),
            "status": Status.ENHANCED,
            "status_detail": None,
        }
        return CaptionResult(
            pair_id=request.pair_id,
            recaption=recaption,
            attempts=len(completions),
            model=self._model.name,
            model_revision=self._model.revision,
            prompt_id=self._prompt.id,
            prompt_sha256=self._prompt.sha256,
            decoding=json.dumps(asdict(decoding), sort_keys=True) if decoding else None,
            prompt_tokens=sum(completion.prompt_tokens for completion in completions) or None,
            completion_tokens=sum(completion.completion_tokens for completion in completions) or None,
            finish_reason=last.finish_reason if last else None,
            **defaults | columns,
        )


async def _counts(dispatcher: Dispatcher) -> dict[str, float]:
    return {"deaths": dispatcher.deaths, **await dispatcher.statistics()}
