"""JATS articles (NISO Z39.96): the front matter that a journal or a preprint server puts before an author's text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape, quoteattr

DOCTYPE = (
    '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.2 20190208//EN" '
    '"JATS-archivearticle1.dtd">'
)


@dataclass(frozen=True)
class Front:
    """What an article says of itself before its text begins.

    `ids`, `journal_ids` and `subjects` go by JATS's types of them, `related` maps types of related articles to DOIs.
    `license` is a URL; `version` is the article version as written.
    """

    journal: str
    journal_ids: Mapping[str, str]
    ids: Mapping[str, str]
    subjects: Mapping[str, str]
    title: str
    authors: tuple[str, ...]
    abstract: str
    license: str
    published: date
    issn: str | None = None
    version: str | None = None
    related: Mapping[str, str] = field(default_factory=dict)


def article_xml(front: Front, text: str) -> bytes:
    """The article: `text`, an `article` with an empty `<front/>`, with its front matter filled in."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n{text.replace("<front/>", _front(front))}'.encode()


def _front(front: Front) -> str:
    version = f"<article-version>{front.version}</article-version>" if front.version else ""
    issn = f'<issn pub-type="epub">{front.issn}</issn>' if front.issn else ""
    related = "".join(
        f'<related-article related-article-type="{kind}" ext-link-type="doi" xlink:href={quoteattr(doi)}/>'
        for kind, doi in front.related.items()
    )
    subjects = "".join(
        f'<subj-group subj-group-type="{kind}"><subject>{escape(subject)}</subject></subj-group>'
        for kind, subject in front.subjects.items()
    )
    return f"""<front>
<journal-meta>{_typed("journal-id", "journal-id-type", front.journal_ids)}
<journal-title-group><journal-title>{front.journal}</journal-title></journal-title-group>{issn}</journal-meta>
<article-meta>{_typed("article-id", "pub-id-type", front.ids)}{version}
<article-categories>{subjects}</article-categories>
<title-group><article-title>{escape(front.title)}</article-title></title-group>
<contrib-group>{"".join(map(_author, front.authors))}</contrib-group>
<pub-date pub-type="epub">{front.published:<day>%-d</day><month>%-m</month><year>%Y</year>}</pub-date>
<permissions><license xlink:href="{front.license}"><license-p>Open access.</license-p></license></permissions>
{related}<abstract><p>{escape(front.abstract.strip())}</p></abstract></article-meta>
</front>"""


def _typed(tag: str, attribute: str, values: Mapping[str, str]) -> str:
    return "".join(f'<{tag} {attribute}="{kind}">{value}</{tag}>' for kind, value in values.items())


def _author(name: str) -> str:
    given, _, family = name.rpartition(" ")
    return (
        f'<contrib contrib-type="author"><name><surname>{escape(family)}</surname>'
        f"<given-names>{escape(given)}</given-names></name></contrib>"
    )
