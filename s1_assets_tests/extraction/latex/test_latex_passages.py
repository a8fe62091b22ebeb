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
    r"p.~\pageref{c} and \eqref{a}": [("[REF]", 2, None), ("([REF])", 1, None)],
    r"\ref*{c}, \autoref*{c}, \ref {c}, \ref{ c }": [("[REF]", 2, None)] * 4,
    r"\vpageref[above][below]{c}, \vref[here]{c}, \Fref[plain]{c}": [("[REF]", 2, None)] * 3,
    r"\Crefrange{a}{c}, \vrefrange[x]{a}{c}": [("[REF]", 1, None), ("[REF]", 2, None)] * 2,
    r"\zcref*[S]{a,c} and \zref[page]{c}": [("[REF]", 1, None), ("[REF]", 2, None), ("[REF]", 2, None)],
    r"this \namecref{c} and \lcnamecrefs{c}, \labelcref{c}, \getrefnumber{c}": [("[REF]", 2, None)] * 4,
    r"\hyperlink{c}{the third plot} and \hyperlink{elsewhere}{text}": [("the third plot", 2, None)],
    r"\pair{a}{c}": [("[REF]", 1, None), ("[REF]", 2, None)],
    r"\prefixed{r} and \starred*{r}": [("[REF]", 1, "b"), ("[REF]", 1, "b")],
    r"\cref{c} and \refs{a,c}": [("[REF]", 2, None), ("[REF]", 1, None), ("[REF]", 2, None)],
}


@pytest.mark.parametrize(("text", "expected"), REFERENCES.items())
def test_references_point_to_figures_and_panels(cite, text, expected):
    preamble = r"""\newcommand{\mypanel}[1]{Figure~\ref{#1}}\newcommand\fig[1]{Fig.~\ref{#1}}
    \newcommand{\pair}[2]{Figs.~\ref{#1} and~\ref{#2}}\newcommand{\prefixed}[1]{Fig.~\ref{a:#1}}
    \NewDocumentCommand{\starred}{s m}{\IfBooleanTF{#1}{Figure}{Fig.}~\ref{a:#2}}
    \let\numbered\cref \renewcommand{\cref}[1]{Fig.~\numbered{#1}}"""
    (passage,) = cite(text, preamble)
    assert [(passage.text[a.start : a.end], a.figure, a.panel) for a in passage.anchors] == expected


def test_a_range_points_to_what_is_between_its_ends_as_well(read_body):
    panels = "".join(rf"\subfloat[\label{{p{name}}}]{{\includegraphics{{a}}}}" for name in "abc")
    figures = "".join(
        rf"\begin{{figure}}{content}\caption{{C.}}\label{{{key}}}\end{{figure}}"
        for key, content in (("x", r"\includegraphics{a}"), ("y", panels), ("z", r"\includegraphics{a}"))
    )
    for text, expected in {
        r"\crefrange{x}{z}": {(1, None), (2, None), (3, None)},
        r"\Crefrange{z}{x}": {(1, None), (2, None), (3, None)},
        r"\crefrange{pa}{pc}": {(2, "a"), (2, "b"), (2, "c")},
        r"\crefrange{x}{nowhere}": {(1, None)},
    }.items():
        (passage,) = read_body(f"{figures}\n\nSee {text}.", "a.pdf").passages
        assert passage.text == "See [REF]."
        assert {(anchor.figure, anchor.panel) for anchor in passage.anchors} == expected


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


SECTIONS = {
    r"\section{A} x \subsection{B} \see": "A > B",
    r"\section{A} x \appendix \section{B} \see": "B",
    r"\chapter{A} \section*{B} \see": "A > B",
    r"\section[short]{A $x$\footnote{note}\label{s}} \see": "A $x$",
    r"\mysection{A} \see": "A",
    r"\addsec{A} \minisec{B} \see": "A > B",
    r"\section{A} \bmhead{B} \see": "A > B",
    r"\begin{abstract} \see \end{abstract}": "Abstract",
    r"\section*{Acknowledgements} \see": "Acknowledgements",
}


@pytest.mark.parametrize(("text", "section"), SECTIONS.items())
def test_headings_of_all_kinds_make_the_section(cite, text, section):
    preamble = r"\newcommand{\mysection}[1]{\section{#1}}\newcommand{\see}{See \ref{a}.}"
    assert [p.section for p in cite(text, preamble)] == [section]


HEADINGS = [
    r"\textbf{Size.} X",
    r"\emph{Size.---}X",
    r"\emph{Size.}---X",
    r"\textit{Size}: X",
    r"\textbf{Size} -- X",
    r"\textsc{Size}\\ X",
    r"\begin{itemize}\item \textbf{Size}: X\end{itemize}",
    r"\begin{description}\item[Size] X\end{description}",
    r"\noindent\underline{What size?} X",
    r"\emph{Size}.--- X",
    r"\textbf{Size}\hspace{1em}X",
    r"{\bf Size:} X",
    r"{\large\it Size}. X",
    r"{\itshape Size.---}X",
]


@pytest.mark.parametrize("text", HEADINGS)
def test_run_in_headings_are_no_part_of_the_text(cite, text):
    (passage,) = cite(text.replace("X", r"Fig.~\ref{a} shows it."))
    assert passage.text.removeprefix("Size.—") == "Fig. [REF] shows it."


