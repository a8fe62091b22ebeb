"""arXiv identifiers: which month they belong to and how they appear in file names.

The scheme: https://info.arxiv.org/help/arxiv_identifier.html.
"""

import re

_YYMM = r"(?P<yymm>\d\d(?:0[1-9]|1[0-2]))"
_NEW = re.compile(_YYMM + r"\.\d{4,5}")
# hep-th/9901001, and math.GT/0309136, whose subject class is no part of the id. Files leave out the slash.
_OLD = re.compile(r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?/?(?P<number>" + _YYMM + r"\d{3})")


def canonical_id(text: str) -> str:
    """The id that a paper goes by, from an id or from the item name that stands for it in a file name.

    `math0303002` and `math.GT/0303002` give `math/0303002`; `2401.00001` stays. Raises ValueError for anything else.
    """
    if _NEW.fullmatch(text):
        return text
    old = _OLD.fullmatch(text)
    if not old:
        raise ValueError(f"{text!r} is no arXiv id; expected the shape of 2401.00001 or hep-th/9901001")
    return f"{old['archive']}/{old['number']}"


def item_of(paper: str) -> str:
    """The item name of a canonical id, as archives and their manifest spell it: `math0303002`."""
    return paper.replace("/", "")


def month_of(paper: str) -> str:
    """The month ("YYYY-MM") that a canonical id names."""
    number = paper.rpartition("/")[2]
    century = "19" if number.startswith("9") else "20"  # the first paper is of 1991
    return f"{century}{number[:2]}-{number[2:4]}"


def yymm_of(month: str) -> str:
    """A month ("YYYY-MM") as ids and archives write it: `0703` for 2007-03."""
    return month[2:4] + month[5:7]
