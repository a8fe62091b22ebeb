"""What PMC releases and journals retract of Nature Communications: told once, with the month that it changes."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug import Response

from resources.live import natcomms_news
from resources.live.failures import SourceDownError
from resources.live.natcomms_news import changed_articles
from s1_assets_tests.resources.live.conftest import QUICK, harvest
from s1_assets_tests.resources.live.crossref_server import CrossrefServer
from s1_assets_tests.resources.live.natcomms.conftest import JUNE, ONE, TWO, rows


@pytest.fixture
def crossref(httpserver):
    crossref = CrossrefServer()
    httpserver.expect_request("/crossref/journals/2041-1723/works").respond_with_handler(crossref)
    httpserver.expect_request(f"/crossref/works/{TWO}").respond_with_json(
        {"message": {"published-online": {"date-parts": [[2024, 6, 18]]}}}
    )
    return crossref


def _notice(*dois, kind="retraction"):
    return {
        "DOI": "10.1038/s41467-026-9-9",
        "type": "journal-article",
        "indexed": {"date-time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"},
        "update-to": [{"DOI": doi, "type": kind} for doi in dois],
    }


def _age_news(live):
    state = json.loads(b"".join(live.downloads.mirror.stream(natcomms_news.STATE)))
    live.downloads.put(natcomms_news.STATE, json.dumps(state | {"at": state["at"] - 86400}).encode())


def _follow(live, watermark, pages=1):
    months, complete = {}, False
    for _ in range(20):
        changes = changed_articles(live, watermark, pages)
        watermark, complete = changes.watermark, changes.complete
        for month, papers in changes.months.items():
            months.setdefault(month, []).extend(papers)
        if complete:
            return months, watermark
    raise AssertionError("the news never end")


def test_what_pmc_releases_is_told_once(live, pmc, crossref):
    today = f"{datetime.now(UTC):%Y/%m/%d}"
    pmc.released = {"1": today, "2": "2024/06/20"}
    months, watermark = _follow(live, "")
    assert months == {"2024-06": [ONE]}
    assert pmc.searches[0]["term"].endswith("[pmcrdat]")
    asked = len(pmc.asked)
    assert _follow(live, watermark) == ({}, watermark)
    assert len(pmc.asked) == asked
    _age_news(live)
    pmc.released["2"] = today
    assert _follow(live, watermark)[0] == {"2024-06": [TWO]}


def test_the_run_that_a_release_leads_to_fetches_it_though_the_month_was_searched_just_now(live, pmc, crossref):
    pmc.released = {"1": "2024/06/20"}
    harvest(live, JUNE)
    assert list(rows(live)) == [ONE]
    pmc.released["2"] = f"{datetime.now(UTC):%Y/%m/%d}"
    assert _follow(live, "")[0] == {"2024-06": [TWO]}
    harvest(live, JUNE)
    assert list(rows(live)) == [ONE, TWO]
    pmc.asked.clear()
    harvest(live, JUNE)
    assert pmc.asked == []


def test_a_release_is_told_when_the_bucket_has_it(live, pmc, crossref, told):
    held_back = {key: pmc.objects.pop(key) for key in [*pmc.objects] if "PMC2" in key}
    pmc.released = dict.fromkeys(("1", "2"), f"{datetime.now(UTC):%Y/%m/%d}")
    months, watermark = _follow(live, "")
    assert months == {"2024-06": [ONE]}
    assert "natcomms: 1 articles that PMC released are not in its bucket, 0 given up" in told
    _age_news(live)
    pmc.released["2"] = "2024/06/20"  # of which the last days say nothing any more
    assert _follow(live, watermark)[0] == {}
    pmc.objects |= held_back
    _age_news(live)
    assert _follow(live, watermark)[0] == {"2024-06": [TWO]}
    harvest(live, JUNE)
    assert list(rows(live)) == [ONE, TWO]
    asked = len(pmc.asked)
    _age_news(live)
    assert _follow(live, watermark)[0] == {"2024-06": [TWO]}  # from the same watermark; nothing new is told
    assert not any("PMC2" in path for path in pmc.asked[asked:])


def test_a_release_that_the_bucket_never_has_is_given_up(live, pmc, crossref, told, monkeypatch):
    pmc.objects.clear()
    pmc.released = {"1": f"{datetime.now(UTC):%Y/%m/%d}"}
    assert _follow(live, "")[0] == {}
    monkeypatch.setattr("resources.live.natcomms_news.GIVEN_UP", timedelta(days=-1))
    for _ in range(2):
        _age_news(live)
        assert _follow(live, "")[0] == {}
    assert told[-1] == "natcomms: 1 articles that PMC released are not in its bucket, 1 given up"
    assert sum("given up" in line for line in told) == 2


def test_many_releases_are_looked_up_in_bounded_steps(live, pmc, crossref, monkeypatch):
    monkeypatch.setattr("resources.live.natcomms_news.LOOK_UPS", 1)
    pmc.released = dict.fromkeys(("1", "2"), f"{datetime.now(UTC):%Y/%m/%d}")
    first = changed_articles(live, "", pages=3)
    assert (first.months, first.complete) == ({"2024-06": [ONE]}, False)
    second = changed_articles(live, first.watermark, pages=3)
    assert (second.months, second.complete) == ({"2024-06": [TWO]}, True)


def test_a_retraction_changes_the_month_of_its_article(live, pmc, crossref):
    harvest(live, JUNE)
    months, watermark = _follow(live, "")
    assert months == {}
    assert rows(live)[TWO]["status"] == "live"
    crossref.works = [_notice(TWO, "no doi"), _notice(ONE, kind="correction")]
    _age_news(live)
    months, watermark = _follow(live, watermark)
    assert months == {"2024-06": [TWO]}
    assert {doi: row["status"] for doi, row in rows(live).items()} == {ONE: "live", TWO: "retracted"}
    _age_news(live)
    assert _follow(live, watermark)[0] == {}


def test_a_work_that_crossref_fails_to_date_keeps_no_look_from_ending_and_is_asked_for_by_the_next(
    live, pmc, crossref, httpserver
):
    crossref.works = [_notice(ONE, TWO)]
    answers = [Response("", 500)]
    httpserver.expect_request(f"/crossref/works/{ONE}").respond_with_handler(lambda request: answers[-1])
    months, watermark = _follow(live, "")
    assert months["2024-06"].count(TWO) == 1
    assert ONE not in months["2024-06"]
    answers.append(Response(json.dumps({"message": {"published-online": {"date-parts": [[2024, 6, 18]]}}})))
    _age_news(live)
    assert _follow(live, watermark)[0] == {"2024-06": [ONE]}


def test_a_retraction_of_a_work_that_nobody_dates_is_told_in_the_log(live, pmc, crossref, httpserver, told):
    crossref.works = [_notice("10.1038/s41467-000-0-0")]
    httpserver.expect_request(re.compile("/crossref/works/.*")).respond_with_data("Resource not found.", 404)
    assert _follow(live, "")[0] == {}
    assert any("does not say when it came out" in line for line in told)


def test_a_service_that_is_down_loses_nothing(live, pmc, crossref):
    pmc.released = {"1": f"{datetime.now(UTC):%Y/%m/%d}"}
    pmc.failing = [Response("", 503) for _ in range(QUICK.attempts)]
    with pytest.raises(SourceDownError, match="eutils: it answered 503"):
        changed_articles(live)
    assert _follow(live, "")[0] == {"2024-06": [ONE]}


def test_while_another_look_is_at_it_nothing_is_asked_or_told(live, pmc, crossref):
    with live.alone("natcomms-news"):
        changes = changed_articles(live, "mark")
    assert (changes.months, changes.watermark, changes.complete, pmc.asked) == ({}, "mark", False, [])
