"""Articles of Nature Communications that do not come: one keeps no other, many in a row are the bucket's failure."""

import json
import re
from dataclasses import asdict

import pytest
from werkzeug import Request, Response

from resources.configured import MirrorResource
from resources.live.access import Downloads, LiveAccess
from resources.live.failures import FailuresInARow, SourceDownError
from resources.live.natcomms import harvest_articles, search_month
from resources.live.pmc_bucket import MAX_METADATA_BYTES
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly, harvest
from s1_assets_tests.resources.live.pmc_server import Pmc

JUNE = Cell("natcomms", "2024-06")
ARTICLES = [f"PMC{number}" for number in range(1, 3 + FailuresInARow.MOST)]


@pytest.fixture
def failing():
    """Answers by the end of a path."""
    return {}


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch, failing):
    pmc = Pmc()
    for article in ARTICLES:
        pmc.add(article)

    def answer(request: Request) -> Response:
        return next((answer for end, answer in failing.items() if request.path.endswith(end)), None) or pmc(request)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(answer)
    names = ("pmc-oa", "eutils")
    ask_quickly(monkeypatch, *names)
    overrides = json.dumps({name: httpserver.url_for(f"/{name}") for name in names})
    return LiveAccess(CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK)


def _here(live):
    paths = [found.path for found in live.downloads.mirror.objects("pmc-oa/metadata")]
    return [path.rpartition("/")[2].removesuffix(".1.json") for path in paths]


@pytest.mark.parametrize(
    ("file", "answer"),
    [
        (".1.json", Response("{not json")),
        (".1.json", Response(b" " * (MAX_METADATA_BYTES + 1) + b"{}")),
        (".1.json", Response("<Error/>", 404)),
        (".1.xml", Response("", 500)),
        (".1.xml", Response("", 403)),
    ],
    ids=["no JSON", "too large", "gone", "an XML that is down", "an XML that is denied"],
)
def test_one_article_that_does_not_come_keeps_no_other_and_is_asked_for_again(live, failing, file, answer):
    failing[ARTICLES[0] + file] = answer
    harvest(live, JUNE)
    assert _here(live) == ARTICLES[1:]
    failing.clear()
    harvest(live, JUNE)
    assert _here(live) == ARTICLES


def test_a_bucket_that_fails_for_many_articles_in_a_row_is_down(live, failing):
    failing |= {f"{article}.1.json": Response("", 500) for article in ARTICLES[1:]}
    with pytest.raises(SourceDownError, match="pmc-oa: it answered 500"):
        harvest(live, JUNE)
    assert _here(live) == ARTICLES[:1]
    failing.clear()
    harvest(live, JUNE)
    assert _here(live) == ARTICLES


def test_articles_that_fail_while_others_come_keep_no_later_run_from_ending_well(live, failing):
    failing |= {f"{article}.1.json": Response("{not json") for article in ARTICLES[::2]}
    assert len(ARTICLES[::2]) == FailuresInARow.MOST
    for _ in range(3):
        harvest(live, JUNE)
        assert _here(live) == ARTICLES[1::2]


def test_articles_that_never_come_end_no_run_from_the_second_day_on(live, failing):
    failing |= {f"{article}.1.json": Response("", 500) for article in ARTICLES}
    with pytest.raises(SourceDownError):
        harvest(live, JUNE)
    path = "pmc-oa/left/2024-06.json"
    live.downloads.put_state(path, dict.fromkeys(ARTICLES, "2024-06-01"))
    del failing[ARTICLES[-1] + ".1.json"]
    for _ in range(100):
        harvest(live, JUNE)
        if _here(live):
            break
    else:
        pytest.fail("one that could come was never asked for")


@pytest.fixture
def mirror(live, tmp_path):
    return MirrorResource(
        cache=str(live.cache),
        downloads=str(tmp_path / "downloads"),
        contact=CONTACT,
        services=live.overrides,
        patience=asdict(QUICK),
    )


@pytest.mark.parametrize("service", ["eutils", "pmc-oa"])
def test_a_first_month_of_which_nothing_comes_fails_with_the_services_own_words(failing, mirror, service):
    failing[{"eutils": "esearch.fcgi", "pmc-oa": "/pmc-oa"}[service]] = Response("", 503)
    with pytest.raises(SourceDownError, match=f"{service}: it answered 503"), mirror.planned(JUNE):
        pass


def test_a_search_that_fails_plans_nothing_though_another_month_is_here(live, failing, mirror):
    harvest(live, JUNE)
    failing["esearch.fcgi"] = Response("", 503)
    with pytest.raises(SourceDownError, match="eutils"), mirror.planned(Cell("natcomms", "2024-07")):
        pytest.fail("the month was planned")


def test_a_plan_that_fails_while_full_texts_are_lacking_is_told_as_the_services_failure(live, failing, mirror):
    search_month(live, JUNE)
    harvest_articles(live, JUNE, limit=1)
    failing["/pmc-oa"] = Response("", 503)
    (live.cache / "known-archives").write_text("no folder")
    with pytest.raises(SourceDownError, match="pmc-oa: it answered 503") as raised, mirror.planned(JUNE):
        pytest.fail("the month was planned")
    assert isinstance(raised.value.__cause__, OSError)
