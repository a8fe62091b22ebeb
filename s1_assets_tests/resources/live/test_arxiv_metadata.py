"""arXiv's metadata in the downloads mirror: what is asked for, what is stored, and what goes on where."""

import itertools
import json
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug import Response

from resources.live import arxiv_metadata
from resources.live.access import Downloads, LiveAccess
from resources.live.arxiv_metadata import changed_months, harvest_metadata
from resources.live.failures import SourceDownError
from resources.live.limits import RateLimit
from resources.live.services import SERVICES
from resources.sources.arxiv.cell import ArxivCell
from resources.sources.arxiv.metadata import records_of
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK
from s1_assets_tests.resources.live.oai_server import OaiPaper, OaiServer
from s1_assets_tests.resources.live.recorded_oai import Recorded, recorded_of_arxiv
from s1_assets_tests.resources.sources.arxiv_mirror import ArxivMirror, record

MAY = "2024-05"
WITHDRAWN = [("Fri, 3 May 2024 1:00:00 GMT", "D"), ("Sat, 4 May 2024 1:00:00 GMT", "I")]
PAPERS = [
    OaiPaper("2405.00001", "2024-05-02"),
    OaiPaper(
        "2405.00002",
        "2024-05-03",
        versions=[("Fri, 3 May 2024 1:00:00 GMT", "D"), ("Sat, 4 May 2024 1:00:00 GMT", "I")],
    ),
    OaiPaper("2405.00003", "2024-05-03", license=None, title="Less < more"),
    OaiPaper("2406.00001", "2024-06-03"),
    OaiPaper("hep-th/9901001", "2024-06-04"),
]


@pytest.fixture
def server(httpserver):
    server = OaiServer(list(PAPERS))
    httpserver.expect_request("/oai").respond_with_handler(server)
    return server


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch):
    quick = replace(SERVICES["arxiv-oai"], limit=RateLimit("quick", 1, 0.001, one_at_a_time=True))
    monkeypatch.setitem(SERVICES, "arxiv-oai", quick)
    overrides = json.dumps({"arxiv-oai": httpserver.url_for("/oai")})
    return LiveAccess(CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK)


def _records(live, month=MAY):
    return records_of(live.downloads.mirror, month, live.cache)[0]


def _age(live, hours):
    """Lets the last harvest be so many hours ago."""
    state = json.loads(b"".join(live.downloads.mirror.stream(arxiv_metadata.STATE)))
    state["at"] -= hours * 3600
    live.downloads.put(arxiv_metadata.STATE, json.dumps(state).encode())


def _files(live):
    return [found.path for found in live.downloads.mirror.objects("arxiv/oai") if found.path.endswith(".jsonl")]


def _spans(server):
    """The days that lists of records were asked for, as `from` and `until`."""
    asked = [one for one in server.asked if one.get("metadataPrefix") == "arXivRaw"]
    return [(one["from"], one.get("until")) for one in asked]


def _day(text, days):
    return f"{date.fromisoformat(text) + timedelta(days=days)}"


