"""Captions, titles and passages as a reader would type them."""

import pytest

from s1_assets.extraction.latex.read import read_latex

CAPTIONS = {
    # quotes, dashes, spaces
    r"``Quoted'' and `single' -- a range 3--5 --- done": "“Quoted” and ‘single’ – a range 3–5 — done",
    r"It's Fig.~2,\,here\ and\\ there": "It's Fig. 2, here and there",
    # fonts and layout
    r"\textbf{Bold} and {\it italic} \emph{text} {\small\sffamily small}": "Bold and italic text small",
    r"\protect\footnotesize\centering\vspace{-2mm}\hspace*{1cm}A\label{k}\index{k}": "A",
    r"\textcolor{red}{red} \colorbox[rgb]{1,0,0}{box} \color{blue}blue": "red box blue",
    r"\raisebox{1pt}[0pt]{up} \makebox[3cm][l]{left} \mbox{in one}": "up left in one",
    r"\fontsize{8}{9}\selectfont small \parbox{3cm}{in a box}": "small in a box",
    # symbols and accents
    r"5\,\% of \$3 \& \#1 \_x\_ \{y\}": "5 % of $3 & #1 _x_ {y}",
    r"Erd\H{o}s, M\"uller, Fran\c{c}ois, \v{S}koda, \O stergaard, na\"{\i}ve, \'{e}": (
        "Erdős, Müller, François, Škoda, Østergaard, naïve, é"
    ),
    r"\ss, \aa, \AE, \dag, \textdegree, \textmu m, \S~3, \copyright\ 2020": "ß, å, Æ, †, °, µm, § 3, © 2020",
    r"\LaTeX\ and \TeX{} \textbackslash \textasciitilde": "LaTeX and TeX \\~",
    # notes, citations and references
    r"Text\footnote{A note.} after \cite{a}, \citep[see][p.~3]{b,c} and \citet*{d}": (
        "Text after [CITE], [CITE] and [CITE]"
    ),
    r"see \eqref{e}, \ref{f}, \autoref{g}, \cref{a,b} and Sec.~\ref{s}": (
        "see ([REF]), [REF], [REF], [REF] and Sec. [REF]"
    ),
    r"\url{http://a.org/x_y} and \href{http://b.org/\%20}{the site}": "http://a.org/x_y and the site",
    r"\textcite[3]{a} \parencites{a}[4]{b} \citeauthor{c}": "[CITE] [CITE] [CITE]",
    # mathematics
    r"for $x_1 \le\alpha$, \(y\) and \[z = 3\]": r"for $x_1 \le\alpha$, $y$ and $z = 3$",
    r"a \ensuremath{\beta_2} in $a \text{ if $b$}$": r"a $\beta_2$ in $a \text{ if $b$}$",
    r"$\mathrm{d}x\label{q}$": r"$\mathrm{d}x$",
    # packages
    r"\SI{3}{\meter}, \SI{5.2e-3}{\kilo\meter\per\second\squared}, \qty{7}{\nm}": "3 m, 5.2 × 10^-3 km/s², 7 nm",
    r"\SIrange{1}{2}{\GHz}, \num{1e6}, \ang{30}, \si{\micro\metre}, \SI{5}{\percent}": (
        "1 to 2 GHz, 1 × 10^6, 30°, µm, 5%"
    ),
    r"\ce{H2O} and \ce{CO2 -> C + O2}": "H2O and CO2 → C + O2",
    r"\uppercase{abc} \MakeUppercase{de}": "ABC DE",
    r"\texorpdfstring{$x$}{x} and \foreignlanguage{german}{Wort}": "$x$ and Wort",
    r"\unknowncommand[opt]{kept} \another words": "kept words",
    "one\n\ntwo \\par three": "one two three",
    r"one\\[2pt] two\\* three": "one two three",
    r"\figurename~2 and \tablename": "Figure 2 and Table",
    "a % comment\nb\\%": "a b%",
}


@pytest.mark.parametrize(("source", "text"), CAPTIONS.items())
def test_a_caption_reads_as_typed(read_body, source, text):
    body = f"\\begin{{figure}}\\includegraphics{{a}}\\caption{{{source}}}\\end{{figure}}"
    assert read_body(body, "a.pdf").figures[0].caption == text


def test_author_macros_are_expanded_in_text_and_in_mathematics(read_body):
    preamble = r"""\newcommand{\name}{\textsc{Solver}\xspace}\newcommand{\vect}[1]{\mathbf{#1}}
    \def\etal{et~al.\ }\let\bs\boldsymbol\newcommand{\unc}[2][0.1]{#2\pm#1}\DeclareMathOperator{\sgn}{sgn}"""
    body = r"""\begin{figure}\includegraphics{a}
    \caption{\name and \etal: $\vect{x} + \unc{3} + \unc[1]{2}$, \name.}\end{figure}"""
    figure = read_body(body, "a.pdf", preamble=preamble).figures[0]
    assert figure.caption == r"Solver and et al. : $\mathbf{x} + 3\pm0.1 + 2\pm1$, Solver."


def test_glossary_entries_are_resolved(read_body):
    preamble = r"""\newacronym{cnn}{CNN}{convolutional network}
    \newglossaryentry{rate}{name={learning rate}, description={x}}
    \DeclareAcronym{rf}{short=RF,long=random forest}"""
    body = r"""\begin{figure}\includegraphics{a}
    \caption{\Gls{cnn}, \glspl{cnn}, \gls{rate}, \acl{rf} (\acs{rf})}\end{figure}"""
    caption = read_body(body, "a.pdf", preamble=preamble).figures[0].caption
    assert caption == "Convolutional network (CNN), CNNs, learning rate, random forest (RF)"


TITLES = [
    r"\title{A {\bf Study} of $x$\thanks{Funded.}}\begin{document}",
    r"\title[Short]{A Study\\ of $x$}\begin{document}\maketitle",
    r"\begin{document}\title{A Study of $x$\footnote{Note.}}",
    r"\newcommand{\st}{Study}\title{A \st{} of $x$}\begin{document}",
]


@pytest.mark.parametrize("start", TITLES)
@pytest.mark.parametrize("abstract", [r"\abstract{We study it.}", "\\begin{abstract}\nWe study it.\\end{abstract}"])
def test_title_and_abstract(read_body, start, abstract):
    document = read_latex({"a.tex": rf"\documentclass{{article}}{start}{abstract} Text.\end{{document}}".encode()})
    assert (document.title, document.abstract) == ("A Study of $x$", "We study it.")


def test_the_abstract_of_astronomy_and_astrophysics_has_five_parts():
    main = r"""\documentclass{aa}\begin{document}\abstract{Context.} {Aims.}{Methods.}{}{End.}
    \keywords{x}{\bf Text.}\end{document}"""
    assert read_latex({"a.tex": main.encode()}).abstract == "Context. Aims. Methods. End."


ENCODED = [
    ("é “q”", "utf-8"),
    ("\ufeffé “q”", "utf-8"),
    ("é “q”", "cp1252"),
]


@pytest.mark.parametrize(("text", "encoding"), ENCODED)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_make_no_difference(text, encoding, newline):
    lines = [
        "\ufeff" * text.startswith("\ufeff") + "\\documentclass{article} % a comment",
        "\\begin{document}",
        "\\begin{figure}\\includegraphics{a}",
        "\\caption{" + text.removeprefix("\ufeff") + "}\\end{figure}",
        "\\end{document}",
    ]
    document = read_latex({"a.tex": newline.join(lines).encode(encoding), "a.pdf": b""})
    assert document.figures[0].caption == "é “q”"
