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
    r"\makeatletter\renewcommand{\thefigure}{S\@arabic\c@figure}\makeatother" + F: ["Figure S1"],
    r"\makeatletter\global\c@figure=3\advance\c@figure by 2\makeatother" + F: ["Figure 6"],
    r"\makeatletter\@addtoreset{figure}{section}\makeatother\section{X}" + F + r"\section{Y}" + F: ["Figure 1"] * 2,
    r"\numberwithin{figure}{subsection}\section{X}" + F + r"\subsection{Y}" + F + r"\section{Z}" + F: [
        "Figure 1.0.1",
        "Figure 1.1.1",
        "Figure 2.0.1",
    ],
    r"\numberwithin{figure}{section}\setcounter{secnumdepth}{0}\section{X}" + F: ["Figure 0.1"],
    r"\renewcommand{\thesection}{\Roman{section}}\numberwithin{figure}{section}\section{X}" + F: ["Figure I.1"],
    r"\counterwithin{figure}{section}\section{X}" + F + r"\counterwithout{figure}{section}\section{Y}" + F: [
        "Figure 1.1",
        "Figure 2",
    ],
    r"\counterwithin*{figure}{section}\section{X}" + F + r"\section{Y}" + F: ["Figure 1", "Figure 1"],
    F + r"\chapter{X}" + F + r"\chapter*{Y}" + F + r"\appendix\chapter{Z}" + F: [
        "Figure 1",
        "Figure 1.1",
        "Figure 1.2",
        "Figure A.1",
    ],
    r"\frontmatter\chapter{X}\mainmatter\chapter{Y}" + F + r"\backmatter\chapter{Z}" + F: ["Figure 1.1", "Figure 1.2"],
    r"\counterwithout{figure}{chapter}\chapter{X}" + F + r"\chapter{Y}" + F: ["Figure 1", "Figure 2"],
    r"\setcounter{figure}{25}\renewcommand{\thefigure}{\Alph{figure}}" + F + F: ["Figure Z", "Figure AA"],
    r"\counterwithin*{section}{figure}\counterwithin*{figure}{section}\section{X}" + F: ["Figure 1"],
    r"\addto\captionsenglish{\renewcommand{\figurename}{Extended Data Fig.}}" + F: ["Extended Data Fig. 1"],
}


@pytest.mark.parametrize(("body", "labels"), LABELS.items())
def test_figures_are_labelled_as_printed(read_body, body, labels):
    assert [figure.label for figure in read_body(body, "a.pdf").figures] == labels


# As the classes print them: seen on documents set with them.
APPENDICES = {
    "article": ["Figure 2", "Figure 3"],
    "revtex4-2": ["Figure 2", "Figure 3"],
    "aastex631": ["Figure 2", "Figure 3"],
    "elsarticle": ["Figure A.2", "Figure B.3"],
    "aa": ["Figure A.1", "Figure B.1"],
    "mnras": ["Figure A1", "Figure B1"],
    "folder/mnras": ["Figure A1", "Figure B1"],
}


def test_classes_that_number_sections_in_roman_print_figures_within_them_so():
    for document_class, label in {"IEEEtran": "Figure I.1", "revtex4-2": "Figure I.1", "article": "Figure 1.1"}.items():
        main = (
            rf"\documentclass{{{document_class}}}\numberwithin{{figure}}{{section}}\begin{{document}}\section{{X}}{F}"
        )
        assert [figure.label for figure in read_latex({"m.tex": main.encode(), "a.pdf": b""}).figures] == [label]


def _labels(document_class: str, appendices: str) -> list[str | None]:
    main = rf"\documentclass[review]{{{document_class}}}\begin{{document}}\section{{W}}{F}{appendices}\end{{document}}"
    return [figure.label for figure in read_latex({"m.tex": main.encode(), "a.pdf": b""}).figures]


@pytest.mark.parametrize(("document_class", "labels"), APPENDICES.items())
def test_figures_of_appendices_are_numbered_by_the_rules_of_the_class(document_class, labels):
    appendices = rf"\section{{X}}{F}\section{{Y}}{F}"
    assert _labels(document_class, r"\appendix" + appendices) == ["Figure 1", *labels]
    assert _labels(document_class, rf"\begin{{appendix}}{appendices}\end{{appendix}}") == ["Figure 1", *labels]


def test_figures_of_appendices_may_count_anew_behind_the_letter():
    appendices = rf"\section{{X}}{F}\section{{Y}}{F}"
    expected = ["Figure 1", "Figure A1", "Figure B2"]
    assert _labels("aastex631", r"\appendix\restartappendixnumbering" + appendices) == expected
    assert _labels("sn-jnl", rf"\begin{{appendices}}{appendices}\end{{appendices}}") == expected
