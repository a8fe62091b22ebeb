"""Hostile and broken XML and archives: reading always ends, never raises, and stays within the document."""

import io
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1_assets.context.mentions import figure_mentions
from s1_assets.extraction.document import Document
from s1_assets.extraction.jats.read import read_jats
from s1_assets.extraction.meca import Meca, read_meca
from s1_assets.extraction.unpack import Package, unpack
from s1_assets.rejects import Reject

ARTICLE = """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE article SYSTEM "JATS.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"><front><article-meta>
<article-id pub-id-type="doi">10.5555/1</article-id><title-group><article-title>Tea &amp; time</article-title>
</title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Doe</surname><given-names>Jo</given-names></name></contrib>
</contrib-group><pub-date pub-type="epub"><day>1</day><month>2</month><year>2024</year></pub-date><permissions><license
xlink:href="https://creativecommons.org/licenses/by/4.0/"/></permissions><abstract><p>Short.</p></abstract></article-meta>
</front><body><sec><title>Results</title><p>Steam rises<sup><xref ref-type="bibr" rid="r1">1</xref></sup> (<xref
ref-type="fig" rid="f1">Fig. 1A</xref>, <xref ref-type="fig" rid="f2 f3">2–3</xref>) by <inline-formula><alternatives>
<mml:math><mml:mfrac><mml:mi>a</mml:mi><mml:msup><mml:mi>b</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:mfrac></mml:math>
<tex-math><![CDATA[\\begin{document}$a$\\end{document}]]></tex-math></alternatives></inline-formula>.</p>
<fig id="f1"><label>Fig. 1.</label><caption><title>Steam.</title><p>Hot.</p></caption><alternatives><graphic
xlink:href="a.tif"/><graphic xlink:href="a.gif"/></alternatives></fig><fig-group id="g"><caption><p>Both.</p></caption>
<fig id="f2"><graphic xlink:href="b.png"/></fig><fig id="f3"><graphic xlink:href="c.png"/></fig></fig-group></sec>
</body>
<sub-article article-type="reply"><body><fig id="s"><graphic xlink:href="d.png"/></fig></body></sub-article></article>
""".encode()
FILES = {"content/a.tif": b"II", "content/a.gif": b"GIF", "content/b.png": b"PNG", "content/c.png": b"PNG"}
MANIFEST = b"""<manifest xmlns="http://manuscriptexchange.org" version="1.0"><item type="article"><instance
media-type="application/xml" href="content/paper.xml"/></item></manifest>"""


def read(article: bytes) -> Document:
    document = read_jats(FILES | {"content/paper.xml": article}, "content/paper.xml")
    for passage in document.passages:
        assert all(0 <= a.start < a.end <= len(passage.text) for a in passage.anchors)
    pairs = [
        {"pair_id": f"{f.number}{position}", "figure": f.number, "panel": None, "label": f.label, "caption": f.caption}
        for f in document.figures
        for position, _ in enumerate(f.graphics)
    ]
    figure_mentions([{**vars(p), "anchors": [vars(a) for a in p.anchors]} for p in document.passages], pairs)
    return document


def test_the_article_that_is_broken_below_is_whole():
    document = read(ARTICLE)
    assert [[g.file for g in f.graphics] for f in document.figures] == [
        ["content/a.tif"],
        ["content/b.png", "content/c.png"],
    ]
    assert len(document.passages[0].anchors) == 3


@given(st.integers(0, len(ARTICLE)))
@settings(max_examples=60, deadline=None)
def test_an_article_cut_off_is_rejected_not_read_by_half(length):
    document = read(ARTICLE[:length])
    if length < len(ARTICLE.rstrip()):
        assert (document.figures, len(document.rejects)) == ((), 1)


