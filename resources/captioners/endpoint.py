"""An endpoint that speaks OpenAI's protocol, such as `make serve` starts: a model that runs longer than any run.

What a failed request means is asked of the endpoint's /health. If that fails too, the endpoint is dead, whatever is in
flight on it is suspect, and it is asked again until it is back. If the endpoint is well, the request is sent again a
few times, and then it was the request. To be busy is no failure: a request waits for as long as others are answered.
"""

import asyncio
import base64
import math
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from resources.captioners.tokenizer import messages
from s1_assets.captioning.answer import SCHEMA
from s1_assets.captioning.engine import (
    Chat,
    Completion,
    Decoding,
    EngineUnavailableError,
    RefusedError,
    ReplicaDiedError,
)

ANSWER_SECONDS = 600.0  # a request that takes longer hangs
FAULTY_ATTEMPTS = 3  # of one request that an endpoint in good health does not answer
PATIENCE = 900.0  # seconds that an endpoint may say that it is busy while it answers nobody
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds before a request is sent again, whatever Retry-After says
MAX_ANSWER_BYTES = 4 << 20
MAX_TOKENS = 1 << 28  # that a request can have read or written; three of them fit into a column of 32 bits
_LOOK_SECONDS = 30.0  # for what is no caption: /health, models, counters
_KEPT_HEADERS = ("content-type", "retry-after")
# What a body that is no answer raises while it is read: no JSON, JSON without end, Infinity, other keys or types.
_NO_ANSWER = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
_BUSY = frozenset({408, 409, 425, 429, 503})
_REFUSED = frozenset({400, 413, 415, 422})  # what is wrong with one request; any other 3xx or 4xx is with all of them
_RESPONSE_FORMAT = {"type": "json_schema", "json_schema": {"name": "caption", "schema": SCHEMA, "strict": True}}
_COUNTERS = {
    "vllm:prefix_cache_queries_total": "prefix_cache_queries",
    "vllm:prefix_cache_hits_total": "prefix_cache_hits",
}


class _BusyError(Exception):
    """The endpoint asks to come again, after so many seconds if it says."""

    def __init__(self, message: str, seconds: float | None):
        super().__init__(message)
        self.seconds = seconds


class _FaultyError(Exception):
    """The endpoint failed at this request."""


