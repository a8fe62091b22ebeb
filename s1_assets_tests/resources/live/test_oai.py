"""Lists of records by OAI-PMH: tokens, errors that come with HTTP 200, and answers that are none."""

import json
from datetime import date

import pytest
from werkzeug import Request, Response

from resources.live.arxiv_lines import paper_of, parsed_authors, snapshot_line
from resources.live.failures import SourceDownError, SourceRefusedError
from resources.live.oai import OaiList
from resources.sources.arxiv.records import read_record
from s1_assets_tests.resources.live.oai_server import OaiPaper, OaiServer
from s1_assets_tests.resources.live.recorded_oai import Recorded, recorded_of_arxiv

SINCE = date(2024, 5, 1)
PAPERS = [OaiPaper(f"2405.0000{number}", f"2024-05-0{number}") for number in range(1, 7)]


@pytest.fixture
def server(httpserver):
    server = OaiServer(list(PAPERS))
    httpserver.expect_request("/oai").respond_with_handler(server)
    return server


@pytest.fixture
def oai(new_client, httpserver):
    return new_client(url=httpserver.url_for("/oai"))


def _papers(client, since=SINCE, until=None):
    pages = OaiList("journal", "arXiv", since, until).pages(client)
    return [paper_of(record) for page in pages for record in page.records]


def test_a_list_is_followed_to_its_end(oai, server):
    assert _papers(oai) == [paper.paper for paper in PAPERS]
    assert server.asked[0] == {"verb": "ListRecords", "metadataPrefix": "arXiv", "from": "2024-05-01"}
    assert [set(request) for request in server.asked[1:]] == [{"verb", "resumptionToken"}] * 2


def test_days_bound_a_list(oai, server):
    assert _papers(oai, date(2024, 5, 2), date(2024, 5, 3)) == ["2405.00002", "2405.00003"]


def test_an_empty_list_is_no_failure(oai, server):
    server.papers.clear()
    assert _papers(oai) == []


def test_an_expired_token_starts_again_at_the_last_day_seen(oai, server):
    server.expired = {"verb%3DListRecords%26metadataPrefix%3DarXiv%26from%3D2024-05-01%26skip%3D4"}
    found = _papers(oai)
    assert sorted(set(found)) == [paper.paper for paper in PAPERS]
    assert [request["from"] for request in server.asked if "from" in request] == ["2024-05-01", "2024-05-04"]


def test_a_service_that_takes_no_token_at_all_is_down(oai, httpserver, server):
    page = server._list({"metadataPrefix": "arXiv", "from": "2024-05-01"}, 0)

    def handle(request: Request) -> Response:
        return server._error("badResumptionToken", "no") if "resumptionToken" in request.args else page

    httpserver.clear()
    httpserver.expect_request("/oai").respond_with_handler(handle)
    with pytest.raises(SourceDownError, match="takes no token"):
        _papers(oai)


def test_an_error_of_the_protocol_ends_the_harvest(oai, server):
    with pytest.raises(SourceRefusedError, match="badArgument: from 2001-01-01"):
        _papers(oai, date(2001, 1, 1))
    assert len(server.asked) == 1


BOMB = '<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c "x">]><OAI-PMH><responseDate>2024-05-01</responseDate>&b;</OAI-PMH>'


@pytest.mark.parametrize(
    "answer",
    ["", "<html><body>Rate exceeded.</body></html>", "<OAI-PMH><responseDate>2024", "<OAI-PMH/>", BOMB],
    ids=["empty", "web page", "cut off", "no date", "entities"],
)
def test_what_is_no_answer_of_the_protocol_is_asked_for_again(oai, server, answer):
    server.failing = [Response(answer, content_type="text/xml")]
    assert len(_papers(oai)) == 6
    server.failing = [Response(answer, content_type="text/xml")] * 3
    with pytest.raises(SourceDownError, match="3 tries"):
        _papers(oai)


