"""The list of a month of bioRxiv or medRxiv in the downloads mirror: read whole, stored at once, asked for when due."""

import json
import re
from datetime import UTC, datetime

import pytest
from werkzeug import Response

from resources.live.access import Downloads, LiveAccess
from resources.live.failures import SourceDownError
from resources.live.openrxiv_api import harvest_list, mark_changed
from resources.sources.articles.meca import MecaCell
from resources.sources.articles.openrxiv import pages
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly
from s1_assets_tests.resources.live.openrxiv_server import NOTHING, OpenrxivServer, RecordedServer, version

MAY = "2024-05"
LIST = "biorxiv/api/details/biorxiv/2024-05-01/2024-05-31/0/json"
PREFIXES = ("10.1101/2024.05.01.", "10.64898/2024.05.01.")


@pytest.fixture
def server(httpserver):
    records = [version(f"{PREFIXES[number % 2]}{number:06}", f"2024-05-{number % 31 + 1:02}") for number in range(67)]
    server = OpenrxivServer(records)
    answer(httpserver, server)
    return server


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch, told):
    ask_quickly(monkeypatch, "biorxiv-api")
    overrides = json.dumps({"biorxiv-api": httpserver.url_for("").rstrip("/")})
    downloads = Downloads(str(tmp_path / "downloads"))
    return LiveAccess(CONTACT, downloads, tmp_path / "cache", overrides, QUICK, told.append)


def answer(httpserver, server):
    httpserver.clear()
    httpserver.expect_request(re.compile("/details/.*")).respond_with_handler(server)


def stored(live, source="biorxiv", month=MAY):
    return [record for page in pages(live.downloads.mirror, source, month) for record in page.records]


def age(live, hours, month=MAY):
    """Lets the last harvest be so many hours ago."""
    path = f"biorxiv/api/harvested/{month}.json"
    state = json.loads(b"".join(live.downloads.mirror.stream(path)))
    live.downloads.put(path, json.dumps(state | {"at": state["at"] - hours * 3600}).encode())


def this_month():
    return f"{datetime.now(UTC):%Y-%m}"


@pytest.mark.parametrize("write", [str, int, lambda number: None])
def test_pages_follow_by_what_came_and_the_total_is_a_number_or_a_string_or_not_told(live, server, write):
    server.write = write
    harvest_list(live, "biorxiv", MAY)
    cursors = [path.split("/")[5] for path in server.asked]
    assert cursors == ["0", "30", "60"] + ["67"] * (write(1) is None)
    assert {record.doi for record in stored(live)} == {record["doi"] for record in server.records}
    assert len(stored(live)) == 67


def test_a_page_that_counts_wrongly_loses_no_record(live, httpserver, server):
    """Documentation says 100 a page; a count that tells so is not believed."""

    def miscounting(request):
        said = json.loads(server(request).data)
        if said["collection"]:
            said["messages"][0]["count"] = "100"
        return Response(json.dumps(said))

    answer(httpserver, miscounting)
    harvest_list(live, "biorxiv", MAY)
    assert len(stored(live)) == 67


def test_the_recorded_answers_of_both_servers_are_read_whole(live, httpserver, shared_data):
    server = RecordedServer(shared_data / "mirrors")
    answer(httpserver, server)
    for source, month, count in (
        ("biorxiv", "2024-01", 67),
        ("biorxiv", "2024-02", 25),
        ("medrxiv", "2024-01", 35),
        ("medrxiv", "2024-02", 10),
    ):
        harvest_list(live, source, month)
        recorded = shared_data / "mirrors" / source / "api/details" / source
        listed = [
            (record["doi"].lower(), int(record["version"]))
            for path in recorded.glob(f"{month}-01/*/*/json")
            for record in json.loads(path.read_text())["collection"]
        ]
        found = sorted((record.doi, record.version) for record in stored(live, source, month))
        assert (len(found), found) == (count, sorted(listed))


def test_the_recorded_empty_answer_is_a_failure_that_passes(live, httpserver, shared_data):
    server = RecordedServer(shared_data / "mirrors")
    answer(httpserver, server)
    with pytest.raises(SourceDownError, match=r"biorxiv-api: the answer is empty at each of 3 tries"):
        harvest_list(live, "biorxiv", "2024-03")
    assert live.downloads.mirror.objects("biorxiv") == []


@pytest.fixture
def broken_off(live, httpserver, server):
    """A harvest that came as far as the third page."""
    answer(httpserver, lambda request: Response("", 503) if "/60/json" in request.path else server(request))
    with pytest.raises(SourceDownError, match="answered 503"):
        harvest_list(live, "biorxiv", MAY)
    answer(httpserver, server)
    server.asked.clear()


