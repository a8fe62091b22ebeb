r"""Figures that macros, loops, boxes and environments of the authors make, and text that only looks like a figure."""

import pytest

from s1_assets.extraction.latex.read import read_latex
from s1_assets.rejects import Reason

TWO = [("Figure 1", "One.", ["a.png"]), ("Figure 2", "Two.", ["b.png"])]
FIGURE = r"\begin{figure}\includegraphics{#1}\caption{#2.}\label{#1}\end{figure}"
WRAPPERS = {
    "command": rf"\newcommand\shot[2]{{{FIGURE}}}\shot{{a}}{{One}}\shot{{b}}{{Two}}",
    "optional argument": r"\newcommand\shot[3][t]{\begin{figure}[#1]\includegraphics{#2}\caption{#3.}\end{figure}}"
    r"\shot{a}{One}\shot[h]{b}{Two}",
    "delimited arguments": rf"\def\shot#1 says #2;{{{FIGURE}}}\shot a says One;\shot b says Two;",
    "star and internals": r"\makeatletter\newcommand\shot{\@ifstar{\@shot*}{\@shot{}}}\makeatother"
    r"\makeatletter\def\@shot#1#2#3{\begin{figure#1}\includegraphics{#2}\caption{#3.}\end{figure#1}}\makeatother"
    r"\shot{a}{One}\shot*{b}{Two}",
    "begin and end apart": r"\newcommand\bfig{\begin{figure}}\newcommand\efig[1]{\caption{#1.}\end{figure}}"
    r"\bfig\includegraphics{a}\efig{One}\bfig\includegraphics{b}\efig{Two}",
    "environment": r"\newenvironment{shot}[2]{\begin{figure}\includegraphics{#1}\def\said{#2}}"
    r"{\caption{\said.}\end{figure}}"
    r"\begin{shot}{a}{One}\end{shot}\begin{shot}{b}{Two}\end{shot}",
    "document environment": r"\NewDocumentEnvironment{shot}{O{t}m+b}{\begin{figure}[#1]\includegraphics{#2}\caption{#3}"
    r"\end{figure}}{}\begin{shot}{a} One. \end{shot}\begin{shot}[h]{b}Two.\end{shot}",
    "collected environment": r"\NewEnviron{shot}{\begin{figure}\BODY\end{figure}}"
    r"\begin{shot}\includegraphics{a}\caption{One.}\end{shot}\begin{shot}\includegraphics{b}\caption{Two.}\end{shot}",
    "copied environment": r"\let\shot\figure\let\endshot\endfigure"
    r"\begin{shot}\includegraphics{a}\caption{One.}\end{shot}\begin{shot}\includegraphics{b}\caption{Two.}\end{shot}",
    "foreach": rf"\newcommand\shot[2]{{{FIGURE}}}\foreach \f/\t in {{a/One,b/Two}}{{\shot{{\f}}{{\t}}}}",
    "for": rf"\newcommand\shot[2]{{{FIGURE}}}\makeatletter\@for\f:=a,b\do{{\shot{{\f}}{{\if a\f One\else Two\fi}}}}",
    "loop": r"\newcounter{n}\loop\stepcounter{n}\begin{figure}\includegraphics{\alph{n}}"
    r"\caption{\ifcase\value{n}\or One\or Two\fi.}\end{figure}\ifnum\value{n}<2\repeat",
    "whiledo": r"\newcounter{n}\whiledo{\value{n}<2}{\stepcounter{n}\begin{figure}\includegraphics{\alph{n}}"
    r"\caption{\ifthenelse{\value{n}=1}{One}{Two}.}\end{figure}}",
    "list": r"\newcommand\shot[1]{\begin{figure}\includegraphics{#1}\caption{\ifstrequal{#1}{a}{One}{Two}.}"
    r"\end{figure}}\forcsvlist{\shot}{a,b}",
    "spelled names": r"\expandafter\def\csname shot a\endcsname{One}\expandafter\def\csname shot b\endcsname{Two}"
    r"\newcommand\shot[1]{\begin{figure}\includegraphics{#1}\caption{\csname shot #1\endcsname.}\end{figure}}"
    r"\shot a\shot b",
    "saved box": r"\newsavebox\pic\newcommand\shot[2]{\sbox\pic{\includegraphics{#1}}"
    r"\begin{figure}\usebox{\pic}\caption{#2.}\end{figure}}\shot{a}{One}\shot{b}{Two}",
    "lrbox": r"\newsavebox\pic\begin{lrbox}{\pic}\includegraphics{a}\end{lrbox}"
    r"\begin{figure}\usebox\pic\caption{One.}\end{figure}"
    r"\begin{lrbox}{\pic}\includegraphics{b}\end{lrbox}\begin{figure}\usebox\pic\caption{Two.}\end{figure}",
    "measured box": r"\newcommand\shot[2]{\begin{figure}\setbox0=\hbox{\includegraphics{#1}}"
    r"\ifdim\wd0>\textwidth\resizebox{\textwidth}{!}{\box0}\else\box0\fi\caption{#2.}\end{figure}}"
    r"\shot{a}{One}\shot{b}{Two}",
    "TeX boxes": r"\begin{figure}\centerline{\hbox to\hsize{\hss\vbox{\hsize=5cm\includegraphics{a}}\hss}}"
    r"\caption{One.}\end{figure}\begin{figure}\mbox{\raise3pt\hbox{\includegraphics{b}}}\caption{Two.}\end{figure}",
    "active character": r"\catcode`\|=13 \def|#1|#2.{\begin{figure}\includegraphics{#1}\caption{#2.}\end{figure}}"
    r"|a|One.|b|Two.",
    "hook": r"\AtEndDocument{\begin{figure}\includegraphics{b}\caption{Two.}\end{figure}}"
    r"\begin{figure}\includegraphics{a}\caption{One.}\end{figure}",
    "expl3": r"\ExplSyntaxOn \NewDocumentCommand \shots { m } { \clist_map_inline:nn { #1 } { \shot ##1 } }"
    r" \ExplSyntaxOff"
    rf"\def\shot#1/#2.{{{FIGURE}}}\shots{{a/One.,b/Two.}}",
}  # fmt: skip


