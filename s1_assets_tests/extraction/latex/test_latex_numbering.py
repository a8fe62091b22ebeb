"""The number a figure prints."""

import pytest

from s1_assets.extraction.latex.read import read_latex

F = r"\begin{figure}\includegraphics{a}\caption{C.}\end{figure}"

LABELS = {
    F + F: ["Figure 1", "Figure 2"],
    r"\setcounter{figure}{4}" + F: ["Figure 5"],
    F + r"\appendix\renewcommand{\thefigure}{A\arabic{figure}}\setcounter{figure}{0}" + F: ["Figure 1", "Figure A1"],
    r"\renewcommand\thefigure{S\arabic{figure}}" + F: ["Figure S1"],
    r"\renewcommand{\figurename}{Supplementary Figure}" + F: ["Supplementary Figure 1"],
    r"\renewcommand{\figurename}{Fig.}" + F: ["Figure 1"],
    r"\numberwithin{figure}{section}\section{X}" + F + r"\section{Y}" + F: ["Figure 1.1", "Figure 2.1"],
    r"\counterwithin{figure}{section}\section{X}" + F + r"\appendix\section{Y}" + F: ["Figure 1.1", "Figure A.1"],
    r"\renewcommand{\thefigure}{\thesection.\arabic{figure}}\section{X}" + F: ["Figure 1.1"],
    r"\renewcommand{\thefigure}{\Roman{figure}}" + F + F: ["Figure I", "Figure II"],
    r"\chapter{X}" + F + F + r"\chapter{Y}" + F: ["Figure 1.1", "Figure 1.2", "Figure 2.1"],
    r"\begin{scheme}\includegraphics{a}\caption{C.}\end{scheme}" + F: ["Scheme 1", "Figure 1"],
    r"\begin{table}\caption{T.}\end{table}" + F: ["Figure 1"],
    r"\addtocounter{figure}{-1}" + F: ["Figure 0"],
}


@pytest.mark.parametrize(("body", "labels"), LABELS.items())
def test_figures_are_labelled_as_printed(read_body, body, labels):
    assert [figure.label for figure in read_body(body, "a.pdf").figures] == labels


def test_elsarticle_prefixes_figures_of_the_appendix():
    main = r"\documentclass[review]{elsarticle}\begin{document}" + F + r"\appendix\section{X}" + F + r"\end{document}"
    assert [f.label for f in read_latex({"m.tex": main.encode(), "a.pdf": b""}).figures] == ["Figure 1", "Figure A.2"]
