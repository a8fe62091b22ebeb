"""MECA archives in both dialects, in order and in disorder."""

import io
import zipfile

import pytest

from s1_assets.extraction.meca import Meca, read_meca
from s1_assets.extraction.paper import extract_paper
from s1_assets.extraction.unpack import Package, unpack
from s1_assets.rejects import Reason, Reject
from s1_assets_tests.extraction.quadrants import raster, saved

PAPER = {"paper_id": "biorxiv:10.5555/1", "status": "live", "format": "jats"}
ARTICLE = b"""<?xml version="1.0"?><!DOCTYPE article SYSTEM "JATS.dtd"><article xmlns:xlink="http://www.w3.org/1999/xlink">
<front><article-meta><title-group><article-title>Tea</article-title></title-group></article-meta></front>
<body><p>Steam rises (<xref ref-type="fig" rid="f1">Fig. 1</xref>).</p>
<fig id="f1"><label>Fig. 1.</label><caption><p>Steam.</p></caption><graphic xlink:href="f1.png"/></fig></body>
</article>"""
NISO = b"""<?xml version="1.0"?><!DOCTYPE manifest PUBLIC "-//MECA//DTD Manifest v1.0//en" "https://meca.zip/manifest-1.0.dtd">
<manifest manifest-version="1" xmlns="https://manuscriptexchange.org/schema/manifest" xmlns:xlink="http://www.w3.org/1999/xlink">
<item item-type="figure"><instance media-type="image/png" xlink:href="content/f1.png"/></item>
<item item-type="article-metadata"><instance media-type="application/xml" xlink:href="content/paper.xml"/></item>
<item item-type="manuscript"><instance media-type="application/pdf" xlink:href="content/whole%20paper.pdf"/></item>
</manifest>"""
HIGHWIRE = b"""<?xml version="1.0"?><manifest xmlns="http://manuscriptexchange.org" version="1.0">
<item id="ms" type="article"><title/><instance media-type="application/xml" href="content/paper.xml"/></item>
<item type="manuscript"><title/><instance media-type="application/pdf" href="content/whole paper.pdf"/></item>
</manifest>"""
TRANSFER_NISO = b"""<transfer xmlns="https://manuscriptexchange.org/schema/transfer"><transfer-source><service-provider>
<provider-name>Press</provider-name></service-provider><publication><publication-title>Tea Archive</publication-title>
</publication></transfer-source></transfer>"""
TRANSFER_HIGHWIRE = b"""<transfer xmlns="http://www.manuscriptexchange.org"><source><publication><title/><acronym>TeaRxiv</acronym>
</publication></source><destination><publication><acronym>Other</acronym></publication></destination></transfer>"""
PDF = b"%PDF-1.5\n"
CONTENT = {
    "content/directives.xml": b"<directives><article>no</article></directives>",
    "content/paper.xml": ARTICLE,
    "content/whole paper.pdf": PDF,
    "content/f1.png": saved(raster(), "PNG"),
}


def zip_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def meca_of(files: dict[str, bytes]) -> Meca:
    meca = read_meca(files)
    assert isinstance(meca, Meca), meca
    return meca


@pytest.mark.parametrize(
    ("manifest", "transfer", "server"), [(NISO, TRANSFER_NISO, "Tea Archive"), (HIGHWIRE, TRANSFER_HIGHWIRE, "TeaRxiv")]
)
@pytest.mark.parametrize("folder", ["", "0f1e2d3c/"])
def test_both_dialects_name_the_article_and_its_files_in_whatever_folder(manifest, transfer, server, folder):
    files = {folder + name: content for name, content in CONTENT.items()}
    files |= {f"{folder}transfer.xml": transfer, f"{folder}manifest.xml": manifest}
    assert meca_of(files) == Meca(
        f"{folder}content/paper.xml", f"{folder}content/whole paper.pdf", (f"{folder}content/f1.png",), server
    )


def test_a_manifest_outside_of_the_folder_that_holds_everything_else_is_understood():
    files = {f"0f1e2d3c/{name}": content for name, content in CONTENT.items()} | {"manifest.xml": NISO}
    assert meca_of(files).article == "0f1e2d3c/content/paper.xml"


