"""Articles of Nature Communications that do not come: one keeps no other, many in a row are the bucket's failure."""

import json
import re

import pytest
from werkzeug import Request, Response

from resources.live.access import Downloads, LiveAccess
from resources.live.failures import FailuresInARow, SourceDownError
from resources.live.natcomms import harvest_natcomms
from resources.live.pmc_bucket import MAX_METADATA_BYTES
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly
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
    harvest_natcomms(live, JUNE)
    assert _here(live) == ARTICLES[1:]
    failing.clear()
    harvest_natcomms(live, JUNE)
    assert _here(live) == ARTICLES


def test_a_bucket_that_fails_for_many_articles_in_a_row_is_down(live, failing):
    failing |= {f"{article}.1.json": Response("", 500) for article in ARTICLES[1:]}
    with pytest.raises(SourceDownError, match="pmc-oa: it answered 500"):
        harvest_natcomms(live, JUNE)
    assert _here(live) == ARTICLES[:1]
    failing.clear()
    harvest_natcomms(live, JUNE)
    assert _here(live) == ARTICLES
