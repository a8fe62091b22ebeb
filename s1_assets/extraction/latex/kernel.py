r"""What LaTeX and the usual packages define before a paper begins, in TeX itself.

Only macros stand here: what authors and their style files build on (ltcntrl, ltdefns and ltplain of source2e; etoolbox,
ifthen, interface3), reduced to what matters to a reader. Names with @ go by their meaning in source2e.
"""

from functools import cache

from s1_assets.extraction.latex.definitions import DEFINERS
from s1_assets.extraction.latex.expandables import EXPANDABLES
from s1_assets.extraction.latex.gullet import Gullet
from s1_assets.extraction.latex.macros import Alias, Meaning, Terms
from s1_assets.extraction.latex.parameters import parameters
from s1_assets.extraction.latex.tokens import Token, expl_tokens

# What authors may redefine without effect here: the skeleton that figures are found by.
PROTECTED = frozenset(
    "\\" + name
    for name in (
        "begin end par item input include includegraphics caption label ref cite citep citet section subsection "
        "subsubsection paragraph chapter part document enddocument footnote thanks title author date abstract "
        "endabstract figure endfigure table endtable wrapfigure subfigure minipage centering emph textbf textit texttt "
        "small appendix def let newcommand renewcommand providecommand subfloat subcaption subcaptionbox subref "
        "captionof captionsetup bibliography documentclass usepackage the url href verb "
        "graphicspath includeonly epsfig psfig epsfbox epsffile plotone plottwo hyperref nameref pageref "
        "{ } $ & # % _ \\ ~ , ; : ! - / ' ` ^ \" = ."
    ).split()
)

_SOURCE = r"""
\catcode`\@=11
% characters
\let\bgroup={ \let\egroup=}
\let\repeat=\fi \let\endgraf=\par \let\@@par=\par
\let\@input=\input \let\@@input=\input \let\@iinput=\input
\let\@xp=\expandafter \let\@nx=\noexpand
\chardef\active=13
\def\@preamblecmds{} \def\empty{} \def\@empty{} \def\null{} \def\space{ } \def\@nnil{\@nil}
\def\@plus{plus} \def\@minus{minus} \def\@width{width} \def\@height{height} \def\@depth{depth} \def\hb@xt@{\hbox to}
% arguments
\def\@gobble#1{} \def\@gobbletwo#1#2{} \def\@gobblefour#1#2#3#4{}
\def\@firstofone#1{#1} \def\@firstoftwo#1#2{#1} \def\@secondoftwo#1#2{#2}
\def\@car#1#2\@nil{#1} \def\@cdr#1#2\@nil{#2}
\def\@testopt#1#2{\@ifnextchar[{#1}{#1[{#2}]}}
\def\@dblarg#1{\@ifnextchar[{#1}{\@xdblarg{#1}}} \def\@xdblarg#1#2{#1[{#2}]{#2}}
\def\@ifdefinable#1#2{#2}
\def\@expandtwoargs#1#2#3{\edef\reserved@a{\noexpand#1{#2}{#3}}\reserved@a}
\def\expandonce#1{\unexpanded\expandafter{#1}}
\newif\ifin@ \def\in@#1#2{\ifthenelse{\isin{#1}{#2}}{\in@true}{\in@false}}
\def\TextOrMath#1#2{\ifmmode#2\else#1\fi}
\def\@ifpackagewith#1#2#3#4{#4}
% loops
\def\loop#1\repeat{\def\iterate{#1\relax\expandafter\iterate\fi}\iterate}
\def\@whilenum#1\do#2{\ifnum#1\relax\expandafter\@firstofone\else\expandafter\@gobble\fi{#2\@whilenum#1\do{#2}}}
\def\@whiledim#1\do#2{\ifdim#1\relax\expandafter\@firstofone\else\expandafter\@gobble\fi{#2\@whiledim#1\do{#2}}}
\def\@whilesw#1\fi#2{#1\expandafter\@firstofone\else\expandafter\@gobble\fi{#2\@whilesw#1\fi{#2}}}
\def\whiledo#1#2{\ifthenelse{#1}{#2\whiledo{#1}{#2}}{}}
\def\whileboolexpr#1#2{\ifboolexpr{#1}{#2\whileboolexpr{#1}{#2}}{}}
\def\listadd#1#2{\appto#1{{#2},}} \def\listeadd#1#2{\eappto#1{{#2},}}
\def\listgadd#1#2{\gappto#1{{#2},}} \def\listxadd#1#2{\xappto#1{{#2},}}
\let\dolistloop=\docsvlist \let\forlistloop=\forcsvlist
% codes
\def\makeatletter{\catcode`\@=11\relax} \def\makeatother{\catcode`\@=12\relax}
\def\@makeother#1{\catcode`#1=12\relax}
% switches
\newif\if@twocolumn \newif\if@twoside \newif\if@titlepage \newif\if@openright \newif\if@mainmatter \newif\if@filesw
\newif\if@restonecol \newif\if@compatibility \newif\if@noskipsec \newif\if@nobreak \newif\if@inlabel \newif\if@minipage
\let\if@mainmatter=\iftrue \newif\if@afterindent \newif\if@tempswa \newif\if@firstcolumn
% what only speaks to the user, the page or the lists of contents
\def\message#1{} \def\errmessage#1{} \def\typeout#1{} \def\wlog#1{} \def\show#1{}
\def\PackageError#1#2#3{} \def\PackageWarning#1#2{} \def\PackageWarningNoLine#1#2{} \def\PackageInfo#1#2{}
\def\ClassError#1#2#3{} \def\ClassWarning#1#2{} \def\ClassWarningNoLine#1#2{} \def\ClassInfo#1#2{}
\def\GenericError#1#2#3#4{} \def\GenericWarning#1#2{} \def\GenericInfo#1#2{}
\def\@latex@error#1#2{} \def\@latexerr#1#2{} \def\@latex@warning#1{} \def\@latex@info#1{}
\def\@setfontsize#1#2#3{} \def\@mkboth#1#2{} \def\@starttoc#1{} \def\@addtofilelist#1{}
\def\@dottedtocline#1#2#3#4#5{} \def\@onlypreamble#1{} \def\protected@write#1#2#3{}
\def\mark#1{} \def\discretionary#1#2#3{#3}
% counters, as article.cls and book.cls print them
\def\thepage{\arabic{page}}
\def\thechapter{\arabic{chapter}}
\def\thesection{\ifnum\value{chapter}>0 \thechapter.\fi\arabic{section}}
\def\thesubsection{\thesection.\arabic{subsection}}
\def\thesubsubsection{\thesubsection.\arabic{subsubsection}}
\def\thefigure{\ifnum\value{chapter}>0 \thechapter.\fi\arabic{figure}}
\def\thetable{\ifnum\value{chapter}>0 \thechapter.\fi\arabic{table}}
\def\theequation{\ifnum\value{chapter}>0 \thechapter.\fi\arabic{equation}}
\catcode`\@=12
"""

