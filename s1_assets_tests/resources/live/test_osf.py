"""Preprint servers on OSF in the downloads mirror: records by month, what changed, and PDFs behind two requests."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug import Response

from resources.live import osf
from resources.live.access import Downloads, LiveAccess
from resources.live.failures import SourceDownError, SourceRefusedError
from resources.sources.preprints.cell import PreprintCell
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly, harvest
from s1_assets_tests.resources.live.osf_server import OsfServer, contributor, resource

MAY = Cell("psyarxiv", "2024-05")
PDF = b"%PDF-1.7 made up"
STATE = "psyarxiv/preprints/harvested.json"


@pytest.fixture
def server(httpserver):
    names = ("aaaaa_v1", "bbbbb_v1", "ccccc_v1")
    server = OsfServer([resource(name) for name in names] + [resource("ddddd_v1", "2024-06-01")])
    server.files = dict.fromkeys(names, PDF)
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(server)
    return server


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch, told):
    names = ("osf", "osf-files")
    ask_quickly(monkeypatch, *names)
    overrides = json.dumps({name: httpserver.url_for(f"/{name}") for name in names})
    return LiveAccess(
        CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK, told.append
    )


def _stored(live, folder="psyarxiv"):
    return {found.path: found.version for found in live.downloads.mirror.objects(folder)}


def _age(live, hours=24):
    """Lets the last looks be so many hours ago."""
    state = json.loads(b"".join(live.downloads.mirror.stream(STATE)))
    for look in state["months"].values():
        look["at"] -= hours * 3600
    state["at"] -= hours * 3600
    live.downloads.put(STATE, json.dumps(state).encode())


def _rows(live, month="2024-05"):
    cell = PreprintCell.open(live.downloads.mirror, Cell("psyarxiv", month), live.cache)
    return {row["paper_id"]: row for part in cell.parts() for row in cell.read(part.name).papers}


def _lists(server):
    return [path for path in server.asked if path.startswith("/osf/preprints/?")]


def test_a_month_comes_with_its_pdfs_once(live, server):
    harvest(live, MAY)
    first = _lists(server)[0]
    assert "embed=contributors&embed=license" in first
    assert "filter%5Bprovider%5D=psyarxiv" in first
    assert "filter%5Bdate_published%5D%5Bgte%5D=2024-05-01" in first
    assert "filter%5Bdate_published%5D%5Blt%5D=2024-06-01" in first
    assert len(_lists(server)) == 2
    rows = _rows(live)
    assert list(rows) == ["psyarxiv:aaaaa", "psyarxiv:bbbbb", "psyarxiv:ccccc"]
    assert {(row["format"], row["rights"], *row["authors"]) for row in rows.values()} == {
        ("pdf", "open", "Ada Example")
    }
    before = _stored(live)
    assert not any(b"secret" in b"".join(live.downloads.mirror.stream(path)) for path in before)
    server.asked.clear()
    harvest(live, MAY)
    assert (server.asked, _stored(live)) == ([], before)


def test_a_later_look_asks_for_what_was_modified_and_stores_only_that(live, server):
    harvest(live, MAY)
    before = _stored(live)
    server.resources[0]["attributes"]["date_modified"] = f"{datetime.now(UTC):%Y-%m-%d}T10:00:00"
    _age(live)
    harvest(live, MAY)
    assert "filter%5Bdate_modified%5D%5Bgte%5D=20" in _lists(server)[-1]
    assert set(_stored(live)) == set(before)
    server.resources[0]["attributes"]["date_withdrawn"] = "2024-05-09T10:00:00"
    _age(live)
    harvest(live, MAY)
    assert len(set(_stored(live)) - set(before)) == 1
    assert _rows(live)["psyarxiv:aaaaa"]["status"] == "withdrawn"


def test_earlier_versions_that_a_list_leaves_out_are_asked_for(live, server):
    server.newest_only = True
    server.resources += [resource("aaaaa_v2", "2024-06-10"), resource("aaaaa_v3", "2024-06-20")]
    server.files |= {"aaaaa_v2": PDF, "aaaaa_v3": PDF}
    harvest(live, Cell("psyarxiv", "2024-06"))
    assert _rows(live, "2024-06")["psyarxiv:aaaaa"]["version"] == 3
    assert _rows(live)["psyarxiv:aaaaa"]["version"] == 1


def test_contributors_that_are_not_embedded_are_asked_for(live, server):
    everyone = [contributor(f"Author {number}", number) for number in range(5)]
    server.contributors = {"aaaaa_v1": everyone, "bbbbb_v1": everyone[:1]}
    server.resources[1]["embeds"]["contributors"] = {"links": {}}
    del server.resources[2]["embeds"]["contributors"]
    server.contributors["ccccc_v1"] = everyone[:2]
    harvest(live, MAY)
    assert [len(row["authors"]) for row in _rows(live).values()] == [5, 1, 2]


@pytest.mark.parametrize(
    "place",
    ["https://elsewhere.example/v2/preprints/?page=2", "//elsewhere", "{root}/osf/../osf-files/x", "{root}/osf2/"],
)
def test_a_list_that_goes_on_elsewhere_is_refused(live, server, httpserver, place):
    server.next_at = place.format(root=httpserver.url_for("").rstrip("/"))
    with pytest.raises(SourceRefusedError, match="sends one on to another place"):
        harvest(live, MAY)


@pytest.mark.parametrize("body", ["", "<html/>", '{"errors": []}', '{"data": {}}', "[]", "[" * 100_000])
def test_an_answer_that_is_no_list_is_asked_for_again(live, server, body):
    server.failing = [Response(body)]
    harvest(live, MAY)
    assert len(_rows(live)) == 3


def test_a_service_that_asks_for_a_long_pause_stops_the_run_and_keeps_what_came(live, server, httpserver):
    server.files["ccccc_v1"] = Response("", 429, headers={"Retry-After": "3600"})
    with pytest.raises(SourceDownError, match="is to be left alone"):
        harvest(live, MAY)
    assert [row["format"] for row in _rows(live).values()] == ["pdf", "pdf", "none"]


def test_a_record_that_is_none_is_kept_and_counted(live, server):
    weird = {"id": "../../etc/passwd", "attributes": None, "embeds": {}}
    data = [weird, "x", {"id": 7}, server._shown(resource("aaaaa_v1"))]
    server._list = lambda request, root: Response(json.dumps({"data": data}))
    harvest(live, MAY)
    cell = PreprintCell.open(live.downloads.mirror, MAY, live.cache)
    assert cell.inventory.unplaced == 2
    assert list(_rows(live)) == ["psyarxiv:aaaaa"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("paper.docx", PDF, "'paper.docx', which is no PDF"),
        ("paper.pdf", b"PK\x03\x04", "no PDF, it begins with"),
        ("paper.pdf", Response("gone", 410), "HTTP 410"),
        ("paper.pdf", None, "HTTP 404"),
    ],
)
def test_a_version_without_a_pdf_is_noted_and_keeps_no_other_from_coming(live, server, name, content, why):
    server.names["aaaaa_v1"] = name
    server.files["aaaaa_v1"] = content
    if content is None:
        del server.files["aaaaa_v1"]
    harvest(live, MAY)
    [note] = _stored(live, "psyarxiv/no-pdf")
    assert why in b"".join(live.downloads.mirror.stream(note)).decode()
    assert [row["format"] for row in _rows(live).values()] == ["none", "pdf", "pdf"]
    server.asked.clear()
    harvest(live, MAY)
    assert server.asked == []


def test_a_file_that_lies_elsewhere_is_not_fetched(live, server):
    answer = server._file
    server._file = lambda file, root: Response(
        answer(file, root).data.replace(root.encode(), b"https://elsewhere.example")
    )
    harvest(live, MAY)
    assert {row["format"] for row in _rows(live).values()} == {"none"}


def test_a_file_that_is_not_as_promised_is_left_for_another_run(live, server, told):
    answer = server._file
    server._file = lambda file, root: Response(answer(file, root).data.replace(b'"size": 16', b'"size": 17'))
    harvest(live, MAY)
    assert _stored(live, "psyarxiv/pdf") == _stored(live, "psyarxiv/no-pdf") == {}
    assert sum("left for another run" in line for line in told) == 3
    server._file = answer
    harvest(live, MAY)
    assert {row["format"] for row in _rows(live).values()} == {"pdf"}


def _follow(live, watermark, pages=1):
    months, calls, complete = {}, 0, False
    while not complete:
        changes = osf.changed_preprints("psyarxiv", live, watermark, pages)
        watermark, complete, calls = changes.watermark, changes.complete, calls + 1
        for month, papers in changes.months.items():
            months.setdefault(month, []).extend(papers)
    return months, watermark, calls


def test_what_changed_is_told_once_in_bounded_steps_day_by_day(live, server):
    today = datetime.now(UTC).date()
    yesterday = f"{today - timedelta(days=1)}"
    server.resources = [resource(f"{letter * 5}_v1", yesterday, yesterday) for letter in "abc"]
    server.resources += [resource("ddddd_v1", f"{today}", f"{today}"), resource("eeeee_v1", "2019-05-01", f"{today}")]
    months, watermark, calls = _follow(live, "")
    told = sorted(paper for papers in months.values() for paper in papers)
    assert told == ["aaaaa", "bbbbb", "ccccc", "ddddd"]  # the fifth was only modified, and its month is not here
    assert calls == len(server.asked) == 3
    assert _follow(live, watermark) == ({}, watermark, 1)
    assert len(server.asked) == 3
    _age(live)
    server.resources[0]["attributes"] |= {"date_withdrawn": f"{today}T00:00:00", "date_modified": f"{today}T01:00:00"}
    server.resources.append(resource("bbbbb_v2", f"{today}", f"{today}"))
    months, _, _ = _follow(live, watermark)
    assert sorted(paper for papers in months.values() for paper in papers) == ["aaaaa", "bbbbb"]


def test_a_step_that_broke_off_goes_on_where_it_stopped(live, server):
    yesterday = f"{datetime.now(UTC).date() - timedelta(days=1)}"
    server.resources = [resource(f"{letter * 5}_v1", yesterday, yesterday) for letter in "abcd"]
    first = osf.changed_preprints("psyarxiv", live, "", 1)
    server.failing = [Response("", 502) for _ in range(QUICK.attempts)]
    with pytest.raises(SourceDownError, match="osf: it answered 502"):
        osf.changed_preprints("psyarxiv", live, first.watermark, 1)
    months, _, _ = _follow(live, first.watermark)
    assert ([*first.months.values()], [*months.values()]) == ([["aaaaa", "bbbbb"]], [["ccccc", "ddddd"]])
    assert "&page=2" in server.asked[-2]
