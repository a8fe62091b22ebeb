r"""Commands that only need their arguments sorted: which are text, which are not.

A signature has a letter for each argument: s star, o optional one, p optional one in parentheses, m mandatory one;
these are passed over. T is a mandatory and O an optional argument that is text and is read on in place, H one whose
text is hidden while its graphics and labels count (a remark to the authors), N one that is a note to the text (a
footnote), F one that furnishes the page (authors, running heads), where graphics are ornaments, W the width of a box,
by which drawings in it may go. As TeX reads them: L a length, I an integer, R the sides of a rule, w a word.
"""

from collections.abc import Callable

from s1_assets.extraction.latex.drawing_settings import keep_width
from s1_assets.extraction.latex.gullet import Gullet
from s1_assets.extraction.latex.quantities import accept_word, glue, length, number
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token

# Signature to commands: LaTeX's layout, front matter of the usual classes, set-up of the usual packages.
_COMMANDS = {
    "": (
        "epsfclipon strut baselinestretch selectfont balance onecolumn killfloatstyle "
        "immediate newblock relax rm sf tt bf it sl sc em cal mit rmfamily sffamily ttfamily mdseries bfseries upshape "
        "itshape slshape scshape normalfont boldmath unboldmath"
    ),
    "F": (
        "date revised accepted published copyrightyear authors institution titlehead keywords pacs affiliations "
        "correspondence IEEEauthorblockN IEEEauthorblockA logo titlegraphic EveryShipout software"
    ),
    "H": "thanks",
    "N": "note blfootnote",
    "I": "penalty closeout closein",
    "L": "vglue hglue mskip raise lower moveleft moveright",
    "O": "twocolumn",
    "T": "hl mbox fbox reflectbox uline rlap llap only uncover visible textsuperscript textsubscript bibnamefont",
    "m": (
        "addvspace setstretch linespread fontfamily vadjust hyphenation pagestyle thispagestyle "
        "pagenumbering needspace phantom hphantom vphantom pagecolor cline selectlanguage sout st xout cancel "
        "fontseries fontshape fontencoding mathversion emoji tikzmark pgfplotslegendfromname noprint figsetgrpnum "
        "figsetgrptitle figsetgrpnote "
        "stackengine glossary nocite bibliography bibliographystyle markright pdfinfo corref fnref corauthref "
        "orcidlink orcidID orcidicon titlerunning authorrunning shorttitle shortauthors runningtitle runningauthor "
        "runninghead altaffilmark acmBooktitle acmDOI "
        "hypersetup lstset geometry setcitestyle theoremstyle urlstyle MakeRobust "
        "numberlinestyle epstopdfsetup epsscale tabletypesize tablewidth doi journalinfo submitjournal "
        "watermark floatstyle verbatiminput AtEndOfPackage AtEndOfClass afterassignment aftergroup "
        "bibdata citestyle bstctlcite sectionmark linelabel zlabel setlist hyphenation"
    ),
    "o": (
        "columnbreak pagebreak nopagebreak nolinebreak footnotemark printbibliography mpfootnotemark "
        "allowdisplaybreaks linenumbers"
    ),
    "R": "vrule",
    "Iw": "openout openin",
    "Im": "write",
    "mI": "hyphenchar skewchar",
    "ImL": "fontdimen",
    "Tm": "texorpdfstring tooltip pdftooltip",
    "mF": "altaffiltext",
    "mT": "edit foreignlanguage ifigure bibinfo bibfield",
    "mm": (
        "fontsize DeclareCaptionFormat DeclareCaptionLabelFormat "
        "belowpdfbookmark defcitealias addtocontents markboth icmlauthor icmlaffiliation icmlcorrespondingauthor "
        "icmlsetsymbol lstdefinestyle crefformat Crefformat creflabelformat crefrangeformat PassOptionsToPackage "
        "DeclareUnicodeCharacter newunicodechar AtBeginEnvironment AtEndEnvironment BeforeBeginEnvironment "
        "AfterEndEnvironment setkeys fancypagestyle DeclareFloatSeparators"
    ),
    "mo": "NeedsTeXFormat ProvidesPackage ProvidesClass",
    "oH": "todo marginpar tablefootnote tnotetext cortext fntext",
    "oN": "footnote footnotetext endnote sidenote marginnote",
    "oF": (
        "received affil affiliation address email institute altaffiliation ead orcid subjclass altaffil "
        "correspondingauthor fancyhead fancyfoot lhead chead rhead lfoot cfoot rfoot fancyhf"
    ),
    "oT": "shortstack thead added highlight smash objectname object facility facilities dataset",
    "om": (
        "Description lstinputlisting VerbatimInput faIcon twemoji "
        "floatsetup color rowcolor cellcolor columncolor fontspec deleted missingfigure index addbibresource tnoteref "
        "ccsdesc declaretheorem newmdenv"
    ),
    "pT": "put",
    "sF": "AddToShipoutPicture AddToShipoutPictureBG AddToShipoutPictureFG",
    "sm": "vspace enlargethispage restylefloat",
    "mmT": "multicolumn",
    "mmm": "rowcolors specialrule addcontentsline crefname Crefname DeclareFontFamily",
    "moF": "AddToHook",
    "moT": "scalebox",
    "mom": "newcolumntype setmainfont newfontfamily",
    "oTm": "replaced",
    "omT": "textcolor colorbox",
    "omm": "nomenclature inputminted rule pdfbookmark",
    "omo": "externaldocument",
    "opm": "cmidrule",
    "soT": "makecell",
    "mmmm": (
        "usefont crefmultiformat DeclareMathSymbol DeclareMathSizes DeclareGraphicsRule epstopdfDeclareGraphicsRule"
    ),
    "mooT": "raisebox",
    "moooom": "psfrag",
    "ommm": "acmConference",
    "omom": "lstdefinelanguage",
    "pooT": "makebox framebox",
    "smmT": "resizebox",
    "spoF": "author",
    "mmmmm": "DeclareMathAlphabet DeclareSymbolFont",
    "ommoT": "multirow",
    "omomT": "fcolorbox",
    "omoom": "newtcolorbox",
    "mmmmmm": "SetMathAlphabet DeclareFontShape",
    "smmmmo": "titlespacing",
    "ommmmmm": "bibpunct",
    "smommmmo": "titleformat",
    "mmmmmmmmm": "newtheoremstyle",
}