_EXPL_SOURCE = r"""
\let\cs_new:Npn=\def \let\cs_new_protected:Npn=\def \let\cs_set:Npn=\def \let\cs_set_protected:Npn=\def
\let\cs_gset:Npn=\gdef \let\tl_set:Nn=\def \let\tl_gset:Nn=\gdef \let\tl_set:Nx=\edef \let\clist_set:Nn=\def
\let\seq_set_from_clist:Nn=\def \let\tl_put_right:Nn=\appto \let\tl_put_left:Nn=\preto
\def\tl_new:N#1{\def#1{}} \let\tl_clear:N=\tl_new:N \let\clist_new:N=\tl_new:N \let\seq_new:N=\tl_new:N
\let\tl_use:N=\@firstofone \let\use:n=\@firstofone \let\use_none:n=\@gobble \let\use:c=\@nameuse
\let\tl_if_empty:nTF=\ifstrempty \let\tl_if_empty:NTF=\ifdefempty \let\tl_if_blank:nTF=\ifblank
\let\tl_if_novalue:nTF=\IfNoValueTF \let\str_if_eq:nnTF=\ifstrequal \let\int_compare:nTF=\ifthenelse
\def\bool_new:N#1{\let#1\iffalse} \let\bool_set_false:N=\bool_new:N \def\bool_set_true:N#1{\let#1\iftrue}
\def\bool_if:NTF#1{#1\expandafter\@firstoftwo\else\expandafter\@secondoftwo\fi}
\def\bool_if:NT#1{#1\expandafter\@firstofone\else\expandafter\@gobble\fi}
\def\clist_map_function:nN#1#2{\forcsvlist{#2}{#1}}
\def\clist_map_inline:nn#1#2{\def\clist_turn:n##1{#2}\forcsvlist{\clist_turn:n}{#1}}
\let\clist_map_inline:Nn=\clist_map_inline:nn \let\seq_map_inline:Nn=\clist_map_inline:nn
\let\int_eval:n=\inteval \let\int_new:N=\newcount \let\int_use:N=\the
\def\int_set:Nn#1#2{#1=\numexpr#2\relax} \def\int_incr:N#1{\advance#1 by 1 }
"""


@cache
def kernel() -> dict[Token, Meaning]:
    """What every name means as a document begins; not to be changed."""
    gullet = Gullet(EXPANDABLES)
    gullet.push(expl_tokens(_EXPL_SOURCE))
    gullet.open_file(_SOURCE, "", "")
    while (token := gullet.raw()) is not None:
        if token in DEFINERS:
            DEFINERS[token](gullet, Terms())
    return {**parameters(), **gullet.macros.meanings(), "\\@sptoken": Alias(" ")}
