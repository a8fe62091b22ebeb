"""XML as it arrives: mended where only one reading is possible, refused where it could do harm."""

import pytest
from lxml import etree

from s1_assets.extraction.jats.xml import MAX_XML_BYTES, href, parse_article, parse_xml
from s1_assets.rejects import Reason, Reject


def root_of(content: bytes):
    root = parse_xml(content)
    assert not isinstance(root, Reject), root
    return root


def text_of(content: bytes) -> str:
    return "".join(root_of(content).itertext())


def refused(content: bytes) -> Reason:
    reject = parse_xml(content)
    assert isinstance(reject, Reject)
    assert (reject.figure, reject.source_file) == (None, None)
    return reject.reason


DECLARATION = b'<?xml version="1.0" encoding="%s"?>'
DOCTYPE = b'<!DOCTYPE article SYSTEM "absent.dtd">'


@pytest.mark.parametrize(
    "content",
    [
        "<p>naïve</p>".encode(),
        DECLARATION % b"UTF-8" + "<p>naïve</p>".encode(),
        b"\xef\xbb\xbf" + DECLARATION % b"UTF-8" + "<p>naïve</p>".encode(),
        b"\n  \t" + DECLARATION % b"UTF-8" + "<p>naïve</p>".encode(),
        b"Received by post:\n" + DECLARATION % b"UTF-8" + "<p>naïve</p>".encode(),
        DECLARATION % b"UTF-16" + "<p>naïve</p>".encode(),
        DECLARATION % b"ISO-8859-1" + "<p>naïve</p>".encode(),
        DECLARATION % b"ISO-8859-1" + "<p>naïve</p>".encode("latin-1"),
        DECLARATION % b"UTF-8" + "<p>naïve</p>".encode("cp1252"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + "<p>naïve</p>").encode("utf-16"),
        "<p>naïve</p>".encode("utf-16-be"),
    ],
)
def test_a_document_is_decoded_whatever_it_declares_and_wherever_it_begins(content):
    assert text_of(content) == "naïve"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("5&nbsp;mm &plusmn;&ndash;&rsquor;", "5\xa0mm ±–’"),
        ("salt & water", "salt & water"),
        ("R&D; A&B", "R&D; A&B"),
        ("&LT;b&GT; &AMP; &amp; &#945;&#x3b1;", "<b> & & αα"),
        ("p < 0.05 and n<5", "p < 0.05 and n<5"),
        ("form\x0cfeed&#0;&#x1F;&#xD800;", "formfeed"),
        ("<![CDATA[a & b &nbsp; <c>]]> &nbsp;", "a & b &nbsp; <c> \xa0"),
        ("<!-- a & b -->&nbsp;", "\xa0"),
        ("<?fold a & b?>&nbsp;", "\xa0"),
    ],
)
@pytest.mark.parametrize("prolog", [b"", DOCTYPE])
def test_what_is_not_well_formed_is_read_as_it_was_meant(written, meant, prolog):
    assert text_of(prolog + f"<p>{written}</p>".encode()) == meant


def test_entities_in_attributes_are_not_lost():
    assert root_of(DOCTYPE + b'<p a="x&nbsp;y"/>').get("a") == "x\xa0y"


def test_attributes_without_a_blank_between_them_come_apart():
    root = root_of(b"""<p a="1"b='2'  c="d='e'f"><q r="1"s="x > y"/></p>""")
    assert (dict(root.attrib), dict(root[0].attrib)) == ({"a": "1", "b": "2", "c": "d='e'f"}, {"r": "1", "s": "x > y"})


def test_a_prefix_that_nothing_declares_is_read():
    root = root_of(b'<p><g xlink:href="a.png"/><ali:license_ref>b</ali:license_ref></p>')
    assert (href(root[0]), root[1].tag) == ("a.png", "license_ref")


def test_elements_go_by_their_names_without_namespaces():
    root = root_of(b'<article xmlns="urn:jats" xmlns:m="urn:m"><m:math><m:mi/></m:math></article>')
    assert [element.tag for element in root.iter()] == ["article", "math", "mi"]


def test_comments_and_instructions_do_not_cut_a_text():
    assert root_of(b"<p>one<!-- two --><?three?> four</p>").text == "one four"


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"plain words", b"<p>never ends", b"<p></q>", b"\0\1\2\3", b"<p/><p/>"]
)
def test_what_cannot_be_mended_for_sure_is_refused(content):
    assert refused(content) is Reason.PARSE_ERROR


BOMB = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        BOMB.decode().encode("utf-16"),
        b"\n" + DECLARATION % b"UTF-8" + BOMB,
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>',
        b'<!DOCTYPE a [<!-- > ]> --><!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "<!--" [<!ENTITY x "y">]><!-- --><a b="&x;">&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>c & d</a>',
    ],
)
def test_a_document_that_declares_entities_is_refused(content):
    assert refused(content) is Reason.ARCHIVE_UNSAFE


def test_a_comment_about_entities_is_no_declaration():
    assert text_of(b"<!-- <!ENTITY x 'y'> --><p>fine</p>") == "fine"


def test_nothing_beside_the_document_is_read(tmp_path):
    secret = tmp_path / "secret.dtd"
    secret.write_text('<!ENTITY secret "read"><!ATTLIST p secret CDATA "read">')
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'
    root = root_of(f'<!DOCTYPE p SYSTEM "{secret.as_uri()}"><p>{include}&secret;</p>'.encode())
    assert "read" not in etree.tostring(root, encoding="unicode").replace(str(secret), "")


def test_a_document_that_is_too_large_or_too_deep_is_refused():
    assert refused(b" " * (MAX_XML_BYTES + 1)) is Reason.ARCHIVE_UNSAFE
    assert refused(b"<p>" * 5000 + b"</p>" * 5000) is Reason.PARSE_ERROR


def test_an_article_is_found_inside_of_what_others_wrap_around_it():
    found = parse_article(b"<pmc-articleset><article><body/></article></pmc-articleset>")
    assert not isinstance(found, Reject)
    assert found.tag == "article"
    absent = parse_article(b"<html><body/></html>")
    assert isinstance(absent, Reject)
    assert absent.reason is Reason.PARSE_ERROR
