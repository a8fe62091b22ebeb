"""arXiv's OAI-PMH server in small: lists of what tests set, with resumption tokens as its own code makes them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, unquote, urlencode
from xml.sax.saxutils import escape

from werkzeug import Request, Response

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>{now}</responseDate><request>http://localhost</request>{content}</OAI-PMH>"
)


@dataclass
class OaiPaper:
    """A paper as arXiv has it now."""

    paper: str
    datestamp: str
    title: str = "On things"
    versions: list[tuple[str, str]] = field(default_factory=lambda: [("Mon, 6 May 2024 10:00:00 GMT", "")])
    license: str | None = "http://creativecommons.org/licenses/by/4.0/"
    comments: str = ""

    def xml(self, prefix: str) -> str:
        """The record in the format `arXiv` or `arXivRaw`."""
        licence = f"<license>{self.license}</license>" if self.license else ""
        common = f"<title>{escape(self.title)}</title><categories>cs.CV cs.LG</categories>{licence}"
        if prefix == "arXiv":
            author = "<author><keyname>Núñez</keyname><forenames>Ana B.</forenames><suffix>Jr.</suffix></author>"
            content = f"<authors>{author}</authors>{common}<abstract>An abstract.</abstract>"
        else:
            versions = "".join(
                f'<version version="v{number}"><date>{created}</date><size>5kb</size>'
                + (f"<source_type>{kind}</source_type>" if kind else "")
                + "</version>"
                for number, (created, kind) in enumerate(self.versions, 1)
            )
            versions += f"<comments>{escape(self.comments)}</comments>" if self.comments else ""
            content = f"{versions}<authors>Ana B. N\\'u\\~nez Jr.</authors>{common}<abstract>  An abstract.</abstract>"
        name = f'<{prefix} xmlns="http://arxiv.org/OAI/{prefix}/"><id>{self.paper}</id>{content}</{prefix}>'
        header = f"<identifier>oai:arXiv.org:{self.paper}</identifier><datestamp>{self.datestamp}</datestamp>"
        return f"<record><header>{header}</header><metadata>{name}</metadata></record>"


@dataclass
class OaiServer:
    """Answers requests of lists, `page` records each. `expired` tokens are not taken; `failing` answers come first.

    `days` are those of the next answers, which are of `today` otherwise.
    """

    papers: list[OaiPaper] = field(default_factory=list)
    page: int = 2
    today: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d}")
    expired: set[str] = field(default_factory=set)
    failing: list[Response] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.args.to_dict())
        if self.failing:
            return self.failing.pop(0)
        arguments = dict(request.args)
        assert arguments.pop("verb") == "ListRecords"
        if token := arguments.pop("resumptionToken", ""):
            if arguments:
                return self._error("badArgument", "a token stands alone")
            if token in self.expired or "skip" not in unquote(token):
                return self._error("badResumptionToken", "expired")
            arguments = {name: values[0] for name, values in parse_qs(unquote(token)).items()}
        return self._list(arguments, int(arguments.get("skip", 0)))

    def _list(self, arguments: dict[str, str], skip: int) -> Response:
        since, until = arguments.get("from", "2005-09-16"), arguments.get("until", self.today)
        if len(since) != 10 or since < "2005-09-16" or until > self.today:
            return self._error("badArgument", f"from {since} until {until}")
        ordered = sorted(self.papers, key=lambda paper: (paper.datestamp, paper.paper))
        found = [paper for paper in ordered if since <= paper.datestamp <= until]
        shown = found[skip : skip + self.page]
        if not shown:
            return self._error("noRecordsMatch", "empty list")
        records = "".join(paper.xml(arguments["metadataPrefix"]) for paper in shown)
        token = "<resumptionToken/>" if skip else ""
        if skip + self.page < len(found):
            query = {
                "verb": "ListRecords",
                **{name: arguments[name] for name in arguments if name not in ("verb", "skip")},
            }
            token = (
                f"<resumptionToken>{quote(urlencode(query | {'skip': skip + self.page}), safe='')}</resumptionToken>"
            )
        return self._answer(f"<ListRecords>{records}{token}</ListRecords>")

    def _error(self, code: str, text: str) -> Response:
        return self._answer(f"<error code='{code}'>{text}</error>")

    def _answer(self, content: str) -> Response:
        day = self.days.pop(0) if self.days else self.today
        xml = ENVELOPE.format(now=f"{day}T12:00:00Z", content=content)
        return Response(xml.encode(), content_type="text/xml")