OTHER_ARTICLE = b"<article><body><p>" + b"Longer. " * 200 + b"</p></body></article>"


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        b"",
        b"<manifest",
        b"<!DOCTYPE m [<!ENTITY x 'y'>]><manifest>&x;</manifest>",
        NISO.replace(b"paper.xml", b"gone.xml"),
        NISO.replace(b"content/paper.xml", b"transfer.xml"),
        NISO.replace(b"content/paper.xml", b"content/f1.png"),
        HIGHWIRE.replace(b"href", b"link"),
    ],
)
def test_without_a_manifest_that_helps_the_content_tells_the_article(manifest):
    files = CONTENT | {"transfer.xml": TRANSFER_NISO, "content/deeper/review.xml": OTHER_ARTICLE}
    files |= {} if manifest is None else {"manifest.xml": manifest}
    assert meca_of(files).article == "content/paper.xml"


def test_the_listed_article_comes_before_others():
    files = CONTENT | {"manifest.xml": NISO, "other.xml": OTHER_ARTICLE}
    assert meca_of(files).article == "content/paper.xml"


def test_a_listed_article_that_does_not_look_like_one_is_still_the_article():
    files = CONTENT | {"manifest.xml": NISO, "content/paper.xml": b"cut off: <art"}
    assert meca_of(files).article == "content/paper.xml"


def test_a_pdf_of_no_bytes_is_none():
    assert meca_of(CONTENT | {"manifest.xml": NISO, "content/whole paper.pdf": b""}).pdf is None


def test_a_pdf_beside_the_article_is_the_paper_when_no_manifest_says_so():
    assert meca_of(CONTENT | {"content/paper.pdf": PDF}).pdf == "content/paper.pdf"


def test_an_archive_without_an_article_is_rejected():
    reject = read_meca({"manifest.xml": NISO, "content/f1.png": b""})
    assert isinstance(reject, Reject)
    assert reject.reason is Reason.NO_MAIN_FILE


WORD_FILE = zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})


@pytest.mark.parametrize(
    "files",
    [
        CONTENT | {"manifest.xml": NISO},
        {"0f1e2d3c/manifest.xml": HIGHWIRE, "0f1e2d3c/content/paper.xml": ARTICLE},
        {"manifest.xml": NISO, "source/paper.tex": rb"\documentclass{article}", "paper.xml": ARTICLE},
        {"supplement.docx": WORD_FILE, "paper.xml": ARTICLE},
        {"paper.pdf": PDF, "paper.nxml": b"\xef\xbb\xbf\n <!-- " + b"long " * 2000 + b"-->" + ARTICLE},
    ],
)
def test_an_archive_of_an_article_is_of_kind_meca(files):
    package = unpack(zip_of(files))
    assert isinstance(package, Package)
    assert package.kind == "meca"


def test_an_article_alone_is_a_package_too():
    package = unpack(ARTICLE)
    assert isinstance(package, Package)
    assert (package.kind, list(package.files)) == ("meca", ["main.xml"])


def test_a_paper_of_an_archive_ends_as_pairs_and_passages():
    extraction = extract_paper(PAPER, zip_of(CONTENT | {"manifest.xml": NISO}))
    (pair,) = extraction.pairs
    assert (pair["pair_id"], pair["route"], pair["label"], pair["caption"], pair["source_file"]) == (
        "biorxiv:10.5555/1#1",
        "jats",
        "Fig. 1",
        "Steam.",
        "content/f1.png",
    )
    assert [passage["text"] for passage in extraction.passages] == ["Steam rises (Fig. 1)."]
    assert extraction.rejects == []


BROKEN = {
    "no pictures": (CONTENT | {"manifest.xml": NISO, "content/f1.png": b""}, "unreadable_image"),
    "picture missing": ({"manifest.xml": NISO, "content/paper.xml": ARTICLE}, "file_missing"),
    "no article": ({"manifest.xml": NISO, "content/f1.png": b"x"}, "no_main_file"),
    "article cut off": ({"manifest.xml": NISO, "content/paper.xml": ARTICLE[:-40]}, "parse_error"),
    "article with entities": (
        {"manifest.xml": NISO, "content/paper.xml": ARTICLE.replace(b'"JATS.dtd"', b'"J" [<!ENTITY x "y">]')},
        "archive_unsafe",
    ),
    "no figures": (
        {"manifest.xml": NISO, "content/paper.xml": b"<article><body><p>Words.</p></body></article>"},
        "no_figures",
    ),
}


@pytest.mark.parametrize(("files", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_what_an_archive_lacks_is_one_reject_with_its_reason(files, reason):
    extraction = extract_paper(PAPER, zip_of(files))
    assert (extraction.pairs, [row["reason"] for row in extraction.rejects]) == ([], [reason])
