"""What captions begin with: "Figure 3.", "FIG. 2:", "Extended Data Fig. 1 |", "Scheme S4", "TABLE IV"."""

import re
from dataclasses import dataclass
from typing import Literal

from s1_assets.context.literal_references import label_key

Kind = Literal["figure", "table", "other"]

_QUALIFIER = (
    r"(?:Extended\s+Data|Supplement(?:ary|al)?|Suppl?\.|Supporting(?:\s+Information)?|SI|Appendix|Additional|Online)"
)
_NAMES: dict[Kind, str] = {
    "figure": r"Figures?|Figs?\.?|Schemes?|Charts?|Plates?|Abbildung(?:en)?|Abb\.|Figura|Рис(?:унок|\.)|图|圖|図",
    "table": r"Tables?|Tab\.|Tabelle|Tableau|Tabla|Tabela|Таблица|表",
    "other": r"Algorithms?|Listing|Box|Video|Movie|Audio|Program|Procedure|Code",
}
_NUMBER = r"(?:[A-Z]{1,2}[.-]?)?\d{1,3}(?:[.\-–]\d{1,3}){0,2}[A-Za-z]?|[IVXL]{1,6}|[A-Z](?=\s*[.:|])"
_AND_NUMBER = r"(?:(?:\s*(?:,|&|and)\s*|\s?[–-]\s?)\d{1,3}[A-Za-z]?|\s?[—–-]+\s?[Ff]igure\s+[Ss]upplement\s+\d+)?"
_LABEL = re.compile(
    rf"\W{{0,2}}(?P<label>(?:{_QUALIFIER}\s+)?(?:"
    + "|".join(rf"(?P<{kind}>{names}|{names.upper()})" for kind, names in _NAMES.items())
    + rf")\s*(?P<number>(?:{_NUMBER})(?![A-Za-z0-9%°]){_AND_NUMBER}(?![A-Za-z0-9%°])))"
    r"(?P<mark>\s*(?:[.:|•●▪■—–]|--?(?=\s)|\.\s?[—–-])|)",
)
_SPACED = re.compile(r"^(?:[A-Z] ){3,}[A-Z]\b")
_LOWER_CASE_WORD = re.compile(r"\s*[,;]?\s*(?:\([a-zA-Z]\)\s*)?[a-zà-ÿ]{2}|\s*[,;)]")


@dataclass(frozen=True)
class Label:
    """The start of a caption. `printed` is the label, `mark` what ends it, `rest` the text of the line behind it."""

    kind: Kind
    printed: str
    mark: str
    rest: str

    @property
    def key(self) -> str:
        """By which two captions of the same thing meet, however each is written."""
        return label_key(self.printed) or self.printed.lower()

    @property
    def reads_on(self) -> bool:
        """Whether the line reads on as a sentence would: "Figure 3 shows", "Figure 2, which"."""
        return not self.mark and _LOWER_CASE_WORD.match(self.rest) is not None


def read_label(text: str) -> Label | None:
    """The label that a line of text begins with."""
    text = _SPACED.sub(lambda match: match[0].replace(" ", ""), text)
    match = _LABEL.match(text)
    if match is None:
        return None
    kind = next(kind for kind in _NAMES if match[kind])
    return Label(kind, " ".join(match["label"].split()), match["mark"].strip(), text[match.end() :].strip())
