"""What an article says of itself."""

import pytest
from lxml import etree

from s1_assets.extraction.jats.front import Front, Related, read_front
from s1_assets.publishing.rights import rights_of

LINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def front_of(meta: str, journal: str = "", article_type: str = "research-article") -> Front:
    journal = f"<journal-meta>{journal}</journal-meta>" if journal else ""
    front = f"<front>{journal}<article-meta {LINK}>{meta}</article-meta></front>"
    return read_front(etree.fromstring(f'<article article-type="{article_type}">{front}</article>'))


def test_an_article_without_front_matter_says_nothing():
    assert read_front(etree.fromstring("<article article-type='letter'/>")) == Front(article_type="letter")
    assert front_of("").doi is None
    assert front_of("").published is None


def test_title_and_identifiers():
    front = front_of(
        """<article-id pub-id-type="doi">https://doi.org/10.5555/ABC.1</article-id>
        <article-id pub-id-type="pmc">1</article-id><article-version>1.2</article-version>
        <title-group><article-title>On <italic>E.
         coli</italic> &amp; H<sub>2</sub>O<xref ref-type="fn" rid="n">*</xref></article-title></title-group>
        <article-categories><subj-group><subject>Biology</subject><subj-group><subject>Cells</subject></subj-group>
        </subj-group></article-categories><kwd-group><kwd>alpha</kwd><kwd>beta</kwd><kwd>alpha</kwd></kwd-group>""",
        """<journal-id journal-id-type="nlm-ta">J Tea</journal-id>
        <journal-id journal-id-type="publisher-id">99</journal-id>
        <journal-title-group><journal-title>Journal of Tea</journal-title></journal-title-group>
        <issn>1234-5678</issn>""",
        article_type="correction",
    )
    assert (front.doi, front.ids["pmc"], front.version) == ("10.5555/abc.1", "1", "1.2")
    assert front.title == "On E. coli & H2O"
    assert (front.subjects, front.keywords) == (("Biology", "Cells"), ("alpha", "beta"))
    assert (front.journal, front.issns, front.article_type) == ("Journal of Tea", ("1234-5678",), "correction")
    assert front.journal_ids == {"nlm-ta": "J Tea", "publisher-id": "99"}


ABSTRACTS = {
    "<abstract><title>Abstract</title><p>One.</p><p>Two.</p></abstract>": "One.\nTwo.",
    "<abstract><sec><title>Aim:</title><p>One.</p><p>Two.</p></sec><sec><title>End</title><p>Three.</p></sec>"
    "</abstract>": "Aim: One.\nTwo.\nEnd: Three.",
    "<abstract abstract-type='teaser'><p>Buy!</p></abstract><abstract><p>One.</p></abstract>": "One.",
    "<abstract abstract-type='short'><p>Short.</p></abstract><abstract><p>Long.</p></abstract>": "Long.",
    "<abstract abstract-type='graphical'><p>Picture.</p></abstract>": "",
    "<trans-abstract><p>Uno.</p></trans-abstract>": "",
    "<abstract>Bare.</abstract>": "Bare.",
}


@pytest.mark.parametrize(("abstract", "text"), ABSTRACTS.items())
def test_the_abstract_is_the_abstract_proper(abstract, text):
    assert front_of(abstract).abstract == text


AUTHORS = {
    "<contrib contrib-type='author'><name><surname>Doe</surname><given-names>Jo B.</given-names><suffix>Jr</suffix>"
    "</name><xref ref-type='aff' rid='a'>1</xref></contrib>": "Jo B. Doe Jr",
    "<contrib><string-name><given-names>Jo</given-names> <surname>Doe</surname></string-name></contrib>": "Jo Doe",
    "<contrib><string-name>Jo Doe</string-name></contrib>": "Jo Doe",
    "<contrib><name-alternatives><name name-style='eastern'><surname>王</surname><given-names>芳</given-names></name>"
    "<name name-style='western'><surname>Wang</surname><given-names>Fang</given-names></name></name-alternatives>"
    "</contrib>": "Fang Wang",
    "<contrib><collab>The Tea Group<email>a@b.c</email><contrib-group><contrib><name><surname>Doe</surname></name>"
    "</contrib></contrib-group></collab></contrib>": "The Tea Group",
    "<contrib contrib-type='editor'><name><surname>Ed</surname></name></contrib>": None,
    "<contrib><anonymous/></contrib>": None,
}


