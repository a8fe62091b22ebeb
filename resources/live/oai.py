"""OAI-PMH harvesting: lists of records, a page at a time (https://www.openarchives.org/OAI/openarchivesprotocol.html)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from resources.live.answers import Answer
from resources.live.failures import SourceDownError, SourceRefusedError
from resources.live.http import Client, UnusableError
from s1_assets.extraction.jats.xml import Element, parse_xml
from s1_assets.rejects import Reject

RESTARTS = 3  # of a list at one and the same day
_HARMLESS = {"noRecordsMatch"}
_BAD_TOKEN = "badResumptionToken"


@dataclass(frozen=True)
class OaiRecord:
    """One record: its header, and the element inside its `metadata` (None for a deleted record)."""

    identifier: str
    datestamp: str
    metadata: Element | None


@dataclass(frozen=True)
class OaiPage:
    """One answer: its records, the token that continues the list (empty at its end), and the day of the answer."""

    records: list[OaiRecord]
    token: str
    day: str


@dataclass(frozen=True)
class OaiList:
    """The list of records with a datestamp from `since` to `until` (days, both included; None is open)."""

    service: str
    prefix: str
    since: date
    until: date | None = None

    def pages(self, client: Client, token: str = "") -> Iterator[OaiPage]:
        """The pages of the list, from the one that `token` names on.

        A token that has expired starts the list again at the last datestamp seen, so that records of that day come
        twice. Answers that are no OAI-PMH (HTML, cut off, empty) are asked for again; a page that is continued by its
        own token, which would go on for ever, counts as a service that is down.

        Raises SourceDownError and SourceRefusedError as the client does, and SourceRefusedError for an error of the
        protocol other than an empty list and an expired token.
        """
        reached, restarts = self.since.isoformat(), 0
        while True:
            try:
                page = self._page(client, token, reached)
            except _ExpiredError as error:
                restarts += 1
                if not token or restarts > RESTARTS:
                    why = f"it takes no token for its list from {reached} on ({error})"
                    raise SourceDownError(self.service, self._url(client), why, "run again later") from error
                client.log(f"{self.service}: a token of the list expired; it starts again at {reached}")
                token = ""
                continue
            latest = max((record.datestamp[:10] for record in page.records), default=reached)
            if latest > reached:
                reached, restarts = latest, 0
            if page.token and page.token == token:
                why = f"its list does not go on from {reached}: a page is continued by the token that it was asked by"
                raise SourceDownError(self.service, self._url(client), why, "run again later")
            yield page
            if not page.token:
                return
            token = page.token

    def _page(self, client: Client, token: str, since: str) -> OaiPage:
        parameters = {"verb": "ListRecords"}
        if token:
            parameters["resumptionToken"] = token  # with nothing beside it but the verb
        else:
            parameters |= {"metadataPrefix": self.prefix, "from": since}
            parameters |= {"until": self.until.isoformat()} if self.until else {}
        read: list[OaiPage] = []
        try:
            client.get(self.service, "", parameters, usable=lambda answer: read.append(read_page(answer)))
        except OaiError as error:
            if error.code == _BAD_TOKEN:
                raise _ExpiredError(str(error)) from error
            advice = "this is a mistake of the platform's request, or the service changed"
            raise SourceRefusedError(self.service, self._url(client, parameters), str(error), advice) from error
        return read[-1]

    def _url(self, client: Client, parameters: dict[str, str] | None = None) -> str:
        return client.address(self.service, "", parameters)


class OaiError(Exception):
    """An error of the protocol, which comes with HTTP 200; `code` as in section 3.6."""

    def __init__(self, code: str, text: str):
        self.code = code
        super().__init__(f"{code}: {text}")


class _ExpiredError(Exception):
    """The token is not taken any more."""


def read_page(answer: Answer) -> OaiPage:
    """The page that an answer holds. An empty list is a page without records.

    Raises UnusableError for what is no OAI-PMH answer, and OaiError for an error that it tells.
    """
    root = parse_xml(answer.body)
    if isinstance(root, Reject):
        raise UnusableError(f"the answer is no XML ({root.detail[:120]})")
    if root.tag != "OAI-PMH":
        raise UnusableError(f"the answer is no OAI-PMH but <{str(root.tag)[:40]}>")
    day = (root.findtext("responseDate") or "")[:10]
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise UnusableError(f"the answer has no date but {day!r}") from error
    for problem in root.findall("error"):
        if problem.get("code") not in _HARMLESS:
            raise OaiError(str(problem.get("code")), " ".join((problem.text or "").split())[:200])
    records = [_record(element) for element in root.iterfind("ListRecords/record")]
    return OaiPage(records, (root.findtext("ListRecords/resumptionToken") or "").strip(), day)


def _record(element: Element) -> OaiRecord:
    metadata = element.find("metadata")
    content = None if metadata is None else next((child for child in metadata if isinstance(child.tag, str)), None)
    identifier, datestamp = element.findtext("header/identifier"), element.findtext("header/datestamp")
    return OaiRecord((identifier or "").strip(), (datestamp or "").strip(), content)
