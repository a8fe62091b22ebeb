"""Services that refuse one paper, or everybody: by a status, or by a web page that comes with status 200."""

from resources.live.failures import SourceRefusedError
from resources.live.http import Client

LEFT_ALONE_SECONDS = 3600


def leave_alone(client: Client, service: str) -> None:
    """Lets nobody ask a service that refuses everybody, for an hour."""
    client.turnstile(service).close(LEFT_ALONE_SECONDS)


class RefusalsInARow:
    """Papers that a service refused since it last gave one. MOST in a row are no matter of the papers."""

    MOST = 10

    def __init__(self, client: Client, service: str, advice: str):
        self._client, self._service, self._advice = client, service, advice
        self._count = self._telling = 0

    @property
    def enough(self) -> bool:
        """Whether so many were refused in a row that no more is to be asked for now."""
        return self._count >= self.MOST

    def add(self, url: str, why: str, *, telling: bool = True) -> None:
        """Counts a refusal. At the last of MOST the service is left alone, and SourceRefusedError is raised.

        Those that are not `telling` do not count for that: papers that are refused while others come (left_papers.py).
        """
        self._count += 1
        self._telling += telling
        if self._telling >= self.MOST:
            leave_alone(self._client, self._service)
            message = f"it refused {self.MOST} papers in a row, the last one because {why}"
            raise SourceRefusedError(self._service, url, message, self._advice)

    def end(self) -> None:
        """Notes that the service gave a paper."""
        self._count = self._telling = 0
