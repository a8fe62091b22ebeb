"""Inline markup as a reader would type it."""

import pytest
from lxml import etree

from s1_assets.extraction.jats.text import Prose, plain_text


def element(inline: str):
    return etree.fromstring(f"<p>{inline}</p>")


def cite(number: str) -> str:
    return f'<xref ref-type="bibr" rid="r{number}">{number}</xref>'


TEXTS = {
    "<bold>Bold</bold>, <italic>in<underline>clin</underline>ed</italic>": "Bold, inclined",
    "one\n   two\u00a0three\u2009four": "one two three four",
    "first<break/>second": "first second",
    "CO<sub>2</sub>, Ca<sup>2+</sup>, <sup>13</sup>C and 2<sup>nd</sup>": "CO2, Ca2+, 13C and 2nd",
    "10<sup>6</sup> cells, 10<sup>−3</sup> M, m<sup>2</sup>": "10^6 cells, 10^−3 M, m2",
    "at 12<sup>∘</sup> and 7<sup>◦</sup>": "at 12° and 7°",
    "<ext-link>the site</ext-link> by <named-content>name</named-content>": "the site by name",
    "see<xref ref-type='fn' rid='n'>1</xref> here<fn id='n'><p>Aside.</p></fn>.": "see here.",
    "<abbrev>DNA<def><p>deoxyribonucleic acid</p></def></abbrev> is": "DNA is",
    "before <fig><caption><p>Float.</p></caption></fig>after": "before after",
    "a <table-wrap><table/></table-wrap><media/><supplementary-material><p>File.</p></supplementary-material>b": "a b",
    "icon <inline-graphic/>here": "icon here",
    "<list><list-item><label>(1)</label><p>one.</p></list-item><list-item><p>two.</p></list-item></list>": "one. two.",
    "x<disp-formula><label>(1)</label><tex-math>y</tex-math></disp-formula>z": "x $y$ z",
    "is <inline-formula><alternatives><inline-graphic/><math><mi>a</mi></math><tex-math>\\alpha</tex-math>"
    "</alternatives></inline-formula>.": "is $\\alpha$.",
    "is <inline-formula><alternatives><graphic/><math><mi>a</mi></math></alternatives></inline-formula>.": "is $a$.",
    "is <inline-formula><inline-graphic/></inline-formula>.": "is .",
    "forged \ue000marks\ue001": "forged marks",
}


@pytest.mark.parametrize(("markup", "text"), TEXTS.items())
def test_markup_becomes_text(markup, text):
    assert plain_text(element(markup)) == text


CITATIONS = {
    f"shown [{cite('12')}].": "shown [CITE].",
    f"shown [{cite('1')}, {cite('2')}–{cite('5')}].": "shown [CITE].",
    f"shown<sup>{cite('1')},{cite('2')}</sup> before": "shown [CITE] before",
    f"shown.<sup>{cite('7')}–{cite('9')}</sup> Next": "shown.[CITE] Next",
    f"as {cite('[3]')} says": "as [CITE] says",
    f"as {cite('[3, 4]')} and {cite('5')}": "as [CITE] and [CITE]",
    f"({cite('Doe et al., 2001')}; {cite('Roe, 1999b')})": "(Doe et al., 2001; Roe, 1999b)",
    f"Doe ({cite('2001a')})": "Doe (2001a)",
    "work <xref ref-type='bibr' rid='r'><sup>a</sup></xref>": "work [CITE]",
}


@pytest.mark.parametrize(("markup", "text"), CITATIONS.items())
def test_a_citation_by_number_is_marked_and_one_by_name_is_kept(markup, text):
    assert plain_text(element(markup)) == text


PRETTY_PRINTED = {
    "shown (\n  <xref rid='f'>Fig. 1</xref>\n  ), see": "shown (Fig. 1), see",
    "in Figure\n  <xref rid='f'>\n   3\n  </xref>\n  .": "in Figure 3.",
    "of 5 R\n  <sub>e</sub>\n  and H\n  <sub>2</sub>O": "of 5 Re and H 2O",
    "see\n  <bold>this</bold>\n  word": "see this word",
}


@pytest.mark.parametrize(("markup", "text"), PRETTY_PRINTED.items())
def test_blanks_of_a_pretty_printer_leave_no_trace_where_it_is_sure(markup, text):
    assert plain_text(element(markup)) == text


def test_references_span_their_words_and_keep_all_their_ids():
    prose = Prose()
    prose.add_content(
        element(
            " See <xref rid='a b'> Figs. 1\n and <italic>2</italic> </xref>or<xref rid='c'>(<xref>3</xref>)</xref>."
        )
    )
    text, references = prose.finish()
    assert text == "See Figs. 1 and 2 or(3)."
    assert sorted((text[r.start : r.end], r.ids) for r in references) == [
        ("(3)", ("c",)),
        ("3", ()),
        ("Figs. 1 and 2", ("a", "b")),
    ]


def test_an_empty_reference_is_none():
    prose = Prose()
    prose.add_content(element("<xref rid='a'/> text<xref rid='b'> </xref>"))
    assert prose.finish() == ("text", ())
