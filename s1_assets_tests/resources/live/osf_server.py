"""OSF's API and file service in small: lists with filters by date and `links.next`, contributors, versions, files."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

Resource = dict[str, Any]
PAGE_OF_CONTRIBUTORS = 2


def resource(name: str, day: str = "2024-05-03", modified: str = "2024-05-04", **attributes: Any) -> Resource:
    """A version of a preprint as the API gives it."""
    return {
        "id": name,
        "type": "preprints",
        "attributes": {
            "title": "On minds",
            "description": "What we found.",
            "date_published": f"{day}T10:00:00.000000",
            "date_modified": f"{modified}T10:00:00.000000",
            "date_withdrawn": None,
            "version": int(name.partition("_v")[2] or 1),
            "doi": None,
            "subjects": [[{"text": "Memory"}]],
            "current_user_permissions": [],
        }
        | attributes,
        "links": {"preprint_doi": f"https://doi.org/10.31234/osf.io/{name}"},
        "embeds": {
            "contributors": {"data": [contributor("Ada Example", 0)]},
            "license": {"data": {"attributes": {"url": "https://creativecommons.org/licenses/by/4.0/"}}},
        },
    }


def contributor(full_name: str, index: int) -> Resource:
    user = {"data": {"attributes": {"full_name": full_name, "social": {"github": "secret"}}}}
    return {"attributes": {"index": index, "bibliographic": True, "permission": "admin"}, "embeds": {"users": user}}


@dataclass
class OsfServer:
    """Answers lists, `page` resources each. `failing` answers come first.

    `files` are by the id of the version whose primary file they are. With `newest_only` lists leave out versions that
    have a newer one. `contributors` are all of a preprint; an embedded list then has the first ones only.
    """

    resources: list[Resource] = field(default_factory=list)
    files: dict[str, bytes | Response] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    contributors: dict[str, list[Resource]] = field(default_factory=dict)
    page: int = 2
    newest_only: bool = False
    next_at: str = ""
    failing: list[Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.full_path.rstrip("?"))
        if self.failing:
            return self.failing.pop(0)
        root = request.url_root.rstrip("/")
        kind, *names = request.path.removeprefix("/osf/").strip("/").split("/")
        if request.path.startswith("/osf-files/"):
            found = self.files[request.path.strip("/").rpartition("/")[2].replace("f0", "_v")]
            return Response(found) if isinstance(found, bytes) else found
        if kind == "files":
            return self._file(names[0], root)
        if names and names[-1] == "versions":
            base = names[0].partition("_")[0]
            return _answer([one for one in self.resources if one["id"].startswith(base)])
        if names and names[-1] == "contributors":
            return _answer(self.contributors[names[0]])
        return self._list(request, root)

    def _list(self, request: Request, root: str) -> Response:
        newest = {one["id"].partition("_")[0]: one for one in sorted(self.resources, key=lambda one: one["id"])}
        found = [one for one in self.resources if self._matches(one, request.args.to_dict())]
        if self.newest_only:
            found = [one for one in found if one in newest.values()]
        skip = int(request.args.get("page", 0))
        after = None
        if skip + self.page < len(found):
            query = request.query_string.decode().partition("&page=")[0]
            after = self.next_at or f"{root}{request.path}?{query}&page={skip + self.page}"
        return _answer([self._shown(one) for one in found[skip : skip + self.page]], after)

    def _shown(self, one: Resource) -> Resource:
        file = one["id"].replace("_v", "f0")
        shown = one | {"relationships": {"primary_file": {"data": {"id": file, "type": "files"}}}}
        if everyone := self.contributors.get(one["id"]):
            embedded = {"data": everyone[:PAGE_OF_CONTRIBUTORS], "links": {"next": "more"}}
            shown["embeds"] = one["embeds"] | {"contributors": embedded}
        return shown

    def _matches(self, one: Resource, arguments: dict[str, str]) -> bool:
        for name, value in arguments.items():
            attribute, _, operator = name.removeprefix("filter[").rstrip("]").partition("][")
            if operator:
                written = str(one["attributes"].get(attribute) or "")
                if not (written >= value if operator == "gte" else written < value):
                    return False
        return True

    def _file(self, file: str, root: str) -> Response:
        name = file.replace("f0", "_v")
        if name not in self.files:
            return Response('{"errors": [{"detail": "Not found."}]}', 404)
        content, known = self.files[name], {}
        if isinstance(content, bytes):
            known = {"size": len(content), "extra": {"hashes": {"sha256": hashlib.sha256(content).hexdigest()}}}
        attributes = {"name": self.names.get(name, "paper.PDF")} | known
        return _answer({"attributes": attributes, "links": {"download": f"{root}/osf-files/download/{file}/"}})


def _answer(data: Any, after: str | None = None) -> Response:
    return Response(json.dumps({"data": data, "links": {"next": after}}), content_type="application/vnd.api+json")
