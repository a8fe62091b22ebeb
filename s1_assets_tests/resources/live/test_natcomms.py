"""Nature Communications in the downloads mirror: articles of a month from PMC's bucket, releases and retractions."""

import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug import Response

from resources.live import natcomms_news
from resources.live.access import Downloads, LiveAccess
from resources.live.failures import SourceDownError, SourceRefusedError
from resources.live.natcomms import harvest_natcomms
from resources.live.natcomms_news import changed_articles
from resources.sources.articles.pmc import PmcCell
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly
from s1_assets_tests.resources.live.crossref_server import CrossrefServer
from s1_assets_tests.resources.live.pmc_server import Pmc

JUNE = Cell("natcomms", "2024-06")
ONE, TWO = "10.1038/s41467-024-1-1", "10.1038/s41467-024-2-1"


@pytest.fixture
def pmc(httpserver):
    pmc = Pmc()
    media = {name: name.encode() for name in ("MediaObjects/Fig1_HTML.png", "MOESM1_ESM.pdf", "MOESM2.mp4", "IEq1.gif")}
    pmc.add("PMC1", 2, media)
    pmc.add("PMC1", 10)
    pmc.add("PMC2")
    httpserver.expect_request(re.compile("/pmc-oa.*|/eutils/.*")).respond_with_handler(pmc)
    return pmc


@pytest.fixture
def told():
    return []


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch, told):
    names = ("pmc-oa", "eutils", "crossref")
    ask_quickly(monkeypatch, *names)
    overrides = json.dumps({name: httpserver.url_for(f"/{name}") for name in names})
    return LiveAccess(
        CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK, told.append
    )


def _stored(live, folder="pmc-oa"):
    found = live.downloads.mirror.objects(folder)
    return {one.path.removeprefix("pmc-oa/"): one.version for one in found if "/looked/" not in one.path}


def _age(live, days=8):
    """Lets the last looks be so many days ago."""
    path = "pmc-oa/looked/2024-06.json"
    state = json.loads(b"".join(live.downloads.mirror.stream(path)))
    state["at"] -= days * 86400
    state["looked"] = {
        pmcid: (datetime.fromisoformat(when) - timedelta(days=days)).isoformat()
        for pmcid, when in state["looked"].items()
    }
    live.downloads.put(path, json.dumps(state).encode())


def _rows(live, month="2024-06"):
    cell = PmcCell.open(live.downloads.mirror, Cell("natcomms", month), live.cache)
    return {row["doi"]: row for part in cell.parts() for row in cell.read(part.name).papers}


def test_a_month_comes_once_with_the_files_that_figures_need_of_the_newest_versions(live, pmc):
    harvest_natcomms(live, JUNE)
    assert sorted(_stored(live)) == [
        "PMC1.10/Fig1_HTML.png",
        "PMC1.10/PMC1.10.xml",
        "PMC2.1/Fig1_HTML.png",
        "PMC2.1/PMC2.1.xml",
        "metadata/PMC1.10.json",
        "metadata/PMC1.2.json",
        "metadata/PMC2.1.json",
    ]
    assert pmc.searches[0] == {
        "db": "pmc",
        "retmode": "json",
        "tool": "s1-assets",
        "email": CONTACT,
        "term": '"Nat Commun"[journal] AND open_access[filter] AND 2024/06/01:2024/06/30[pdat]',
        "retmax": "5000",
        "retstart": "0",
    }
    assert {doi: (row["version"], row["format"]) for doi, row in _rows(live).items()} == {
        ONE: (10, "jats"),
        TWO: (1, "jats"),
    }
    before = _stored(live)
    pmc.asked.clear()
    harvest_natcomms(live, JUNE)
    assert (pmc.asked, _stored(live)) == ([], before)


def test_supplements_videos_and_formulas_are_not_fetched(live, pmc):
    del pmc.objects["metadata/PMC1.10.json"]
    harvest_natcomms(live, JUNE)
    assert [path for path in _stored(live) if path.startswith("PMC1.2/")] == [
        "PMC1.2/MediaObjects/Fig1_HTML.png",
        "PMC1.2/PMC1.2.xml",
    ]


def test_a_month_without_articles_has_no_parts(live, pmc):
    pmc.objects.clear()
    pmc.released.clear()
    harvest_natcomms(live, JUNE)
    assert _rows(live) == {}


def test_a_later_look_fetches_what_changed_only(live, pmc):
    harvest_natcomms(live, JUNE)
    before = _stored(live)
    pmc.add("PMC2", media={"Fig1_HTML.png": b"another picture"})
    _age(live)
    pmc.asked.clear()
    harvest_natcomms(live, JUNE)
    after = _stored(live)
    assert {path for path in after if after[path] != before[path]} == {"PMC2.1/Fig1_HTML.png", "metadata/PMC2.1.json"}
    assert not any("PMC2.1.xml" in path for path in pmc.asked)
    pmc.add("PMC2", 2)
    _age(live)
    harvest_natcomms(live, JUNE)
    assert _rows(live)[TWO]["version"] == 2


