"""PMC in small: its bucket from files, and the E-utilities that find articles in it."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from werkzeug import Request, Response

XML = (
    '<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article"><front><journal-meta>'
    '<journal-id journal-id-type="nlm-ta">Nat Commun</journal-id><issn>2041-1723</issn></journal-meta><article-meta>'
    '<article-id pub-id-type="doi">{doi}</article-id>'
    "<title-group><article-title>On things</article-title></title-group>"
    '<pub-date pub-type="epub"><day>18</day><month>6</month><year>2024</year></pub-date></article-meta></front><body>'
    '<fig id="f1"><label>Fig. 1</label><caption><p>A thing.</p></caption><graphic xlink:href="Fig1_HTML.png"/></fig>'
    "<sec><inline-formula><inline-graphic xlink:href='IEq1.gif'/></inline-formula><supplementary-material>"
    "<media xlink:href='MOESM1_ESM.pdf'/></supplementary-material></sec></body></article>"
)


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@dataclass
class Pmc:
    """The bucket's objects by key, and what the E-utilities say of articles. `failing` answers come first.

    `released` has the day of release by PMC id without its letters; `page` is how many keys a list gives at once.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)
    dois: dict[str, str] = field(default_factory=dict)
    page: int = 1000
    failing: list[Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    searches: list[dict[str, str]] = field(default_factory=list)

    def add(self, pmcid: str, number: int = 1, media: dict[str, bytes] | None = None, **changes: Any) -> None:
        """An article version of June 2024 with its XML and media, as the bucket has it."""
        name, doi = f"{pmcid}.{number}", f"10.1038/s41467-024-{pmcid[3:]}-1"
        files = {f"{name}.xml": XML.format(doi=doi).encode(), **(media or {"Fig1_HTML.png": b"a picture"})}
        urls = {file: f"s3://pmc-oa-opendata/{name}/{file}?md5={md5(content)}" for file, content in files.items()}
        metadata = {
            "pmcid": pmcid,
            "version": number,
            "doi": doi,
            "title": "On things",
            "citation": f"Nat Commun. 2024 Jun 18;15:1. doi: {doi}",
            "is_retracted": False,
            "license_code": "CC BY",
            "xml_url": urls.pop(f"{name}.xml"),
            "media_urls": list(urls.values()),
        } | changes
        self.objects |= {f"{name}/{file}": content for file, content in files.items()}
        self.objects[f"metadata/{name}.json"] = json.dumps(metadata).encode()
        self.released.setdefault(pmcid[3:], "2024/06/20")
        self.dois[pmcid[3:]] = doi

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.full_path.rstrip("?"))
        if self.failing:
            return self.failing.pop(0)
        if request.path.endswith("/esearch.fcgi"):
            return self._search(request.args.to_dict())
        if request.path.endswith("/esummary.fcgi"):
            return self._summaries(request.args["id"].split(","))
        if "list-type" in request.args:
            return self._list(request.args["prefix"], request.args.get("continuation-token", ""))
        key = request.path.removeprefix("/pmc-oa").removeprefix("/")
        return Response(self.objects[key]) if key in self.objects else Response("<Error/>", 404)

    def _search(self, arguments: dict[str, str]) -> Response:
        self.searches.append(arguments)
        days, _, kind = arguments["term"].rpartition(" AND ")[2].rstrip("]").partition("[")
        first, last = days.split(":")
        found = list(self.released)
        if kind == "pmcrdat":
            found = [one for one, day in self.released.items() if first <= day <= last]
        skip, most = int(arguments["retstart"]), int(arguments["retmax"])
        result = {"count": str(len(found)), "idlist": found[skip : skip + most]}
        return Response(json.dumps({"header": {}, "esearchresult": result}))

    def _summaries(self, ids: list[str]) -> Response:
        found: dict[str, Any] = {"uids": ids}
        for one in ids:
            dates = {"epubdate": "2024 Jun 18", "pubdate": "2024"}
            found[one] = {"uid": one, **dates, "articleids": [{"idtype": "doi", "value": self.dois.get(one, "")}]}
        return Response(json.dumps({"result": found}))

    def _list(self, prefix: str, token: str) -> Response:
        keys = sorted(key for key in self.objects if key.startswith(prefix) and key > token)
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><ETag>&quot;{md5(self.objects[key])}&quot;</ETag>"
            "<LastModified>2026-01-08T11:47:59.000Z</LastModified></Contents>"
            for key in keys[: self.page]
        )
        end = "<IsTruncated>false</IsTruncated>"
        if len(keys) > self.page:
            token = keys[self.page - 1]
            end = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"
        namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
        return Response(f'<ListBucketResult xmlns="{namespace}">{contents}{end}</ListBucketResult>')
