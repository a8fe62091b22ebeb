r"""Commands that only need their arguments sorted: which are text, which are not.

A signature is a string of letters: s star, o optional argument, p optional argument in parentheses, m mandatory argument
passed over, T mandatory argument that is text (it is read on in place), O optional argument that is text, H argument whose text is hidden while
its graphics and labels still count, L a length as TeX reads it.
"""

from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token

SIGNATURES: dict[str, str] = {
    # layout
    "vspace": "sm", "hspace": "sm", "vskip": "L", "hskip": "L", "kern": "L", "vglue": "L", "hglue": "L", "mskip": "L",
    "raise": "L", "lower": "L", "moveleft": "L", "moveright": "L", "addvspace": "m", "enlargethispage": "sm", "penalty": "L", "baselineskip": "L",
    "parindent": "L", "parskip": "L", "hsize": "L", "vsize": "L", "epsfxsize": "L", "epsfysize": "L", "tabcolsep": "L",
    "leftskip": "L", "rightskip": "L", "epsfclipon": "", "abovecaptionskip": "L", "belowcaptionskip": "L", "hoffset": "L", "voffset": "L",
    "setlength": "mm", "addtolength": "mm", "settowidth": "mm", "newlength": "m", "rule": "omm", "strut": "",
    "setstretch": "m", "baselinestretch": "", "linespread": "m", "fontsize": "mm", "selectfont": "", "fontfamily": "m",
    "vadjust": "m", "hyphenation": "m", "pagestyle": "m", "thispagestyle": "m", "pagenumbering": "m", "balance": "",
    "columnbreak": "o", "pagebreak": "o", "nopagebreak": "o", "newpage": "", "clearpage": "", "FloatBarrier": "", "needspace": "m",
    "looseness": "L", "tolerance": "L", "hbadness": "L", "vbadness": "L", "interlinepenalty": "L", "widowpenalty": "L", "clubpenalty": "L",
    "captionsetup*": "om", "DeclareCaptionFormat": "mm", "DeclareCaptionLabelFormat": "mm", "floatsetup": "om", "phantom": "m", "hphantom": "m", "vphantom": "m",
    "topmargin": "L", "oddsidemargin": "L", "evensidemargin": "L", "textwidth": "L", "textheight": "L", "linewidth": "L", "columnsep": "L", "headheight": "L",
    # colour and boxes around text
    "textcolor": "omT", "color": "om", "colorbox": "omT", "fcolorbox": "omomT", "definecolor": "mmm", "colorlet": "mm", "pagecolor": "m",
    "rowcolor": "om", "cellcolor": "om", "columncolor": "om", "rowcolors": "mmm", "hl": "T", "parbox": "oooomT", "raisebox": "mooT",
    "resizebox": "smmT", "scalebox": "moT", "makebox": "pooT", "framebox": "pooT", "mbox": "T", "fbox": "T", "reflectbox": "T",
    "multicolumn": "mmT", "multirow": "ommoT", "shortstack": "oT", "makecell": "soT", "thead": "oT", "cline": "m", "cmidrule": "opm", "specialrule": "mmm",
    "put": "pT", "foreignlanguage": "mT", "selectlanguage": "m", "twocolumn": "O", "onecolumn": "", "ifigure": "mT", "fontspec": "om",
    "hyperlink": "mT", "hypertarget": "mT", "hyperref*": "oT", "texorpdfstring": "Tm", "pdfbookmark": "omm", "belowpdfbookmark": "mm",
    "uline": "T", "sout": "m", "st": "m", "xout": "m", "cancel": "m", "deleted": "om", "added": "oT", "replaced": "oTm", "highlight": "oT",
    "tooltip": "Tm", "pdftooltip": "Tm", "marginnote": "oH", "stackengine": "m", "defcitealias": "mm", "rlap": "T", "llap": "T", "smash": "oT",
    "only": "T", "uncover": "T", "visible": "T", "textsuperscript": "T", "textsubscript": "T", "floatbox": "ommT", "ffigbox": "oo", "killfloatstyle": "",
    # notes and what is not part of the text
    "footnote": "oH", "footnotetext": "oH", "footnotemark": "o", "thanks": "H", "marginpar": "oH", "todo": "oH", "endnote": "oH", "sidenote": "oH",
    "tablefootnote": "oH", "missingfigure": "om", "note": "H", "index": "om", "glossary": "m", "nocite": "m", "bibliography": "m", "bibliographystyle": "m", "blfootnote": "H",
    "addbibresource": "om", "printbibliography": "o", "addcontentsline": "mmm", "addtocontents": "mm", "markboth": "mm", "markright": "m", "pdfinfo": "m", "pdfoutput": "L",
    "tnotetext": "oH", "cortext": "oH", "fntext": "oH", "tnoteref": "om", "corref": "m", "fnref": "m", "corauthref": "m", "mpfootnotemark": "o", "newfloatcommand": "mmo",
    "pdfcompresslevel": "L", "pdfminorversion": "L", "date": "H", "received": "oH", "revised": "H", "accepted": "H", "published": "H", "copyrightyear": "H",
    # front matter
    "author": "spoH", "authors": "H", "affil": "oH", "affiliation": "oH", "address": "oH", "email": "oH", "institute": "oH", "altaffiliation": "oH",
    "institution": "H", "ead": "oH", "orcid": "oH", "orcidlink": "m", "orcidID": "m", "orcidicon": "m", "thead*": "m", "titlerunning": "m", "authorrunning": "m", "shorttitle": "m",
    "shortauthors": "m", "runningtitle": "m", "runningauthor": "m", "runninghead": "m", "titlehead": "H", "keywords": "H", "pacs": "H", "subjclass": "oH", "received*": "H",
    "altaffil": "oH", "altaffilmark": "m", "altaffiltext": "mH", "affiliations": "H", "correspondingauthor": "oH", "correspondence": "H", "IEEEauthorblockN": "H", "IEEEauthorblockA": "H",
    "fancyhead": "oH", "fancyfoot": "oH", "lhead": "oH", "chead": "oH", "rhead": "oH", "lfoot": "oH", "cfoot": "oH", "rfoot": "oH", "logo": "H", "titlegraphic": "H",
    "icmlauthor": "mm", "icmlaffiliation": "mm", "icmlcorrespondingauthor": "mm", "icmlsetsymbol": "mm", "acmConference": "ommm", "acmBooktitle": "m", "ccsdesc": "om", "acmDOI": "m",
    "AddToShipoutPicture": "sH", "AddToShipoutPictureBG": "sH", "AddToShipoutPictureFG": "sH", "AddToHook": "moH", "EveryShipout": "H", "everypar": "m",
    # set-up
    "usetikzlibrary": "m", "usepgfplotslibrary": "m", "pgfplotsset": "m", "tikzset": "m", "hypersetup": "m", "lstset": "m", "lstdefinestyle": "mm", "lstdefinelanguage": "omom",
    "sisetup": "m", "geometry": "m", "titleformat": "smommmmo", "titlespacing": "smmmmo", "setcitestyle": "m", "bibpunct": "ommmmmm", "newtheoremstyle": "mmmmmmmmm", "theoremstyle": "m",
    "urlstyle": "m", "crefname": "mmm", "Crefname": "mmm", "crefformat": "mm", "Crefformat": "mm", "creflabelformat": "mm", "crefrangeformat": "mm", "crefmultiformat": "mmmm", "newcolumntype": "mom",
    "RequirePackage": "omo", "PassOptionsToPackage": "mm", "DeclareOption": "smm", "ProcessOptions": "s", "NeedsTeXFormat": "mo", "ProvidesPackage": "mo", "ProvidesClass": "mo", "ExecuteOptions": "m", "LoadClass": "omo",
    "declaretheorem": "om", "setmainfont": "mom", "newfontfamily": "mom", "DeclareMathAlphabet": "mmmmm", "SetMathAlphabet": "mmmmmm", "DeclareSymbolFont": "mmmmm", "DeclareMathSymbol": "mmmm", "DeclareFontFamily": "mmm",
    "DeclareFontShape": "mmmmmm", "DeclareUnicodeCharacter": "mm", "newunicodechar": "mm", "DeclareSIUnit": "omm", "graphicspath*": "m", "newtcolorbox": "omoom", "newmdenv": "om", "newtheorem*": "sm",
    "patchcmd": "ommmmm", "xpatchcmd": "mmmmm", "MakeRobust": "m", "DeclareMathSizes": "mmmm", "numberlinestyle": "m", "setcounter*": "mm", "allowdisplaybreaks": "o", "write": "Lm", "immediate": "", "catcode": "L",
    "setkeys": "mm", "DeclareGraphicsRule": "mmmm", "epstopdfsetup": "m", "epstopdfDeclareGraphicsRule": "mmmm", "epsscale": "m", "special*": "m", "tabletypesize": "m", "tablewidth": "m", "figurenum": "m", "vbox": "", "hbox": "",
    "objectname": "oT", "object": "oT", "facility": "oT", "facilities": "oT", "software": "H", "dataset": "oT", "doi": "m", "journalinfo": "m", "submitjournal": "m", "watermark": "m", "floatname": "mm", "restylefloat": "sm", "floatstyle": "m",
    "newblock": "", "bibinfo": "mT", "bibfield": "mT", "bibnamefont": "T", "externaldocument": "omo", "includeversion": "m", "newsavebox": "m", "newwrite": "m", "openout": "L", "newdimen": "m", "newskip": "m", "newtoks": "m", "newbox": "m",
    "stepcounter*": "m", "fancyhf": "oH", "fancypagestyle": "mm", "AtEndOfPackage": "m", "bibdata": "m", "citestyle": "m", "bstctlcite": "m", "sectionmark": "m", "linenumbers": "o", "DeclareFloatSeparators": "mm", "renewcommand*": "mm",
}  # fmt: skip


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
        elif letter == "O":
            kept += gullet.optional() or []
        else:
            kept += ["{", *gullet.argument(), "}"]
    gullet.push(kept)


def _handler(signature: str) -> Handler:
    return lambda reader: pass_over(reader, signature)


def signature_commands() -> dict[Token, Handler]:
    """The table as handlers; a name with a star at its end is only listed to say that it is known under another rule."""
    return {"\\" + name: _handler(signature) for name, signature in SIGNATURES.items() if not name.endswith("*")}
