"""What must not matter: comments, blanks, and the names of files and labels."""

import re

from hypothesis import given
from hypothesis import strategies as st

from s1_assets.extraction.document import Document
from s1_assets.extraction.latex.read import read_latex

PAPER = r"""\documentclass{article}
\newcommand{\shot}[3][3cm]{
\begin{figure}
\includegraphics[width=#1]{#2}
\caption{#3}
\label{fig:#2}
\end{figure}}
\begin{document}
\section{Where it
begins}
In Figs.~\ref{fig:one} and
\ref{fig:two} we see
a line,
\[ x = 1 \]
and more \cite{key}.

\shot{one}{A
line.}
\begin{figure}
\centering
\subfloat[Left]{
\includegraphics{one}
\label{fig:left}}
\subfloat[Right]{\includegraphics{two}}
\caption{Two
lines $y$.}
\label{fig:two}
\end{figure}

Compare \ref{fig:left}.
\end{document}
"""


def read(source: str, *graphics: str) -> Document:
    return read_latex({"main.tex": source.encode(), **dict.fromkeys(graphics, b"")})


ORIGINAL = read(PAPER, "one.pdf", "two.pdf")
COMMENTS = st.sampled_from(["%\n", "% \\end{figure} }\n", "  % $ \\iffalse\n\t", "%\\begin{verbatim}\n   "])


@given(st.lists(st.tuples(st.integers(0, PAPER.count("\n") - 1), COMMENTS), max_size=20))
def test_comments_change_nothing(insertions):
    lines = PAPER.splitlines(keepends=True)
    for number, comment in insertions:
        lines[number] = comment + lines[number] if lines[number].strip() else lines[number]
    assert read("".join(lines), "one.pdf", "two.pdf") == ORIGINAL


@given(st.lists(st.sampled_from([" ", "  ", "\t", " \t "]), min_size=60, max_size=60))
def test_blanks_change_nothing(blanks):
    supply = iter(blanks * 10)
    wider = re.sub(r"(?m)(?<=\w) |^(?=\S)|(?<=\S)$", lambda gap: gap[0] + next(supply), PAPER)
    assert read(wider, "one.pdf", "two.pdf") == ORIGINAL


@given(st.from_regex(r"[a-z][a-z0-9_\-]{0,8}", fullmatch=True).filter(lambda name: name != "two"))
def test_the_name_of_a_file_and_its_label_does_not_change_the_text(name):
    renamed = read(PAPER.replace("{one}", "{" + name + "}").replace("fig:one", "fig:" + name), f"{name}.pdf", "two.pdf")
    assert [figure.caption for figure in renamed.figures] == [figure.caption for figure in ORIGINAL.figures]
    assert renamed.passages == ORIGINAL.passages
    assert renamed.figures[0].graphics[0].file == f"{name}.pdf"
