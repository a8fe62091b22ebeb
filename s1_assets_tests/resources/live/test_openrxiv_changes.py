"""What bioRxiv has that is new: posted, revised and withdrawn versions and archives, each told once and none lost."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from werkzeug import Response

from resources.live.access import Downloads, LiveAccess
from resources.live.failures import FailuresInARow, SourceDownError, SourceRefusedError
from resources.live.harvests import FEEDS
from resources.live.openrxiv_api import harvest_list
from resources.live.openrxiv_changes import changed_preprints
from resources.sources.articles.meca import folder_of
from resources.sources.articles.openrxiv import pages as stored_pages
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly
from s1_assets_tests.resources.live.openrxiv_server import OpenrxivServer, version


def day(days_ago=0):
    return f"{datetime.now(UTC).date() - timedelta(days=days_ago)}"


def month(days_ago=0):
    return day(days_ago)[:7]


@pytest.fixture
def server(httpserver):
    server = OpenrxivServer(page=2)
    httpserver.expect_request(re.compile("/details/.*")).respond_with_handler(server)
    return server


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch):
    ask_quickly(monkeypatch, "biorxiv-api")
    services = {"biorxiv-api": httpserver.url_for("").rstrip("/"), "biorxiv-s3": None, "medrxiv-s3": None}
    downloads = Downloads(str(tmp_path / "downloads"))
    return LiveAccess(CONTACT, downloads, tmp_path / "cache", json.dumps(services), QUICK)


def look(live, since="", pages=4):
    """Calls until a look is complete; what it told, and the watermark."""
    told: list[tuple[str, str]] = []
    while True:
        changes = changed_preprints("biorxiv", live, since, pages)
        told += [(month, paper) for month, papers in changes.months.items() for paper in papers]
        since = changes.watermark
        if changes.complete:
            return told, since


def later(watermark):
    """The watermark as it is when the next look is due."""
    return json.dumps(json.loads(watermark) | {"looked": 0.0})


def test_a_first_look_begins_yesterday(live, server):
    server.records = [version(f"10.64898/{ago}", day(ago)) for ago in (0, 1, 2, 9)]
    told, _ = look(live)
    assert sorted(paper for _, paper in told) == ["10.64898/0", "10.64898/1"]


def test_each_version_is_told_once_under_the_month_in_which_it_was_posted(live, server):
    server.records = [version(f"10.1101/A{number}", day(1), number % 3 + 1) for number in range(7)]
    told, watermark = look(live)
    assert sorted(told) == [(month(1), f"10.1101/a{number}") for number in range(7)]
    assert look(live, later(watermark))[0] == []


def test_a_call_asks_for_so_many_pages_at_most_and_the_next_goes_on(live, server):
    server.records = [version(f"10.1101/{number}", day(1)) for number in range(7)]
    found, watermark, calls, complete = [], "", 0, False
    while not complete:
        before = len(server.asked)
        changes = changed_preprints("biorxiv", live, watermark, 2)
        assert len(server.asked) - before <= 2
        found += changes.months.get(month(1), [])
        watermark, complete, calls = changes.watermark, changes.complete, calls + 1
    assert (calls, len(found), len(set(found))) == (3, 7, 7)


def test_the_same_watermark_gives_the_same_again(live, server):
    """A sensor that died before it kept the new watermark loses nothing."""
    server.records = [version("10.1101/1", day(1)), version("10.1101/2", day(0))]
    _, watermark = look(live)
    server.records.append(version("10.1101/3", day(0)))
    due = later(watermark)
    assert look(live, due)[0] == look(live, due)[0] == [(month(), "10.1101/3")]


def test_what_is_entered_later_for_a_day_that_was_seen_is_told(live, server):
    server.records = [version(f"10.1101/{number}", day(1)) for number in range(3)]
    _, watermark = look(live)
    server.records.insert(0, version("10.1101/late", day(1)))  # moves all others by one position
    server.records.append(version("10.1101/later", day(3)))
    told, watermark = look(live, later(watermark))
    assert sorted(told) == sorted([(month(1), "10.1101/late"), (month(3), "10.1101/later")])
    assert look(live, later(watermark))[0] == []


def test_a_record_that_moves_out_of_a_page_while_a_look_goes_on_is_told_by_the_next(live, server):
    server.records = [version(f"10.1101/{number}", day(1)) for number in range(5)]
    first = changed_preprints("biorxiv", live, "", 1)
    gone = server.records.pop(0)  # so that the third one is on the page that was seen
    told, watermark = look(live, first.watermark)
    seen = {gone["doi"], "10.1101/1", *(paper for _, paper in told)}
    more, _ = look(live, later(watermark))
    assert seen | {paper for _, paper in more} == {f"10.1101/{number}" for number in range(5)}


def test_a_record_that_changes_on_a_recent_day_is_told_again(live, server):
    server.records = [version("10.1101/1", day(1), license="cc_no"), version("10.1101/2", day(1))]
    _, watermark = look(live)
    server.records[0]["license"] = "cc_by"
    assert look(live, later(watermark))[0] == [(month(1), "10.1101/1")]


def test_a_withdrawal_changes_the_months_of_all_versions(live, server):
    doi = "10.64898/2024.01.09.1"
    server.records = [
        version(doi, "2024-01-09"),
        version(doi, "2024-03-09", 2),
        version(doi, day(0), 3, title="WITHDRAWN: On pumps", type="withdrawn"),
    ]
    told, watermark = look(live)
    assert sorted(told) == sorted([("2024-01", doi), ("2024-03", doi), (month(), doi)])
    assert look(live, later(watermark))[0] == []


def _withdrawn(*dois):
    """Preprints of 40 days ago that were withdrawn yesterday."""
    return [
        one
        for doi in dois
        for one in (version(doi, day(40)), version(doi, day(1), 2, title="WITHDRAWN: On pumps", type="withdrawn"))
    ]


def test_a_history_that_does_not_come_keeps_nothing_else_from_being_told_and_is_asked_for_again(live, server):
    doi, fresh = "10.64898/w", [f"10.64898/{number}" for number in range(6)]
    server.records = [*_withdrawn(doi), *(version(one, day()) for one in fresh)]
    server.unanswered = {doi}
    told, watermark = look(live)
    assert sorted(told) == sorted([(month(1), doi), *((month(), one) for one in fresh)])
    told, watermark = look(live, later(watermark))
    assert told == []
    server.unanswered.clear()
    told, watermark = look(live, later(watermark))
    assert (month(40), doi) in told
    assert look(live, later(watermark))[0] == []


def test_histories_that_never_come_keep_no_look_from_telling_what_is_new(live, server):
    bad = [f"10.64898/{number}" for number in range(2 * FailuresInARow.MOST)]
    server.page, server.records, server.unanswered, since = 30, _withdrawn(*bad), set(bad), ""
    for look_number in range(3):
        fresh = f"10.64898/fresh{look_number}"
        server.records.append(version(fresh, day()))
        server.asked.clear()
        told, since = look(live, later(since) if since else "")
        assert (month(), fresh) in told
        assert len({path for path in server.asked if path.endswith("/na/json")}) == FailuresInARow.MOST
    good = server.unanswered.pop()
    for _ in range(100):
        told, since = look(live, later(since))
        if (month(40), good) in told:
            break
    else:
        pytest.fail("a history that could come was never asked for")


@pytest.mark.parametrize("bad", [FailuresInARow.MOST, 2 * FailuresInARow.MOST])
def test_histories_that_never_come_keep_no_month_from_being_listed_run_after_run(live, server, bad):
    dois, state = [f"10.64898/{number}" for number in range(9)], f"biorxiv/api/harvested/{month(1)}.json"
    server.page, server.records, server.unanswered = 30, _withdrawn(*dois), set(dois[:bad])
    for run in range(60):
        server.records.append(version(f"10.64898/new{run}", day(1)))
        harvest_list(live, "biorxiv", month(1))
        listed = [one.doi for page in stored_pages(live.downloads.mirror, "biorxiv", month(1)) for one in page.records]
        assert f"10.64898/new{run}" in listed
        folders = {doi: f"biorxiv/api/details/biorxiv/{doi}" for doi in dois}
        came = {doi for doi, folder in folders.items() if list(live.downloads.mirror.objects(folder))}
        if run > 1 and came == set(dois) - server.unanswered:
            break
        live.downloads.put_state(state, live.downloads.state(state) | {"at": 0.0})
    else:
        pytest.fail("a history that could come was never asked for")


def test_a_month_is_listed_though_a_history_does_not_come_which_its_next_harvest_asks_for(live, server):
    doi = "10.64898/w"
    server.records, server.unanswered = _withdrawn(doi), {doi}
    harvest_list(live, "biorxiv", month(1))
    folder = f"biorxiv/api/details/biorxiv/{doi}"
    assert list(live.downloads.mirror.objects(folder)) == []
    state = f"biorxiv/api/harvested/{month(1)}.json"
    assert live.downloads.state(state)["still"] is False
    server.unanswered.clear()
    live.downloads.put_state(state, live.downloads.state(state) | {"at": 0.0})
    harvest_list(live, "biorxiv", month(1))
    assert len(list(live.downloads.mirror.objects(folder))) == 1


def test_a_look_after_a_long_time_lists_every_day_between(live, server):
    server.records = [version(f"10.1101/{ago}", day(ago)) for ago in range(40)]
    _, watermark = look(live)
    since = json.dumps(json.loads(later(watermark)) | {"day": day(30)})
    told, watermark = look(live, since)
    assert {paper for _, paper in told} == {f"10.1101/{ago}" for ago in range(2, 31)}
    assert len(json.loads(watermark)["seen"]) <= 4


def test_nothing_is_asked_soon_after_a_finished_look(live, server):
    _, watermark = look(live)
    asked = len(server.asked)
    changes = changed_preprints("biorxiv", live, watermark)
    assert (changes.months, changes.watermark, changes.complete) == ({}, watermark, True)
    assert len(server.asked) == asked


def test_the_list_of_a_month_that_changed_is_asked_for_again_by_its_harvest(live, server):
    server.records = [version("10.1101/1", f"{month()}-01")]
    harvest_list(live, "biorxiv", month())
    server.records.append(version("10.1101/2", day()))
    look(live)
    harvest_list(live, "biorxiv", month())
    stored = [record.doi for page in stored_pages(live.downloads.mirror, "biorxiv", month()) for record in page.records]
    assert sorted(stored) == ["10.1101/1", "10.1101/2"]


def test_records_that_name_no_cell_are_passed_over(live, server):
    server.records = [version("10.1101/1", day(1)), {"date": day(1)}, version("no DOI", day(1))]
    assert look(live)[0] == [(month(1), "10.1101/1")]


def test_a_service_that_is_down_loses_nothing(live, server):
    server.records = [version("10.1101/1", day(1))]
    server.failing = [Response("")] * 3
    with pytest.raises(SourceDownError, match="the answer is empty"):
        changed_preprints("biorxiv", live)
    assert look(live)[0] == [(month(1), "10.1101/1")]


@pytest.mark.parametrize("text", ["20240501T000000Z", "{}", "[]", '{"day": "soon", "archives": {"until": 1}}'])
def test_a_watermark_of_another_kind_is_told(live, server, text):
    with pytest.raises(ValueError, match=r"is no watermark of this source; clear it"):
        changed_preprints("biorxiv", live, text)


def test_an_archive_that_comes_later_asks_for_its_months_cell_once(live, server, bucket):
    services = json.loads(live.overrides) | {"biorxiv-s3": bucket}
    live = replace(live, overrides=json.dumps(services))
    client, name = boto3.client("s3"), bucket.removeprefix("s3://")
    server.records = [version("10.1101/1", day(0))]
    told, watermark = look(live)
    assert told == [(month(), "10.1101/1")]
    client.put_object(Bucket=name, Key=f"{folder_of(month())}/aaaa.meca", Body=b"new")
    told, watermark = look(live, later(watermark))
    assert told == [(month(), "aaaa")]
    assert look(live, later(watermark))[0] == []


def test_denied_access_to_the_bucket_is_told(live, server, bucket, monkeypatch, httpserver):
    services = json.loads(live.overrides) | {"biorxiv-s3": bucket}
    live = replace(live, overrides=json.dumps(services))
    monkeypatch.setenv("AWS_ENDPOINT_URL", httpserver.url_for("/bucket"))
    httpserver.expect_request(re.compile("/bucket/.*")).respond_with_data("<Error/>", 403)
    with pytest.raises(SourceRefusedError, match=r"biorxiv-s3: access was denied.*requester pays"):
        look(live)


def test_both_servers_are_feeds_of_their_own(live, server):
    server.records = [version("10.1101/1", day(0), server="medRxiv")]
    assert FEEDS["medrxiv"].changes(live, "", 9).months == {month(): ["10.1101/1"]}
    assert all(path.startswith("/details/medrxiv/") for path in server.asked)
    assert FEEDS["biorxiv"].changes(live, "", 9).complete
    assert server.asked[-1].startswith("/details/biorxiv/")