def positions(server):
    return [int(path.split("/")[5]) for path in server.asked]


def test_a_list_that_broke_off_goes_on_with_the_page_that_failed(live, server, broken_off):
    harvest_list(live, "biorxiv", MAY)
    assert positions(server) == [60]
    assert len(stored(live)) == 67
    mark_changed(live, "biorxiv", [MAY])
    server.asked.clear()
    harvest_list(live, "biorxiv", MAY)
    assert positions(server) == [0, 30, 60]


def test_of_a_list_that_broke_off_and_changed_since_no_page_is_taken_from_before(live, server, broken_off):
    mark_changed(live, "biorxiv", [MAY])
    harvest_list(live, "biorxiv", MAY)
    assert positions(server) == [0, 30, 60]


def test_a_list_that_grew_after_it_broke_off_is_read_anew(live, server, broken_off):
    server.records.append(version("10.64898/2024.05.01.999999", "2024-05-01"))
    harvest_list(live, "biorxiv", MAY)
    assert positions(server) == [60, 0, 30, 60]
    assert len(stored(live)) == 68


def test_pages_are_kept_for_an_hour(live, server, broken_off, monkeypatch):
    monkeypatch.setattr("resources.live.openrxiv_api.KEPT_SECONDS", -60)
    harvest_list(live, "biorxiv", MAY)
    assert positions(server) == [0, 30, 60]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "the answer is empty"),
        ("  \n", "the answer is empty"),
        ("<html>maintenance</html>", "the answer is none of its API"),
        ('{"messages": [{"status": "o', "the answer is none of its API"),
        ("[]", "the answer is none of its API"),
        ('{"messages": [], "collection": []}', "the answer is none of its API"),
        ('{"messages": [{"status": "database error"}], "collection": []}', "tells an error, 'database error'"),
        ('{"messages": [{"status": "ok"}], "collection": {"a": 1}}', "tells an error, 'ok'"),
    ],
)
def test_a_failure_with_http_200_is_tried_again_and_told(live, server, body, why):
    server.failing = [Response(body)]
    harvest_list(live, "biorxiv", MAY)
    assert len(stored(live)) == 67
    age(live, 48)
    mark_changed(live, "biorxiv", [MAY])
    server.failing = [Response(body)] * 3
    with pytest.raises(SourceDownError, match=why):
        harvest_list(live, "biorxiv", MAY)
    assert len(stored(live)) == 67


def test_a_list_that_breaks_off_leaves_nothing_of_it_and_the_one_before(live, server):
    harvest_list(live, "biorxiv", MAY)
    before = live.downloads.mirror.read(LIST, 0, live.downloads.mirror.stat(LIST).size)
    server.records.pop()
    mark_changed(live, "biorxiv", [MAY])

    def fail_on_the_second_page(total):
        server.failing = [Response("", 503)] * 3
        return total

    server.write = fail_on_the_second_page
    with pytest.raises(SourceDownError, match="503"):
        harvest_list(live, "biorxiv", MAY)
    assert live.downloads.mirror.read(LIST, 0, len(before)) == before


def test_a_month_without_papers_is_a_cell_without_rows(live, server):
    server.records.clear()
    harvest_list(live, "biorxiv", MAY)
    cell = MecaCell.open(live.downloads.mirror, Cell("biorxiv", MAY), live.cache)
    assert cell.parts() == []


def test_a_list_that_was_there_is_not_replaced_by_none(live, server):
    harvest_list(live, "biorxiv", MAY)
    mark_changed(live, "biorxiv", [MAY])
    server.records.clear()
    with pytest.raises(SourceDownError, match="lists nothing of 2024-05, where it listed 67 versions before"):
        harvest_list(live, "biorxiv", MAY)
    assert len(stored(live)) == 67


def test_a_month_that_is_over_is_asked_for_once_and_again_after_a_change(live, server):
    harvest_list(live, "biorxiv", MAY)
    age(live, 1000)
    server.asked.clear()
    harvest_list(live, "biorxiv", MAY)
    assert server.asked == []
    server.records.append(version("10.64898/2024.05.31.9", "2024-05-31"))
    mark_changed(live, "biorxiv", [MAY])
    harvest_list(live, "biorxiv", MAY)
    assert len(stored(live)) == 68
    server.asked.clear()
    harvest_list(live, "biorxiv", MAY)
    assert server.asked == []


def test_the_current_month_is_asked_for_again_after_some_hours(live, server):
    server.records = [version("10.64898/1", f"{this_month()}-01")]
    harvest_list(live, "biorxiv", this_month())
    harvest_list(live, "biorxiv", this_month())
    assert len(server.asked) == 1
    age(live, 7, this_month())
    harvest_list(live, "biorxiv", this_month())
    assert len(server.asked) == 2