def _harvested_since(live, first, **state):
    """Lets everything modified from that day on have been harvested just now."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    noted = {"first": first, "last": today, "at": time.time(), **state}
    live.downloads.put(arxiv_metadata.STATE, json.dumps(noted).encode())


def test_what_came_of_late_is_harvested_first_and_the_rest_a_slice_at_a_time_back_to_the_month(live, server):
    harvest_metadata(live, MAY)
    newest, *later = _spans(server)
    assert newest == (_day(server.today, -2), None)
    slices = [(first, until) for first, until in later if until]
    assert slices[-1][0] == "2024-04-29"
    assert [until for _, until in slices] == [_day(later, -1) for later, _ in [newest, *slices[:-1]]]
    assert {_day(first, 30) for first, _ in slices[:-1]} == {until for _, until in slices[:-1]}


def test_a_month_s_records_have_what_both_formats_know(live, server):
    harvest_metadata(live, MAY)
    records = _records(live)
    assert list(records) == ["2405.00001", "2405.00002", "2405.00003"]
    assert records["2405.00001"].authors == [["Núñez", "Ana B.", "Jr."]]
    assert [found.withdrawn for found in records.values()] == [False, True, False]
    assert [found.version for found in records.values()] == [1, 2, 1]
    assert (records["2405.00003"].license, records["2405.00003"].title) == (None, "Less < more")
    assert list(_records(live, "1999-01")) == ["hep-th/9901001"]


def test_what_a_snapshot_has_is_not_asked_for(live, server, tmp_path):
    ArxivMirror(tmp_path / "downloads").write_snapshot(
        record("2405.00001", update_date="2024-06-03"), record("2405.00002", update_date="2024-05-01")
    )
    harvest_metadata(live, MAY)
    assert _spans(server)[-1][0] == "2024-06-01"
    assert list(_records(live)) == ["2405.00001", "2405.00002"]


def test_a_second_harvest_asks_nothing_while_the_first_is_fresh(live, server):
    harvest_metadata(live, MAY)
    asked = len(server.asked)
    harvest_metadata(live, MAY)
    harvest_metadata(live, "2024-06")
    assert len(server.asked) == asked


def test_a_later_harvest_asks_from_the_day_before_the_last_answer_and_stores_only_what_is_new(live, server):
    server.papers.append(OaiPaper("2405.00009", server.today))
    harvest_metadata(live, MAY)
    before = _files(live)
    _age(live, 24)
    server.asked.clear()
    harvest_metadata(live, MAY)
    assert _spans(server) == [(_day(server.today, -1), None)]
    assert _files(live) == before
    server.papers[-1] = OaiPaper("2405.00009", server.today, title="On other things")
    _age(live, 24)
    harvest_metadata(live, MAY)
    [added] = set(_files(live)) - set(before)
    assert added.startswith("arxiv/oai/2024-05/")
    assert _records(live)["2405.00009"].title == "On other things"


def test_an_earlier_month_is_harvested_up_to_where_the_harvest_began(live, server):
    harvest_metadata(live, "2024-06")
    assert list(_records(live)) == []
    server.asked.clear()
    harvest_metadata(live, MAY)
    assert _spans(server)[0] == ("2024-04-29", "2024-05-29")
    assert len(_records(live)) == 3


def test_nothing_is_asked_for_from_before_arxiv_s_first_day(live, server):
    server.papers.append(OaiPaper("math/0309136", "2005-09-16"))
    _harvested_since(live, "2005-10-01")
    harvest_metadata(live, "2003-09")
    assert _spans(server) == [("2005-09-16", "2005-09-30")]
    assert list(_records(live, "2003-09")) == ["math/0309136"]
    harvest_metadata(live, "1999-01")
    assert len(_spans(server)) == 1


def test_a_harvest_that_breaks_off_goes_on_where_it_stopped(live, server, httpserver, monkeypatch):
    monkeypatch.setattr(arxiv_metadata, "PAGES_A_STEP", 1)
    _harvested_since(live, "2024-05-30")

    def fail_after_first_step(request):
        second = "arXivRaw" in request.args.get("resumptionToken", "")
        return Response("", 503) if second else server(request)

    httpserver.clear()
    httpserver.expect_request("/oai").respond_with_handler(fail_after_first_step)
    with pytest.raises(SourceDownError, match="arxiv-oai: it answered 503"):
        harvest_metadata(live, MAY)
    assert list(_records(live)) == ["2405.00001", "2405.00002"]
    httpserver.clear()
    httpserver.expect_request("/oai").respond_with_handler(server)
    server.asked.clear()
    harvest_metadata(live, MAY)
    assert "resumptionToken" in server.asked[0]
    assert len(_records(live)) == 3


def test_an_expired_token_of_a_harvest_that_broke_off_starts_at_the_last_day(live, server):
    left = {"first": "2024-04-29", "reached": "2024-05-03", "token": "old", "started": "2024-06-01"}
    state = {"open": left}
    live.downloads.put(arxiv_metadata.STATE, json.dumps(state).encode())
    server.asked.clear()
    harvest_metadata(live, MAY)
    assert [request.get("from") for request in server.asked[:2]] == [None, "2024-05-03"]


def test_a_record_that_names_no_paper_is_kept_and_counted(live, server):
    server.papers.append(OaiPaper("weird:id", "2024-05-02"))
    harvest_metadata(live, MAY)
    _, inventory = records_of(live.downloads.mirror, MAY, live.cache)
    assert inventory.unplaced == 1
    assert "weird:id" in inventory.examples[0][1]


def test_the_newest_record_of_a_paper_counts_whichever_file_it_is_in(live, server):
    harvest_metadata(live, MAY)
    newer = record("2405.00001", title="Newer", update_date="2024-07-01")
    older = record("2405.00003", title="Older", update_date="2024-05-01")
    lines = "".join(json.dumps(line) + "\n" for line in (newer, older))
    live.downloads.put("arxiv/arxiv-metadata-oai-snapshot.json", lines.encode())
    records = _records(live)
    assert (records["2405.00001"].title, records["2405.00003"].title) == ("Newer", "Less < more")


def test_changed_months_come_in_bounded_steps_and_once(live, server):
    today = datetime.now(UTC).date()
    server.papers = [
        OaiPaper(f"240{5 + number % 2}.0000{number}", f"{today - timedelta(days=1)}") for number in range(5)
    ]
    seen: dict[str, list[str]] = {}
    watermark, calls, complete = "", 0, False
    while not complete:
        changes = changed_months(live, watermark, pages=1)
        watermark, complete, calls = changes.watermark, changes.complete, calls + 1
        for month, papers in changes.months.items():
            seen.setdefault(month, []).extend(papers)
    assert calls == 3
    assert seen == {"2024-05": ["2405.00000", "2405.00002", "2405.00004"], "2024-06": ["2406.00001", "2406.00003"]}
    assert changed_months(live, watermark).months == {}


def test_while_a_run_harvests_a_look_asks_nothing_and_is_not_complete(live, server):
    with live.alone(arxiv_metadata.SERVICE):
        changes = changed_months(live)
    assert (changes.months, changes.complete) == ({}, False)
    assert server.asked == []


def test_authors_out_of_reach_are_split_from_one_string(live, server):
    """A day of many records, of which a step brings two: the pages of authors that it asks for end before them."""
    server.papers = [OaiPaper(f"2405.000{number}", server.today) for number in range(10, 30)]
    complete = False
    while not complete:
        complete = changed_months(live, pages=1).complete
    records = _records(live)
    assert len(records) == 20
    assert records["2405.00010"].authors == [["Núñez", "Ana B.", "Jr."]]
    assert [name for name, *_ in records["2405.00029"].authors] == ["Ana B. N\\'u\\~nez Jr."]


def test_what_a_run_harvested_is_a_change_for_a_later_look(live, server):
    mark = changed_months(live).watermark
    harvest_metadata(live, MAY)
    assert changed_months(live, mark).months[MAY] == ["2405.00001", "2405.00002", "2405.00003"]


def test_what_is_stored_is_told_while_a_run_is_at_the_source(live, server):
    mark = changed_months(live).watermark
    harvest_metadata(live, MAY)
    server.asked.clear()
    with live.alone(arxiv_metadata.SERVICE):
        changes = changed_months(live, mark)
    assert (sorted(changes.months), changes.complete) == (["1999-01", "2024-05", "2024-06"], False)
    assert server.asked == []


def test_a_first_look_is_not_at_all_that_was_ever_harvested(live, server):
    harvest_metadata(live, MAY)
    live.downloads.put("arxiv/oai/2023-05/20230501T000000000000Z.jsonl", b'{"id": "2305.00001"}\n')
    assert sorted(changed_months(live).months) == ["1999-01", "2024-05", "2024-06"]


def test_a_look_while_a_harvest_stores_misses_nothing_of_it(live, server):
    """A fetch is several files: one of them alone must not move the watermark past the others."""
    harvest_metadata(live, MAY)
    contents = {path: b"".join(live.downloads.mirror.stream(path)) for path in _files(live)[1:]}
    for path in contents:
        (Path(live.downloads.url) / path).unlink()
    with live.alone("arxiv-oai-lines"):
        changes = changed_months(live)
        for path, content in contents.items():
            live.downloads.put(path, content)
    assert len(changed_months(live, changes.watermark).months) == 3


def test_a_look_does_not_wait_for_a_harvest_of_old_records_that_is_under_way(live, server):
    """Such as one that was killed: its next page is for a run that wants it."""
    older = {"first": "2015-01-01", "until": "2015-01-31", "reached": "2015-01-01", "token": "of another list"}
    _harvested_since(live, "2015-02-01", older=older)
    _age(live, 24)
    server.papers.append(OaiPaper("2405.00009", server.today))
    changes = changed_months(live, pages=1)
    assert (changes.months, changes.complete) == ({"2024-05": ["2405.00009"]}, True)
    assert _spans(server) == [(server.today, None)]


def test_of_two_runs_that_harvest_each_gets_its_turn_and_who_waits_says_so(live, server, httpserver, monkeypatch):
    monkeypatch.setattr(arxiv_metadata, "PAGES_A_STEP", 1)
    asked = itertools.count(1)
    second, waiting, done = threading.Event(), threading.Event(), threading.Event()
    said = []

    def handle(request):
        number = next(asked)
        if number == 2:
            second.set()
            waiting.wait(20)
        if number == 4:
            said.append(done.wait(20))
        return server(request)

    def log(line):
        if "another run is at it" in line:
            waiting.set()

    httpserver.clear()
    httpserver.expect_request("/oai").respond_with_handler(handle)
    server.papers.clear()
    long = threading.Thread(target=harvest_metadata, args=(replace(live, patience=replace(QUICK, silence=60.0)), MAY))
    long.start()
    second.wait(20)
    harvest_metadata(replace(live, log=log), f"{datetime.now(UTC) + timedelta(days=32):%Y-%m}")
    done.set()
    long.join()
    assert said == [True]


def test_the_oldest_of_the_answers_says_where_the_next_harvest_begins(live, server):
    """A server may give a page that it kept from another day; what was modified since is not on it."""
    days_ago = [_day(server.today, -days) for days in range(5)]
    server.papers = [OaiPaper(f"2405.0000{number}", days_ago[1]) for number in range(3)]
    server.days = [days_ago[0], days_ago[3]]
    changed_months(live, pages=4)
    before = _files(live)
    _age(live, 24)
    server.asked.clear()
    server.papers.append(OaiPaper("2405.00009", days_ago[3]))
    mark = changed_months(live, pages=4).watermark
    assert _spans(server) == [(days_ago[4], None)]
    [added] = set(_files(live)) - set(before)
    assert mark in added
    assert b"".join(live.downloads.mirror.stream(added)).count(b"\n") == 1


def test_what_comes_after_the_clock_was_set_back_is_told_too(live, server):
    later = f"{datetime.now(UTC) + timedelta(minutes=5):%Y%m%dT%H%M%S%fZ}"
    live.downloads.put(f"arxiv/oai/2024-04/{later}.jsonl", b'{"id": "2404.00001"}\n')
    before = changed_months(live)
    assert before.watermark == later
    harvest_metadata(live, MAY)
    assert changed_months(live, before.watermark).months["2024-05"] == ["2405.00001", "2405.00002", "2405.00003"]


def test_a_list_without_an_end_is_given_up_and_begun_anew_by_the_next_run(live, server, monkeypatch):
    monkeypatch.setattr(arxiv_metadata, "PAGES_A_STEP", 1)
    monkeypatch.setattr(arxiv_metadata, "MOST_PAGES", 1)
    _harvested_since(live, "2024-05-20")
    with pytest.raises(SourceDownError, match="from 2024-04-29 on does not end after 1 pages"):
        harvest_metadata(live, MAY)
    monkeypatch.setattr(arxiv_metadata, "MOST_PAGES", 9)
    server.asked.clear()
    harvest_metadata(live, MAY)
    assert "resumptionToken" not in server.asked[0]
    assert len(_records(live)) == 3


def test_arxiv_s_recorded_lists_are_harvested_to_their_end(live, httpserver, shared_data):
    """The pages of both formats, as tokens lead from one to the next; what was not recorded are empty lists."""
    folder = shared_data / "mirrors/arxiv/oai"
    answers = {query: path for query, path in recorded_of_arxiv(folder).items() if path.name.startswith("ListRecords")}
    recorded = Recorded(answers, otherwise=folder / "error-noRecordsMatch.xml")
    span = {"from": "2008-01-01", "until": "2012-12-31"}

    def answer(request):
        if request.args.get("metadataPrefix") == "arXiv":  # for the days of the records that came: no recorded list
            return Response((folder / "ListRecords-arXiv-page1.xml").read_bytes())
        return recorded(request)

    httpserver.expect_request("/oai").respond_with_handler(answer)
    _harvested_since(live, "2013-01-01", older={"first": span["from"], "until": span["until"]})
    harvest_metadata(live, "2008-01")
    files = [path.read_text() for path in folder.glob("ListRecords-arXivRaw-page?.xml")]
    lines = [line for path in _files(live) for line in b"".join(live.downloads.mirror.stream(path)).splitlines()]
    assert len(lines) == sum(file.count("<record>") for file in files) == 271
    months = {path.split("/")[2] for path in _files(live)}
    records = [record for month in months for record in _records(live, month).values()]
    assert len(records) == 271
    assert sum(record.version for record in records) == sum(file.count("<version ") for file in files)
    parsed = [path.read_text() for path in folder.glob("ListRecords-arXiv-page?.xml")]
    assert sum(len(record.authors) for record in records) == sum(file.count("<keyname>") for file in parsed)


def test_arxivs_own_mark_withdraws_a_paper(live, server):
    harvest_metadata(live, MAY)
    cell = ArxivCell.open(live.downloads.mirror, MAY, live.cache)
    rows = {row["paper_id"]: row["status"] for part in cell.parts() for row in cell.read(part.name).papers}
    assert rows == {"arxiv:2405.00001": "live", "arxiv:2405.00002": "withdrawn", "arxiv:2405.00003": "live"}


def test_words_withdraw_no_paper_of_which_arxiv_says_that_it_is_not(live, server):
    words = "The article was withdrawn by the author from the journal"
    server.papers = [OaiPaper("2405.00001", "2024-05-02", comments=words)]
    harvest_metadata(live, MAY)
    assert not _records(live)["2405.00001"].says_withdrawn
    line = json.dumps(record("2405.00002", comments=words)).encode()
    live.downloads.put("arxiv/arxiv-metadata-oai-snapshot.json", line)
    assert _records(live)["2405.00002"].says_withdrawn
