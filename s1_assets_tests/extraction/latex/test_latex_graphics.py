"""How a graphic is included, and which file of the archive it is."""

import pytest

from s1_assets.extraction.latex.read import read_latex

INCLUDED = {
    r"\includegraphics[width=3cm, angle=-90,trim={0 1cm 0 0},clip]{a}": {
        "width": "3cm", "angle": "-90", "trim": "0 1cm 0 0", "clip": "true",
    },
    r"\includegraphics*[viewport=0 0 10 20]{a.pdf}": {"viewport": "0 0 10 20", "clip": "true"},
    r"\includegraphics[0,0][10,20]{a}": {"bb": "0 0 10 20"},
    r"\includegraphics[page=3,width=\figwidth]{a}": {"page": "3", "width": r".5\linewidth"},
    r"\includegraphics<1->[width=1cm]{a}": {"width": "1cm"},
    r"\epsfig{file=a.pdf,width=3in}": {"width": "3in"},
    r"\psfig{figure=a,bbllx=0pt,bblly=1pt,bburx=2pt,bbury=3pt}": {
        "bbllx": "0pt", "bblly": "1pt", "bburx": "2pt", "bbury": "3pt", "bb": "0pt 1pt 2pt 3pt",
    },
    r"\epsfxsize=3in \epsfysize 2in\epsffile{a}": {},
    r"\epsfbox[0 0 10 10]{a}": {"bb": "0 0 10 10"},
    r"\plotfiddle{a}{2in}{-90}{50}{50}{0}{0}": {"angle": "-90"},
    r"\special{psfile=a.pdf hscale=50}": {},
    r"\special{psfile=a.pdf angle=-90 llx=0 lly=1 urx=2 ury=3 hoffset=5}": {"angle": "-90", "bb": "0 1 2 3"},
    r"\pgfimage[height=2cm]{a}": {"height": "2cm"},
    r"\adjincludegraphics[trim={.1\width} 0 0 0,clip]{a}": {"trim": r"{.1\width} 0 0 0", "clip": "true"},
    r"\adjustbox{trim=1 2 3 4,clip,max width=\linewidth}{\includegraphics{a}}": {"trim": "1 2 3 4", "clip": "true"},
    r"\includegraphics[trim={1cm} 0 0 {.5\height},clip]{a}": {"trim": r"{1cm} 0 0 {.5\height}", "clip": "true"},
    r"\includegraphics[trim={{1cm} 0 0 {.5\height}}]{a}": {"trim": r"{1cm} 0 0 {.5\height}"},
    r"\adjustbox{rotate=90,center}{\includegraphics{a}}": {"angle": "90"},
    r"\adjustimage{width=3cm,clip,trim=1 2 3 4}{a}": {"trim": "1 2 3 4", "clip": "true"},
    r"\rotatebox[origin=c]{90}{\includegraphics[angle=180]{a}}": {"angle": "270"},
    r"\reflectbox{\includegraphics{a}}": {"reflect": "true"},
    r"\rotatebox{90}{\reflectbox{\includegraphics[angle=30]{a}}}": {"angle": "-60", "reflect": "true"},
    r"\reflectbox{\reflectbox{\includegraphics{a}}}": {"angle": "0"},
    r"\scalebox{-1}[1]{\includegraphics{a}}": {"reflect": "true"},
    r"\scalebox{1}[-1]{\includegraphics{a}}": {"angle": "180", "reflect": "true"},
    r"\scalebox{-.5}{\includegraphics{a}}": {"angle": "180"},
    r"\scalebox{0.5}[0.7]{\includegraphics{a}}": {},
    r"\begin{sideways}\includegraphics{a}\end{sideways}": {"angle": "90"},
    r"\begin{turn}{90}\includegraphics{a}\end{turn}": {"angle": "90"},
    r"\begin{overpic}[width=3cm,grid]{a}\put(1,2){text}\end{overpic}": {"width": "3cm", "grid": "true"},
    r"\resizebox{\linewidth}{!}{\includegraphics{a}}": {},
    r"\begin{tikzpicture}\node at (0,0) {\includegraphics[width=2cm]{a}};\end{tikzpicture}": {"width": "2cm"},
    r"$\vcenter{\hbox{\includegraphics{a}}}$": {},
    r"\includesvg[width=1cm]{a}": {},
    r"\animategraphics[loop]{12}{}{a}{9}": {},
}  # fmt: skip


@pytest.mark.parametrize(("command", "options"), INCLUDED.items())
def test_every_way_to_include_a_graphic(read_body, command, options):
    body = rf"\newcommand{{\figwidth}}{{.5\linewidth}}\begin{{figure}}{command}\caption{{C.}}\end{{figure}}"
    (figure,) = read_body(body, "a.pdf").figures
    assert [(g.file, dict(g.options)) for g in figure.graphics] == [("a.pdf", options)]
    assert figure.caption == "C."