@pytest.mark.parametrize("body", WRAPPERS.values(), ids=WRAPPERS.keys())
def test_a_figure_is_found_whoever_makes_it(read_body, body):
    document = read_body(body, "a.png", "b.png", preamble=r"\usepackage{etoolbox,pgffor,environ,ifthen}")
    found = [(f.label, f.caption, [graphic.file for graphic in f.graphics]) for f in document.figures]
    assert (found, document.rejects) == (TWO, ())


def test_panels_of_a_loop_are_panels(read_body):
    panels = (
        r"\foreach \f/\t in {a/Left,b/Right}{\begin{subfigure}{3cm}\includegraphics{\f}\caption{\t}\end{subfigure}}"
    )
    (figure,) = read_body(rf"\begin{{figure}}{panels}\caption{{All.}}\end{{figure}}", "a.png", "b.png").figures
    assert [(panel.file, panel.subcaption) for panel in figure.graphics] == [("a.png", "Left"), ("b.png", "Right")]


DEAD = {
    "comment": "%\\includegraphics{b}\n",
    "iffalse": r"\iffalse\includegraphics{b}\else\fi\iffalse\begin{figure}\fi",
    "switch": r"\newif\ifdraft\ifdraft\includegraphics{b}\fi",
    "comment environment": "\\begin{comment}\n\\includegraphics{b} }{ \\fi\n\\end{comment}\n",
    "excluded environment": "\\excludecomment{draft}\\begin{draft}\n\\includegraphics{b}\n\\end{draft}\n",
    "verbatim": "\\begin{verbatim}\n\\includegraphics{b}\n\\end{verbatim}\\verb|\\includegraphics{b}|",
    "listing": "\\begin{lstlisting}[language=TeX]\n\\includegraphics{b}\\iffalse\n\\end{lstlisting}",
    "short verbatim": r"\MakeShortVerb{\|}|\includegraphics{b}%|\DeleteShortVerb{\|}",
    "other engine": r"\ifxetex\includegraphics{b}\fi\ifx\pdfoutput\undefined\includegraphics{b}\fi",
    "unused definition": r"\newcommand\unused{\includegraphics{b}}",
}


@pytest.mark.parametrize("dead", DEAD.values(), ids=DEAD.keys())
def test_dead_text_shows_nothing_and_ends_where_tex_ends_it(read_body, dead):
    document = read_body(dead + r"\begin{figure}\includegraphics{a}\caption{C.}\end{figure}", "a.png", "b.png")
    assert [graphic.file for figure in document.figures for graphic in figure.graphics] == ["a.png"]
    assert document.rejects == ()


def test_a_graphic_in_a_box_that_nobody_uses_is_a_reject(read_body):
    boxes = r"\sbox0{\includegraphics{a}}\sbox0{\includegraphics{b}}\begin{figure}\usebox0\caption{C.}\end{figure}"
    document = read_body(boxes, "a.png", "b.png")
    assert [graphic.file for graphic in document.figures[0].graphics] == ["b.png"]
    assert [(reject.reason, reject.source_file) for reject in document.rejects] == [(Reason.NOT_TYPESET, "a.png")]


PLAIN = {
    "plain TeX": r"\input epsf \topinsert\epsfbox{a.png}\centerline{{\bf Figure 1.} Said so.}\endinsert Text.\bye",
    "AMS-TeX": r"\input amstex\documentstyle{amsppt}\document\midinsert\centerline{\epsfbox{a.png}}"
    r"\botcaption{Figure 1}Said so.\endcaption\endinsert\enddocument",
    "LaTeX 2.09": r"\documentstyle[epsf,12pt]{article}\begin{document}\begin{figure}\epsfxsize=3in \epsffile{a.png}"
    r"\caption{Said so.}\end{figure}{\bf x}\end{document}",
}


@pytest.mark.parametrize("source", PLAIN.values(), ids=PLAIN.keys())
def test_papers_of_older_formats_have_figures(source):
    document = read_latex({"paper.tex": source.encode(), "a.png": b""})
    found = [(f.label, f.caption, [graphic.file for graphic in f.graphics]) for f in document.figures]
    assert (found, document.rejects) == ([("Figure 1", "Said so.", ["a.png"])], ())