class Endpoint:
    """One endpoint; `captioning.engine.Replica`.

    Args:
        url: its base, with or without `/v1`; `user:password@` before the host goes along with requests, and nowhere
            else: `name` is the host and the port.
        model: the name under which it serves the model.
        image_folder: a folder that this machine and the endpoint share, for images by `file://`; without one they are
            sent along. The server must be started with `--allowed-local-media-path` for it.
        connections: kept open for the next requests.
        window: tokens of prompt and answer together for which prompts are written.
        answer_seconds: after which a request hangs, however its answer drips.
        patience: seconds that it may say that it is busy while it answers nobody.

    Raises ValueError for a URL that cannot be read. OPENAI_API_KEY is sent where it is set and the URL holds no user.
    """

    def __init__(
        self,
        url: str,
        model: str,
        image_folder: Path | None = None,
        *,
        connections: int = 256,
        window: int = 0,
        answer_seconds: float = ANSWER_SECONDS,
        patience: float = PATIENCE,
    ):
        given = _url(url.rstrip("/").removesuffix("/v1"))
        self._auth = httpx.BasicAuth(given.username, given.password) if given.userinfo else None
        self._base = given.copy_with(userinfo=b"")
        self.name = self._base.netloc.decode()
        self._model, self._image_folder = model, image_folder
        self._connections, self._window, self._answer_seconds = connections, window, answer_seconds
        self._patience, self._last_answer = patience, 0.0
        self._opened: httpx.AsyncClient | None = None
        self._counted_before: Mapping[str, float] = {}

    @property
    def _client(self) -> httpx.AsyncClient:
        if self._opened is None:
            key = os.environ.get("OPENAI_API_KEY")
            self._opened = httpx.AsyncClient(
                base_url=self._base,
                auth=self._auth,
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=httpx.Timeout(None, connect=10.0),  # the whole answer has a limit, in _ask
                # More than `connections` are never in flight; a limit would have /health wait behind them.
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=self._connections),
            )
        return self._opened

    async def start(self) -> None:
        """See that it is there and serves the model. Raises ValueError for other models, or too short a window."""
        await self._check_health()
        try:
            response = (await self._get("/v1/models")).raise_for_status()
            served = {str(model["id"]): model.get("max_model_len") for model in response.json()["data"]}
        except (httpx.HTTPError, TimeoutError, _FaultyError, *_NO_ANSWER) as error:
            raise ReplicaDiedError(f"does not tell its models: {_words(error)}") from error
        if self._model not in served:
            raise ValueError(f"it serves {', '.join(served)}, not S1_MODEL={self._model}")
        window = served[self._model]  # vLLM tells it, others may not
        if isinstance(window, int) and window < self._window:
            raise ValueError(
                f"it serves {self._model} with a window of {window} tokens and prompts are written for {self._window}: "
                f"start it with --max-model-len {self._window}, or set max_model_len to {window} in S1_ENGINE"
            )
        self._counted_before = self._counted_before or await self._counters()

    async def complete(self, chat: Chat, decoding: Decoding) -> Completion:
        """One answer, asked for again while the endpoint is busy or fails.

        Raises EngineUnavailableError where it says for `patience` that it is busy, and answers nobody.
        """
        async with self._image(chat) as url:
            body = self._body(chat, decoding, url)
            try:
                async for attempt in self._patiently():
                    with attempt:
                        completion = await self._ask(body)
                        self._last_answer = time.monotonic()
                        return completion
            except _BusyError as error:
                raise EngineUnavailableError(
                    f"{self.name} is well but has said for {self._patience:.0f} s that {error}, and answered nobody. "
                    "Give it less to do and run again; finished captions are kept"
                ) from error
            except _FaultyError as error:
                raise RefusedError(f"{self.name} is well but failed {FAULTY_ATTEMPTS} times: {error}") from error
        raise AssertionError("unreachable")

    async def stop(self) -> None:
        """Close the connections; the endpoint itself lives on."""
        if self._opened is not None:
            client, self._opened = self._opened, None
            await client.aclose()

    async def statistics(self) -> Mapping[str, float]:
        """Tokens looked up and found in the endpoint's prefix cache since `start`, for all its clients."""
        return {name: count - self._counted_before.get(name, 0.0) for name, count in (await self._counters()).items()}

    def _patiently(self) -> AsyncRetrying:
        """Tries of one request, with the waits between them."""
        began, faults = time.monotonic(), 0
        backoff = wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            said = error.seconds if isinstance(error, _BusyError) else None
            return backoff(state) if said is None else min(max(said, SHORTEST_WAIT), LONGEST_WAIT)

        def stop(state: RetryCallState) -> bool:
            nonlocal faults
            if state.outcome and isinstance(state.outcome.exception(), _BusyError):
                return time.monotonic() - max(began, self._last_answer) > self._patience
            faults += 1
            return faults >= FAULTY_ATTEMPTS

        again = retry_if_exception_type((_BusyError, _FaultyError))
        return AsyncRetrying(retry=again, wait=wait, stop=stop, reraise=True)

    async def _ask(self, body: Mapping[str, object]) -> Completion:
        try:
            async with asyncio.timeout(self._answer_seconds):
                response = await self._fetch("POST", "/v1/chat/completions", body)
        except TimeoutError as error:
            await self._check_health()
            raise _FaultyError(f"no whole answer within {self._answer_seconds:g} s") from error
        except (httpx.TransportError, httpx.DecodingError, _FaultyError) as error:
            await self._check_health()
            raise _FaultyError(_words(error)) from error
        if response.status_code in _BUSY:
            await self._check_health()
            raise _BusyError(f"it is busy ({response.status_code})", _seconds(response.headers.get("retry-after")))
        if response.status_code in {401, 403}:
            wanted = "user in S1_ENDPOINTS" if self._auth else "OPENAI_API_KEY"
            raise PermissionError(f"{self.name} wants another {wanted} ({response.status_code})")
        if response.status_code in _REFUSED:
            raise RefusedError(f"{self.name} answered {response.status_code}: {response.text[:300]}")
        if response.is_client_error or response.is_redirect:
            raise EngineUnavailableError(
                f"{self.name} answers {response.status_code}, as it would to every figure: {response.text[:300]!r}. "
                "See that S1_ENDPOINTS is the base URL of a server that speaks OpenAI's protocol and serves S1_MODEL. "
                "Finished captions are kept"
            )
        try:
            return _completion(response.raise_for_status())
        except (httpx.HTTPStatusError, *_NO_ANSWER) as error:
            await self._check_health()
            raise _FaultyError(_words(error)) from error

    async def _check_health(self) -> None:
        try:
            response = await self._get("/health")
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:  # who counts requests is not dead
                response.raise_for_status()
        except (httpx.HTTPError, TimeoutError, _FaultyError) as error:
            raise ReplicaDiedError(f"its /health fails: {_words(error)}") from error

    async def _counters(self) -> dict[str, float]:
        """Counters of vLLM's prefix cache; none for an endpoint that has no /metrics."""
        try:
            response = (await self._get("/metrics")).raise_for_status()
        except (httpx.HTTPError, TimeoutError, _FaultyError):
            return {}
        counts: dict[str, float] = {}
        for line in response.text.splitlines():
            name, _, rest = line.partition("{")
            count = _number(rest.rpartition(" ")[2])
            if name in _COUNTERS and count is not None:
                counts[_COUNTERS[name]] = counts.get(_COUNTERS[name], 0.0) + count
        return counts

    async def _get(self, path: str) -> httpx.Response:
        async with asyncio.timeout(_LOOK_SECONDS):
            return await self._fetch("GET", path)

    async def _fetch(self, method: str, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
        """A response with all of its body. Raises _FaultyError where that is no end of bytes."""
        content = bytearray()
        async with self._client.stream(method, path, json=body) as response:
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > MAX_ANSWER_BYTES:
                    raise _FaultyError(f"an answer of more than {MAX_ANSWER_BYTES:,} bytes")
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        return httpx.Response(response.status_code, headers=headers, content=bytes(content), request=response.request)

    def _body(self, chat: Chat, decoding: Decoding, image_url: str) -> dict[str, object]:
        return {
            "model": self._model,
            "messages": messages(chat, {"type": "image_url", "image_url": {"url": image_url}}),
            "temperature": decoding.temperature,
            "top_p": decoding.top_p,
            "seed": decoding.seed,
            "max_tokens": decoding.max_tokens,
            "response_format": _RESPONSE_FORMAT,
        }

    @asynccontextmanager
    async def _image(self, chat: Chat) -> AsyncIterator[str]:
        """A URL under which the endpoint finds the image."""
        if self._image_folder is None:
            yield f"data:image/{chat.image_format};base64,{base64.b64encode(chat.image).decode()}"
            return
        path = self._image_folder.resolve() / f"{uuid4().hex}.{chat.image_format}"
        path.write_bytes(chat.image)
        try:
            yield path.as_uri()
        finally:
            path.unlink(missing_ok=True)


def _url(text: str) -> httpx.URL:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:  # whose words may hold a piece of the password
        raise ValueError(
            f"S1_ENDPOINTS: the URL that ends with {text.rpartition('@')[2]!r} cannot be read; signs such as / in a "
            "password are written as %2F"
        ) from None


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds (RFC 9110, section 10.2.3); a date or nonsense counts as nothing said."""
    seconds = _number(retry_after or "")
    return None if seconds is None else max(seconds, 0.0)


def _number(text: str) -> float | None:
    """The number that a text holds, if it is one and finite."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _completion(response: httpx.Response) -> Completion:
    body = cast("dict[str, Any]", response.json())
    choice, usage = body["choices"][0], body["usage"]
    return Completion(
        text=str(choice["message"]["content"] or ""),
        finish_reason=str(choice["finish_reason"]),
        prompt_tokens=_tokens(usage["prompt_tokens"]),
        completion_tokens=_tokens(usage["completion_tokens"]),
    )


def _tokens(said: Any) -> int:
    count = int(said)
    if not 0 <= count <= MAX_TOKENS:
        raise ValueError(f"{count} tokens in one answer")
    return count


def _words(error: Exception) -> str:
    """An exception in words; httpx's time-outs have none of their own."""
    return f"{type(error).__name__}: {error}".rstrip(": ")