def test_pages_of_an_earlier_list_are_gone_with_the_next_one(live, server):
    """Whoever copied recorded pages into the mirror: none of them stands beside the new list, or before it."""
    stale = json.dumps({"messages": [{"status": "ok"}], "collection": [version(PREFIXES[0] + "000000", "2024-05-01")]})
    folder, june = "biorxiv/api/details/biorxiv", "2024-06-01/2024-06-30/0/json"
    for path in ("2024-05-01/2024-05-31/30/json", "2024-05-09/2024-05-09/0/json", june, "10.1101/x/na/json"):
        live.downloads.put(f"{folder}/{path}", stale.replace("cc_by", "cc_no").encode())
    harvest_list(live, "biorxiv", MAY)
    kept = {file.path.removeprefix(f"{folder}/") for file in live.downloads.mirror.objects(folder)}
    assert kept == {LIST.removeprefix(f"{folder}/"), june, "10.1101/x/na/json"}
    assert {record.license for record in stored(live)} == {"cc_by"}


def test_a_list_that_changes_while_it_is_read_is_read_again(live, server, httpserver, told):
    def growing(request):
        if len(server.asked) == 1:
            server.records.insert(0, version(PREFIXES[1] + "early", "2024-05-01"))
        if len(server.asked) == 2:
            server.records.pop(0)
        return server(request)

    answer(httpserver, growing)
    harvest_list(live, "biorxiv", MAY)
    assert len(server.asked) == 6
    assert len(stored(live)) == 67
    assert "67 versions came for 2024-05 and 67, 68 were told, in pass 1" in told[0]


def test_a_list_that_never_holds_still_is_taken_as_it_came_and_asked_for_again_later(live, server):
    server.write = lambda total: str(total + 1)
    harvest_list(live, "biorxiv", MAY)
    assert len(stored(live)) == 67
    asked = len(server.asked)
    age(live, 7)
    harvest_list(live, "biorxiv", MAY)
    assert len(server.asked) == 2 * asked


def test_a_list_without_end_is_told(live, server, monkeypatch):
    monkeypatch.setattr("resources.live.openrxiv_api.MAX_RECORDS", 60)
    with pytest.raises(SourceDownError, match="no end after 60 versions"):
        harvest_list(live, "biorxiv", MAY)


def test_what_is_no_record_is_kept_for_planning_to_tell(live, server):
    server.records.append({"doi": "no DOI", "date": "2024-05-02", "version": "1"})
    harvest_list(live, "biorxiv", MAY)
    assert len(stored(live)) == 67
    [page] = pages(live.downloads.mirror, "biorxiv", MAY)
    assert "a record that cannot be read" in page.problems[0]


def test_a_version_that_takes_a_preprint_back_takes_back_those_of_earlier_months(live, server):
    doi = "10.64898/2024.04.30.1"
    gone = version(doi, "2024-05-09", 2, title="WITHDRAWN: On pumps", type="withdrawn")
    server.records = [version(doi, "2024-04-30"), gone]
    harvest_list(live, "biorxiv", "2024-04")
    assert statuses(live, "2024-04") == {f"biorxiv:{doi}": "live"}
    harvest_list(live, "biorxiv", MAY)
    assert f"/details/biorxiv/{doi}/na/json" in server.asked
    assert statuses(live, "2024-04") == statuses(live, MAY) == {f"biorxiv:{doi}": "withdrawn"}
    asked = len(server.asked)
    mark_changed(live, "biorxiv", [MAY])
    harvest_list(live, "biorxiv", MAY)
    assert len(server.asked) == asked + 1


@pytest.mark.parametrize("doi", ["10.1101/../../../x", "10.1101//x", "10.1101/a?b=c", "10.1101/a/./b"])
def test_a_doi_that_leads_elsewhere_is_not_asked_for(live, server, doi):
    server.records = [version(doi, "2024-05-09", 2, title="WITHDRAWN: On pumps")]
    harvest_list(live, "biorxiv", MAY)
    assert len(server.asked) == 1


def statuses(live, month):
    cell = MecaCell.open(live.downloads.mirror, Cell("biorxiv", month), live.cache)
    return {row["paper_id"]: row["status"] for part in cell.parts() for row in cell.read(part.name).papers}


def test_nothing_is_asked_of_an_empty_answer_of_a_month_before_the_next_look(live, server):
    """A past month of which the API lists nothing may be its mistake: it is asked for again after some hours."""
    server.failing = [Response(json.dumps(NOTHING))]
    harvest_list(live, "biorxiv", MAY)
    harvest_list(live, "biorxiv", MAY)
    assert len(server.asked) == 1
    age(live, 7)
    harvest_list(live, "biorxiv", MAY)
    assert len(stored(live)) == 67
