r"""Small LaTeX papers of several kinds, from the source to the sentences that cite each figure."""

from dataclasses import asdict

import pytest

from s1_assets.context.mentions import figure_mentions
from s1_assets.extraction.latex.read import read_latex


def mentions(source: str) -> dict[str | None, list[str]]:
    """By printed label, `section: sentence` of every mention; the figures have one panel each."""
    document = read_latex({"main.tex": source.encode(), "a.pdf": b""})
    pairs = [
        {"pair_id": str(f.number), "figure": f.number, "panel": None, "label": f.label, "caption": f.caption}
        for f in document.figures
    ]
    found = figure_mentions([asdict(passage) for passage in document.passages], pairs)
    return {
        figure.label: [f"{row['section']}: {row['text']}" for row in found[str(figure.number)]]
        for figure in document.figures
    }


LETTER = r"""\documentstyle[prl,epsf]{revtex}\begin{document}
\begin{abstract}We pump, see Fig.~1.\end{abstract}
Pumps are old \cite{a,b}. The pump [Fig.~\ref{one}(a)] is simple, unlike that of Ref.~\cite{c}, Fig.~2.
\begin{eqnarray} Q&=&1,\nonumber \end{eqnarray}
as Figs.~\ref{one} and~\ref{two} show.\cite{d} It is fast.

{\it Discussion.---}We now turn to Fig.~\ref{two}.
\acknowledgments We thank those who drew Fig.~\ref{two}.
\begin{references}\bibitem{a} Fig. 1.\end{references}
\begin{figure}\epsfbox{a.pdf}\caption{\label{one}One.}\end{figure}
\begin{figure}\epsfbox{a.pdf}\caption{Two, unlike Fig.~\ref{one}.}\label{two}\end{figure}
\end{document}"""

BY_HAND = r"""\documentclass{article}\begin{document}
Water rises (Fig.~1a). It falls (Figs~1b,c and 2). Others saw it too~\cite{a} (their Fig.~2).

\textbf{Flow.} It is fast (Extended Data Fig.~1, Supplementary Figs~1--2).
\section*{Methods}\subsection*{Pumps.} As in Fig.~2a,b, pumps were cleaned.
\newcommand{\shown}[1]{\begin{figure}\includegraphics{a}\caption{#1}\end{figure}}
\shown{One.}\shown{Two, see Fig.~1.}
\setcounter{figure}{0}\renewcommand{\figurename}{Extended Data Fig.}
\shown{Three.}
\makeatletter\setcounter{figure}{0}\renewcommand{\figurename}{Fig.}\renewcommand{\thefigure}{S\@arabic\c@figure}
\shown{Four.}\shown{Five.}
\end{document}"""

THESIS = r"""\documentclass{report}\begin{document}
\chapter{Pumps}\section{Old} See Figure~1.1 and \autoref{two}.
\begin{figure}\includegraphics{a}\caption{One.}\end{figure}
\chapter{Flows} Flow is steady\footnote{But compare Fig.~2.1.} here.
\begin{figure}\includegraphics{a}\caption{Two.}\label{two}\end{figure}
\appendix\chapter{Tables}
\begin{figure}\includegraphics{a}\caption{Three.}\label{three}\end{figure}
We list, as in \crefrange{two}{three}:
\begin{itemize}\item[First] the pump of Fig.~A.1; \item the rest.\end{itemize}
\end{document}"""

PAPERS = {
    "letter": (
        LETTER,
        {
            "Figure 1": [
                "Abstract: We pump, see Fig. 1.",
                ": The pump [Fig. [REF](a)] is simple, unlike that of Ref. [CITE], Fig. 2.",
                ": $Q&=&1,$ as Figs. [REF] and [REF] show.[CITE]",
            ],
            "Figure 2": [
                ": $Q&=&1,$ as Figs. [REF] and [REF] show.[CITE]",
                ": We now turn to Fig. [REF].",
                ": We thank those who drew Fig. [REF].",
            ],
        },
    ),
    "by hand": (
        BY_HAND,
        {
            "Figure 1": [": Water rises (Fig. 1a).", ": It falls (Figs 1b,c and 2)."],
            "Figure 2": [": It falls (Figs 1b,c and 2).", "Methods > Pumps.: As in Fig. 2a,b, pumps were cleaned."],
            "Extended Data Fig. 1": [": It is fast (Extended Data Fig. 1, Supplementary Figs 1–2)."],
            "Figure S1": [": It is fast (Extended Data Fig. 1, Supplementary Figs 1–2)."],
            "Figure S2": [": It is fast (Extended Data Fig. 1, Supplementary Figs 1–2)."],
        },
    ),
    "thesis": (
        THESIS,
        {
            "Figure 1.1": ["Pumps > Old: See Figure 1.1 and [REF]."],
            "Figure 2.1": [
                "Pumps > Old: See Figure 1.1 and [REF].",
                "Flows: But compare Fig. 2.1.",
                "Tables: We list, as in [REF]:",
            ],
            "Figure A.1": ["Tables: We list, as in [REF]:", "Tables: the pump of Fig. A.1;"],
        },
    ),
}


@pytest.mark.parametrize(("source", "expected"), PAPERS.values(), ids=PAPERS.keys())
def test_each_figure_has_the_sentences_that_cite_it(source: str, expected: dict[str, list[str]]) -> None:
    assert mentions(source) == expected