def _rule(reader: Reader) -> None:
    r"""The sides of \hrule and \vrule."""
    while any(accept_word(reader.gullet, side) for side in ("width", "height", "depth")):
        length(reader.gullet)


def _after_equals(read: Callable[[Gullet], int]) -> Handler:
    def handle(reader: Reader) -> None:
        reader.gullet.accept("=")
        read(reader.gullet)

    return handle


_PASSED_OVER: dict[str, Callable[[Reader], object]] = {
    "s": lambda reader: reader.gullet.accept("*"),
    "o": lambda reader: reader.gullet.optional(),
    "p": lambda reader: reader.gullet.optional("(", ")"),
    "m": lambda reader: reader.gullet.argument(),
    "w": lambda reader: reader.gullet.file_name(),
    "W": lambda reader: keep_width(reader, reader.gullet.argument()),
    "L": _after_equals(glue),
    "I": _after_equals(number),
    "R": _rule,
    "H": lambda reader: reader.read(reader.gullet.argument()),
    "N": lambda reader: reader.read_note(reader.gullet.argument()),
    "F": lambda reader: reader.read_around_figures(reader.gullet.argument()),
}


def pass_over(reader: Reader, signature: str) -> None:
    """Read arguments by their signature; those that are text are put back to be read on in place."""
    kept: list[Token] = []
    for letter in signature:
        if letter == "O":
            kept += reader.gullet.optional(long=True) or []
        elif letter == "T":
            kept += ["{", *reader.gullet.argument(), "}"]
        else:
            _PASSED_OVER[letter](reader)
    reader.gullet.push(kept)


def _handler(signature: str) -> Handler:
    return lambda reader: pass_over(reader, signature)


def signature_commands() -> dict[Token, Handler]:
    """The table as handlers."""
    return {"\\" + name: _handler(signature) for signature, names in _COMMANDS.items() for name in names.split()}
