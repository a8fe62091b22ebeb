"""Lists of works from Crossref's REST API, page after page (https://api.crossref.org/, "deep paging with cursors").

Times in filters go down to the second (from-index-date:2026-11-20T12:00:00). The index date changes with anything
that a record says, whoever said it: a new deposit, a link to the published article, a citation. Crossref names it,
beside the date of deposit, for keeping a copy up to date; the latter leaves out what others than the publisher add.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resources.live.access import LiveAccess
from resources.live.answers import Answer
from resources.live.failures import SourceRefusedError
from resources.live.http import UnusableError

SERVICE = "crossref"
ROWS = 500  # a page of records with their references has some MB
RESTARTS = 2  # of a list whose cursor was not taken; cursors live for five minutes
_CURSOR_LOST = {400, 404, 410}
_LONGEST_PAUSE = 60.0

Work = dict[str, Any]


@dataclass(frozen=True)
class WorksPage:
    """One answer: its works, and whether the list goes on."""

    works: list[Work]
    more: bool


def works(
    live: LiveAccess, path: str, filters: Mapping[str, str], *, by_index_date: bool = False
) -> Iterator[WorksPage]:
    """The pages of a list, such as that of `prefixes/10.26434/works`; with `by_index_date` the oldest change first.

    A list whose cursor was lost starts again, so that works come twice. Raises SourceDownError and SourceRefusedError
    as the client does.
    """
    parameters: dict[str, str | int] = {"filter": ",".join(f"{name}:{value}" for name, value in filters.items())}
    parameters |= {"rows": ROWS, **contact_parameter(live, "mailto")}
    if by_index_date:
        parameters |= {"sort": "indexed", "order": "asc"}
    cursor, received, restarts = "*", 0, 0
    while True:
        try:
            answer = live.client.get(SERVICE, path, {**parameters, "cursor": cursor}, usable=_check_list)
        except SourceRefusedError as error:
            if cursor == "*" or error.status not in _CURSOR_LOST or restarts == RESTARTS:
                raise
            live.log(f"{SERVICE}: the cursor of a list was lost; the list starts again")
            cursor, received, restarts = "*", 0, restarts + 1
            continue
        _heed_limit(live, answer)
        message = json.loads(answer.body)["message"]
        found, cursor = message["items"], str(message.get("next-cursor") or "")
        received += len(found)
        more = bool(found) and bool(cursor) and received < message["total-results"]
        yield WorksPage([work for work in found if isinstance(work, dict)], more)
        if not more:
            return


def contact_parameter(live: LiveAccess, name: str) -> dict[str, str]:
    """The contact as a parameter of this name, where it is an e-mail address; an URL stands in the User-Agent only."""
    return {name: live.contact} if live.contact and "://" not in live.contact else {}


def _check_list(answer: Answer) -> None:
    try:
        read = json.loads(answer.body)
        message = read["message"]
        usable = isinstance(message["items"], list) and isinstance(message["total-results"], int)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise UnusableError(f"the answer is no list of works ({type(error).__name__})") from error
    if read.get("status") != "ok" or not usable:
        raise UnusableError("the answer is no list of works")


def _heed_limit(live: LiveAccess, answer: Answer) -> None:
    """Keeps a pause where Crossref allows fewer requests than we make (headers of each answer: limit and interval)."""
    try:
        requests = float(answer.headers["x-rate-limit-limit"])
        seconds = float(answer.headers["x-rate-limit-interval"].removesuffix("s"))
    except (KeyError, ValueError):
        return
    limit = live.client.services[SERVICE].limit
    pause = seconds / requests if requests > 0 else math.inf
    if pause > limit.seconds / limit.requests:
        live.client.turnstile(SERVICE).close(min(pause, _LONGEST_PAUSE))
