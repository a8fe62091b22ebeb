"""Paragraphs that cite figures: text, section, and where the references point."""

import pytest

FIGURES = r"""
\begin{figure}\subfloat[\label{a:l}L]{\includegraphics{a}}\subfloat[\label{a:r}R]{\includegraphics{b}}
\caption{A.}\label{a}\end{figure}\begin{figure}\includegraphics{c}\caption{C, unlike \ref{a}.}\label{c}\end{figure}
"""


@pytest.fixture
def cite(read_body):
    """Passages of a text beside two figures, a (panels a:l, a:r) and c."""

    def read(text: str, preamble: str = ""):
        return read_body(FIGURES + "\n\n" + text, "a.pdf", "b.pdf", "c.pdf", preamble=preamble).passages

    return read


REFERENCES = {
    r"see \ref{a}": [("[REF]", 1, None)],
    r"see \autoref{c}": [("[REF]", 2, None)],
    r"see \cref{a,c}": [("[REF]", 1, None), ("[REF]", 2, None)],
    r"\Cref{a:r} shows": [("[REF]", 1, "b")],
    r"see \vref{a} and \nameref{c}": [("[REF]", 1, None), ("[REF]", 2, None)],
    r"Fig.~\ref{a}\subref{a:l}": [("[REF]", 1, None), ("[REF]", 1, "a")],
    r"in \hyperref[c]{the third plot~\ref*{c}}": [("the third plot [REF]", 2, None), ("[REF]", 2, None)],
    r"Figs.~\ref{a}--\ref{c}": [("[REF]", 1, None), ("[REF]", 2, None)],
    r"see \crefrange{a}{c}": [("[REF]", 1, None), ("[REF]", 2, None)],
    r"\mypanel{a:r}": [("[REF]", 1, "b")],
    r"\figref{c} and \unknownref{a}": [("[REF]", 2, None), ("[REF]", 1, None)],
    r"in $x_{\ref{c}}$": [("[REF]", 2, None)],
    r"\fig{a} or \fig c": [("[REF]", 1, None), ("[REF]", 2, None)],
}


@pytest.mark.parametrize(("text", "expected"), REFERENCES.items())
def test_references_point_to_figures_and_panels(cite, text, expected):
    preamble = r"\newcommand{\mypanel}[1]{Figure~\ref{#1}}\newcommand\fig[1]{Fig.~\ref{#1}}"
    (passage,) = cite(text, preamble)
    assert [(passage.text[a.start : a.end], a.figure, a.panel) for a in passage.anchors] == expected


def test_figures_named_in_words_are_kept_for_the_context_stage(cite):
    texts = [
        p.text for p in cite("As Figure 2 shows.\n\nFigs. 1-2 differ.\n\nNothing here.\n\nSee fig.~1b.\n\nIn Table 2.")
    ]
    assert texts == ["As Figure 2 shows.", "Figs. 1-2 differ.", "See fig. 1b."]


def test_passages_know_their_section_and_order(cite):
    text = r"""First \ref{a}. \section{Results} None. \subsection*{On \emph{x}} Second \ref{a}.
    \paragraph{Heading.} Third \ref{a}. \section[short]{End}
    \begin{itemize}\item Fourth \ref{a}. \item[x] Other.\end{itemize}
    \begin{theorem}[Name] Fifth \ref{a}.\end{theorem} \textbf{Run in.} Sixth \ref{a}."""
    found = [(p.order, p.section, p.text) for p in cite(text)]
    assert found == [
        (0, "", "First [REF]."),
        (2, "Results > On x", "Second [REF]."),
        (3, "Results > On x > Heading.", "Third [REF]."),
        (4, "End", "Fourth [REF]."),
        (6, "End", "Fifth [REF]."),
        (7, "End", "Sixth [REF]."),
    ]


def test_a_float_or_a_formula_does_not_end_a_paragraph(cite):
    text = r"""Begin \ref{a}
    \begin{figure}\includegraphics{c}\caption{Between \ref{a}.}\end{figure}
    and then
    \begin{equation} E = mc^2 \label{e} \end{equation}
    end \ref{c}."""
    (passage,) = cite(text)
    assert passage.text == "Begin [REF] and then $E = mc^2$ end [REF]."


HIDDEN = [
    r"\begin{tabular}{c} In a table \ref{a} \end{tabular}",
    r"\begin{table}\caption{Compare \ref{a}.}\end{table}",
    "\\begin{verbatim}\nFigure 1 \\ref{a}\n\\end{verbatim}",
    "\\begin{lstlisting}[language=C]\nFigure 1 \\ref{a}\n\\end{lstlisting}",
    "\\begin{comment}\nFigure 1 \\ref{a}\n\\end{comment}",
    r"\iffalse Figure 1 \ref{a} \else\fi",
    r"Text\footnote{See Figure 1 \ref{a}.}",
    r"% Figure 1 \ref{a}",
    r"\begin{thebibliography}{9}\bibitem{x} Figure 1 \ref{a}\end{thebibliography}",
    r"\todo{Figure 1 \ref{a}}",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_what_is_no_running_text_cites_nothing(cite, text):
    assert cite(text) == ()


def test_text_after_the_end_of_the_document_is_not_read(cite):
    assert cite("\\end{document} See \\ref{a}.") == ()


def test_the_preamble_prints_nothing(cite):
    assert cite("", preamble=r"\newcommand{\x}{y}\fancyhead[L]{See Figure 1}Figure 2") == ()


def test_a_label_defined_twice_points_to_both(read_body):
    body = r"""\begin{figure}\includegraphics{a}\caption{A.}\label{x}\end{figure}
    \begin{figure}\includegraphics{b}\caption{B.}\label{x}\end{figure} See \ref{x}."""
    (passage,) = read_body(body, "a.pdf", "b.pdf").passages
    assert [a.figure for a in passage.anchors] == [1, 2]


def test_verbatim_text_and_addresses_may_hold_any_character(cite):
    text = r"""Run \verb|a_b%c{| at \url{http://a.org/%7E} or
    \href{http://a.org/#x%20}{the site} for \lstinline!x$!, Fig.~\ref{a}."""
    assert cite(text)[0].text == "Run a_b%c{ at http://a.org/%7E or the site for x$, Fig. [REF]."


def test_pages_and_equations_are_no_figures(cite):
    assert cite(r"See p.~\pageref{a} and \eqref{a}.") == ()