def test_a_page_that_is_continued_by_its_own_token_ends_the_list(oai, server, httpserver):
    page = server._list({"metadataPrefix": "arXiv", "from": "2024-05-01"}, 0)
    httpserver.clear()
    httpserver.expect_request("/oai").respond_with_response(page)
    with pytest.raises(SourceDownError, match="its list does not go on from 2024-05-02"):
        _papers(oai)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("badArgument-duplicate", "badArgument: .* Duplicate parameters"),
        ("badArgument-fromdatetime", "badArgument: .* must be YYYY-MM-DD"),
        ("badArgument-noprefix", "badArgument: .* metadataPrefix required"),
        ("badArgument-set", "badArgument: .* Set does not exist"),
        ("badArgument-tokenplus", "badArgument: .* No other paramters"),
        ("badArgument-tooearly", "badArgument: .* start date too early"),
        ("badArgument-untilfuture", "badArgument: .* until date too late"),
        ("badVerb", "badVerb: .* Invalid verb"),
        ("cannotDisseminateFormat", "cannotDisseminateFormat: The metadata format"),
        ("idDoesNotExist", "idDoesNotExist: .* Invalid arXiv_id"),
        ("idDoesNotExist-malformed", "idDoesNotExist: .* oai:arXiv.org:"),
        ("missingVerb", "badVerb: .* verb"),
    ],
)
def test_errors_that_arxiv_tells_with_status_200_are_refusals_that_say_why(oai, httpserver, shared_data, name, told):
    answer = (shared_data / f"mirrors/arxiv/oai/error-{name}.xml").read_bytes()
    httpserver.expect_request("/oai").respond_with_data(answer, content_type="text/xml")
    with pytest.raises(SourceRefusedError, match=told):
        _papers(oai)
    assert len(httpserver.log) == 1


def test_arxiv_s_own_words_for_an_empty_list_and_a_token_of_old_are_known(oai, server, httpserver, shared_data):
    errors = shared_data / "mirrors/arxiv/oai"
    httpserver.expect_ordered_request("/oai").respond_with_data((errors / "error-noRecordsMatch.xml").read_bytes())
    assert _papers(oai) == []
    httpserver.clear()
    old = (errors / "error-badResumptionToken.xml").read_bytes()

    def handle(request: Request) -> Response:
        return Response(old) if request.args.get("resumptionToken") == "6511260|1001" else server(request)

    httpserver.expect_request("/oai").respond_with_handler(handle)
    pages = OaiList("journal", "arXiv", date(2024, 5, 3)).pages(oai, "6511260|1001")
    assert [paper_of(record) for page in pages for record in page.records] == [paper.paper for paper in PAPERS[2:]]


def test_the_recorded_chain_of_arxiv_becomes_lines_that_the_reader_takes(oai, httpserver, shared_data):
    folder = shared_data / "mirrors/arxiv/oai"
    httpserver.expect_request("/oai").respond_with_handler(Recorded(recorded_of_arxiv(folder)))
    span = (date(2008, 1, 1), date(2012, 12, 31))
    raw, parsed = (
        {paper_of(found): found for page in OaiList("journal", prefix, *span).pages(oai) for found in page.records}
        for prefix in ("arXivRaw", "arXiv")
    )
    files = [path.read_text() for path in folder.glob("ListRecords-arXivRaw-page?.xml")]
    assert len(raw) == sum(file.count("<record>") for file in files) == 271
    assert raw.keys() == parsed.keys()
    lines = {paper: snapshot_line(found, parsed_authors(parsed[paper])) for paper, found in raw.items()}
    records = {paper: read_record(line) for paper, line in lines.items()}
    assert {paper for paper, line in lines.items() if json.loads(line)["id"] != paper} == set()
    assert {paper for paper, record in records.items() if not (record.title and record.authors)} == set()
    versions = {found.paper: found.version for found in records.values()}
    assert sum(versions.values()) == sum(file.count("<version ") for file in files)
    without = sum(record.license is None for record in records.values())
    assert without == 271 - sum(file.count("<license>") for file in files)


def test_a_list_of_another_server_with_deleted_records_and_times_is_read(oai, httpserver, shared_data):
    folder = shared_data / "api/oai-sickle"
    answers = {
        frozenset({("verb", "ListRecords"), ("resumptionToken", f"ListRecords{number}.xml")}): folder
        / f"ListRecords{number}.xml"
        for number in (2, 3, 4)
    }
    first = frozenset({("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("from", "2011-01-01")})
    httpserver.expect_request("/oai").respond_with_handler(Recorded({**answers, first: folder / "ListRecords.xml"}))
    pages = list(OaiList("journal", "oai_dc", date(2011, 1, 1)).pages(oai))
    records = [record for page in pages for record in page.records]
    assert (len(pages), len(records)) == (4, 8)
    assert records[0].metadata is None
    assert records[1].metadata is not None
