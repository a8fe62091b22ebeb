"""Tables of a page's summary."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ReportTable:
    """A table of the page's summary. Numbers are set right-aligned, with thousands separators."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