FOUND = [
    ("plot", ["plot.eps", "plot.png", "plot.pdf"], "plot.pdf"),
    ("plot.png", ["plot.eps", "plot.png"], "plot.png"),
    ("plot.eps", ["plot.pdf"], "plot.pdf"),
    ("Plot.PDF", ["plot.pdf"], "plot.pdf"),
    ("./figs/plot", ["figs/plot.jpg"], "figs/plot.jpg"),
    ("figs//plot.jpg", ["figs/plot.jpg"], "figs/plot.jpg"),
    ("plot", ["lost/plot.jpg"], "lost/plot.jpg"),
    ('"two words".png', ["two words.png"], "two words.png"),
    ("two words", ["two words.pdf"], "two words.pdf"),
    ("v1.2", ["v1.2.pdf", "v1.pdf"], "v1.2.pdf"),
    ("{v1.2}.pdf", ["v1.2.pdf"], "v1.2.pdf"),
    ("a_b^c", ["a_b^c.png"], "a_b^c.png"),
    (r"a\_b", ["a_b.png"], "a_b.png"),
    (r"\detokenize{a_b}.png", ["a_b.png"], "a_b.png"),
    (r"\dir/plot", ["pics/plot.pdf"], "pics/plot.pdf"),
    ("plot.v2", ["plot.v2.eps"], "plot.v2.eps"),
    ("scan.JPG", ["scan.JPG"], "scan.JPG"),
]


@pytest.mark.parametrize(
    "turned",
    [
        r"\begin{sidewaysfigure}\includegraphics{a}\caption{C.}\end{sidewaysfigure}",
        r"\begin{landscape}\begin{figure}\includegraphics{a}\caption{C.}\end{figure}\end{landscape}",
        r"\begin{figure}\rotatebox{90}{\begin{minipage}{9cm}\includegraphics{a}\caption{C.}\end{minipage}}\end{figure}",
    ],
)
def test_a_figure_turned_together_with_its_caption_is_upright_on_a_turned_page(read_body, turned):
    (figure,) = read_body(turned, "a.pdf").figures
    assert (figure.caption, dict(figure.graphics[0].options)) == ("C.", {})


def test_an_svg_is_taken_from_what_inkscape_made_of_it_with_its_text(read_body):
    body = r"\begin{figure}\includesvg{f/a.svg}\caption{C.}\end{figure}"
    made = ["f/a.svg", "svg-inkscape/a_svg-tex.pdf", "svg-inkscape/a_svg-raw.pdf"]
    assert read_body(body, *made).figures[0].graphics[0].file == "svg-inkscape/a_svg-raw.pdf"
    assert read_body(body, *made[:2]).figures[0].graphics[0].file == "f/a.svg"


@pytest.mark.parametrize(("written", "present", "file"), FOUND)
def test_a_graphic_is_found_as_the_engine_would_and_more_kindly(read_body, written, present, file):
    body = rf"\def\dir{{pics}}\begin{{figure}}\includegraphics{{{written}}}\caption{{C.}}\end{{figure}}"
    assert [g.file for g in read_body(body, *present).figures[0].graphics] == [file]


def test_the_last_graphicspath_counts_and_may_be_wrong(read_body):
    body = r"""\graphicspath{{old/}}\graphicspath{{gone/}{./new/}}
    \begin{figure}\includegraphics{a}\includegraphics{b}\caption{C.}\end{figure}"""
    (figure,) = read_body(body, "old/a.pdf", "new/a.pdf", "b.png").figures
    assert [g.file for g in figure.graphics] == ["new/a.pdf", "b.png"]


def test_files_are_looked_for_beside_a_main_file_in_a_folder():
    main = rb"""\documentclass{article}\begin{document}
    \begin{figure}\includegraphics{f/a}\caption{C.}\end{figure}\end{document}"""
    document = read_latex({"tex/main.tex": main, "tex/f/a.pdf": b"", "f/a.pdf": b""})
    assert document.figures[0].graphics[0].file == "tex/f/a.pdf"


def test_declared_extensions_come_first(read_body):
    body = r"\DeclareGraphicsExtensions{.png,.pdf}\begin{figure}\includegraphics{a}\caption{C.}\end{figure}"
    assert read_body(body, "a.pdf", "a.png").figures[0].graphics[0].file == "a.png"


def test_a_graphic_whose_file_is_missing_keeps_its_place_under_its_name_as_written(read_body):
    document = read_body(
        r"\begin{figure}\includegraphics{./gone/a b}\includegraphics{b}\caption{C.}\end{figure}", "b.pdf"
    )
    assert [g.file for g in document.figures[0].graphics] == ["./gone/a b", "b.pdf"]
