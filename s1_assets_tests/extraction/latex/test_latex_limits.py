"""Hostile, broken and endless sources: the reader always ends, and never raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1_assets.extraction.document import Document
from s1_assets.extraction.latex.read import read_latex

ENDLESS = {
    "itself": r"\def\x{\x}\x",
    "growing": r"\def\x{a\x b}\x",
    "doubling": r"\def\a{\b\b}\def\b{\c\c}\def\c{\d\d}\def\d{\e\e}\def\e{\f\f}\def\f{\g\g}\def\g{\a}\a",
    "billion laughs": r"\def\a{xxxxxxxxxx}" + "".join(
        rf"\def\{chr(98 + n)}{{{(chr(92) + chr(97 + n)) * 10}}}" for n in range(12)
    ) + r"\m",
    "edef": r"\def\x{y}" + r"\edef\x{\x\x\x\x}" * 40 + r"\x",
    "argument": r"\def\x#1{\x{#1#1}}\x{ab}",
    "environment": r"\newenvironment{e}{\begin{e}}{\end{e}}\begin{e}",
    "caption": r"\def\x{\caption{\x}}\x",
    "nested boxes": r"\def\x{\parbox{1cm}{\x}}\x",
    "conditional": r"\def\x{\iftrue\x\fi}\x",
    "csname": r"\def\x{\csname x\endcsname}\x",
    "expandafter": r"\def\x{\expandafter\x\x}\x",
    "foreach": r"\foreach \a in {1,...,999}{\foreach \b in {1,...,999}{\foreach \c in {1,...,999}{x}}}",
    "append": r"\makeatletter\def\x{\g@addto@macro\x{\x\x}\x}\x",
    "label": r"\def\x{\label{\x}}\x",
    "mathematics": r"$\def\x{a\x}\x",
}  # fmt: skip


@pytest.mark.parametrize("bomb", ENDLESS.values(), ids=ENDLESS.keys())
def test_an_endless_macro_is_cut_off_and_reading_goes_on(read_body, bomb):
    after = r"}}}$ \par\begin{figure}\includegraphics{a}\caption{After.}\end{figure}"
    for times in (1, 50):
        document = read_body((bomb + "\n\n") * times + after, "a.pdf")
        assert isinstance(document, Document)
    if bomb != ENDLESS["mathematics"]:
        assert [f.caption for f in read_body(bomb + "\n\n" + after, "a.pdf").figures][-1:] == ["After."]


DEEP = [r"{" * 100_000, r"\begin{center}" * 20_000, r"\parbox{1cm}{" * 5_000, r"\iftrue" * 50_000, r"\caption{" * 5_000]
DEEP += [r"\begin{figure}" * 5_000, r"$" * 50_001, r"\textbf{" * 5_000, r"\'" * 20_000, r"\expandafter" * 20_000]
DEEP += [r"\subfloat[" * 5_000, r"\csname" * 5_000, r"\ifnum" * 5_000, r"\edef\x{" * 5_000, "#" * 50_000, "[" * 50_000]
DEEP += ["\\begin{figure}" + r"\includegraphics{a}\caption{b}" * 5_000 + r"\end{figure}"]
DEEP += [r"\def\x#1z{}\x " + "y" * 200_000, r"\the\value{" * 2_000, r"\SI{" * 2_000, r"\rotatebox{" * 2_000]


@pytest.mark.parametrize("source", DEEP, ids=lambda source: source[:14])
def test_deep_nesting_and_long_rows_end(read_body, source):
    assert isinstance(read_body(source, "a.pdf"), Document)


WORDS = r"""
\begin{figure} \end{figure} \begin{subfigure}{1cm} \end{subfigure} \caption{ \caption* \caption[ ] { } } \label{a} x
\includegraphics{a} \includegraphics[ \subfloat[ \ref{a} \cref{a,b} \cite{x} \def\x#1{#1\x} \x \y \begin{e} \end{e}
\newcommand{\y}[2][z]{#1#2} \newenvironment{e}{ }{ \iffalse \iftrue \else \fi \ifx \ifnum \newif\ifq \qtrue \ifq $ $$
\NewDocumentCommand{\y}{sO{x}d<>mtx}{#1#4} \( \) \[ \] & ~ # % ^ _ \input{main} \input{part} \verb|x| \begin{verbatim}
\end{verbatim} \begin{tikzpicture} \end{tikzpicture} \captionof{figure}{c} \section{s} \item \footnote{ \textbf{ \x*
\begin{minipage}{1cm} \end{minipage} \begin{table} \end{table} \end{document} \expandafter \csname \endcsname \url{
\let\z=\x \edef\w{\x} \the \number \foreach \i in {1,2} {} \parbox{1cm}{ \rotatebox{90}{ \graphicspath{{f/}} \usebox
\SI{1}{\meter \gls{k} \title{t} \abstract{ \makeatletter \setcounter{figure}{3} \thefigure \phantomsubcaption word \\
\ifthenelse{ \not \equal{a}{b} \figure \endfigure \hbox to \advance\n \newcount\n \n=2 \href{ \ce{ \par Figure 3"""
PIECES = st.sampled_from([*WORDS.split(), "\n\n", " ", "\\", "\n", "é", "\x00", "\ue000"])


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=60), st.lists(PIECES, max_size=20))
def test_shuffled_pieces_of_tex_give_a_document(pieces, part):
    files = {"main.tex": ("\\documentclass{article}\\begin{document}" + "".join(pieces)).encode(), "a.pdf": b""}
    check(read_latex(files | {"part.tex": "".join(part).encode()}))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_document(content):
    check(read_latex({"main.tex": b"\\documentclass{article}\\begin{document}" + content, "x/00README": content}))


PAPER = r"""\documentclass{article}
\newcommand{\fg}[2]{\begin{figure}\includegraphics[width=#1]{#2}\caption{C $x$.}\label{#2}\end{figure}}
\begin{document}\section{One}\fg{3cm}{a} See Fig.~\ref{a} and \cite{b}. \begin{figure}\subfloat[x]{\includegraphics{a}}
\begin{minipage}{2cm}\includegraphics{a}\subcaption{s}\end{minipage}
\caption{M \SI{3}{\meter}}\end{figure}\end{document}"""


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(PAPER)), st.integers(0, len(PAPER)))
def test_a_paper_with_a_hole_gives_a_document(start, end):
    source = PAPER[: min(start, end)] + PAPER[max(start, end) :]
    check(read_latex({"main.tex": source.encode(), "a.pdf": b""}))


def check(document: Document) -> None:
    """What holds for every document, however broken its source."""
    assert [figure.number for figure in document.figures] == list(range(1, len(document.figures) + 1))
    for passage in document.passages:
        for anchor in passage.anchors:
            assert 0 <= anchor.start <= anchor.end <= len(passage.text)
            assert 1 <= anchor.figure <= len(document.figures)
