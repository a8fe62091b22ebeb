r"""The registers that TeX, e-TeX, pdfTeX and LaTeX begin with (The TeXbook, chapter 24; source2e), and their values."""

from s1_assets.extraction.latex.macros import Meaning, Quantity, TokenList
from s1_assets.extraction.latex.quantities import POINT
from s1_assets.extraction.latex.tokens import Token

_NUMBERS = (
    "pretolerance hbadness vbadness linepenalty hyphenpenalty exhyphenpenalty binoppenalty relpenalty clubpenalty "
    "widowpenalty displaywidowpenalty brokenpenalty predisplaypenalty postdisplaypenalty interlinepenalty "
    "floatingpenalty outputpenalty doublehyphendemerits finalhyphendemerits adjdemerits looseness pausing "
    "holdinginserts tracingonline tracingmacros tracingstats tracingparagraphs tracingpages tracingoutput "
    "tracinglostchars tracingcommands tracingrestores tracingassigns tracinggroups tracingifs language uchyph "
    "lefthyphenmin righthyphenmin globaldefs defaulthyphenchar defaultskewchar maxdeadcycles hangafter fam "
    "delimiterfactor time showboxbreadth showboxdepth errorcontextlines interfootnotelinepenalty "
    "pdfcompresslevel pdfobjcompresslevel pdfdecimaldigits pdfprotrudechars pdfadjustspacing pdfgentounicode "
    "pdfsuppresswarningpagegroup pdfinclusionerrorlevel synctex inputlineno badness lastpenalty interlinepenalties "
    "@tempcnta @tempcntb @lowpenalty @medpenalty @highpenalty @clubpenalty allocationnumber m@ne z@"
)
_DIMENSIONS = (
    "hfuzz vfuzz overfullrule maxdepth splitmaxdepth boxmaxdepth delimitershortfall nulldelimiterspace "
    "scriptspace mathsurround predisplaysize displaywidth displayindent hangindent hoffset voffset lineskiplimit "
    "emergencystretch pdfhorigin pdfvorigin pdfpxdimen columnseprule marginparwidth marginparsep marginparpush "
    "oddsidemargin evensidemargin topmargin headheight headsep footskip arraycolsep arrayrulewidth doublerulesep "
    "leftmargin leftmargini leftmarginii leftmarginiii leftmarginiv rightmargin listparindent itemindent "
    "labelwidth labelsep epsfxsize epsfysize extrarowheight bibindent @tempdima @tempdimb @tempdimc dimen@ "
    "dimen@i dimen@ii prevdepth prevgraf pagetotal pagegoal lastkern @totalleftmargin @textfloatsheight jot "
    "normallineskiplimit normalbaselineskip subfigcapmargin captionmargin"
)
_GLUE = (
    "topsep partopsep itemsep parsep abovecaptionskip belowcaptionskip floatsep textfloatsep intextsep "
    "dblfloatsep dbltextfloatsep lineskip parskip abovedisplayskip belowdisplayskip abovedisplayshortskip "
    "belowdisplayshortskip leftskip rightskip topskip splittopskip tabskip spaceskip xspaceskip parfillskip "
    "thinmuskip medmuskip thickmuskip smallskipamount medskipamount bigskipamount footnotesep LTleft LTright "
    "LTpre LTpost bibsep bibhang @tempskipa @tempskipb skip@ z@skip lastskip normallineskip multicolsep "
    "premulticols cftbeforesecskip subfigtopskip subfigbottomskip subfigcapskip"
)
_TOKEN_LISTS = (
    "everypar everymath everydisplay everyhbox everyvbox everyjob everycr output errhelp everyeof @temptokena"
)
_POINTS = {
    "hsize": 345, "textwidth": 345, "linewidth": 345, "columnwidth": 345, "vsize": 550, "textheight": 550,
    "paperwidth": 614.295, "paperheight": 794.97, "pdfpagewidth": 614.295, "pdfpageheight": 794.97, "parindent": 15,
    "columnsep": 10, "tabcolsep": 6, "fboxsep": 3, "fboxrule": 0.4, "unitlength": 1, "p@": 1,
    "maxdimen": 16383.99999,
}  # fmt: skip
_VALUES = {
    "tolerance": 200, "mag": 1000, "magnification": 1000, "escapechar": 92, "endlinechar": 13, "newlinechar": 10,
    "pdfoutput": 1, "pdfminorversion": 5, "pdftexversion": 140, "year": 2000, "month": 1, "day": 1, "@ne": 1, "tw@": 2,
    "thr@@": 3, "sixt@@n": 16, "@cclv": 255, "@m": 1000, "@M": 10_000, "@MM": 20_000,
}  # fmt: skip


def parameters() -> dict[Token, Meaning]:
    """What TeX and LaTeX keep in registers, as article.cls sets it where that matters to a test."""
    meanings: dict[Token, Meaning] = {}
    meanings |= {f"\\{name}": Quantity(0) for name in _NUMBERS.split()}
    meanings |= {f"\\{name}": Quantity(0, "dimen") for name in _DIMENSIONS.split()}
    meanings |= {f"\\{name}": Quantity(0, "skip") for name in _GLUE.split()}
    meanings |= {f"\\{name}": Quantity(round(points * POINT), "dimen") for name, points in _POINTS.items()}
    meanings |= {f"\\{name}": Quantity(value) for name, value in _VALUES.items()}
    meanings |= {f"\\{name}": TokenList() for name in _TOKEN_LISTS.split()}
    return meanings | {"\\m@ne": Quantity(-1), "\\baselineskip": Quantity(12 * POINT, "skip")}