NO_HEADINGS = {
    r"\emph{i.e.} \ref{a}": "i.e. [REF]",
    r"\textbf{Fig.~\ref{a}}: the size.": "Fig. [REF]: the size.",
    r"\textit{Gaia} sees \ref{a}.": "Gaia sees [REF].",
    r"{\it Gaia} sees \ref{a}.": "Gaia sees [REF].",
    r"{\bf Fig.~\ref{a}}: the size.": "Fig. [REF]: the size.",
    r"\textit{Gaia}---the telescope---sees \ref{a}.": "Gaia—the telescope—sees [REF].",
    r"\begin{itemize}\item[Fig.~\ref{a}] shows it.\end{itemize}": "Fig. [REF] shows it.",
}


@pytest.mark.parametrize(("text", "expected"), NO_HEADINGS.items())
def test_a_phrase_that_belongs_to_its_sentence_is_no_heading(cite, text, expected):
    assert [passage.text for passage in cite(text)] == [expected]


JOINED = {
    "We have\n\n\\[ x \\]\n\nas in \\ref{a}.": "We have $x$ as in [REF].",
    "We have:\n\n\\begin{align}x\\end{align}\n\n\\noindent where \\ref{a}.": "We have: $x$ where [REF].",
    "We have\n\n$$x.$$\n\nSee \\ref{a}.": "See [REF].",
    "We see\n\n\\noindent that \\ref{a} is.": "We see that [REF] is.",
    "We see.\n\nthat \\ref{a} is.": "that [REF] is.",
    "\\def\\beq{\\begin{equation}}We have\n\n\\beq x\\end{equation} as in \\ref{a}.": "We have $x$ as in [REF].",
    r"We have \begin{subequations}\[x\]\end{subequations} as in \ref{a}.": "We have $x$ as in [REF].",
    r"We have \begin{widetext}\[x\]\end{widetext} as in \ref{a}.": "We have $x$ as in [REF].",
    r"We have \begin{linenomath*}\[x\]\end{linenomath*} as in \ref{a}.": "We have $x$ as in [REF].",
    r"We have \centerline{$x$}as in \ref{a}.": "We have $x$ as in [REF].",
    r"We see \begin{enumerate*}[(i)]\item A, \item \ref{a}.\end{enumerate*}": "We see A, [REF].",
    r"We see \begin{inparaenum}\item A, \item[b] \ref{a}.\end{inparaenum} So.": "We see A, b [REF]. So.",
}


@pytest.mark.parametrize(("text", "expected"), JOINED.items())
def test_a_sentence_goes_on_over_displays_blank_lines_and_lists_within_it(cite, text, expected):
    assert [passage.text for passage in cite(text)] == [expected]


DISPLAYS = [
    r"\[x\]",
    r"$$x$$",
    r"\begin{equation}x\end{equation}",
    r"\begin{align*}x\end{align*}",
    r"\be x\ee ",
    r"\begin{equation}x\label{e}\end{equation}%",
]


@pytest.mark.parametrize("display", DISPLAYS)
def test_a_display_is_set_off_from_words_but_not_from_a_stop(cite, display):
    preamble = r"\newcommand{\be}{\begin{equation}}\newcommand{\ee}{\end{equation}}"
    (passage,) = cite(f"We find{display}\nwhere \\ref{{a}}. So{display}\n, as {display}\n.", preamble)
    assert passage.text == "We find $x$ where [REF]. So $x$, as $x$."


def test_a_formula_in_the_line_stands_as_it_was_typed(cite):
    assert cite(r"The $x$s, \(x\)s, \begin{math}x\end{math}s, \ref{a}.")[0].text == "The $x$s, $x$s, $x$s, [REF]."


ENDS = [
    r"\newpage ",
    r"\clearpage ",
    r"\FloatBarrier ",
    r"\vskip 2pt plus 1fil ",
    r"\bigskip ",
    r"\eject ",
    r"\centerline{\bf HEADING}",
]


@pytest.mark.parametrize("end", ENDS)
def test_what_breaks_the_page_or_column_ends_the_paragraph(cite, end):
    assert [passage.text for passage in cite(rf"See \ref{{a}}.{end}See \ref{{c}}.")] == ["See [REF].", "See [REF]."]


def test_the_number_of_an_online_float_is_no_text(read_body):
    figure = r"{\begin{figure}\includegraphics{a}\caption{A.}\label{a}\end{figure}}"
    for number in ("", "{2}"):
        document = read_body(rf"\onlfig{number}{figure}Figs.~\ref{{a}} differ.", "a.pdf")
        assert [passage.text for passage in document.passages] == ["Figs. [REF] differ."]
        assert len(document.figures) == 1


def test_a_footnote_is_a_paragraph_behind_its_own(cite):
    text = r"""First\footnote{See \ref{a}. Also this.} \ref{c}\footnotetext{And \ref{c}.}

    Second \ref{a}."""
    found = [(passage.order, passage.text) for passage in cite(text)]
    assert found == [(0, "First [REF]"), (1, "See [REF]. Also this."), (2, "And [REF]."), (3, "Second [REF].")]


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
    r"\marginpar{See Figure 1 \ref{a}.}",
    r"\section{See Figure 1 \ref{a}}",
    r"\begin{table}\caption{T.\footnote{See Figure 1 \ref{a}.}}\end{table}",
    r"\begin{algorithm}See Figure 1 \ref{a}\end{algorithm}",
    r"\sout{Figure 1 \ref{a}}",
    r"\ref{nowhere}",
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
