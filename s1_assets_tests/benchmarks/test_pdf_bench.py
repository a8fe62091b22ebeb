"""The comparison of PDF extractors finds the source's figures on the page, counts fairly and reads the peers."""

import io
import json
import shutil

import numpy as np
import pymupdf
import pytest
from PIL import Image

from benchmarks import pdf
from benchmarks.caption_pairing import caption_text, paired
from benchmarks.pdf import PEERS, compare, quality_table, ratio, read_project, record
from benchmarks.pdf_location import LEAST_CORRELATION, locate, trimmed, view
from benchmarks.pdf_scores import FoundFigure, Score
from benchmarks.pdf_twins import Twin, TwinFigure, find_figures, typeset
from s1_assets.extraction.pdf.geometry import Box

WIDTH, HEIGHT = 595, 842  # points, A4
PLACE = Box(120.0, 200.0, 420.0, 380.0)
CAPTION = "Height of a kite over the lawn during one afternoon, with the hours of rain left out."
PROSE = "The wind came from the west all day and the kites stood well over the lawn until the evening. " * 4


def chart(seed: int, rim: int = 0) -> Image.Image:
    """A picture of 600 × 360 pixels with bars of chance heights, in a white rim."""
    levels = np.full((360, 600), 255, np.uint8)
    for bar, height in enumerate(np.random.default_rng(seed).integers(40, 360, 20)):
        levels[360 - height :, 30 * bar : 30 * bar + 22] = 40 + 9 * bar
    levels[[0, -1], :] = levels[:, [0, -1]] = 0
    return Image.fromarray(np.pad(levels, rim, constant_values=255))


def png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """A PDF of two pages with a figure on the second, and the source it could have been made from."""
    path = tmp_path_factory.mktemp("paper") / "kites.pdf"
    with pymupdf.open() as document:
        first = document.new_page(width=WIDTH, height=HEIGHT)
        first.insert_textbox((72, 72, WIDTH - 72, 500), PROSE * 3, fontsize=11)
        second = document.new_page(width=WIDTH, height=HEIGHT)
        second.insert_textbox((72, 72, WIDTH - 72, 190), PROSE, fontsize=11)
        second.insert_image(PLACE, stream=png(chart(1)))
        second.insert_textbox((72, 392, WIDTH - 72, 430), f"Figure 1: {CAPTION}", fontsize=9)
        second.insert_textbox((72, 450, WIDTH - 72, 760), PROSE * 3, fontsize=11)
        document.save(path)
    source = (
        "\\documentclass{article}\\usepackage{graphicx}\\begin{document}\\begin{figure}\\includegraphics{chart.png}"
        f"\\caption{{{CAPTION}}}\\end{{figure}}\\end{{document}}"
    )
    return path, {"main.tex": source.encode(), "chart.png": png(chart(1, rim=30))}


@pytest.fixture(scope="module")
def twin(paper):
    path, files = paper
    return find_figures("kites", path, [CAPTION], files)


def assert_near(box: Box, other: Box, points: float) -> None:
    assert max(abs(one - two) for one, two in zip(box, other, strict=True)) <= points, (box, other)


class TestLocation:
    def page(self, path) -> Image.Image:
        with pymupdf.open(path) as document:
            pixmap = document[1].get_pixmap(dpi=144, colorspace=pymupdf.csGRAY)
            return Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)

    def test_a_picture_is_found_to_the_point_whatever_its_rim(self, paper):
        for rim in (0, 80):
            place = locate(trimmed(chart(1, rim)), self.page(paper[0]), WIDTH)
            assert_near(place.box, PLACE, 1.0)
            assert place.correlation > 0.95

    def test_a_picture_that_is_not_on_the_page_agrees_with_no_place(self, paper):
        assert locate(trimmed(chart(2)), self.page(paper[0]), WIDTH).correlation < LEAST_CORRELATION

    def test_the_whole_of_a_picture_has_its_rim(self):
        picture = trimmed(chart(1, rim=60))
        assert_near(picture.whole(Box(100, 100, 400, 280)), Box(70, 70, 430, 310), 0.01)

    def test_a_blank_picture_is_nowhere(self, paper):
        blank = trimmed(Image.new("RGB", (200, 100), "white"))
        assert locate(blank, self.page(paper[0]), WIDTH).correlation < LEAST_CORRELATION

    def test_a_crop_agrees_the_less_the_more_it_cuts_off(self, paper):
        shown = view(trimmed(chart(1)), self.page(paper[0]), WIDTH, PLACE)
        whole, half = shown.correlation(PLACE.grown(20)), shown.correlation(PLACE._replace(x1=270))
        assert whole > 0.95
        assert half < whole - 0.1
        assert shown.correlation(None) == shown.correlation(Box(0, 0, 50, 50)) == 0.0


class TestTwins:
    def test_a_figure_is_located_by_the_graphics_of_its_source(self, twin):
        (figure,) = twin.figures
        assert (figure.caption, figure.page) == (CAPTION, 2)
        assert_near(figure.box, PLACE, 1.0)
        assert_near(figure.alike[0], PLACE.grown(15), 1.5)

    def test_a_label_without_a_graphic_file_is_told_apart(self, paper):
        path, files = paper
        twin = find_figures("kites", path, [CAPTION, "A figure of words"], files)
        assert len(twin.figures) == 1
        assert twin.others == ("A figure of words",)

    def test_a_picture_that_the_pdf_does_not_show_has_no_place(self, paper):
        path, files = paper
        twin = find_figures("kites", path, [CAPTION], files | {"chart.png": png(chart(2))})
        assert [(figure.page, figure.box) for figure in twin.figures] == [(None, None)]

    def test_a_paper_of_our_own_is_typeset(self, paper, tmp_path):
        if shutil.which("pdflatex") is None:
            pytest.skip("pdflatex is not on this machine (Debian: apt-get install texlive-pictures)")
        for name, content in paper[1].items():
            (tmp_path / name).write_bytes(content)
        assert typeset(tmp_path, "main.tex").read_bytes().startswith(b"%PDF")
        (tmp_path / "broken.tex").write_text("\\documentclass{article}\\begin{document}\\nonsense")
        assert typeset(tmp_path, "broken.tex") is None


