"""What OSF gives of single preprints only: one of which it does not come keeps no other from coming."""

import json
import re
from datetime import UTC, datetime

import pytest
from werkzeug import Request, Response

from resources.live import osf
from resources.live.access import Downloads, LiveAccess
from resources.live.failures import FailuresInARow, SourceDownError
from resources.sources.preprints.cell import PreprintCell
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
        return Response('{"errors": [{"detail": "no"}]}', status) if status else server(request)

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


def test_a_service_that_fails_for_many_preprints_in_a_row_is_down(live, server, failing):
    assert len(NAMES[1:]) == FailuresInARow.MOST
    failing |= {f"{name}/contributors": 500 for name in NAMES[1:]}
    with pytest.raises(SourceDownError, match="answered 500"):
        harvest(live, MAY)
