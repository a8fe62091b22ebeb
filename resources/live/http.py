"""One HTTP client for all live services: identified, limited, patient with failures that pass, and wary of answers."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
import tenacity

from resources.live.answers import Answer, KeptAnswers
from resources.live.deadline import Deadline
from resources.live.decoding import ENCODING, beginning, decoded
from resources.live.failures import SourceDownError, SourceRefusedError, TooLargeError, secrets_of, without
from resources.live.limits import ClosedError, Turnstile
from resources.live.services import Service, is_encrypted_or_local

Received = TypeVar("Received")

MAX_ANSWER_BYTES = 64 << 20
MAX_REDIRECTS = 5
PASSING_STATUSES = {408, 425, 429}  # and every 5xx
_REDIRECTS = {301, 302, 303, 307, 308}
_QUOTED = 200  # characters of what a service says


@dataclass(frozen=True)
class Patience:
    """How often a request is tried and how long one waits, in seconds.

    Between tries the wait doubles from `first_wait` to `longest_wait`, with jitter; a service that asks for a pause
    (Retry-After) gets it when it is no longer than `longest_closure`. `answer` limits the headers of an answer and then
    its body, `download` a transfer of a file, `silence` the time without a byte.
    """

    attempts: int = 6
    first_wait: float = 2.0
    longest_wait: float = 120.0
    longest_closure: float = 600.0
    answer: float = 600.0
    download: float = 7200.0
    silence: float = 60.0


class PassingError(Exception):
    """A try that failed in a way that may pass; `status` when there was an answer."""

    def __init__(self, why: str, status: int | None = None):
        self.why, self.status = why, status
        super().__init__(why)


class UnusableError(ValueError):
    """Raised by a check of an answer (`usable`): such as no XML, or an empty body. The request is tried again."""


def not_empty(answer: Answer) -> None:
    """A check for services that answer with HTTP 200 and nothing when they fail."""
    if not answer.body.strip():
        raise UnusableError("the answer is empty")


@dataclass
class Client:
    """Asks services for answers and files; safe to share by threads.

    `contact` (S1_CONTACT) is an e-mail address or URL that stands in the User-Agent of every request. Limits lie under
    `cache`. `log` gets a line on each failed try.
    """

    contact: str | None
    cache: Path
    services: Mapping[str, Service]
    patience: Patience = field(default_factory=Patience)
    log: Callable[[str], object] = logging.getLogger(__name__).info

    def __post_init__(self) -> None:
        if not self.contact or not ("@" in self.contact or self.contact.startswith("https://")):
            raise ValueError(
                f"S1_CONTACT={self.contact or ''!r} is no e-mail address or https:// URL; live services ask whoever "
                "harvests them to say how to reach him. Set it, or set S1_MIRROR to work from a mirror"
            )
        for name in ("httpx", "httpcore"):  # their lines hold URLs with all parameters
            logging.getLogger(name).setLevel(logging.WARNING)
        self._http = httpx.Client(
            headers={"User-Agent": self.user_agent, "Accept-Encoding": ENCODING},
            timeout=httpx.Timeout(self.patience.silence, connect=min(20.0, self.patience.silence)),
            follow_redirects=False,
        )
        self._deadline = Deadline()

    @property
    def user_agent(self) -> str:
        """What every request says of who asks."""
        return f"s1-assets/0.1 (figure-caption platform; {self.contact})"

    def turnstile(self, service: str) -> Turnstile:
        """What lets the requests to a service pass, as all processes share it."""
        return Turnstile(self.services[service].limit, self.cache / "limits")

    def get(
        self,
        service: str,
        path: str = "",
        parameters: Mapping[str, str | int] | None = None,
        *,
        max_bytes: int = MAX_ANSWER_BYTES,
        expected: frozenset[int] = frozenset(),
        usable: Callable[[Answer], None] | None = None,
        kept: KeptAnswers | None = None,
    ) -> Answer:
        """The answer to a GET of `path` (percent-encoded) below the service's URL.

        `expected` are statuses beside 200 that are returned. `usable` raises UnusableError for an answer that is a
        failure in disguise. An answer that is among `kept` is given without being asked for, and kept there otherwise.

        Raises SourceDownError when every try failed in a way that may pass (timeout, broken connection, 408, 425, 429,
        5xx, unusable), or the service asks for a longer pause than `patience`; SourceRefusedError for any other
        status, an answer of more than `max_bytes` (decoded) and a redirect to where the service may not send one.
        """
        url = self.address(service, path, parameters)
        if kept and (found := kept.find(url)):
            if usable:
                usable(found)
            return found

        def receive(response: httpx.Response) -> Answer:
            body = self._body(service, url, response, max_bytes)
            answer = Answer(response.status_code, dict(response.headers), body)
            if usable and answer.status not in expected:
                usable(answer)
            return answer

        answer = self.ask(service, url, dict, receive, expected | {200})
        if kept and answer.status == httpx.codes.OK:
            kept.keep(url, answer)
        return answer

    def address(self, service: str, path: str, parameters: Mapping[str, str | int] | None = None) -> str:
        """The URL of a path below a service, its parameters percent-encoded."""
        base = self.services[service].url
        if not is_encrypted_or_local(base):
            raise ValueError(f"{service} is at {base}, which is no https:// URL; correct S1_SERVICES")
        url = httpx.URL(f"{base}/{path.lstrip('/')}" if path else base)
        return str(url.copy_merge_params(parameters) if parameters else url)

    def ask(
        self,
        service: str,
        url: str,
        headers: Callable[[], Mapping[str, str]],
        receive: Callable[[httpx.Response], Received],
        statuses: frozenset[int],
    ) -> Received:
        """What `receive` makes of an answer with one of the `statuses`; tried again while failures may pass.

        `receive` reads the body; it may raise UnusableError or PassingError to have the request tried again with
        the `headers` of then. Raises as `get` does.
        """
        turnstile = self.turnstile(service)

        def attempt() -> Received:
            with self._answer(service, url, headers(), turnstile) as response:
                self._check_status(service, url, response, turnstile, statuses)
                return receive(response)

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((PassingError, UnusableError, httpx.RequestError)),
            wait=tenacity.wait_exponential_jitter(
                multiplier=self.patience.first_wait, max=self.patience.longest_wait, jitter=self.patience.first_wait
            ),
            stop=tenacity.stop_after_attempt(self.patience.attempts),
            before_sleep=lambda state: self._tell(service, state),
            reraise=True,
        )
        try:
            return retrying(attempt)
        except ClosedError as error:
            raise SourceDownError(service, url, f"it is to be left alone, {error}", "run again then") from error
        except (PassingError, UnusableError, httpx.RequestError) as error:
            status = error.status if isinstance(error, PassingError) else None
            why = f"{_failure(error)} at each of {self.patience.attempts:g} tries"
            advice = "run again later; what was fetched and committed stays"
            raise SourceDownError(service, url, why, advice, status) from error

    @contextmanager
    def _answer(
        self, service: str, url: str, headers: Mapping[str, str], turnstile: Turnstile
    ) -> Iterator[httpx.Response]:
        """The answer after redirects, its body not read yet; each request takes a turn of its own."""
        # Where one connection is allowed, none is held open for later: other processes ask meanwhile.
        once = {"Connection": "close"} if turnstile.limit.one_at_a_time else {}
        for _ in range(MAX_REDIRECTS + 1):
            with turnstile.turn(self.patience.longest_closure):
                self._deadline.at = time.monotonic() + self.patience.answer
                with self._http.stream(
                    "GET", url, headers={**headers, **once}, extensions={"trace": self._deadline.watch}
                ) as response:
                    self._deadline.at = math.inf  # who reads the body limits it
                    if response.status_code not in _REDIRECTS:
                        yield response
                        return
                    url = self._redirected(service, url, response)
        raise SourceRefusedError(service, url, f"more than {MAX_REDIRECTS} redirects", "see whether the service moved")

    def _tell(self, service: str, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self.log(f"{service}: {_failure(error) if error else 'it failed'}; try {state.attempt_number + 1} follows")

    def _redirected(self, service: str, url: str, response: httpx.Response) -> str:
        try:
            target = str(httpx.URL(urljoin(url, str(response.headers.get("location", "")))))
        except (ValueError, httpx.InvalidURL):
            target = ""
        allowed = {origin(self.services[service].url), *self.services[service].hosts}
        downgraded = url.startswith("https://") and not target.startswith("https://")
        if downgraded or not is_encrypted_or_local(target) or origin(target) not in allowed:
            why = f"it redirects to {origin(target) or 'nowhere'}, which is not the service's or not encrypted"
            raise SourceRefusedError(service, url, why, "if the service moved, set its URL in S1_SERVICES")
        return target

    def _check_status(
        self, service: str, url: str, response: httpx.Response, turnstile: Turnstile, statuses: frozenset[int]
    ) -> None:
        status = response.status_code
        if status in statuses:
            return
        passing = status in PASSING_STATUSES or status >= 500
        if passing or status == httpx.codes.FORBIDDEN:  # a gate's way to say that one asks too often
            turnstile.close(_seconds_asked(response.headers.get("retry-after", "")))
        if passing:
            raise PassingError(f"it answered {status} {response.reason_phrase}".rstrip(), status)
        why = f"it refused the request, {self._said(url, response)!r}"
        raise SourceRefusedError(service, url, why, "see what the service says of this request", status)

    def _said(self, url: str, response: httpx.Response) -> str:
        """What a service says in its answer, as far as it is to be quoted: who asks, and with which key, is not."""
        said = beginning(response, 5 * _QUOTED, self.patience.answer).decode("utf-8", "replace")
        quoted = without(said, {str(self.contact), *secrets_of(url)})[:_QUOTED]
        return "".join(character if character.isprintable() else " " for character in quoted).strip()

    def _body(self, service: str, url: str, response: httpx.Response, max_bytes: int) -> bytes:
        body, end = bytearray(), time.monotonic() + self.patience.answer
        for piece in decoded(response):
            body += piece
            if len(body) > max_bytes:
                raise TooLargeError(service, url, f"its answer has more than {max_bytes} bytes", "ask for less at once")
            if time.monotonic() > end:
                raise PassingError(f"its answer took more than {self.patience.answer:g} s")
        return bytes(body)


def origin(url: str) -> str:
    """Host of a URL, with the port where that is not the usual one of https."""
    parts = urlsplit(url)
    return parts.hostname or "" if parts.port in (None, 443) else f"{parts.hostname}:{parts.port}"


def _seconds_asked(retry_after: str) -> float:
    """The pause of a Retry-After header (RFC 9110, section 10.2.3), seconds or a date; 0 where there is none."""
    try:
        if retry_after.strip().isdecimal():
            return float(retry_after)
        return max(parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return 0.0


def _failure(error: BaseException) -> str:
    if isinstance(error, httpx.RequestError):
        return f"{type(error).__name__} ({error})" if str(error) else type(error).__name__
    return str(error)