class TestScores:
    BOX = Box(100.0, 100.0, 300.0, 200.0)
    FIGURES = (
        TwinFigure("A red kite over the hill, drawn at noon", 3, BOX, (BOX.joined(Box(100, 200, 300, 240)),)),
        TwinFigure("Forces on the string, nowhere to be seen"),
    )
    TWIN = Twin("kites", None, FIGURES, ("A figure of words",))

    def score(self, *found: FoundFigure) -> Score:
        score = Score()
        score.add(self.TWIN, found)
        return score

    def red(self, box: Box | None = BOX, page: int = 3) -> FoundFigure:
        return FoundFigure(self.FIGURES[0].caption, page, box)

    def test_what_is_right_counts_as_right(self):
        score = self.score(self.red(), FoundFigure(self.FIGURES[1].caption, 4, self.BOX))
        assert (score.matched, score.extra, score.located, score.right, score.wrong) == (2, 0, 1, 1, [])
        assert score.rates()["caption recall"] == score.rates()["crops right"] == 1.0

    def test_a_figure_without_graphic_files_counts_for_nobody(self):
        score = self.score(self.red(), FoundFigure("A figure of words", 5, self.BOX))
        assert (score.found, score.extra, score.rates()["caption precision"]) == (1, 0, 1.0)

    def test_what_is_no_figure_costs_precision(self):
        score = self.score(self.red(), FoundFigure("shows that the kites stood well", 5, None))
        assert score.rates()["caption precision"] == 0.5
        assert any("no figure" in fault for fault in score.wrong)

    def test_a_crop_with_the_captions_of_panels_is_right_too(self):
        assert self.score(self.red(Box(100, 100, 300, 240))).right == 1

    @pytest.mark.parametrize(
        ("box", "page", "fault"),
        [
            (Box(100, 100, 280, 200), 3, "10% cut off"),
            (Box(100, 60, 300, 290), 3, "overlap"),
            (BOX, 2, "page 2 instead of 3"),
            (None, 3, "no crop"),
        ],
    )
    def test_a_wrong_crop_is_told(self, box, page, fault):
        score = self.score(self.red(box, page))
        assert score.right == 0
        assert any(fault in told for told in score.wrong)

    def test_nothing_found_is_no_division_by_zero(self):
        score = self.score()
        assert set(score.rates().values()) == {0.0}
        assert (score.labelled, score.located) == (2, 1)


class TestPairing:
    def test_captions_are_told_by_their_start(self):
        assert caption_text("Figure 3. A kite") == caption_text("FIG. 3: A kite") == "A kite"
        assert caption_text("Figure 3 shows a kite") == "shows a kite"
        assert caption_text("Figure 3 shows a kite", marked=True) is None
        assert caption_text("Configurations of kites") is None

    def test_every_picture_goes_to_the_nearest_caption(self):
        captions = [
            ("left", Box(50, 300, 250, 320)),
            ("right", Box(300, 300, 500, 320)),
            ("low", Box(50, 700, 500, 720)),
        ]
        left, right, panel = Box(60, 100, 240, 290), Box(310, 200, 490, 290), Box(310, 100, 490, 195)
        assert paired(7, captions, [left, right, panel]) == [
            FoundFigure("left", 7, left),
            FoundFigure("right", 7, Box(310, 100, 490, 290)),
            FoundFigure("low", 7, None),
        ]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.package)
def test_a_peer_finds_a_plain_figure(peer, paper, twin):
    if not peer.is_installed():
        pytest.skip(f"{peer.package} is not installed")
    score = Score()
    score.add(twin, peer.read(paper[0]))
    assert (score.matched, score.extra, score.right, score.wrong) == (1, 0, 1, [])
    assert peer.version()


def test_the_project_finds_a_plain_figure(paper, twin):
    score = Score()
    score.add(twin, read_project(paper[0]))
    assert (score.matched, score.extra, score.right, score.wrong) == (1, 0, 1, [])


def test_the_comparison_ends_with_the_ratio(twin, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pdf, "NUMBERS", tmp_path / "bench/pdf.json")
    monkeypatch.setattr(pdf, "chosen_twins", lambda folder: [twin])
    assert pdf.main() == 0
    told = capsys.readouterr().out.strip().splitlines()
    assert told[-1] == "ratio 1.00"
    numbers = json.loads((tmp_path / "bench/pdf.json").read_text())
    assert numbers["ways"]["this project"]["crops right"] == 1.0


def test_crops_of_the_project_are_set_against_those_of_the_best_other(twin):
    rows = compare([twin], PEERS[:1])
    rows[0].score.right, rows[-1].score.right = 2, 3
    assert ratio(rows) == 1.5
    rows[0].score.right = 0
    assert ratio(rows) == float("inf")
    assert quality_table(rows).row_count == 2
    assert record([twin], rows)["papers"] == {"kites": 1}
