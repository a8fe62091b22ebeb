"""Where the services are, and how an operator says otherwise."""

import pytest

from resources.live.access import Downloads
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
