"""Captions, titles and passages as a reader would type them."""

import pytest

from s1_assets.extraction.latex.read import read_latex

CAPTIONS = {
    # quotes, dashes, spaces
    r"``Quoted'' and `single' -- a range 3--5 --- done": "“Quoted” and ‘single’ – a range 3–5 — done",
    r"It's Fig.~2,\,here\ and\\ there": "It's Fig. 2, here and there",
    r"`\emph{in pieces}' and \lq\lq so\rq\rq, !`no! ?`no?": "‘in pieces’ and “so”, ¡no! ¿no?",
    r"\enquote{An \enquote{inner} quote}, \enquote*{single}, \textquote[\cite{a}]{text}, \say{said}": (
        "“An ‘inner’ quote”, ‘single’, “text”, “said”"
    ),
    r"\glqq x\grqq, \flqq y\frqq, \guillemetleft z\guillemetright": "„x“, «y», «z»",
    r"a\hspace{1em}b\hskip 2mm c\hspace{-1em}d\kern-.1em e\kern 1em f\linebreak[2] g\newline h": "a b cde f g h",
    r"hy\-phen, fi\discretionary{-}{}{}x, c\nobreakdash-d": "hyphen, fix, c-d",
    # fonts and layout
    r"\textbf{Bold} and {\it italic} \emph{text} {\small\sffamily small}": "Bold and italic text small",
    r"\protect\footnotesize\centering\vspace{-2mm}\hspace*{1cm}A\label{k}\index{k}": "A",
    r"\textcolor{red}{red} \colorbox[rgb]{1,0,0}{box} \color{blue}blue": "red box blue",
    r"\raisebox{1pt}[0pt]{up} \makebox[3cm][l]{left} \mbox{in one}": "up left in one",
    r"\fontsize{8}{9}\selectfont small \parbox{3cm}{in a box}": "small in a box",
    r"\fontseries{b}\fontshape{it}\usefont{T1}{ptm}{m}{n}\mathversion{bold}{\em a} {\sc b}": "a b",
    r"\uline{under} \hl{high} \sout{gone} \textsuperscript{13}C H\textsubscript{2}O": "under high 13C H2O",
    r"\begin{tabular}{cc}one & two\\three & four\end{tabular} \shortstack{a\\b} \makecell{c\\d}": (
        "one two three four a b c d"
    ),
    r"\begin{itemize}\item[A] one \item two\end{itemize} after": "A one two after",
    # marks that a caption explains
    r"red (\tikz[baseline]{\draw (0,0) -- (1,0);}) and blue (\protect\tikz\draw (0,0) circle (1pt);) lines": (
        "red () and blue () lines"
    ),
    r"\begin{tikzpicture}\draw (0,0);\end{tikzpicture} line, \raisebox{1pt}{\includegraphics{mark}} dot": "line, dot",
    # symbols and accents
    r"5\,\% of \$3 \& \#1 \_x\_ \{y\}": "5 % of $3 & #1 _x_ {y}",
    r"Erd\H{o}s, M\"uller, Fran\c{c}ois, \v{S}koda, \O stergaard, na\"{\i}ve, \'{e}": (
        "Erdős, Müller, François, Škoda, Østergaard, naïve, é"
    ),
    r"\ss, \aa, \AE, \dag, \textdegree, \textmu m, \S~3, \copyright\ 2020": "ß, å, Æ, †, °, µm, § 3, © 2020",
    r"\LaTeX\ and \TeX{} \textbackslash \textasciitilde": "LaTeX and TeX \\~",
    r"\textperiodcentered\textbardbl\textsurd\textlangle\textbraceleft\texttildelow\~{}\^{}": "·‖√⟨{~~^",
    r"\char65, \char`\_, \char'101, \char`a, \symbol{66}, \symbol{'101}": "A, _, A, a, B, A",
    r"\ding{51} \ding{172} \ding{108} \CIRCLE{} \LEFTcircle": "✓ ① ● ● ◐",
    r"\textcommabelow{s}\v c\c{t}\'\i{\aa}\k a": "șčţíåą",
    # notes, citations and references
    r"Text\footnote{A note.} after \cite{a}, \citep[see][p.~3]{b,c} and \citet*{d}": (
        "Text after [CITE], [CITE] and [CITE]"
    ),
    r"see \eqref{e}, \ref{f}, \autoref{g}, \cref{a,b} and Sec.~\ref{s}": (
        "see ([REF]), [REF], [REF], [REF] and Sec. [REF]"
    ),
    r"\url{http://a.org/x_y} and \href{http://b.org/\%20}{the site}": "http://a.org/x_y and the site",
    r"\textcite[3]{a} \parencites{a}[4]{b} \citeauthor{c}": "[CITE] [CITE] [CITE]",
    r"\citeA{a} \citeNP{a} \shortcite{a} \citealt*{a} \nptextcite{a} \footcite{a} \citejap{a} \citepSM{a}": (
        "[CITE] [CITE] [CITE] [CITE] [CITE] [CITE] [CITE] [CITE]"
    ),
    r"A\footnotemark[2] b\thanks{c}\todo[inline]{d}\marginpar{e}\index{f} \nolinkurl{a@b.c} \hypertarget{g}{here}": (
        "A b a@b.c here"
    ),
    # mathematics
    r"for $x_1 \le\alpha$, \(y\) and \[z = 3\]": r"for $x_1 \le\alpha$, $y$ and $z = 3$",
    r"a \ensuremath{\beta_2} in $a \text{ if $b$}$": r"a $\beta_2$ in $a \text{ if $b$}$",
    r"$\mathrm{d}x\label{q}$": r"$\mathrm{d}x$",
    # packages
    r"\SI{3}{\meter}, \SI{5.2e-3}{\kilo\meter\per\second\squared}, \qty{7}{\nm}": "3 m, 5.2 × 10^-3 km/s², 7 nm",
    r"\SIrange{1}{2}{\GHz}, \num{1e6}, \ang{30}, \si{\micro\metre}, \SI{5}{\percent}": (
        "1 GHz to 2 GHz, 1 × 10^6, 30°, µm, 5%"
    ),
    r"\SI{2}{\per\centi\meter}, \SI{3}{\metre\tothe{4}}, \SI{1}[\$]{}, \SI{10}{\%}, \SI{\sim 5}{\text{px}}": (
        "2 cm^-1, 3 m^4, $1, 10%, ∼5 px"
    ),
    r"\SI{4}{\mol\m^{-3}}, \SI{5}{kg.m^2/s}, \SI{6}{M_\odot}": "4 mol m$^{-3}$, 5 kg m$^2$/s, 6 M_⊙",
    r"\SIlist{1;2;3}{\m}, \numproduct{2 x 3}, \complexqty{1+2i}{\ohm}, \qtyproduct{2 x 3}{\mm}, \SI{3}{\kilo\foo}": (
        "1 m, 2 m and 3 m, 2 × 3, 1+2i Ω, 2 mm × 3 mm, 3 kfoo"
    ),
    r"\ce{H2O} and \ce{CO2 -> C + O2}": "H2O and CO2 → C + O2",
    r"\ce{\alpha-Al2O3}, \ce{CuSO4*5H2O}, \ce{A\bond{=}B}, \ce{^{13}C}, \ce{$\gamma$-Fe}, \ch{TiO2}, \isotope[14]{N}": (
        "α-Al2O3, CuSO4·5H2O, A=B, 13C, γ-Fe, TiO2, 14N"
    ),
    r"\uppercase{abc} \MakeUppercase{de} \MakeLowercase{FG} \uppercase\expandafter{\romannumeral 4}": "ABC DE fg IV",
    r"\texorpdfstring{$x$}{x} and \foreignlanguage{german}{Wort}": "$x$ and Wort",
    r"\ion{C}{iv}, \ion{H}{2} gas, \ion{Fe}{XII}, [\ion{O}{3}], \ion{X}{n}": "C IV, H II gas, Fe XII, [O III], X n",
    r"\nicefrac{3}{4}, \sfrac12, \unit[30]{cm}, \unitfrac[3]{m}{s}, \unit{\metre}": "3/4, 1/2, 30 cm, 3 m/s, m",
    r"\textbeta-strand, \textLambda, \textlambda{} and \textmu m": "β-strand, Λ, λ and µm",
    r"3\degr, \la 5, \ga\ 6, 2\fd5, 3\fh2, 1\fm5, 2\fs4, 7\farcs1, 8\arcmin, \diameter 9": (
        "3°, ≲5, ≳ 6, 2.ᵈ5, 3.ʰ2, 1.ᵐ5, 2.ˢ4, 7.″1, 8′, ⌀9"
    ),
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


RELATIONS = [
    r"\def\less{\mathrel{\hbox{\rlap{\hbox{\lower4pt\hbox{$\sim$}}}\hbox{$<$}}}}",
    r"\def\ltsima{$\; \buildrel < \over \sim \;$}\def\less{\lower.5ex\hbox{\ltsima}}",
    r"\newcommand{\less}{\raise0.3ex\hbox{$\;<$\kern-0.75em\raise-1.1ex\hbox{$\sim\;$}}}",
    r"\def\less{\mathrel{\mathchoice {\vcenter{\halign{\hfil$\displaystyle##$\hfil\cr<\cr\sim\cr}}}{}{}{}}}",
    r"\newcommand{\less}{\stackrel{<}{{}_\sim}}",
]


@pytest.mark.parametrize("definition", RELATIONS)
def test_a_relation_that_authors_built_of_boxes_reads_as_what_it_shows(read_body, definition):
    body = r"\begin{figure}\includegraphics{a}\caption{$x \less y$.}\end{figure}"
    assert read_body(body, "a.pdf", preamble=definition).figures[0].caption == r"$x \lesssim y$."


def test_operators_and_delimiters_that_authors_declare_stay_mathematics(read_body):
    preamble = r"""\DeclareMathOperator*{\argmax}{arg\,max}\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}
    \newcommand{\GeV}{\ensuremath{\,\text{Ge\kern -0.1em V}}\xspace}\newcommand{\half}{\ensuremath{\frac12}}"""
    body = r"\begin{figure}\includegraphics{a}\caption{$\argmax_x \abs*{x}$ at 5\GeV and \half.}\end{figure}"
    caption = read_body(body, "a.pdf", preamble=preamble).figures[0].caption
    assert caption == r"$\operatorname*{arg\,max}_x \lvert x\rvert$ at 5 GeV and $\frac12$."


def test_a_style_of_the_paper_may_give_short_names_of_unit_packages_its_own_sense(read_body):
    style = r"\def\cf{\emph{cf}.}\def\SI{supplement}\def\ch{chapter}\def\caption{no}"
    body = r"\begin{figure}\includegraphics{a}\caption{\cf~that, \SI{3}{\m}, \ch~2}\end{figure}"
    preamble = r"\usepackage{siunitx,conference}"
    figure = read_body(body, "a.pdf", preamble=preamble, files={"conference.sty": style}).figures[0]
    assert figure.caption == "cf. that, 3 m, chapter 2"


SETTINGS = {
    r"[wide]{plain}{0.5\linewidth}It is in \ref{f}.": "It is in [REF].",
    r"{\bf Heading} in \ref{f}.": "Heading in [REF].",
    r"{Shown in \ref{f}.}": "Shown in [REF].",
    r"{Figure 1 shows it}, as does \ref{f}.": "Figure 1 shows it, as does [REF].",
}


@pytest.mark.parametrize("inside", SETTINGS)
def test_settings_of_an_unknown_environment_are_no_text(read_body, inside):
    figure = r"\begin{figure}\includegraphics{a}\caption{A.}\label{f}\end{figure}"
    document = read_body(rf"{figure}\begin{{custom}}{inside}\end{{custom}}", "a.pdf")
    assert [passage.text for passage in document.passages] == [SETTINGS[inside]]


def test_units_of_the_authors_are_printed_by_their_symbol(read_body):
    preamble = r"\DeclareSIUnit\pixel{px}\DeclareSIUnit{\c}{cyc}"
    body = r"\begin{figure}\includegraphics{a}\caption{\SI{3}{\mega\pixel\per\second}, \si{\c}, gar\c con.}\end{figure}"
    assert read_body(body, "a.pdf", preamble=preamble).figures[0].caption == "3 Mpx/s, cyc, garçon."


RANGES = {
    r"\SIrange{1}{2}{\m}": "1–2 m",
    r"\SIrange[range-units=repeat, range-phrase={ bis }]{1}{2}{\m}": "1 m bis 2 m",
    r"\numrange{1}{2}": "1–2",
    r"\SIlist[list-units=single]{1;2}{\m}": "1 and 2 m",
    r"{\sisetup{range-phrase=--, range-units=brackets}\SIrange{1}{2}{\m}} \SIrange{3}{4}{\m}": "1–2 m 3–4 m",
}


@pytest.mark.parametrize(("source", "text"), RANGES.items())
def test_ranges_are_printed_as_the_document_sets_them_up(read_body, source, text):
    preamble = r"\sisetup{range-phrase={--},range-units=single}"
    body = rf"\begin{{figure}}\includegraphics{{a}}\caption{{{source}}}\end{{figure}}"
    assert read_body(body, "a.pdf", preamble=preamble).figures[0].caption == text


def test_glossary_entries_are_resolved(read_body):
    preamble = r"""\newacronym{cnn}{CNN}{convolutional network}
    \newglossaryentry{rate}{name={learning rate}, description={x}}
    \DeclareAcronym{rf}{short=RF,long=random forest}"""
    body = r"""\begin{figure}\includegraphics{a}
    \caption{\Gls{cnn}, \glspl{cnn}, \gls{rate}, \acl{rf} (\acs{rf})}\end{figure}"""
    caption = read_body(body, "a.pdf", preamble=preamble).figures[0].caption
    assert caption == "Convolutional network (CNN), CNNs, learning rate, random forest (RF)"


GLOSSARY = r"""\newacronym[longplural={sets of nets}]{net}{NET}{net}\newglossaryentry{rate}{name=rate,symbol={$\eta$}}
\begin{acronym}\acro{kde}[KDE]{kernel density}\acroplural{kde}[KDEs]{kernel densities}\end{acronym}
\newglossaryentry{svm}{name={SVM},first={support machine (SVM)},plural={SVMs}}
\DeclareAcronym{rf}{short=RF,long=random forest,short-plural-form={RFz}}"""
ENTRIES = {
    r"\glspl{net}, \gls{net}, \Gls{net}": "sets of nets (NETs), NET, NET",
    r"\acrshort{net}, \acrlong{net}, \Acrlong{net}, \ACRlong{net}, \acrshortpl{net}, \gls{net}": (
        "NET, net, Net, NET, NETs, net (NET)"
    ),
    r"\acp{kde}, \ac{kde}, \acl{kde}, \aclp{kde}, \acf{kde}, \acfp{kde}": (
        "kernel densities (KDEs), KDE, kernel density, kernel densities, kernel density (KDE), kernel densities (KDEs)"
    ),
    r"\gls{svm} and \gls{svm}, \glspl{svm}, \glslink{svm}{a link}": "support machine (SVM) and SVM, SVMs, a link",
    r"\acuse{rf}\ac{rf}\acreset{rf}, \ac{rf}, \acp{rf}, \iac{rf}": "RF, random forest (RF), RFz, a RF",
    r"\gls{rate} \glssymbol{rate}, \gls{net}[work]": r"rate $\eta$, net (NET)work",
}


@pytest.mark.parametrize(("source", "text"), ENTRIES.items())
def test_abbreviations_print_the_form_that_is_asked_for(read_body, source, text):
    body = rf"\begin{{figure}}\includegraphics{{a}}\caption{{{source}}}\end{{figure}}"
    assert read_body(body, "a.pdf", preamble=GLOSSARY).figures[0].caption == text


GERMAN = [
    r"\usepackage[ngerman]{babel}",
    r"\usepackage[english,main=ngerman]{babel}",
    r"\usepackage{german}",
]


@pytest.mark.parametrize("preamble", GERMAN)
def test_shorthands_of_german_are_read(read_body, preamble):
    body = r"""\begin{figure}\includegraphics{a}\caption{Gr"o"se "`wie"' ein Stra"senbahn"-wagen, $x"y$.}\end{figure}"""
    figure = read_body(body, "a.pdf", preamble=preamble).figures[0]
    assert figure.caption == 'Größe „wie“ ein Straßenbahnwagen, $x"y$.'


def test_a_straight_quotation_mark_is_itself_in_other_languages(read_body):
    body = r"\begin{figure}\includegraphics{a}\caption{An \"a and \"oil\" spill.}\end{figure}".replace(r"\"", '"')
    preamble = r"\usepackage[german,english]{babel}"
    assert read_body(body, "a.pdf", preamble=preamble).figures[0].caption == 'An "a and "oil" spill.'


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
