"""Where the services are, and how an operator says otherwise."""

import pytest

from resources.live.access import Downloads
from resources.live.limits import RateLimit
from resources.live.services import SERVICES, services


def test_base_urls_can_be_set():
    found = services('{"crossref": "http://127.0.0.1:8000/", "arxiv-s3": "s3://copy/arxiv"}')
    assert (found["crossref"].url, found["arxiv-s3"].url) == ("http://127.0.0.1:8000", "s3://copy/arxiv")
    assert found["crossref"].limit == SERVICES["crossref"].limit
    assert found["osf"] == SERVICES["osf"]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ("crossref", "is not JSON"),
        ("[]", "no JSON object"),
        ('{"crossref": 1}', "no JSON object"),
        ('{"crosref": "https://a"}', "S1_SERVICES names crosref; services are arxiv-oai"),
        ('{"crossref": "http://example.org"}', "crossref is to be an https://"),
        ('{"crossref": "file:///etc"}', "crossref is to be an https://"),
    ],
)
def test_a_mistake_is_told(overrides, message):
    with pytest.raises(ValueError, match=message):
        services(overrides)


def test_every_default_is_encrypted_or_a_bucket():
    assert all(service.url.startswith(("https://", "s3://")) for service in SERVICES.values())


def test_arxiv_s_own_limits_are_kept_to():
    """https://info.arxiv.org/help/api/tou.html and https://info.arxiv.org/help/bulk_data.html."""
    metadata, full_text = SERVICES["arxiv-oai"].limit, SERVICES["arxiv-export"].limit
    assert (metadata.requests, metadata.seconds, metadata.one_at_a_time) == (1, 3.0, True)
    assert (full_text.requests, full_text.seconds) == (4, 2.0)  # a burst of 4 in a second, then a second of rest


def test_downloads_are_a_mirror(tmp_path, bucket):
    (tmp_path / "local.pdf").write_bytes(b"%PDF")
    for url in (str(tmp_path / "downloads"), f"{bucket}/downloads"):
        downloads = Downloads(url)
        assert downloads.mirror.objects("chemrxiv") == []
        downloads.put("chemrxiv/works.jsonl", b"{}\n")
        downloads.put("chemrxiv/pdf/a.pdf", tmp_path / "local.pdf")
        assert [found.path for found in downloads.mirror.objects("chemrxiv")] == [
            "chemrxiv/pdf/a.pdf",
            "chemrxiv/works.jsonl",
        ]
        assert downloads.mirror.read("chemrxiv/pdf/a.pdf", 0, 4) == b"%PDF"


@pytest.mark.parametrize(
    ("name", "url", "requests", "seconds", "one_at_a_time"),
    [
        ("arxiv-oai", "https://oaipmh.arxiv.org/oai", 1, 3.0, True),
        ("arxiv-export", "https://export.arxiv.org", 4, 2.0, False),
        ("arxiv-s3", "s3://arxiv", 100, 1.0, False),
        ("biorxiv-api", "https://api.biorxiv.org", 1, 1.0, False),
        ("biorxiv-s3", "s3://biorxiv-src-monthly", 10, 1.0, False),
        ("medrxiv-s3", "s3://medrxiv-src-monthly", 10, 1.0, False),
        ("crossref", "https://api.crossref.org", 1, 1.0, False),
        ("eutils", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils", 3, 1.0, False),
        ("pmc-oa", "https://pmc-oa-opendata.s3.amazonaws.com", 10, 1.0, False),
    ],
)
def test_services_are_asked_where_and_as_often_as_they_say(name, url, requests, seconds, one_at_a_time):
    service = SERVICES[name]
    assert service.url == url
    assert service.limit == RateLimit(service.limit.name, requests, seconds, one_at_a_time)


def test_no_two_services_share_a_limit():
    assert len({service.limit.name for service in SERVICES.values()}) == len(SERVICES)
