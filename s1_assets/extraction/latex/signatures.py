r"""Commands that only need their arguments sorted: which are text, which are not.

A signature has a letter for each argument: s star, o optional one, p optional one in parentheses, m mandatory one;
these are passed over. T is a mandatory and O an optional argument that is text and is read on in place, H one whose
text is hidden while its graphics and labels count (a footnote), F one that furnishes the page (authors, running heads),
where graphics are ornaments, L a length as TeX reads it.
"""

from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token

# Signature to commands: LaTeX's layout, front matter of the usual classes, set-up of the usual packages.
_COMMANDS = {
    "": (
        "epsfclipon strut baselinestretch selectfont balance newpage clearpage FloatBarrier onecolumn killfloatstyle "
        "immediate newblock"
    ),
    "F": (
        "date revised accepted published copyrightyear authors institution titlehead keywords pacs affiliations "
        "correspondence IEEEauthorblockN IEEEauthorblockA logo titlegraphic EveryShipout software"
    ),
    "H": "thanks note blfootnote",
    "L": (
        "vskip hskip kern vglue hglue mskip raise lower moveleft moveright penalty baselineskip parindent parskip "
        "hsize vsize epsfxsize epsfysize tabcolsep leftskip rightskip abovecaptionskip belowcaptionskip hoffset "
        "voffset looseness tolerance hbadness vbadness interlinepenalty widowpenalty clubpenalty topmargin "
        "oddsidemargin evensidemargin textwidth textheight linewidth columnsep headheight pdfoutput pdfcompresslevel "
        "pdfminorversion openout"
    ),
    "O": "twocolumn",
    "T": "hl mbox fbox reflectbox uline rlap llap only uncover visible textsuperscript textsubscript bibnamefont",
    "m": (
        "addvspace newlength setstretch linespread fontfamily vadjust hyphenation pagestyle thispagestyle "
        "pagenumbering needspace phantom hphantom vphantom pagecolor cline selectlanguage sout st xout cancel "
        "stackengine glossary nocite bibliography bibliographystyle markright pdfinfo corref fnref corauthref "
        "orcidlink orcidID orcidicon titlerunning authorrunning shorttitle shortauthors runningtitle runningauthor "
        "runninghead altaffilmark acmBooktitle acmDOI everypar usetikzlibrary usepgfplotslibrary pgfplotsset tikzset "
        "hypersetup lstset sisetup geometry setcitestyle theoremstyle urlstyle ExecuteOptions MakeRobust "
        "numberlinestyle epstopdfsetup epsscale tabletypesize tablewidth figurenum doi journalinfo submitjournal "
        "watermark floatstyle verbatiminput newsavebox newwrite newdimen newskip newtoks newbox AtEndOfPackage "
        "bibdata citestyle bstctlcite sectionmark"
    ),
    "o": (
        "columnbreak pagebreak nopagebreak footnotemark printbibliography mpfootnotemark allowdisplaybreaks linenumbers"
    ),
    "s": "ProcessOptions",
    "Lm": "write",
    "Tm": "texorpdfstring tooltip pdftooltip",
    "mF": "altaffiltext",
    "mT": "foreignlanguage ifigure hyperlink hypertarget bibinfo bibfield",
    "mm": (
        "setlength addtolength settowidth fontsize DeclareCaptionFormat DeclareCaptionLabelFormat colorlet "
        "belowpdfbookmark defcitealias addtocontents markboth icmlauthor icmlaffiliation icmlcorrespondingauthor "
        "icmlsetsymbol lstdefinestyle crefformat Crefformat creflabelformat crefrangeformat PassOptionsToPackage "
        "DeclareUnicodeCharacter newunicodechar setkeys floatname fancypagestyle DeclareFloatSeparators"
    ),
    "mo": "NeedsTeXFormat ProvidesPackage ProvidesClass",
    "oH": "marginnote footnote footnotetext marginpar todo endnote sidenote tablefootnote tnotetext cortext fntext",
    "oF": (
        "received affil affiliation address email institute altaffiliation ead orcid subjclass altaffil "
        "correspondingauthor fancyhead fancyfoot lhead chead rhead lfoot cfoot rfoot fancyhf"
    ),
    "oT": "shortstack thead added highlight smash objectname object facility facilities dataset",
    "om": (
        "Description lstinputlisting VerbatimInput "
        "floatsetup color rowcolor cellcolor columncolor fontspec deleted missingfigure index addbibresource tnoteref "
        "ccsdesc declaretheorem newmdenv"
    ),
    "pT": "put",
    "sF": "AddToShipoutPicture AddToShipoutPictureBG AddToShipoutPictureFG",
    "sm": "vspace hspace enlargethispage restylefloat",
    "mmT": "multicolumn",
    "mmm": "definecolor rowcolors specialrule addcontentsline crefname Crefname DeclareFontFamily",
    "mmo": "newfloatcommand",
    "moF": "AddToHook",
    "moT": "scalebox",
    "mom": "newcolumntype setmainfont newfontfamily",
    "oTm": "replaced",
    "omT": "textcolor colorbox",
    "omm": "inputminted rule pdfbookmark DeclareSIUnit",
    "omo": "RequirePackage LoadClass externaldocument",
    "opm": "cmidrule",
    "smm": "DeclareOption",
    "soT": "makecell",
    "mmmm": "crefmultiformat DeclareMathSymbol DeclareMathSizes DeclareGraphicsRule epstopdfDeclareGraphicsRule",
    "mooT": "raisebox",
    "omoTT": "floatbox",
    "moooom": "psfrag",
    "ommm": "acmConference",
    "omom": "lstdefinelanguage",
    "pooT": "makebox framebox",
    "smmT": "resizebox",
    "spoF": "author",
    "mmmmm": "DeclareMathAlphabet DeclareSymbolFont xpatchcmd",
    "ommoT": "multirow",
    "omomT": "fcolorbox",
    "omoom": "newtcolorbox",
    "mmmmmm": "SetMathAlphabet DeclareFontShape",
    "ommmmm": "patchcmd",
    "smmmmo": "titlespacing",
    "ommmmmm": "bibpunct",
    "smommmmo": "titleformat",
    "mmmmmmmmm": "newtheoremstyle",
}


def pass_over(reader: Reader, signature: str) -> None:
    """Read arguments by their signature; those that are text are put back to be read on in place."""
    gullet = reader.gullet
    kept: list[Token] = []
    for letter in signature:
        if letter == "s":
            gullet.accept("*")
        elif letter == "o":
            gullet.optional()
        elif letter == "p":
            gullet.optional("(", ")")
        elif letter == "m":
            gullet.argument()
        elif letter == "L":
            gullet.dimension()
        elif letter == "H":
            reader.read(gullet.argument())
        elif letter == "F":
            reader.read_around_figures(gullet.argument())
        elif letter == "O":
            kept += gullet.optional(long=True) or []
        else:
            kept += ["{", *gullet.argument(), "}"]
    gullet.push(kept)


def _handler(signature: str) -> Handler:
    return lambda reader: pass_over(reader, signature)


def signature_commands() -> dict[Token, Handler]:
    """The table as handlers."""
    return {"\\" + name: _handler(signature) for signature, names in _COMMANDS.items() for name in names.split()}
