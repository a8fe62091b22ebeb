"""Papers that try to read files of the machine: whatever they name, only bytes of their own archive come out."""

import io
import zipfile

import pytest

from s1_assets.extraction.paper import extract_paper
from s1_assets_tests.extraction.quadrants import raster, saved

ROW = {"paper_id": "biorxiv:10.1101/1", "status": "live", "format": "jats"}
SECRET = "7f3a-secret-of-the-machine"
PICTURE = saved(raster(), "PNG")
ARTICLE = """{prolog}<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude">
<front><article-meta><title-group><article-title>Of reach</article-title></title-group></article-meta></front>
<body><p>See Fig. 1. {text}</p><fig id="f1"><label>Fig. 1.</label><caption><p>One. {text}</p></caption>
<graphic xlink:href="{href}"/></fig></body></article>"""
PROLOGS = {
    "external entity": '<!DOCTYPE article [<!ENTITY x SYSTEM "{url}">]>',
    "parameter entity": '<!DOCTYPE article [<!ENTITY % p SYSTEM "{url}"> %p;]>',
    "external subset": '<!DOCTYPE article SYSTEM "{url}">',
    "public subset": '<!DOCTYPE article PUBLIC "-//x" "{url}">',
    "stylesheet": '<?xml-stylesheet type="text/xsl" href="{url}"?>',
    "bomb": '<!DOCTYPE article [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>",
}
TEXTS = {
    "nothing": "",
    "entity": "&x;",
    "last of the bomb": "&i;",
    "include": '<xi:include href="{url}" parse="text"/>',
    "include of XML": '<xi:include href="{url}"/>',
}


@pytest.fixture
def outside(tmp_path):
    """A file that no paper may read: a picture that says so in its text chunk."""
    file = tmp_path / "secret.png"
    file.write_bytes(saved(raster(500, 300), "PNG") + SECRET.encode())
    return file


def archive(article: str, link: str | None = None) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("content/paper.xml", article)
        package.writestr("content/one.png", PICTURE)
        if link:
            symlink = zipfile.ZipInfo("content/link.png")
            symlink.create_system, symlink.external_attr = 3, 0o120777 << 16
            package.writestr(symlink, link)
    return packed.getvalue()


def said(content: bytes) -> str:
    """All that comes out of a paper, which shows no picture but its own."""
    extraction = extract_paper(ROW, content)
    assert extraction.pairs or extraction.rejects
    assert all(row["image"] == PICTURE for row in extraction.pairs)
    return repr([extraction.pairs, extraction.passages, extraction.rejects])


def test_the_paper_whose_reach_is_tried_below_is_whole():
    [pair] = extract_paper(ROW, archive(ARTICLE.format(prolog="", text="", href="one.png"))).pairs
    assert (pair["caption"], pair["image"]) == ("One.", PICTURE)


@pytest.mark.parametrize("prolog", PROLOGS)
@pytest.mark.parametrize("text", TEXTS)
def test_an_article_reads_and_expands_nothing(outside, prolog, text):
    urls = {"url": outside.as_uri()}
    written = PROLOGS[prolog].replace("{url}", urls["url"]), TEXTS[text].format(**urls)
    out = said(archive(ARTICLE.format(prolog=written[0], text=written[1], href="one.png")))
    assert SECRET not in out
    assert len(out) < 100_000


@pytest.mark.parametrize(
    "form", ["{path}", "file://{path}", "../../../../../../../..{path}", "%2e%2e/..{path}", "link.png"]
)
def test_a_picture_outside_of_the_archive_is_missing(outside, form):
    href = form.format(path=outside)
    extraction = extract_paper(ROW, archive(ARTICLE.format(prolog="", text="", href=href), link=str(outside)))
    assert extraction.pairs == []
    assert "file_missing" in {row["reason"] for row in extraction.rejects}