@pytest.mark.parametrize(("contrib", "name"), AUTHORS.items())
def test_authors_are_named_given_name_first(contrib, name):
    assert front_of(f"<contrib-group>{contrib}</contrib-group>").authors == ((name,) if name else ())


def test_editors_in_a_group_of_their_own_are_no_authors():
    person = "<contrib contrib-type='person'><name><surname>{}</surname></name></contrib>"
    groups = "".join(
        f"<contrib-group content-type='{kind}'>{person.format(kind)}</contrib-group>" for kind in ("author", "editor")
    )
    assert front_of(groups).authors == ("author",)


DATES = {
    "<pub-date pub-type='epub'><day>9</day><month>3</month><year>2024</year></pub-date>": ("epub", "2024-03-09"),
    "<pub-date date-type='pub' publication-format='electronic'><month>March</month><year>2024</year></pub-date>": (
        "pub",
        "2024-03",
    ),
    "<pub-date pub-type='ppub'><season>Spring</season><year>2024</year></pub-date>": ("ppub", "2024"),
    "<pub-date iso-8601-date='2024-03-09T10:00'><year>1999</year></pub-date>": ("pub", "2024-03-09"),
    "<history><date date-type='received'><day>31</day><month>12</month><year>2023</year></date></history>": (
        "received",
        "2023-12-31",
    ),
    "<pub-date pub-type='epub'><day>0</day><month>13</month><year>2024</year></pub-date>": ("epub", "2024"),
    "<pub-date pub-type='epub'><day>40</day><month>Sept.</month><year>2024</year></pub-date>": ("epub", "2024-09"),
}


@pytest.mark.parametrize(("date", "expected"), DATES.items())
def test_dates_are_as_exact_as_they_are_given(date, expected):
    assert dict([expected]) == front_of(date).dates


def test_a_date_without_a_year_is_none():
    assert front_of("<pub-date pub-type='epub'><month>3</month></pub-date>").dates == {}


def test_it_came_out_when_it_was_first_to_be_read_on_line():
    dates = "".join(
        f"<pub-date pub-type='{kind}'><year>{year}</year></pub-date>"
        for kind, year in (("collection", 2022), ("ppub", 2023), ("epub", 2021))
    )
    assert front_of(dates).published == "2021"


CC = "https://creativecommons.org/licenses/"
LICENCES = {
    f'<license xlink:href="{CC}by/4.0/"><license-p>Free.</license-p></license>': f"{CC}by/4.0/",
    f"<license><license_ref>{CC}by-nc/4.0/</license_ref></license>": f"{CC}by-nc/4.0/",
    f'<license><p>See <ext-link xlink:href="{CC}by/3.0/">this</ext-link>.</p></license>': f"{CC}by/3.0/",
    f'<license xlink:href="http://j.example/terms"><p><ext-link xlink:href="{CC}by/4.0/">CC</ext-link></p></license>': (
        f"{CC}by/4.0/"
    ),
    '<license xlink:href="http://j.example/terms"/>': "http://j.example/terms",
    f"<license><license-p>Free under {CC}by/4.0/.</license-p></license>": f"{CC}by/4.0/",
    "<license><license-p>made available under a CC-BY-NC-ND 4.0 International license.</license-p></license>": (
        f"{CC}by-nc-nd/4.0/"
    ),
    "<license><p>the Creative Commons Attribution Non-Commercial License (CC BY-NC)</p></license>": f"{CC}by-nc/",
    "<license><p>Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International</p></license>": (
        f"{CC}by-nc-nd/4.0/"
    ),
    "<license><p>Creative Commons Attribution 4.0 International License</p></license>": f"{CC}by/4.0/",
    "<license><p>This work is CC0.</p></license>": "https://creativecommons.org/publicdomain/zero/1.0/",
    "<license><license-p>All rights reserved.</license-p></license>": "All rights reserved.",
    "<copyright-statement>© 2024 The Authors</copyright-statement>": "© 2024 The Authors",
    "": None,
}


