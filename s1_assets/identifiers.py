"""Names that scholarly works go by across sources, written one way so that equal names are equal strings."""

import re

# DOI Handbook, section 2.2; Crossref's advice on what DOIs look like in practice.
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")


def doi_identifier(text: str | None) -> str | None:
    """The first DOI in a text as `doi:10.…`, in lower case since DOIs do not tell cases apart; None without one."""
    found = _DOI.search(text or "")
    return f"doi:{found[0].rstrip('.,;)').lower()}" if found else None
