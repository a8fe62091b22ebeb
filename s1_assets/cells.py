"""A cell is one source in one month, the unit of a run; and since when each source exists, and where."""

import calendar
import re
from typing import NamedTuple

# First month in which the source posted a paper. A cell before it is valid and has no rows.
FIRST_MONTH = {
    "arxiv": "1991-07",
    "biorxiv": "2013-11",
    "medrxiv": "2019-06",
    "chemrxiv": "2017-08",
    "natcomms": "2010-04",
    "psyarxiv": "2016-09",
    "engrxiv": "2016-07",
    "edrxiv": "2019-11",
    "metarxiv": "2017-10",
}
SOURCES = tuple(FIRST_MONTH)
# Where people look at the source; where it is asked for papers is in `resources/live/services.py`.
HOME = {
    "arxiv": "https://arxiv.org",
    "biorxiv": "https://www.biorxiv.org",
    "medrxiv": "https://www.medrxiv.org",
    "chemrxiv": "https://chemrxiv.org",
    "natcomms": "https://www.nature.com/ncomms",
    "psyarxiv": "https://osf.io/preprints/psyarxiv",
    "engrxiv": "https://osf.io/preprints/engrxiv",
    "edrxiv": "https://osf.io/preprints/edarxiv",
    "metarxiv": "https://osf.io/preprints/metaarxiv",
}


class Cell(NamedTuple):
    """One source in one month ("YYYY-MM")."""

    source: str
    month: str

    def __str__(self) -> str:
        return f"{self.source} {self.month}"

    @property
    def covered(self) -> bool:
        """Whether the source existed in that month."""
        return self.month >= FIRST_MONTH[self.source]


def read_month(name: str, text: str) -> str:
    """A month as somebody wrote it, "YYYY-MM". Raises ValueError for another form; `name` is the argument's."""
    month = text.strip()
    if not re.fullmatch(r"[0-9]{4}-(?:0[1-9]|1[0-2])", month):
        raise ValueError(f"{name}={text} is no month; use YYYY-MM, such as 2024-05")
    return month


def days_of(month: str) -> tuple[str, str]:
    """The first and the last day (YYYY-MM-DD) of a month ("YYYY-MM")."""
    return f"{month}-01", f"{month}-{calendar.monthrange(int(month[:4]), int(month[5:]))[1]}"


def month_before(month: str) -> str:
    """The month before a month, both "YYYY-MM"."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year}-{number - 1:02}" if number > 1 else f"{year - 1}-12"
