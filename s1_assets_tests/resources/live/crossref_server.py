"""Crossref's list of works in small: filters by date, cursors, sorting by date of indexing; and ChemRxiv's PDFs."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug import Request, Response

Work = dict[str, Any]
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def work(doi: str, posted: str = "2024-05-03", indexed: str = "2024-05-04T01:00:00", **fields: Any) -> Work:
    """A record of ChemRxiv as Crossref gives it; `deposited` is when it was indexed, unless said otherwise."""
    deposited = fields.pop("deposited", indexed)
    return {
        "DOI": doi,
        "type": "posted-content",
        "title": ["On things"],
        "author": [{"given": "Ada", "family": "Example"}],
        "posted": {"date-parts": [[int(part) for part in posted.split("-")]]},
        "license": [{"URL": CC_BY}],
        "indexed": {"date-time": f"{indexed}Z"},
        "deposited": {"date-time": f"{deposited}Z"},
        "is-referenced-by-count": 0,
        "reference": [{"key": "1"}],
    } | fields


@dataclass
class CrossrefServer:
    """Answers lists, `page` works each. `lost` cursors are not taken; `failing` answers come first."""

    works: list[Work] = field(default_factory=list)
    page: int = 2
    lost: set[str] = field(default_factory=set)
    failing: list[Response] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked.append({"path": request.path, **request.args.to_dict()})
        if self.failing:
            return self.failing.pop(0)
        cursor = request.args["cursor"]
        if cursor in self.lost:
            self.lost.remove(cursor)
            return Response("cursor not found", 404)
        found = [work for work in self.works if self._matches(work, request.args.get("filter", ""))]
        if request.args.get("sort") == "indexed":
            found.sort(key=lambda work: work["indexed"]["date-time"])
        skip = 0 if cursor == "*" else int(cursor.removeprefix("+/= "))
        shown = found[skip : skip + self.page]
        message = {"items": shown, "total-results": len(found), "next-cursor": f"+/= {skip + len(shown)}"}
        return Response(json.dumps({"status": "ok", "message-type": "work-list", "message": message}))

    def _matches(self, work: Work, filters: str) -> bool:
        posted = "-".join(f"{part:02}" for part in work.get("posted", {}).get("date-parts", [[]])[0])
        updates = {update["type"] for update in work.get("update-to", [])}
        for name, _, value in (one.partition(":") for one in filters.split(",")):
            kept = {
                "type": work.get("type") == value,
                "from-posted-date": posted >= value,
                "until-posted-date": posted <= value,
                "from-index-date": work["indexed"]["date-time"] >= value,
                "update-type": value in updates,
            }[name]
            if not kept:
                return False
        return True


def chemrxiv_server(folder: Path, crossref: CrossrefServer) -> Callable[[Request], Response]:
    """Crossref and ChemRxiv's PDFs in one, these from a mirror's folder `chemrxiv`."""

    def server(request: Request) -> Response:
        if request.path.startswith("/crossref/"):
            return crossref(request)
        doi = request.path.removeprefix("/chemrxiv/doi/pdf/")
        path = folder / f"pdf/{doi.partition('/')[2].replace('/', '_')}.pdf"
        return Response(path.read_bytes()) if path.is_file() else Response("", 404)

    return server
