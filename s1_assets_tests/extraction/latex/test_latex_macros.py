r"""Definitions, conditionals, registers and loops: what a text comes to, by families of TeX and of the usual packages.

Where a TeX engine is installed it is asked as well: it has to print the same.
"""

import re
import shutil
import subprocess

import pymupdf
import pytest

DEFINITIONS = {
    r"\newcommand{\x}{X}\x\x": "XX",
    r"\newcommand\x[2][d]{(#1/#2)}\x{a} \x[b]{c} \x []{e}": "(d/a) (b/c) (/e)",
    r"\newcommand\x[1][{[}]{#1}\x": "[",
    r"\providecommand{\x}{1}\providecommand{\x}{2}\x": "1",
    r"\newcommand*{\x}{a}\renewcommand*\x{b}\x": "b",
    r"\newcommand\x[9]{#9#1}\x123456789": "91",
    r"\newcommand{\two}[2]{#1,#2}\newcommand{\x}{\two{a}}\x{b}": "a,b",
    r"\def\x#1.#2;{#2-#1}\x one.two;": "two-one",
    r"\def\x(#1){/#1/}\x(a)": "/a/",
    r"\def\x#1#2{#2#1}\x ab": "ba",
    r"\def\x#1#{/#1/}\x ab{c}": "/ab/c",
    r"\def\x#1 {/#1/}\x abc def": "/abc/def",
    r"\def\x#1,#2,{#1+#2}\x {a,b},c,": "a,b+c",
    r"\def\x#1;{/#1/}\x{{a}b};\x{{a}};\x{a}{b};": "/ab//a//ab/",
    r"\def\x#1{\def\y##1{#1##1}}\x{a}\y{b}": "ab",
    r"\def\x#1{\def\y##1{\def\z####1{#1##1####1}}}\x a\y b\z c": "abc",
    r"\def\x{a}{\def\x{b}\x}\x": "ba",
    r"\def\x{a}{\gdef\x{b}\x}\x": "bb",
    r"\def\x{a}\begingroup\global\def\x{b}\endgroup\x": "b",
    r"\def\y{o}{\global\long\def\y{x}}\y": "x",
    r"{\global\edef\y{x}}\y": "x",
    r"\def\a{1}\begingroup\global\let\b\a\endgroup\b": "1",
    r"\def\x{a}\let\y\x\def\x{b}\y\x": "ab",
    r"\let\x=\emph\x{word}": "word",
    r"\let\bgrp={\let\egrp=}\bgrp\def\x{a}\egrp x": "x",
    r"\let\x= a\x": "a",
    r"\def\x{\futurelet\next\y}\def\y{\ifx\next[b\else n\fi}\x[ \x c": "b[ nc",
    r"\def\x{a}\edef\y{\x}\def\x{b}\y": "a",
    r"\def\x{a}\edef\x{\x\x}\edef\x{\x\x}\x": "aaaa",
    r"\def\a{1}\edef\b{\a\noexpand\a}\def\a{2}\b": "12",
    r"\def\a{1}\edef\b{\unexpanded{\a}\a}\def\a{2}\b": "21",
    r"\def\a{1}{\xdef\b{\a\a}}\b": "11",
    r"\protected\def\x{a}\edef\y{\x}\def\x{b}\y": "b",
    r"\makeatletter\protected@edef\x{\textbf{a}\thepage}\x": "a1",
    r"\makeatletter\def\my@x{in}\def\x{\my@x}\makeatother\x": "in",
    r"\newcommandx{\x}[3][1=a,3=c]{#1#2#3}\x{b}\x[x]{b}[y]": "abcxby",
    r"\newenvironmentx{e}[2][1=a]{(#1#2}{)}\begin{e}{b}c\end{e}": "(abc)",
}
NAMES = {
    r"\expandafter\def\csname my x\endcsname{named}\csname my x\endcsname": "named",
    r"\def\n{foo}\expandafter\def\csname\n\endcsname{bar}\foo": "bar",
    r"\makeatletter\@namedef{k-1}{v}\@nameuse{k-1}\makeatother": "v",
    r"\expandafter\let\expandafter\y\csname em\endcsname{\y b}": "b",
    r"\def\x{a}\expandafter\def\expandafter\x\expandafter{\x b}\x": "ab",
    r"\def\a{x,y}\def\s#1,#2\e{#2#1}\expandafter\s\a\e": "yx",
    r"\def\a{\b}\def\b{c}\def\p#1{(#1)}\expandafter\expandafter\expandafter\p\expandafter\a": "(c)",
    r"\expandafter\ifx\csname undefzz\endcsname\relax yes\else no\fi": "yes",
    r"\ifcsname undefzy\endcsname yes\else no\fi\ifcsname textbf\endcsname yes\fi": "noyes",
    r"\makeatletter\expandafter\@gobble\string\foo": "foo",
    r"\detokenize{a \b{c}}": r"a\b {c}",
    r"\def\x{a b}\meaning\x": "macro:->ab",
    r"\csdef{k}{a}\csuse{k}\csgdef{k}{b}\csuse{k}\csedef{k}{c}\csuse{k}": "abc",
    r"\csdef{k}{a}\letcs\q{k}\q\csletcs{r}{k}\csuse{r}\undef\q\ifdef\q{y}{n}": "aan",
    r"\ExpandArgs{c}\def{xyz}{a}\xyz": "a",
    r"\uppercase{abc}\lowercase{ABC}\def\x{a}\uppercase{\x b}": "ABCabcaB",
    r"\def\a{\b}\def\b{c}\edef\x{\expandonce\a}\def\b{d}\x": "d",
}
NUMBERS = {
    r"\newcounter{ca}\setcounter{ca}{3}\stepcounter{ca}\arabic{ca}\roman{ca}\Alph{ca}\theca": "4ivD4",
    r"\newcounter{cb}\setcounter{cb}{1+2*3}\thecb\addtocounter{cb}{-\value{cb}*2}\thecb": "7-7",
    r"\newcounter{cc}[section]\setcounter{cc}{4}\refstepcounter{section}\thecc": "0",
    r"\newcount\n \n=4 \advance\n by 2 \the\n": "6",
    r"\newcount\n\n=3\multiply\n by 4 \the\n\divide\n by 5 \the\n": "122",
    r"\newcount\n\n=3\advance\n2 \the\n \advance\n-1 \the\n \advance\n by -\n \the\n": "540",
    r"\newcount\n\n=3{\advance\n1 \the\n}\the\n": "43",
    r"\countdef\n=200 \n=4 \number\n\count200=5 \the\n": "45",
    r"\count7=8 \the\count7": "8",
    r'\number"FF \number`a \number007 \romannumeral14 ': "255977xiv",
    r"\the\numexpr(1+2)*3/2\relax\inteval{10-3*2}": "54",
    r"\chardef\x=65 \x\number\x\char66": "A65B",
    r"\makeatletter\@arabic\c@page\@Roman{12}\@tempcnta=5 \advance\@tempcnta\@ne\the\@tempcnta": "1XII6",
    r"\newtoks\qt\qt={abc}\the\qt\toks0={d}\the\toks0": "abcd",
    r"\toks0={x}\edef\x{\the\toks0 y}\x": "xy",
    r"\newlength{\wa}\setlength{\wa}{1pt+2pt*2}\the\wa\addtolength{\wa}{-.5pt}\the\wa": "5.0pt4.5pt",
    r"\newdimen\wb\wb=1in \the\wb\dimen0=.5\wb\the\dimen0": "72.26999pt36.135pt",
    r"\the\dimexpr 1cm+2mm\relax": "34.14328pt",
    r"\hskip 3pt plus 1fil minus 2pt a\kern-3pt b\vskip-\parskip c": "abc",
    r"\textwidth15truecm \parskip=3pt plus 1pt minus .5pt\tolerance=1000 \hsize=.5\hsize a": "a",
    r"\hangindent=3pt \hangafter=1 \widowpenalty10000\clubpenalty=10000 a": "a",
    r"\numdef\x{1+2}\x\numgdef\y{\x*2}\y": "36",
}
CONDITIONALS = {
    r"\iftrue a\else b\fi \iffalse c\else d\fi": "a d",
    r"\newif\ifdraft \ifdraft a\else b\fi \drafttrue\ifdraft c\else d\fi": "bc",
    r"\newif\ifp{\ptrue}\ifp1\else2\fi{\global\ptrue}\ifp1\else2\fi": "21",
    r"\newif\ifp\let\ifq\ifp\ifq1\else2\fi\let\ifq\iftrue\ifq1\else2\fi": "21",
    r"\iffalse \ifx\a\b x\else y\fi \else z\fi": "z",
    r"\iftrue a\else\ifx\a\b c\else d\fi e\fi f": "af",
    r"\def\x{a}\def\y{a}\ifx\x\y same\else other\fi": "same",
    r"\def\x{a}\def\y{b}\ifx\x\y same\else other\fi": "other",
    r"\let\x a\ifx\x a y\fi\let\x=\undefinedzz \ifx\x\undefinedzz y\fi": "yy",
    r"\ifdefined\undefinedthing a\else b\fi \def\q{}\ifdefined\q c\fi": "bc",
    r"\ifnum3<5 a\else b\fi\ifnum\value{section}=0 c\fi\ifnum\numexpr1+2*3=7 d\fi": "acd",
    r"\newcount\n\n=5 \ifnum\n=5 a\else b\fi\ifnum-1>-2 c\fi": "ac",
    r"\ifdim1cm>1in a\else b\fi\ifdim.5\textwidth<\textwidth c\fi": "bc",
    r"\newlength{\wc}\setlength{\wc}{3pt}\ifdim\wc=3pt a\else b\fi": "a",
    r"\newcommand\x[1]{\ifx&#1&E\else F\fi}\x{}\x{y}": "EF",
    r"\newcommand\x[1]{\if\relax\detokenize{#1}\relax E\else F\fi}\x{}\x{y}": "EF",
    r"\ifcase 1 a\or b\or c\fi\ifcase7 a\or b\else e\fi\ifcase-1 a\else f\fi": "bef",
    r"\ifcase1 a\or\ifcase0 x\or y\fi\or c\fi": "x",
    r"\ifodd3 a\fi\if aa b\fi\ifcat aB c\fi\ifcat a1d\else e\fi": "abce",
    r"\def\x#1{\ifcat\noexpand#1\relax c\else d\fi}\x\foo\x a": "cd",
    r"\unless\ifnum1=2 a\else b\fi\unless\iftrue c\else d\fi": "ad",
    r"\def\x{\ifnum1=1 \expandafter\y\else\expandafter\z\fi}\def\y#1{Y#1}\def\z#1{Z#1}\x a": "Ya",
    r"\iftrue\ifnum1=1\else a\fi b\else c\fi": "b",
    r"\if01 a\else b\fi\ifx\undefined\nothing c\fi\ifdefined\includegraphics d\fi": "bcd",
    r"\makeatletter\def\x{\@ifnextchar[{\xo}{\xn}}\def\xo[#1]{o#1}\def\xn{n}\makeatother\x \x[1]": "no1",
    r"\makeatletter\@ifnextchar\bgroup{a}{b}{x}\def\x{\@ifstar{S}{P}}\x*\x": "axSP",
    r"\makeatletter\@ifundefined{zzq}{u}{d}\@ifundefined{textbf}{u}{d}": "ud",
    r"\makeatletter\@ifpackageloaded{graphicx}{y}{n}\@ifclassloaded{book}{y}{n}": "yn",
    r"\makeatletter\def\x{\@dblarg\y}\def\y[#1]#2{#1,#2}\x{a}\x[b]{c}": "a,ab,c",
    r"\makeatletter\in@{b}{abc}\ifin@ y\else n\fi\newif\if@x\@xtrue\if@x y\else n\fi": "yy",
}
TESTS_OF_PACKAGES = {
    r"\ifthenelse{\equal{a}{a}}{y}{n}\ifthenelse{1>2}{y}{n}\ifthenelse{\isodd{3}}{y}{n}": "yny",
    r"\ifthenelse{1<2 \and 2<1}{y}{n}\ifthenelse{1<2 \OR 2<1}{y}{n}\ifthenelse{\not\equal{a}{b}}{y}{n}": "nyy",
    r"\ifthenelse{\(1<2 \or 2<1\)\and\not\(1>2\)}{y}{n}\ifthenelse{\lengthtest{1pt<2pt}}{y}{n}": "yy",
    r"\newboolean{v}\setboolean{v}{true}\ifthenelse{\boolean{v}}{y}{n}\ifthenelse{\isundefined{\zzq}}{y}{n}": "yy",
    r"\ifthenelse{\isempty{}}{y}{n}\ifthenelse{\isin{b}{abc}}{y}{n}\ifthenelse{\endswith{ab}{b}}{y}{n}": "yyy",
    r"\newtoggle{w}\iftoggle{w}{y}{n}\toggletrue{w}\iftoggle{w}{y}{n}\nottoggle{w}{y}{n}": "nyn",
    r"\newbool{u}\ifbool{u}{y}{n}\booltrue{u}\ifbool{u}{y}{n}\setbool{u}{false}\notbool{u}{y}{n}": "nyy",
    r"\newbool{a}\newbool{c}\booltrue{a}\ifboolexpr{bool{a} and not bool{c}}{y}{n}": "y",
    r"\newbool{d}\ifboolexpr{ ( bool {d} or not bool {d} ) and not test{\ifblank{x}} }{y}{n}": "y",
    r"\ifblank{ }{b}{t}\ifstrequal{a}{b}{y}{n}\ifstrempty{}{y}{n}\notblank{ }{y}{n}": "bnyn",
    r"\ifdef{\textbf}{y}{n}\ifundef\zzq{y}{n}\ifcsdef{textbf}{y}{n}\ifcsundef{textbf}{y}{n}": "yyyn",
    r"\def\x{}\ifdefempty\x{y}{n}\def\x{ }\ifdefempty\x{y}{n}\ifdefvoid\zzq{y}{n}": "yny",
    r"\def\x{a}\def\y{a}\ifdefequal\x\y{y}{n}\ifdefstring\x{a}{y}{n}\ifcsstring{x}{b}{y}{n}": "yyn",
    r"\ifnumcomp{1}{<}{2}{y}{n}\ifnumequal{1+1}{2}{y}{n}\ifnumodd{4}{y}{n}\ifdimgreater{1cm}{1pt}{y}{n}": "yyny",
    r"\def\x{a}\appto\x{b}\preto\x{c}\eappto\x{\x}\x": "cabcab",
    r"\newcommand\x[1]{/#1/}\apptocmd{\x}{!}{}{}\pretocmd{\x}{?}{y}{n}\x a": "y?/a/!",
    r"\newcommand\x[1]{ab#1c}\patchcmd\x{b#1}{(#1)}{y}{n}\patchcmd\x{q}{}{y}{n}\x z": "yna(z)c",
    r"\makeatletter\def\x{a}\g@addto@macro\x{b}\x": "ab",
}
LOOPS = {
    r"\newcount\n\n=0 \loop\number\n\advance\n by 1 \ifnum\n<4 \repeat e": "0123e",
    r"\newcount\n\newcount\m\loop{\loop\number\m\advance\m1 \ifnum\m<2 \repeat}\advance\n1 \ifnum\n<2\repeat": "0101",
    r"\newcounter{ka}\whiledo{\value{ka}<3}{\stepcounter{ka}\theka,}": "1,2,3,",
    r"\makeatletter\newcount\n\n=0 \@whilenum\n<3\do{\number\n\advance\n1 }": "012",
    r"\makeatletter\@for\x:=a,b,{c,d}\do{[\x]}\def\l{e,f}\@for\x:=\l\do{[\x]}": "[a][b][c,d][e][f]",
    r"\makeatletter\@tfor\x:=ab{cd}\do{[\x]}": "[a][b][cd]",
    r"\def\one#1{[#1]}\forcsvlist\one{a, b,{c,d}}": "[a][b][c,d]",
    r"\renewcommand*{\do}[1]{/#1/}\docsvlist{a, b}": "/a//b/",
    r"\def\one#1{[#1]}\def\l{}\listadd\l{a}\listadd\l{b}\forlistloop\one\l": "[a][b]",
    r"\foreach \n in {1,...,4}{\n,}\foreach \n in {1,3,...,9}{\n,}": "1,2,3,4,1,3,5,7,9,",
    r"\foreach \n in {4,...,2}{\n,}\foreach \n in {a,...,e}{\n}": "4,3,2,abcde",
    r"\foreach \n in {0,0.5,...,2}{\n;}": "0;0.5;1;1.5;2;",
    r"\foreach \x/\y in {1/a,2}{\x\y;}\foreach \x [count=\k from 0] in {a,b}{\k\x;}": "1a;22;0a;1b;",
    r"\foreach \x in {1,2} \foreach \y in {a,b} {\x\y,}\def\l{p,q}\foreach \x in \l {\x;}": "1a,1b,2a,2b,p;q;",
    r"\def\x{o}\foreach \x in {{a,b},c}{(\x)}\x": "(a,b)(c)o",
    r"\def\down#1{\ifnum#1>0 #1\expandafter\down\expandafter{\number\numexpr#1-1}\fi}\down{3}": "321",
}
DOCUMENT_COMMANDS = {
    r"\NewDocumentCommand\x{s o m}{\IfBooleanTF{#1}{S}{P}\IfValueTF{#2}{#2}{-}#3}\x{a} \x*[b]{c}": "P-a Sbc",
    r"\NewDocumentCommand{\x}{D(){q} m O{z} +m}{#1#2#3#4}\x{a}{b} \x(1){2}[3]{4}": "qazb 1234",
    r"\NewDocumentCommand\x{O{#2}m}{#1#2}\x{a}\x[b]{c}": "aabc",
    r"\NewDocumentCommand\x{t+m}{\IfBooleanT{#1}{S}#2}\x{a}\x+{b}": "aSb",
    r"\NewDocumentCommand\x{me{_^}}{#1\IfValueT{#2}{(#2)}\IfValueT{#3}{[#3]}}\x{a}_b^c \x{a}^c \x a": "a(b)[c] a[c] a",
    r"\NewDocumentCommand\x{mE{_^}{{d}{e}}}{#1#2#3}\x{a}_b \x{a}^c": "abe adc",
    r"\NewDocumentCommand\x{v}{#1}\x|a%b_|\x{c}": "a%b_c",
    r"\NewDocumentCommand\x{>{\SplitList{,}}m}{\ProcessList{#1}{\y}}\newcommand\y[1]{(#1)}\x{a,b}": "(a)(b)",
    r"\NewDocumentCommand\x{>{\SplitArgument{1}{,}}m}{\y#1}\newcommand\y[2]{(#1)(#2)}\x{a,b}": "(a)(b)",
    r"\NewExpandableDocumentCommand\x{m}{/#1/}\edef\y{\x a}\y": "/a/",
    r"\NewDocumentEnvironment{e}{om}{(\IfValueT{#1}{#1}#2:}{:#2)}\begin{e}{a}b\end{e}": "(a:b:a)",
    r"\NewDocumentEnvironment{e}{m+b}{(#1:#2)}{x}\begin{e}{a}body\end{e}": "(a:body)x",
    r"\newenvironment{e}[2][d]{/#1#2:}{/}\begin{e}{a}b\end{e}\begin{e}[x]{a}b\end{e}": "/da:b//xa:b/",
    r"\newenvironment{e*}{(}{)}\begin{e*}a\end{e*}\def\f{[}\def\endf{]}\begin{f}b\end{f}": "(a)[b]",
    r"\NewEnviron{f}[1]{(#1\BODY)}[!]\begin{f}{x}a\end{f}": "(xa)!",
}
BOXES = {
    r"\newsavebox{\ba}\sbox{\ba}{abc}\usebox{\ba}\usebox\ba": "abcabc",
    r"\newsavebox\bb\savebox{\bb}[3cm][l]{abc}\usebox{\bb}": "abc",
    r"\newsavebox{\bc}\begin{lrbox}{\bc}abc\end{lrbox}\usebox{\bc}": "abc",
    r"\setbox0=\hbox to 3cm{abc}\copy0\box0\box0": "abcabc",
    r"\setbox0=\hbox{a}\setbox1=\hbox{\box0 b}\box1": "ab",
    r"\setbox0\hbox{abc}\ifdim\wd0>0pt y\fi\ifvoid0 \else n\fi": "yn",
    r"\newenvironment{e}{\setbox0\vbox\bgroup}{\egroup\box0}\begin{e}a\end{e}": "a",
}
CHARACTERS = {
    r"\catcode`\@=11 \def\a@b{in}\def\x{\a@b}\catcode`\@=12 \x": "in",
    r"{\catcode`\@=11 \gdef\a@b{x}\gdef\y{\a@b}}\y": "x",
    r"\catcode`\_=11 \def\a_b{x}\a_b\catcode`\_=8 ": "x",
    r"\catcode`\|=13 \def|#1|{/#1/}a|b|\catcode`\|=12 ": "a/b/",
    "{\\catcode`\\%=12 a%b\n}c": "a%b c",
    r"\catcode`\[=1 \catcode`\]=2 \textbf[a]b": "ab",
    r"\begingroup\lccode`\~=`\|\lowercase{\endgroup\def~}{x}\catcode`\|=13 a|b\catcode`\|=12 ": "axb",
    r"a^^62c": "abc",
    r"\verb|a%b_{|c\verb*+d+": "a%b_{cd",
    r"\makeatletter\begingroup\catcode`\/\active\gdef/{slash}\endgroup a/b": "a/b",
    "a %b\n\nc": "a c",
    r"\font\x=cmr10 scaled 1200 \x a\font\y=cmr10 at 12pt b": "ab",
    r"\immediate\write16{abc}a\typeout{x}\message{y}b": "ab",
}  # fmt: skip
FAMILIES = (
    DEFINITIONS, NAMES, NUMBERS, CONDITIONALS, TESTS_OF_PACKAGES, LOOPS, DOCUMENT_COMMANDS, BOXES, CHARACTERS,
)  # fmt: skip
TEXTS = {source: text for family in FAMILIES for source, text in family.items()}
PACKAGES = "etoolbox,xifthen,pgffor,xargs,environ,calc,graphicx"