@pytest.mark.parametrize(("permissions", "licence"), LICENCES.items())
def test_the_licence_is_an_address_where_it_can_be_told(permissions, licence):
    assert front_of(f"<permissions>{permissions}</permissions>").license == licence


def test_only_a_licence_that_opens_an_article_is_taken_for_one():
    open_ones = {written for written, url in LICENCES.items() if rights_of(url) == "open"}
    assert all("by/" in (LICENCES[written] or "") or "zero" in (LICENCES[written] or "") for written in open_ones)
    assert rights_of(LICENCES["<license><license-p>All rights reserved.</license-p></license>"]) == "pointer_only"


def test_ties_to_other_articles():
    front = front_of(
        """<related-article related-article-type="corrected-article" ext-link-type="doi" xlink:href="10.5555/A.2"/>
        <related-article related-article-type="preprint" xlink:href="https://doi.org/10.5555/pre"/>
        <related-article related-article-type="companion" xlink:href="http://j.example/7"/>
        <pub-history><event><self-uri content-type="preprint" xlink:href="https://doi.org/10.5555/p2"/></event></pub-history>"""
    )
    assert front.related == (
        Related("corrected-article", "10.5555/a.2", "10.5555/A.2"),
        Related("preprint", "10.5555/pre", "https://doi.org/10.5555/pre"),
        Related("companion", None, "http://j.example/7"),
        Related("preprint", "10.5555/p2", "https://doi.org/10.5555/p2"),
    )


@pytest.mark.parametrize(
    "words",
    [
        "Creative Commons Attribution / NonCommercial 4.0",
        "Creative Commons Attribution 4.0 International, for non-commercial use",
        "Creative Commons Attribution License, creativecommons.org/licenses/by-nc/4.0",
        "CC BY–NC 4.0",
        "CC-BY_NC",
        "CC BYNC",
    ],
)
def test_terms_of_a_licence_narrow_it_in_whatever_spelling(words):
    found = front_of(f"<permissions><license><license-p>{words}</license-p></license></permissions>").license
    assert rights_of(found) == "noncommercial"


@pytest.mark.parametrize(
    ("permissions", "rights"),
    [
        (f'<license xlink:href="{CC}by/4.0/"/><license xlink:href="{CC}by-nc-nd/4.0/"/>', "no_derivatives"),
        (f'<license xlink:href="{CC}by/4.0/"/><license><p>All rights reserved.</p></license>', "pointer_only"),
        (f"<license><p>CC BY, {CC}by/4.0/; figures {CC}by-nc/4.0/</p></license>", "noncommercial"),
    ],
)
def test_of_several_licences_the_one_that_allows_least_counts(permissions, rights):
    assert rights_of(front_of(f"<permissions>{permissions}</permissions>").license) == rights


@pytest.mark.parametrize(
    "permissions",
    [
        "<license><p>No reuse allowed without permission. Figure 2 is shown under CC BY 4.0.</p></license>",
        f'<license><p>All rights reserved; Fig. 2: <ext-link xlink:href="{CC}by/4.0/">CC</ext-link></p></license>',
        "<copyright-statement>© A. Author. This article is not published under CC BY.</copyright-statement>",
    ],
)
def test_the_licence_of_a_picture_does_not_open_an_article_that_reserves_its_rights(permissions):
    assert rights_of(front_of(f"<permissions>{permissions}</permissions>").license) == "pointer_only"


def test_what_a_licence_leaves_out_does_not_close_it():
    words = "Creative Commons Attribution 4.0. If material is not included under it, ask the holder of its rights."
    found = front_of(f"<permissions><license><license-p>{words}</license-p></license></permissions>").license
    assert found == f"{CC}by/4.0/"
