"""The API of bioRxiv and medRxiv in small: lists of what tests set, a page at a time, and recorded answers by path."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug import Request, Response

_LIST = re.compile(r"/details/(?P<server>\w+)/(?P<first>[\d-]{10})/(?P<last>[\d-]{10})/(?P<cursor>\d+)/json")
_HISTORY = re.compile(r"/details/(?P<server>\w+)/(?P<doi>10\..+)/na/json")
NOTHING = {"messages": [{"status": "no posts found"}], "collection": []}


def version(doi: str, day: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    """A record of the API."""
    return {
        "title": "On pumps",
        "authors": "Example, A.; Beispiel, B. C.",
        "doi": doi,
        "date": day,
        "version": str(number),
        "type": "new results",
        "license": "cc_by",
        "category": "biophysics",
        "abstract": "From the API.",
        "published": "NA",
        "server": "bioRxiv",
    } | fields


@dataclass
class OpenrxivServer:
    """Answers about `records` (those of bioRxiv), `page` at a time, with `total` written by `write`.

    `failing` answers come first; the histories of `unanswered` DOIs are empty, with status 200. `asked` are the paths
    of all requests.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    page: int = 30
    write: Any = str
    failing: list[Response] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.path)
        if self.failing:
            return self.failing.pop(0)
        if history := _HISTORY.fullmatch(request.path):
            if history["doi"] in self.unanswered:
                return Response("")
            found = [record for record in self.records if record["doi"] == history["doi"]]
            return _json({"messages": [{"status": "ok"}], "collection": found} if found else NOTHING)
        asked = _LIST.fullmatch(request.path)
        assert asked, request.path
        cursor = int(asked["cursor"])
        listed = sorted(
            (record for record in self.records if asked["first"] <= record["date"] <= asked["last"]),
            key=lambda record: record["date"],
        )
        shown = listed[cursor : cursor + self.page]
        if not shown:
            return _json(NOTHING)
        message = {"status": "ok", "cursor": cursor, "count": len(shown), "total": self.write(len(listed))}
        return _json({"messages": [message], "collection": shown})


@dataclass
class RecordedServer:
    """Answers of a mirror's `api` folder at the paths that it has them at, and 404 at others."""

    mirror: Path
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.path)
        source = request.path.split("/")[2]
        path = self.mirror / source / "api" / request.path.lstrip("/")
        return Response(path.read_bytes()) if path.is_file() else Response("no such page", 404)


def _json(answer: dict[str, Any]) -> Response:
    return Response(json.dumps(answer), content_type="application/json")
