"""Nature Communications in the downloads mirror: the articles of a month, with the files that figures need."""

import json
import re
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from werkzeug import Response

from resources.live.access import Downloads
from resources.live.failures import SourceRefusedError
from resources.live.natcomms import harvest_articles, search_month
from s1_assets_tests.resources.live.conftest import CONTACT, harvest
from s1_assets_tests.resources.live.natcomms.conftest import JUNE, ONE, TWO, rows


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


def test_a_month_comes_once_with_the_files_that_figures_need_of_the_newest_versions(live, pmc):
    harvest(live, JUNE)
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
    assert {doi: (row["version"], row["format"]) for doi, row in rows(live).items()} == {
        ONE: (10, "jats"),
        TWO: (1, "jats"),
    }
    before = _stored(live)
    pmc.asked.clear()
    harvest(live, JUNE)
    assert (pmc.asked, _stored(live)) == ([], before)


def test_supplements_videos_and_formulas_are_not_fetched(live, pmc):
    del pmc.objects["metadata/PMC1.10.json"]
    harvest(live, JUNE)
    assert [path for path in _stored(live) if path.startswith("PMC1.2/")] == [
        "PMC1.2/MediaObjects/Fig1_HTML.png",
        "PMC1.2/PMC1.2.xml",
    ]


def test_a_month_without_articles_has_no_parts(live, pmc):
    pmc.objects.clear()
    pmc.released.clear()
    harvest(live, JUNE)
    assert rows(live) == {}


def test_a_later_look_fetches_what_changed_only(live, pmc):
    harvest(live, JUNE)
    before = _stored(live)
    pmc.add("PMC2", media={"Fig1_HTML.png": b"another picture"})
    _age(live)
    pmc.asked.clear()
    harvest(live, JUNE)
    after = _stored(live)
    assert {path for path in after if after[path] != before[path]} == {"PMC2.1/Fig1_HTML.png", "metadata/PMC2.1.json"}
    assert not any("PMC2.1.xml" in path for path in pmc.asked)
    pmc.add("PMC2", 2)
    _age(live)
    harvest(live, JUNE)
    assert rows(live)[TWO]["version"] == 2


def test_a_list_of_versions_in_several_answers_is_read_to_its_end(live, pmc):
    pmc.page = 1
    harvest(live, JUNE)
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
    harvest(live, JUNE)
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
    harvest(live, JUNE)
    assert [path for path in _stored(live) if "PMC2" in path] == ["PMC2.1/PMC2.1.xml", "metadata/PMC2.1.json"]
    assert any("a file of PMC2.1 is left out" in line for line in told)
    assert not any("etc" in path or "elsewhere" in path for path in pmc.asked)


def test_xml_that_is_not_where_it_belongs_is_refused(live, pmc, told):
    pmc.add("PMC2", xml_url="s3://pmc-oa-opendata/PMC2.1/PMC1.2.xml?md5=0")
    harvest(live, JUNE)
    assert [path for path in _stored(live) if "PMC2" in path] == ["metadata/PMC2.1.json"]


def test_a_file_that_is_not_as_promised_leaves_its_article_for_another_run_and_no_other(live, pmc, told):
    good, pmc.objects["PMC2.1/Fig1_HTML.png"] = pmc.objects["PMC2.1/Fig1_HTML.png"], b"cut off"
    harvest(live, JUNE)
    assert "metadata/PMC2.1.json" not in _stored(live)
    assert list(rows(live)) == [ONE]
    assert any("PMC2.1/Fig1_HTML.png is left for another run" in line for line in told)
    pmc.objects["PMC2.1/Fig1_HTML.png"] = good
    pmc.asked.clear()
    harvest(live, JUNE)
    assert list(rows(live)) == [ONE, TWO]
    assert not any("PMC1" in path or "PMC2.1.xml" in path for path in pmc.asked)


def test_a_file_that_is_not_there_or_too_large_is_left_out(live, pmc, told, monkeypatch):
    del pmc.objects["PMC2.1/Fig1_HTML.png"]
    pmc.add("PMC1", 10, media={"Fig1_HTML.png": b"x" * 5000})
    monkeypatch.setattr("resources.live.pmc_bucket.MAX_FILE_BYTES", 4000)
    harvest(live, JUNE)
    assert not any("Fig1" in path for path in _stored(live))
    assert len(rows(live)) == 2
    assert sum("is left out" in line for line in told) == 2


def test_an_article_that_the_bucket_has_not_yet_is_looked_for_again(live, pmc, told):
    pmc.released["3"] = "2024/06/20"
    harvest(live, JUNE)
    assert "natcomms: PMC3 is not in the bucket yet" in told
    pmc.add("PMC3")
    harvest(live, JUNE)
    assert len(rows(live)) == 3


def test_a_harvest_that_broke_off_goes_on_where_it_stopped(live, pmc, httpserver):
    def break_off(request):
        return Response("", 503) if request.path.endswith("PMC2.1.xml") else pmc(request)

    httpserver.clear()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(break_off)
    harvest(live, JUNE)
    assert list(rows(live)) == [ONE]
    httpserver.clear()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(pmc)
    pmc.asked.clear()
    harvest(live, JUNE)
    assert not any("PMC1" in path for path in pmc.asked)
    assert len(rows(live)) == 2


def test_a_run_looks_at_a_bounded_number_and_the_next_goes_on(live, pmc, told):
    search_month(live, JUNE)
    harvest_articles(live, JUNE, limit=1)
    assert told[0] == "natcomms 2024-06: 2 articles are to be looked at; 1 of them are now"
    assert list(rows(live)) == [ONE]
    harvest_articles(live, JUNE, limit=1)
    assert list(rows(live)) == [ONE, TWO]


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
    harvest(live, JUNE)
    assert len(rows(live)) == 2


def test_ncbi_that_is_asked_too_often_gets_the_pause_that_it_asks_for(live, pmc):
    pmc.failing = [Response('{"error":"API rate limit exceeded","count":"4"}', 429, {"Retry-After": "1"})]
    before = time.time()
    harvest(live, JUNE)
    assert time.time() - before >= 1
    assert len(rows(live)) == 2


def test_a_field_that_pmc_does_not_know_is_told(live, pmc):
    result = {"count": "0", "idlist": [], "errorlist": {"fieldsnotfound": ["pdat"], "phrasesnotfound": []}}
    pmc.failing = [Response(json.dumps({"esearchresult": result}))]
    with pytest.raises(SourceRefusedError, match="knows no field"):
        harvest(live, JUNE)


@pytest.mark.parametrize("body", ["", "<html/>", "<Error><Code>SlowDown</Code></Error>"])
def test_a_list_of_the_bucket_that_is_none_is_asked_for_again(live, pmc, body):
    pages = iter([Response(body), Response("", 503)])
    answer = pmc.__class__._list
    pmc._list = lambda *arguments: next(pages, None) or answer(pmc, *arguments)
    harvest(live, JUNE)
    assert len(rows(live)) == 2


def test_downloads_may_be_in_a_bucket(live, pmc, bucket):
    live = replace(live, downloads=Downloads(f"{bucket}/downloads"))
    harvest(live, JUNE)
    pmc.asked.clear()
    harvest(live, JUNE)
    assert pmc.asked == []
    assert {row["format"] for row in rows(live).values()} == {"jats"}
