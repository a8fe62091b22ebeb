"""What OSF gives of single preprints only: one of which it does not come keeps no other from coming."""

import json
import re
from datetime import UTC, datetime

import pytest
from werkzeug import Request, Response

from resources.live import osf
from resources.live.access import Downloads, LiveAccess
from resources.live.failures import FailuresInARow
from resources.sources.harvested_lines import lines_of
from resources.sources.preprints.cell import PreprintCell
from resources.sources.preprints.osf import place_of_line
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly, harvest
from s1_assets_tests.resources.live.osf_server import OsfServer, contributor, resource

MAY = Cell("psyarxiv", "2024-05")
NAMES = ("aaaaa_v1", "bbbbb_v1", "ccccc_v1", "ddddd_v1")


@pytest.fixture
def failing():
    """Statuses of paths below `preprints/`."""
    return {}


@pytest.fixture
def server(httpserver, failing):
    server = OsfServer([resource(name) for name in NAMES])
    server.files = dict.fromkeys(NAMES, b"%PDF-1.7 made up")
    server.contributors = {name: [contributor(f"Author {number}", number) for number in range(5)] for name in NAMES}

    def answer(request: Request) -> Response:
        status = failing.get(request.path.partition("/preprints/")[2].strip("/"))
        if not status:
            return server(request)
        server.asked.append(request.path)
        return Response('{"errors": [{"detail": "no"}]}', status)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(answer)
    return server


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch):
    ask_quickly(monkeypatch, "osf", "osf-files")
    overrides = json.dumps({name: httpserver.url_for(f"/{name}") for name in ("osf", "osf-files")})
    return LiveAccess(CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK)


def _rows(live, month="2024-05"):
    cell = PreprintCell.open(live.downloads.mirror, Cell("psyarxiv", month), live.cache)
    rows = [row for part in cell.parts() for row in cell.read(part.name).papers]
    return {row["paper_id"].partition(":")[2]: row for row in rows}


def _files(live):
    lines = [
        line
        for found in live.downloads.mirror.objects("psyarxiv")
        if found.path.endswith(".jsonl")
        for line in lines_of(live.downloads.mirror, found)
    ]
    return {place_of_line(line)[1] for line in lines}


def _age(live):
    path = next(
        found.path for found in live.downloads.mirror.objects("psyarxiv") if found.path.endswith("harvested.json")
    )
    state = live.downloads.state(path)
    live.downloads.put_state(
        path, state | {"months": {month: look | {"at": 0.0} for month, look in state["months"].items()}}
    )


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_contributors_that_do_not_come_leave_those_that_are_embedded(live, server, failing, status):
    failing["bbbbb_v1/contributors"] = status
    harvest(live, MAY)
    assert [len(row["authors"]) for row in _rows(live).values()] == [5, 2, 5, 5]


@pytest.mark.parametrize("status", [403, 410, 500])
def test_versions_that_do_not_come_keep_no_preprint_from_coming(live, server, failing, status):
    server.resources.append(resource("eeeee_v2"))
    failing["eeeee_v2/versions"] = status
    harvest(live, MAY)
    assert list(_rows(live)) == ["aaaaa", "bbbbb", "ccccc", "ddddd", "eeeee"]


def test_what_failed_for_now_is_asked_for_by_the_next_run(live, server, failing):
    failing["bbbbb_v1/contributors"] = 500
    harvest(live, MAY)
    failing.clear()
    harvest(live, MAY)
    assert [len(row["authors"]) for row in _rows(live).values()] == [5] * 4
    server.asked.clear()
    harvest(live, MAY)
    assert server.asked == []


def test_earlier_versions_that_failed_for_now_come_with_the_next_run(live, server, failing):
    server.newest_only = True
    server.resources += [resource("eeeee_v1"), resource("eeeee_v2", "2024-06-10")]
    june = Cell("psyarxiv", "2024-06")
    failing["eeeee_v2/versions"] = 500
    harvest(live, june)
    failing.clear()
    harvest(live, june)
    assert _rows(live)["eeeee"]["version"] == 1


def test_a_change_is_told_though_its_contributors_do_not_come(live, server, failing):
    today = datetime.now(UTC)
    for one in server.resources:
        one["attributes"] |= dict.fromkeys(("date_modified", "date_published"), f"{today:%Y-%m-%dT01:00:00}")
    failing["bbbbb_v1/contributors"] = 403
    changes = osf.changed_preprints("psyarxiv", live, "", 4)
    assert changes.months == {f"{today:%Y-%m}": ["aaaaa", "bbbbb", "ccccc", "ddddd"]}


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_what_a_gate_or_a_failure_keeps_back_comes_with_the_run_after_it(live, server, failing, status):
    server.newest_only = True
    server.resources += [resource("eeeee_v1"), resource("eeeee_v2", "2024-05-20")]
    failing |= {f"{name}/contributors": status for name in NAMES} | {"eeeee_v2/versions": status}
    harvest(live, MAY)
    harvest(live, MAY)
    assert [len(row["authors"]) for row in _rows(live).values()] == [2, 2, 2, 2, 1]
    failing.clear()
    harvest(live, MAY)
    assert [len(row["authors"]) for row in _rows(live).values()] == [5, 5, 5, 5, 1]
    assert "eeeee_v1.pdf" in _files(live)


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_record_that_changes_behind_a_gate_keeps_its_contributors(live, server, failing, status):
    harvest(live, MAY)
    server.resources[1]["attributes"] |= {"title": "Anew", "date_modified": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"}
    failing["bbbbb_v1/contributors"] = status
    _age(live)
    harvest(live, MAY)
    row = _rows(live)["bbbbb"]
    assert (row["title"], len(row["authors"])) == ("Anew", 5)


def test_details_that_never_come_keep_no_month_from_being_brought_run_after_run(live, server, failing):
    """However many fail, one after another, in the list's first places."""
    for number in range(3 * FailuresInARow.MOST):
        server.resources.append(resource(f"k000{number}_v1"))
        server.contributors[f"k000{number}_v1"] = [contributor("Only One", 0)]
    failing |= {f"{name}/contributors": 500 for name in NAMES[1:]}
    assert len(NAMES[1:]) == FailuresInARow.MOST
    for run in range(3):
        server.resources.append(resource(f"new0{run}_v1"))
        harvest(live, MAY)
        assert len(_rows(live)) == len(server.resources)


def test_after_some_failures_in_a_row_no_more_is_asked_and_what_is_left_comes_in_time(live, server, failing):
    server.page = 100
    names = [f"k00{number:02}_v1" for number in range(8)]
    server.resources += [resource(name) for name in names]
    server.contributors |= {name: [contributor(f"Author {number}", number) for number in range(5)] for name in names}
    failing |= {f"{name}/contributors": 500 for name in [*NAMES, *names[:-1]]}
    harvest(live, MAY)
    assert len(_rows(live)) == 12
    assert len({path for path in server.asked if "/contributors" in path}) <= 2 * FailuresInARow.MOST
    for _ in range(200):
        if len(_rows(live)[names[-1].partition("_")[0]]["authors"]) == 5:
            break
        harvest(live, MAY)
    else:
        pytest.fail("one that could come was never asked for")