def test_a_list_of_versions_in_several_answers_is_read_to_its_end(live, pmc):
    pmc.page = 1
    harvest_natcomms(live, JUNE)
    assert {"metadata/PMC1.2.json", "metadata/PMC1.10.json"} < set(_stored(live))


@pytest.mark.parametrize(
    ("changes", "files"),
    [
        ({"is_retracted": True}, ["PMC2.1/PMC2.1.xml", "metadata/PMC2.1.json"]),
        ({"license_code": "TDM"}, ["metadata/PMC2.1.json"]),
        ({"license_code": ""}, ["metadata/PMC2.1.json"]),
        ({"license_code": "CC BY-NC-ND"}, ["PMC2.1/Fig1_HTML.png", "PMC2.1/PMC2.1.xml", "metadata/PMC2.1.json"]),
    ],
)
def test_of_what_may_not_be_used_no_pictures_are_fetched(live, pmc, changes, files):
    pmc.add("PMC2", **changes)
    harvest_natcomms(live, JUNE)
    assert [path for path in _stored(live) if "PMC2" in path] == files


@pytest.mark.parametrize(
    "url",
    [
        "s3://pmc-oa-opendata/PMC2.1/../../etc/Fig1_HTML.png?md5=0",
        "s3://pmc-oa-opendata/PMC2.1/%2e%2e/Fig1_HTML.png?md5=0",
        "s3://pmc-oa-opendata/PMC1.10/Fig1_HTML.png?md5=0",
        "s3://pmc-oa-opendata//PMC2.1/Fig1_HTML.png",
        "s3://pmc-oa-opendata/PMC2.1//Fig1_HTML.png",
        "s3://pmc-oa-opendata/PMC2.1/a\\Fig1_HTML.png",
        "s3://pmc-oa-opendata/PMC2.1/%00/Fig1_HTML.png",
        "s3://elsewhere/PMC2.1/Fig1_HTML.png",
        "https://elsewhere.example/PMC2.1/Fig1_HTML.png",
        "s3://pmc-oa-opendata/PMC2.1/" + "a" * 400 + "/Fig1_HTML.png",
        7,
        None,
        ["s3://pmc-oa-opendata/PMC2.1/Fig1_HTML.png"],
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(live, pmc, told, url):
    pmc.add("PMC2", media_urls=[url])
    harvest_natcomms(live, JUNE)
    assert [path for path in _stored(live) if "PMC2" in path] == ["PMC2.1/PMC2.1.xml", "metadata/PMC2.1.json"]
    assert any("a file of PMC2.1 is left out" in line for line in told)
    assert not any("etc" in path or "elsewhere" in path for path in pmc.asked)


def test_xml_that_is_not_where_it_belongs_is_refused(live, pmc, told):
    pmc.add("PMC2", xml_url="s3://pmc-oa-opendata/PMC2.1/PMC1.2.xml?md5=0")
    harvest_natcomms(live, JUNE)
    assert [path for path in _stored(live) if "PMC2" in path] == ["metadata/PMC2.1.json"]


def test_a_file_that_is_not_as_promised_leaves_its_article_for_another_run_and_no_other(live, pmc, told):
    good, pmc.objects["PMC2.1/Fig1_HTML.png"] = pmc.objects["PMC2.1/Fig1_HTML.png"], b"cut off"
    harvest_natcomms(live, JUNE)
    assert "metadata/PMC2.1.json" not in _stored(live)
    assert list(_rows(live)) == [ONE]
    assert any("PMC2.1/Fig1_HTML.png is left for another run" in line for line in told)
    pmc.objects["PMC2.1/Fig1_HTML.png"] = good
    pmc.asked.clear()
    harvest_natcomms(live, JUNE)
    assert list(_rows(live)) == [ONE, TWO]
    assert not any("PMC1" in path or "PMC2.1.xml" in path for path in pmc.asked)


def test_a_file_that_is_not_there_or_too_large_is_left_out(live, pmc, told, monkeypatch):
    del pmc.objects["PMC2.1/Fig1_HTML.png"]
    pmc.add("PMC1", 10, media={"Fig1_HTML.png": b"x" * 5000})
    monkeypatch.setattr("resources.live.pmc_bucket.MAX_FILE_BYTES", 4000)
    harvest_natcomms(live, JUNE)
    assert not any("Fig1" in path for path in _stored(live))
    assert len(_rows(live)) == 2
    assert sum("is left out" in line for line in told) == 2


def test_an_article_that_the_bucket_has_not_yet_is_looked_for_again(live, pmc, told):
    pmc.released["3"] = "2024/06/20"
    harvest_natcomms(live, JUNE)
    assert "natcomms: PMC3 is not in the bucket yet" in told
    pmc.add("PMC3")
    harvest_natcomms(live, JUNE)
    assert len(_rows(live)) == 3


def test_a_harvest_that_broke_off_goes_on_where_it_stopped(live, pmc, httpserver):
    def break_off(request):
        return Response("", 503) if request.path.endswith("PMC2.1.xml") else pmc(request)

    httpserver.clear()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(break_off)
    harvest_natcomms(live, JUNE)
    assert list(_rows(live)) == [ONE]
    httpserver.clear()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(pmc)
    pmc.asked.clear()
    harvest_natcomms(live, JUNE)
    assert not any("PMC1" in path for path in pmc.asked)
    assert len(_rows(live)) == 2


def test_a_run_looks_at_a_bounded_number_and_the_next_goes_on(live, pmc, told):
    harvest_natcomms(live, JUNE, limit=1)
    assert told[0] == "natcomms 2024-06: 2 articles are to be looked at; 1 of them are now"
    assert list(_rows(live)) == [ONE]
    harvest_natcomms(live, JUNE, limit=1)
    assert list(_rows(live)) == [ONE, TWO]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html/>",
        '{"error":"API rate limit exceeded","count":"11"}',
        '{"esearchresult":{"ERROR":"Search Backend failed"}}',
        '{"esearchresult":{"count":"3","idlist":null}}',
    ],
)
def test_a_search_that_failed_is_made_again(live, pmc, body):
    pmc.failing = [Response(body)]
    harvest_natcomms(live, JUNE)
    assert len(_rows(live)) == 2


