r"""Composed, cut, shuffled and hostile sources: the reader always ends, never raises, and loses no graphic."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1_assets.extraction.document import Document
from s1_assets.extraction.latex.read import read_latex

SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "papers" / "arxiv"
HEAD = r"""\documentclass{article}\usepackage{pgffor}\newsavebox\kept\newif\ifon\ontrue
\newcommand\shot[2][t]{\begin{figure}[#1]\includegraphics{#2}\caption{C $x_1$.}\label{#2}\end{figure}}
\newenvironment{wrapped}{\begin{center}}{\end{center}}
\begin{document}
"""

# What shows one graphic, G.
SHOWN = (
    r"\includegraphics{G}", r"\shot{G}", r"\shot[h]{G}",
    r"\begin{figure*}\includegraphics*[width=3cm]{G}\caption{C.}\end{figure*}",
    r"\begin{figure}\begin{subfigure}{3cm}\includegraphics{G}\caption{P.}\end{subfigure}\caption{C.}\end{figure}",
    r"\begin{figure}\subfloat[P]{\includegraphics{G}}\end{figure}",
    r"\begin{table}\caption{T}\includegraphics{G}\end{table}",
    r"\begin{wrapfigure}{r}{3cm}\includegraphics{G}\caption{C.}\end{wrapfigure}",
    r"\begin{figure}\caption{\includegraphics{G}}\end{figure}", r"\sbox\kept{\includegraphics{G}}",
    r"\sbox\kept{\includegraphics{G}}\usebox\kept", r"\foreach \n in {G}{\includegraphics{\n}}",
    r"\setbox0=\hbox{\includegraphics{G}}\ifdim\wd0>1cm \box0\fi",
    r"\begin{tabular}{c}\includegraphics{G}\end{tabular}", r"\footnote{\includegraphics{G}}",
    r"\section{\includegraphics{G}}", r"\unknown[x]{\includegraphics{G}}", r"$\includegraphics{G}$",
    r"\resizebox{3cm}{!}{\includegraphics{G}}", r"\rotatebox{90}{\includegraphics{G}}",
    r"\parbox{3cm}{\includegraphics{G}}", r"\begin{equation}\includegraphics{G}\end{equation}",
    r"\begin{overpic}{G}\end{overpic}", r"\title{\includegraphics{G}}",
    r"\expandafter\includegraphics\expandafter{G}", r"\def\name{G}\includegraphics{\name}", r"\epsfbox{G}",
    r"\centerline{\includegraphics{G}}", r"\begin{IEEEbiography}[{\includegraphics{G}}]{N}B\end{IEEEbiography}",
    r"\author{\includegraphics{G}}", r"\item[\includegraphics{G}] x",
    r"\begin{tikzpicture}\node{\includegraphics{G}};\end{tikzpicture}",
)  # fmt: skip
# What stands around it, X.
AROUND = (
    "X", "{X}", r"\begin{center}X\end{center}", r"\begin{wrapped}X\end{wrapped}", r"\begin{nobody}[x]X\end{nobody}",
    "X\n\n", r"\iftrue X\else\dead\fi", r"\ifon\else\dead\fi X", r"\iffalse\dead\else X\fi", r"\ifnum1<2 X\fi",
    r"\ifthenelse{1<2}{X}{\dead}", r"\begingroup\def\shot{}\endgroup X", r"\begin{minipage}{3cm}X\end{minipage}",
    r"\begin{itemize}\item X\end{itemize}", r"\textbf{b}X", "\\begin{verbatim}\n#$%&\n\\end{verbatim}X",
    "% }{ \\fi\nX", "$a$ X \\[b\\]", r"\begin{abstract}X\end{abstract}", r"\csname relax\endcsname X",
    r"\edef\e{\noexpand\x}X", r"\let\saved\shot X", r"\begin{theorem}X\end{theorem}", r"\input{nowhere}X",
)  # fmt: skip


@st.composite
def composed(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A source, and the graphics that it shows."""
    parts = draw(st.lists(st.tuples(st.sampled_from(SHOWN), st.lists(st.sampled_from(AROUND), max_size=4)), max_size=6))
    source = HEAD
    names = [f"g{number}.png" for number in range(len(parts))]
    for name, (shown, around) in zip(names, parts, strict=True):
        block = shown.replace("G", name)
        for outside in around:
            block = outside.replace("X", block)
        source += f"{block}\n"
    return source + r"\end{document}", names


def accounted(document: Document) -> set[str | None]:
    """Every graphic that a document tells of."""
    shown = {graphic.file for figure in document.figures for graphic in figure.graphics}
    return shown | {reject.source_file for reject in document.rejects}


@settings(max_examples=250, deadline=None)
@given(composed())
def test_every_graphic_of_a_paper_is_in_a_figure_or_a_reject(paper):
    source, names = paper
    document = read_latex({"main.tex": source.encode(), **dict.fromkeys(names, b"")})
    check(document)
    assert set(names) <= accounted(document), source


@settings(max_examples=250, deadline=None)
@given(composed(), st.floats(0, 1))
def test_a_paper_that_is_cut_off_accounts_for_the_graphics_before_the_cut(paper, share):
    source, names = paper
    cut = source[: int(share * len(source))]
    document = read_latex({"main.tex": cut.encode(), **dict.fromkeys(names, b"")})
    check(document)
    whole = re.findall(r"\\includegraphics\*?(?:\[[^]]*\])?\{(g\d\.png)\}", cut)
    assert set(whole) <= accounted(document), cut


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

BOMBS = (
    r"\def\x{\x\x}\x", r"\edef\x{\x\x\x}\edef\x{\x\x\x}", r"\loop\iftrue\repeat", r"\whiledo{1<2}{x}",
    r"\csname\csname", "{" * 300, r"\foreach \i in {1,...,900}{\foreach \j in {1,...,900}{x}}",
    r"\newenvironment{e}{\begin{e}}{}\begin{e}", r"\iftrue" * 300, r"\toks0={\the\toks0\the\toks0}\the\toks0",
    r"\sbox0{\usebox0}\usebox0", r"\uppercase{\uppercase{", r"\number\numexpr((((", r"\def\x#1{\x{#1#1}}\x{ab}",
    r"\NewEnviron{e}{\BODY\BODY}\begin{e}\begin{e}", r"\input{main}", r"\catcode`\}=12 ", "\\ExplSyntaxOn ",
)  # fmt: skip
PIECES = st.sampled_from([*WORDS.split(), *BOMBS, "\n\n", " ", "\\", "\n", "é", "\x00", "\ue000", "^^M", "^^5c"])


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=60), st.lists(PIECES, max_size=20))
def test_shuffled_pieces_of_tex_give_a_document(pieces, part):
    files = {"main.tex": ("\\documentclass{article}\\begin{document}" + "".join(pieces)).encode(), "a.pdf": b""}
    check(read_latex(files | {"part.tex": "".join(part).encode(), "p.sty": "".join(reversed(pieces)).encode()}))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_document(content):
    files = {"main.tex": b"\\documentclass{article}\\usepackage{p}\\begin{document}" + content, "p.sty": content}
    check(read_latex(files | {"x/00README": content, "00README.yaml": content}))


