"""Answers that services gave, as others wrote them down: what the clients make of them."""

import json
import re

import pytest
from werkzeug import Request, Response

from resources.live.access import Downloads, LiveAccess
from resources.live.answers import Answer
from resources.live.openrxiv_api import read_page, readable
from resources.live.pmc_bucket import file_of, metadata_of, metadata_tags
from resources.sources.preprints.records import RecordShelf
from s1_assets.extraction.jats.media_files import is_picture
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly


@pytest.fixture
def transcribed(shared_data):
    return shared_data / "api/transcribed"


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch):
    ask_quickly(monkeypatch, "pmc-oa")
    overrides = json.dumps({"pmc-oa": httpserver.url_for("/pmc-oa")})
    return LiveAccess(CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK)


def test_a_page_of_biorxiv(transcribed):
    page = read_page(Answer(200, {}, (transcribed / "biorxiv-details-2026-08-01.trimmed.json").read_bytes()))
    assert (page.total, len(page.records)) == (109, 1)
    assert not page.ends_at(30)
    record = readable(page.records[0])
    assert record is not None
    assert (record.doi, record.version, f"{record.posted}") == ("10.64898/2026.07.31.741992", 1, "2026-08-01")
    assert (record.license, record.published, record.withdrawn) == ("cc_by_nc_nd", None, False)
    assert len(record.authors) == 3


def test_the_other_lists_of_biorxiv_name_no_versions(transcribed):
    page = read_page(Answer(200, {}, (transcribed / "biorxiv-pubs-2026-06-01.trimmed.json").read_bytes()))
    assert page.total == 469
    assert readable(page.records[0]) is None


def test_the_dois_of_a_day_of_chemrxiv(transcribed):
    listed = json.loads((transcribed / "chemrxiv-crossref-dois-2026-08-19.manifest.json").read_text())
    assert len(listed["dois"]) == 10
    shelf = RecordShelf.of("chemrxiv")
    for doi in listed["dois"]:
        work = {"DOI": doi, "posted": {"date-parts": [[2026, 8, 19]]}, "title": ["On things"]}
        line = json.dumps(work).encode()
        preprint, version = doi.rsplit("/v", 1)
        read = shelf.read(line)
        assert (read.id, read.version) == (preprint, int(version))
        assert shelf.place_of_line(line) == ("2026-08", read.file)


def test_a_list_and_metadata_of_pmc_s_bucket(transcribed, live, httpserver):
    shapes = json.loads((transcribed / "pmc-cloud-metadata-shapes.json").read_text())
    whole = json.loads((transcribed / "pmc-cloud-metadata-PMC13533779.1.trimmed.json").read_text())
    metadata = {f"{one['pmcid']}.{one['version']}": one for one in [*shapes, whole]}

    def answer(request: Request) -> Response:
        if "list-type" in request.args:
            return Response((transcribed / "pmc-cloud-listing-PMC10358571.xml").read_bytes())
        return Response(json.dumps(metadata[request.path.rpartition("/")[2].removesuffix(".json")]))

    httpserver.expect_request(re.compile("/pmc-oa.*")).respond_with_handler(answer)
    assert list(metadata_tags(live, "PMC10358571")) == [1]
    for name, said in metadata.items():
        read = json.loads(metadata_of(live, name))
        assert read == said
        urls = {kind: read[kind] for kind in ("xml_url", "pdf_url", "text_url") if kind in read}
        assert urls
        for kind, url in urls.items():
            file = file_of(name, url)
            suffix = {"xml_url": "xml", "pdf_url": "pdf", "text_url": "txt"}[kind]
            assert (file.key, bool(file.md5)) == (f"{name}/{name}.{suffix}", True)


def test_the_keys_of_an_article_in_pmc_s_bucket(transcribed):
    keys = (transcribed / "pmc-cloud-object-keys-PMC11708054.1.txt").read_text().split()
    files = [file_of("PMC11708054.1", f"s3://pmc-oa-opendata/{key}") for key in keys]
    assert [file.key for file in files] == keys
    pictures = {file.key for file in files if is_picture(file.key)}
    assert "PMC11708054.1/mbio.01679-24.f001.jpg" in pictures
    assert not [key for key in pictures if key.endswith((".xml", ".txt", ".json", ".docx", ".xlsx"))]
