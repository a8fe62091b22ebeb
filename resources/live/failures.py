"""What a live service did not give: passing failures and lasting ones, told without credentials."""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

import httpx

from resources.live.limits import ClosedError

_SECRET = re.compile(r"key|mail|token|secret|signature|credential|password|auth", re.IGNORECASE)
_NO_SECRET = {"resumptiontoken"}
_HIDDEN = "[hidden]"


class SourceError(Exception):
    """A service that did not give what was asked; the message names service, URL without secrets, status and advice."""

    def __init__(self, service: str, url: str, why: str, advice: str, status: int | None = None):
        self.service, self.url, self.why, self.advice, self.status = service, without_secrets(url), why, advice, status
        answered = f" (HTTP {status})" if status else ""
        super().__init__(f"{service}: {why}{answered}, asked for {self.url}; {advice}")


class SourceDownError(SourceError):
    """A failure that passes: the service is down, overloaded or asks to come back later. Trying again may help."""

    @property
    def is_out_of_reach(self) -> bool:
        """Whether the service could not even be asked, which is no failure of what was asked for."""
        return isinstance(self.__cause__, ClosedError | httpx.ConnectError | httpx.ConnectTimeout)


class SourceRefusedError(SourceError):
    """A failure that stays until something is changed: trying again by itself does not help."""


class TooLargeError(SourceRefusedError):
    """An answer or a file has more bytes than is allowed."""


class BrokenPromiseError(SourceRefusedError):
    """A file is not what was promised of it: its size or hash differs."""


class FailuresInARow:
    """Failures of single papers since the service last gave something.

    What keeps one paper from coming keeps no other: it is left for another run. MOST in a row are `enough`: no more is
    asked then. A service that is out of reach is always told.
    """

    MOST = 3

    def __init__(self) -> None:
        self._count = self._telling = 0

    @property
    def enough(self) -> bool:
        """Whether so many failed in a row that no more is to be asked for now."""
        return self._count >= self.MOST

    def add(self, error: SourceError, *, telling: bool = True) -> None:
        """Counts a failure, and raises it when it is the service's own: at the last of MOST `telling` ones.

        Those that are not `telling` are so only when it is out of reach: those of papers that fail while others come
        (left_papers.py), and of what is asked beside a list that came.
        """
        self._count += 1
        self._telling += telling
        out_of_reach = isinstance(error, SourceDownError) and error.is_out_of_reach
        if out_of_reach or self._telling >= self.MOST:
            raise error

    def end(self) -> None:
        """Notes that the service gave something."""
        self._count = self._telling = 0


def without_secrets(url: str) -> str:
    """A URL as it may stand in logs and messages: without user, password, and values of parameters like `api_key`."""
    parts = urlsplit(url)
    names = [
        (name, _HIDDEN if _is_secret(name) else value) for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(SplitResult(parts.scheme, host, parts.path, urlencode(names, safe="[]:*/"), ""))


def secrets_of(url: str) -> set[str]:
    """The values that `without_secrets` hides of a URL's parameters."""
    return {value for name, value in parse_qsl(urlsplit(url).query) if _is_secret(name)}


def without(text: str, secrets: Iterable[str]) -> str:
    """A text in which these secrets are hidden, as they are and percent-encoded."""
    forms = {form for secret in secrets for form in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret))}
    for form in sorted(filter(None, forms), key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    return text


def _is_secret(name: str) -> bool:
    return bool(_SECRET.search(name)) and name.lower() not in _NO_SECRET