@given(st.lists(st.tuples(st.integers(0, len(ARTICLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_bytes_changed_anywhere_never_raise(changes):
    broken = bytearray(ARTICLE)
    for position, value in changes:
        broken[position] = value
    read(bytes(broken))


ELEMENTS = (
    "p sec title body front back fig fig-group label caption graphic media alternatives xref sup sub list list-item "
    "table-wrap boxed-text supplementary-material sub-article math mfrac msub mtable mtr mtd mmultiscripts "
    "mprescripts mfenced mover mi tex-math disp-formula abstract contrib-group contrib name surname pub-date "
    "year license collab fn app"
).split()
ATTRIBUTES = ("id", "rid", "ref-type", "href", "abstract-type", "specific-use", "mimetype", "linethickness", "open")
VALUES = st.sampled_from(
    ["f1", "f1 f2", "fig", "bibr", "a.tif", "graphical", "0", "{", "video", "image", "../../a.png", ""]
)
WORDS = st.sampled_from(
    ["", "Fig. 1", "Figs. 1–9", " ", "\n", "10", "[", "]", "$", "\\", "{", "&amp;", "\ue000", "\ue001", "٣"]
)


def element(tag: str, attributes: dict[str, str], children: list[str]) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>{''.join(children)}</{tag}>"


def elements(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), VALUES, max_size=3)
    return st.builds(element, st.sampled_from(ELEMENTS), attributes, st.lists(inside, max_size=5))


NODES = st.recursive(WORDS, elements, max_leaves=30)


@given(st.lists(NODES, max_size=6))
@settings(max_examples=100, deadline=None)
def test_elements_in_any_disorder_never_raise(nodes):
    read(
        f"<article><front><article-meta>{''.join(nodes)}</article-meta></front><body>{''.join(nodes)}</body></article>".encode()
    )


LARGE = {
    "nested": b"<body>" + b"<sec>" * 200 + b"<p>Fig. 1</p>" + b"</sec>" * 200 + b"</body>",
    "nested scripts": b"<body><p>" + b"<sup>" * 240 + b"1" + b"</sup>" * 240 + b"</p></body>",
    "nested figures": b"<body>" + b"<fig id='f'>" * 200 + b"</fig>" * 200 + b"</body>",
    "blanks": b"<body><p>Fig. 1 (" + b"\n" * 300_000 + b"x</p></body>",
    "citations": b"<body><p>Fig. 1" + b"<xref ref-type='bibr'>1</xref> " * 10_000 + b"</p></body>",
    "references": b"<body><fig id='f'><label>Figure 1</label></fig><p>"
    + b"<xref rid='f'>1</xref>" * 10_000
    + b"</p></body>",
    "many ids": b"<body><fig id='f'><label>Figure 1</label></fig><p><xref rid='"
    + b"f " * 100_000
    + b"'>1</xref></p></body>",
    "figures": b"<body>" + b"<fig id='f'><caption><p>c</p></caption><graphic href='a.tif'/></fig>" * 3_000 + b"</body>",
    "ampersands": b"<body><p>" + b"& " * 100_000 + b"</p></body>",
    "brackets": b"<body><p>Fig. 1" + b"([" * 50_000 + b"</p></body>",
    "formula of blanks": b"<body><p>Fig. 1<tex-math>x" + b" " * 300_000 + b"y</tex-math></p></body>",
    "unclosed comments": b"<body><p>" + b"<!-- " * 100_000,
    "unclosed sections": b"<body><p>" + b"<![CDATA[" * 100_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("inside", LARGE.values(), ids=LARGE.keys())
def test_reading_ends_soon_however_the_document_swells(inside):
    read(b"<article>" + inside + b"</article>")


def meca() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (FILES | {"content/paper.xml": ARTICLE, "manifest.xml": MANIFEST}).items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("seed", range(150))
def test_damaged_archives_are_rejected_or_read(seed):
    chance = random.Random(seed)
    broken = bytearray(meca())
    if chance.random() < 0.3:
        del broken[chance.randrange(len(broken)) :]
    for _ in range(chance.randint(0, 6)):
        if broken:
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    package = unpack(bytes(broken))
    if isinstance(package, Package) and package.kind == "meca":
        found = read_meca(package.files)
        assert isinstance(found, Meca | Reject)
        if isinstance(found, Meca):
            assert isinstance(read_jats(package.files, found.article), Document)


def test_a_manifest_that_lists_without_end_is_read_as_far_as_honest_ones_go():
    item = b'<item type="article"><instance href="x%d.xml"/></item>'
    manifest = b"<manifest>" + b"".join(item % n for n in range(50_000)) + b"</manifest>"
    files = {f"content/{n}.png": b"" for n in range(5_000)} | {"manifest.xml": manifest, "content/paper.xml": ARTICLE}
    found = read_meca(files)
    assert isinstance(found, Meca)
    assert found.article == "content/paper.xml"