def dense(text: str) -> str:
    """A text without blanks, and with the plain quotes and dashes of a typewriter."""
    return re.sub(r"\s", "", text).translate(str.maketrans("’‘−–", "''--"))


@pytest.mark.parametrize(("source", "text"), TEXTS.items())
def test_expansion_follows_tex(read_body, source, text):
    preamble = rf"\usepackage{{{PACKAGES}}}"
    (passage,) = read_body(source + "\n\\newcommand{\\marker}{}\n. Figure 1", preamble=preamble).passages
    assert dense(passage.text.removesuffix(". Figure 1").strip()) == dense(text)


def test_the_engine_prints_the_same(tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex on this machine; what TeX prints stands in the tables")
    clean = r"\begingroup\let\x\undefined\let\y\undefined\setcounter{page}{1}\setcounter{section}{0}"
    pages = "".join(f"{clean}{source}\n\\endgroup\\newpage\n\n" for source in TEXTS)
    preamble = rf"\documentclass{{article}}\usepackage{{{PACKAGES}}}\pagestyle{{empty}}\ttfamily\parindent=0pt "
    (tmp_path / "all.tex").write_text(rf"{preamble}\begin{{document}}\ttfamily {pages}\end{{document}}")
    run = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "all.tex"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120, check=False)
    if "not found" in done.stdout:
        pytest.skip(f"a TeX installation without some of {PACKAGES}")
    with pymupdf.open(tmp_path / "all.pdf") as printed:
        said = [dense(page.get_text()) for page in printed]
    expected = {source: dense(text) for source, text in TEXTS.items()}
    assert dict(zip(expected, said, strict=True)) == expected
