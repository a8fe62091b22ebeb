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
    r"\epsfbox[0 0 10 10]{a}": {},
    r"\special{psfile=a.pdf hscale=50}": {},
    r"\pgfimage[height=2cm]{a}": {"height": "2cm"},
    r"\adjincludegraphics[trim={.1\width} 0 0 0,clip]{a}": {"trim": r"{.1\width} 0 0 0", "clip": "true"},
    r"\adjustbox{trim=1 2 3 4,clip,max width=\linewidth}{\includegraphics{a}}": {"trim": "1 2 3 4", "clip": "true"},
    r"\rotatebox[origin=c]{90}{\includegraphics[angle=180]{a}}": {"angle": "270"},
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