def test_ncbi_that_is_asked_too_often_gets_the_pause_that_it_asks_for(live, pmc):
    pmc.failing = [Response('{"error":"API rate limit exceeded","count":"4"}', 429, {"Retry-After": "1"})]
    before = time.time()
    harvest_natcomms(live, JUNE)
    assert time.time() - before >= 1
    assert len(_rows(live)) == 2


def test_a_field_that_pmc_does_not_know_is_told(live, pmc):
    result = {"count": "0", "idlist": [], "errorlist": {"fieldsnotfound": ["pdat"], "phrasesnotfound": []}}
    pmc.failing = [Response(json.dumps({"esearchresult": result}))]
    with pytest.raises(SourceRefusedError, match="knows no field"):
        harvest_natcomms(live, JUNE)


@pytest.mark.parametrize("body", ["", "<html/>", "<Error><Code>SlowDown</Code></Error>"])
def test_a_list_of_the_bucket_that_is_none_is_asked_for_again(live, pmc, body):
    pages = iter([Response(body), Response("", 503)])
    answer = pmc.__class__._list
    pmc._list = lambda *arguments: next(pages, None) or answer(pmc, *arguments)
    harvest_natcomms(live, JUNE)
    assert len(_rows(live)) == 2


# ------------------------------------------------------------------------------------------------ what is new


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
    harvest_natcomms(live, JUNE)
    assert list(_rows(live)) == [ONE]
    pmc.released["2"] = f"{datetime.now(UTC):%Y/%m/%d}"
    assert _follow(live, "")[0] == {"2024-06": [TWO]}
    harvest_natcomms(live, JUNE)
    assert list(_rows(live)) == [ONE, TWO]
    pmc.asked.clear()
    harvest_natcomms(live, JUNE)
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
    harvest_natcomms(live, JUNE)
    assert list(_rows(live)) == [ONE, TWO]
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
    harvest_natcomms(live, JUNE)
    months, watermark = _follow(live, "")
    assert months == {}
    assert _rows(live)[TWO]["status"] == "live"
    crossref.works = [_notice(TWO, "no doi"), _notice(ONE, kind="correction")]
    _age_news(live)
    months, watermark = _follow(live, watermark)
    assert months == {"2024-06": [TWO]}
    assert {doi: row["status"] for doi, row in _rows(live).items()} == {ONE: "live", TWO: "retracted"}
    _age_news(live)
    assert _follow(live, watermark)[0] == {}


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


def test_downloads_may_be_in_a_bucket(live, pmc, bucket):
    live = replace(live, downloads=Downloads(f"{bucket}/downloads"))
    harvest_natcomms(live, JUNE)
    pmc.asked.clear()
    harvest_natcomms(live, JUNE)
    assert pmc.asked == []
    assert {row["format"] for row in _rows(live).values()} == {"jats"}
