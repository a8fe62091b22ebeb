"""The comparison of LaTeX readers reads the peers' output fairly and counts their misses, and ours, alike."""

import json
import math
import time
from pathlib import Path

import pytest

from benchmarks.latex import PROJECT_NAME, measure, shown
from benchmarks.latex_papers import read_papers
from benchmarks.latex_peers import PEERS
from benchmarks.latex_rendering import Stopwatch, render_papers
from benchmarks.latex_scores import Agreement, CaptionedFigure
from benchmarks.latexml_figures import read_latexml
from benchmarks.pandoc_figures import read_pandoc
from s1_assets.settings import PROJECT


def latexml(body: str) -> list[CaptionedFigure]:
    return read_latexml(f'<document xmlns="http://dlmf.nist.gov/LaTeXML"><section>{body}</section></document>')


def pandoc(*blocks: dict) -> list[CaptionedFigure]:
    return read_pandoc(json.dumps({"pandoc-api-version": [1, 22], "meta": {}, "blocks": blocks}))


def element(kind: str, *content) -> dict:
    return {"t": kind, "c": content[0] if len(content) == 1 else list(content)}


def words(text: str) -> list[dict]:
    parts: list[dict] = []
    for word in text.split():
        parts += [{"t": "Space"}, element("Str", word)]
    return parts[1:]


def image(file: str, caption: list[dict] | str, title: str = "fig:") -> dict:
    inlines = words(caption) if isinstance(caption, str) else caption
    return element("Image", ["", [], []], inlines, [file, title])


ATTRIBUTES = ["", [], []]


class TestLatexml:
    def test_a_figure_has_its_graphics_and_its_caption_without_number_and_list_entry(self):
        found = latexml(
            """<figure><tags><tag>Figure 1</tag></tags>
            <graphics graphic="kite" candidates="art/kite.pdf,art/kite.png"/><graphics graphic="string"/>
            <toccaption>Short</toccaption><caption><tag close=": ">Figure 1</tag><text>A kite.</text></caption>
            </figure>"""
        )
        assert found == [CaptionedFigure("A kite.", ("art/kite.pdf", "string"))]

    def test_a_caption_reads_as_typed(self):
        (figure,) = latexml(
            """<figure><graphics graphic="k"/><caption>Lift <Math tex="L^{2}"><XMath><XMTok>L</XMTok></XMath></Math> of
            <emph>one</emph> kite<note role="footnote">Made of paper.</note> <cite>[<bibref bibrefs="a"/>]</cite>, see
            <ref labelref="LABEL:x"/><ERROR class="undefined">\\odd</ERROR>.</caption></figure>"""
        )
        assert figure.caption == "Lift $L^{2}$ of one kite [CITE], see [REF]."

    def test_figures_inside_a_captioned_figure_are_its_panels(self):
        found = latexml(
            """<figure><figure><graphics graphic="a"/><caption>(a) Red</caption></figure>
            <figure><graphics graphic="b"/></figure><caption>Two kites</caption></figure>"""
        )
        assert found == [CaptionedFigure("Two kites", ("a", "b"))]

    def test_figures_inside_one_without_a_caption_stand_for_themselves(self):
        found = latexml(
            """<figure><figure><graphics graphic="a"/><caption>Red</caption></figure>
            <figure><graphics graphic="b"/><caption>Blue</caption></figure></figure>"""
        )
        assert found == [CaptionedFigure("Red", ("a",)), CaptionedFigure("Blue", ("b",))]

    @pytest.mark.parametrize(
        "order",
        [
            '<graphics graphic="a"/><caption>Red</caption><graphics graphic="b"/><caption>Blue</caption>',
            '<p><graphics graphic="a"/></p><caption>Red</caption><p><graphics graphic="b"/></p><caption>Blue</caption>',
        ],
    )
    def test_each_of_two_captions_has_the_graphics_before_it(self, order):
        assert latexml(f"<figure>{order}</figure>") == [CaptionedFigure("Red", ("a",)), CaptionedFigure("Blue", ("b",))]

    def test_a_caption_above_has_the_graphics_below(self):
        found = latexml('<figure><caption>Red</caption><graphics graphic="a"/><graphics graphic="b"/></figure>')
        assert found == [CaptionedFigure("Red", ("a", "b"))]

    def test_tables_and_graphics_without_a_caption_are_no_figures(self):
        assert not latexml(
            """<table><graphics graphic="t"/><caption>A table</caption></table><graphics graphic="g"/>
            <figure><graphics graphic="f"/></figure>"""
        )


