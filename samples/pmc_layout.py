"""PMC's open-access bucket in the layout that it has since 2026, with articles of Nature Communications.

pmc-oa/metadata/PMC<id>.<version>.json     what PMC says of an article version
pmc-oa/PMC<id>.<version>/                  its XML and media, as loose files
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from samples.jats import Front, article_xml
from samples.paper import Paper

BUCKET = "pmc-oa-opendata"
LICENCES = {"CC BY": "https://creativecommons.org/licenses/by/4.0/"}


@dataclass(frozen=True)
class Article:
    """One version of an article. `license` is PMC's code, `subject` a path of Nature Portfolio's subjects."""

    pmcid: str
    version: int
    doi: str
    title: str
    authors: list[str]
    subject: str
    license: str
    published: date
    abstract: str
    preprint: str | None = None
    retracted: bool = False

    @property
    def name(self) -> str:
        """The name of the version's folder, of its XML and of its metadata."""
        return f"{self.pmcid}.{self.version}"


def lay_out(papers: Sequence[Paper]) -> dict[str, bytes]:
    """Every file of the mirror by its path; of a paper without files there is only the metadata."""
    found: dict[str, bytes] = {}
    for paper in papers:
        article = Article(**paper.record)
        files = paper.files()
        if files:
            text = files.pop("article.xml").decode()
            files[f"{article.name}.xml"] = article_xml(_front(article), text)
        found[f"pmc-oa/metadata/{article.name}.json"] = _metadata(article, files)
        found |= {f"pmc-oa/{article.name}/{name}": content for name, content in files.items()}
    return found


def _front(article: Article) -> Front:
    return Front(
        journal="Nature Communications",
        journal_ids={"nlm-ta": "Nat Commun", "publisher-id": "41467"},
        issn="2041-1723",
        ids={"pmcid": article.pmcid, "doi": article.doi},
        subjects={"heading": "Article", "SubjectPath": article.subject},
        title=article.title,
        authors=tuple(article.authors),
        abstract=article.abstract,
        license=LICENCES[article.license],
        published=article.published,
        related={"preprint": article.preprint} if article.preprint else {},
    )


def _metadata(article: Article, files: Mapping[str, bytes]) -> bytes:
    urls = {
        name: f"s3://{BUCKET}/{article.name}/{name}?md5={hashlib.md5(content, usedforsecurity=False).hexdigest()}"
        for name, content in files.items()
    }
    metadata = {
        "pmcid": article.pmcid,
        "version": article.version,
        "doi": article.doi,
        "title": article.title,
        "citation": f"Nat Commun. {article.published:%Y %b %-d};15:{article.doi.split('-')[2]}. doi: {article.doi}",
        "is_pmc_openaccess": True,
        "is_manuscript": False,
        "is_historical_ocr": False,
        "is_retracted": article.retracted,
        "license_code": article.license,
        "xml_url": urls.pop(f"{article.name}.xml", None),
        "media_urls": list(urls.values()),
    }
    return json.dumps(metadata, indent=1).encode()