@pytest.fixture(scope="module")
def sample_papers() -> list[dict[str, bytes]]:
    """The files of this project's own sample papers."""
    sources = [source for source in sorted(SAMPLES.glob("*/source")) if any(source.glob("*.tex"))]
    return [{str(f.relative_to(s)): f.read_bytes() for f in s.rglob("*") if f.is_file()} for s in sources]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_paper_gives_a_document(sample_papers, data):
    """Parts of a real paper are taken out, doubled, moved, or have something else put in."""
    files = dict(sample_papers[data.draw(st.integers(0, len(sample_papers) - 1))])
    name = data.draw(st.sampled_from(sorted(name for name in files if name.endswith(".tex"))))
    source = files[name].decode()
    for _ in range(data.draw(st.integers(1, 4))):
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(source))] * 2)))
        put = data.draw(st.sampled_from(["", "the same", *BOMBS, *WORDS.split()])).replace(
            "the same", source[start:end]
        )
        source = source[: data.draw(st.sampled_from([start, end]))] + put + source[end:]
    check(read_latex(files | {name: source.encode()}))


def check(document: Document) -> None:
    """What holds for every document, however broken its source."""
    assert [figure.number for figure in document.figures] == list(range(1, len(document.figures) + 1))
    for passage in document.passages:
        for anchor in passage.anchors:
            assert 0 <= anchor.start <= anchor.end <= len(passage.text)
            assert 1 <= anchor.figure <= len(document.figures)