class TestPandoc:
    def test_a_captioned_image_is_a_figure_and_others_are_none(self):
        found = pandoc(
            element("Para", [image("kite.pdf", "A kite")]),
            element("Para", [image("logo.png", "image", title="")]),
            element("Div", ["", ["center"], []], [element("Para", [image("tail.pdf", "Its tail")])]),
        )
        assert found == [CaptionedFigure("A kite", ("kite.pdf",)), CaptionedFigure("Its tail", ("tail.pdf",))]

    def test_a_caption_reads_as_typed(self):
        citation = {
            "citationId": "a",
            "citationPrefix": [],
            "citationSuffix": [],
            "citationMode": {"t": "NormalCitation"},
        }
        caption = [
            *words("Lift"),
            {"t": "Space"},
            element("Math", {"t": "InlineMath"}, "L^2"),
            {"t": "SoftBreak"},
            element("Emph", words("of one kite")),
            element("Note", [element("Para", words("Made of paper."))]),
            {"t": "Space"},
            element("Cite", [citation], [element("RawInline", "latex", "\\cite{a}")]),
            element("Str", ", see "),
            element("Link", ["", [], [["reference-type", "ref"]]], words("1"), ["#x", ""]),
        ]
        (figure,) = pandoc(element("Para", [image("k", caption)]))
        assert figure.caption == "Lift $L^2$ of one kite [CITE], see [REF]"

    def test_images_in_a_row_with_one_caption_are_panels(self):
        found = pandoc(
            element("Para", [image("a", "Two kites")]),
            element("Para", words("and between")),
            element("Para", [image("b", "Two kites")]),
            element("Para", [image("c", "Another")]),
        )
        assert found == [CaptionedFigure("Two kites", ("a", "b")), CaptionedFigure("Another", ("c",))]

    def test_a_figure_block_of_pandoc_3_has_its_caption_and_all_images(self):
        inner = element(
            "Figure", ATTRIBUTES, [None, [element("Plain", words("Red"))]], [element("Plain", [image("b", [], "")])]
        )
        outer = element(
            "Figure",
            ATTRIBUTES,
            [None, [element("Plain", words("Two kites"))]],
            [element("Plain", [image("a", [], "")]), inner],
        )
        assert pandoc(outer) == [CaptionedFigure("Two kites", ("a", "b"))]


class TestScores:
    LABELLED = (
        CaptionedFigure("A red kite over the hill, drawn at noon [CITE]", ("red.pdf", "hill.png")),
        CaptionedFigure("Forces on the string in $\\vec{F}$", ("forces.eps",)),
    )

    def agreement(self, *found: CaptionedFigure) -> Agreement:
        agreement = Agreement()
        agreement.add(self.LABELLED, found)
        return agreement

    def test_the_labels_themselves_are_right_in_everything(self):
        assert set(self.agreement(*self.LABELLED).rates().values()) == {1.0}

    def test_nothing_found_is_no_division_by_zero(self):
        agreement = self.agreement()
        assert (agreement.labelled, agreement.panels) == (2, 3)
        assert set(agreement.rates().values()) == {0.0}

    def test_a_missed_figure_costs_recall_and_its_panels(self):
        rates = self.agreement(self.LABELLED[1]).rates()
        assert rates["figure recall"] == 0.5
        assert math.isclose(rates["panel recall"], 1 / 3)
        assert rates["figure precision"] == rates["caption fidelity"] == 1.0

    def test_an_extra_figure_costs_precision_alone(self):
        rates = self.agreement(*self.LABELLED, CaptionedFigure("Training data", ("red.pdf",))).rates()
        assert math.isclose(rates["figure precision"], 2 / 3)
        assert rates["figure recall"] == rates["panel recall"] == 1.0

    def test_a_missed_panel_costs_panel_recall_alone(self):
        rates = self.agreement(CaptionedFigure(self.LABELLED[0].caption, ("art/RED.png",)), self.LABELLED[1]).rates()
        assert math.isclose(rates["panel recall"], 2 / 3)
        assert rates["figure recall"] == 1.0

    def test_blanks_marks_and_commands_do_not_count_and_words_do(self):
        same = CaptionedFigure("a red kite over the hill — drawn at  Noon", self.LABELLED[0].files)
        half = CaptionedFigure("A red kite over the hill", self.LABELLED[0].files)
        other = CaptionedFigure("A red kite over the hill, drawn at night", self.LABELLED[0].files)
        assert self.agreement(same).rates()["caption fidelity"] == 1.0
        assert 0.85 < self.agreement(other).rates()["caption fidelity"] < 1.0
        assert self.agreement(half).matched == 0

    def test_two_figures_of_one_caption_are_matched_in_order_and_once(self):
        agreement = Agreement()
        twins = (CaptionedFigure("Results", ("a",)), CaptionedFigure("Results", ("b",)))
        agreement.add(twins, twins)
        assert (agreement.matched, agreement.panels_found) == (2, 2)
        agreement.add(twins[:1], twins)
        assert (agreement.matched, agreement.found) == (3, 4)


@pytest.fixture(scope="module")
def papers(sample_mirror):
    return {paper.id: paper for paper in read_papers(sample_mirror, [PROJECT / "samples/expected.jsonl"])}


def test_a_mirrors_latex_papers_come_with_their_labels(papers):
    assert "2406.99005" not in papers  # a PDF
    assert papers["2406.99001"].main.endswith(".tex")
    assert all(paper.labels is not None for paper in papers.values())
    assert any(len(figure.files) > 1 for paper in papers.values() for figure in paper.labels)


def test_files_of_figures_are_looked_up_for_every_reader_alike(papers):
    paper = papers["2405.99003"]
    file = paper.labels[0].files[0]
    found = [
        CaptionedFigure("by stem", (Path(file).stem, "absent")),
        CaptionedFigure("missing", ("absent.pdf",)),
    ]
    (figure,) = shown(paper, found)
    assert figure.caption == "by stem"
    assert [Path(name).name for name in figure.files] == [file]


def test_this_project_is_measured_on_the_labels(papers, tmp_path):
    paper = papers["2405.99001"]
    conversion = measure(paper, [], tmp_path)[PROJECT_NAME]
    agreement = Agreement()
    agreement.add(paper.labels, shown(paper, conversion.figures))
    assert agreement.rates()["figure recall"] == agreement.rates()["figure precision"] == 1.0


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_reads_figures_of_a_paper(peer, tmp_path):
    if not peer.is_installed():
        pytest.skip(f"{peer.name} is not on this machine (Debian: apt-get install {peer.package})")
    folder = tmp_path / "paper"
    (folder / "text").mkdir(parents=True)
    (folder / "text/main.tex").write_text(
        "\\documentclass{article}\\usepackage{graphicx}\\begin{document}\\input{text/figures}\\end{document}"
    )
    (folder / "text/figures.tex").write_text("\\begin{figure}\\includegraphics{kite}\\caption{A kite}\\end{figure}")
    conversion = peer.convert(folder, "text/main.tex")
    assert conversion.outcome == "converted"
    assert conversion.figures == (CaptionedFigure("A kite", ("kite",)),)
    assert peer.version()


def test_a_peer_that_fails_is_told(tmp_path):
    pandoc_peer = PEERS[1]
    if not pandoc_peer.is_installed():
        pytest.skip("pandoc is not on this machine (Debian: apt-get install pandoc)")
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper/main.tex").write_text("\\documentclass{article}\\begin{document}$x\\end{document}")
    conversion = pandoc_peer.convert(tmp_path / "paper", "main.tex")
    assert (conversion.outcome, conversion.figures) == ("failed", ())


def test_a_step_inside_another_counts_for_itself_alone():
    watch = Stopwatch()
    inner = watch.timed(lambda: time.sleep(0.02), lambda: "inner")
    outer = watch.timed(lambda: [inner(), inner()], lambda: "outer")
    began = time.perf_counter()
    outer()
    assert watch.calls == {"inner": 2, "outer": 1}
    assert sum(watch.seconds.values()) <= time.perf_counter() - began


def test_rendering_tells_each_step(papers):
    rendering = render_papers([papers["2405.99008"]])  # EPS
    assert rendering.papers == 1
    assert rendering.pairs > 0
    assert {"unpack", "parse", "EPS and PostScript", "rows"} <= set(rendering.watch.seconds)
