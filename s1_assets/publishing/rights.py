"""What a paper's licence allows: whether its figures may be passed on, and on which terms.

Only a licence that says so opens anything. Whatever is missing, unknown or merely resembles a licence is
`pointer_only`: captions, ids and hashes go out, pictures do not.
"""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

Rights = Literal["open", "noncommercial", "no_derivatives", "pointer_only"]


class OwnRights(NamedTuple):
    """What is stated for one figure alone, beside the licence of its paper, and the statement as plain text."""

    rights: Rights
    statement: str


_PORT = r"(?:[ /_-](?:igo|[a-z]{2}|scotland))?"  # versions before 4.0 were adapted to countries
_CC_URL = re.compile(
    r"(?:https?:)?//(?:www\.)?creativecommons\.org/"
    r"(?:(?:publicdomain|licenses)/(?P<dedication>zero|mark|publicdomain)(?:/\d\.\d)?"
    r"|licenses/(?P<terms>[a-z]+(?:-[a-z]+)*)(?:/(?P<version>\d\.\d)" + _PORT + r")?)"
    r"(?:/(?:legalcode|deed)(?:\.[a-z]{2}(?:[_-][a-z]+)?)?)?/?(?:[?#].*)?"
)
_CC_NAME = re.compile(
    r"(?:cc|creative commons)[ _-]?(?P<terms>(?:by|nc|nd|sa)(?:[ _-](?:by|nc|nd|sa))*)"
    r"(?:[ _-]v?(?P<version>\d\.\d)" + _PORT + r"(?: (?:international|unported|generic))?)?(?: licen[cs]e)?"
)
_DEDICATION_NAME = re.compile(
    r"(?P<zero>cc[ _-]?(?:0|zero)(?:[ _-]1\.0)?(?: universal)?)|(?:cc[ _-]pdm[ _-]1\.0|public[ _-]domain)"
)
_TERMS = ("by", "nc", "nd", "sa")


def license_code(license: str | None) -> str | None:  # noqa: A002 - the field's own word
    """The short code of a Creative Commons licence or dedication, as SPDX writes it: `CC-BY-NC-4.0`, `CC0-1.0`.

    Takes the URL in any of its spellings (http or https, legalcode, deed, language, country), the SPDX id, and
    names such as `CC BY-NC` or `cc_by_nc`. The version is left out when it is not given. None for everything else.
    """
    text = (license or "").strip().lower()
    if match := _DEDICATION_NAME.fullmatch(text):
        return "CC0-1.0" if match["zero"] else "CC-PDM-1.0"
    match = _CC_URL.fullmatch(text) or _CC_NAME.fullmatch(text)
    if not match:
        return None
    if dedication := match.groupdict().get("dedication"):
        return "CC0-1.0" if dedication == "zero" else "CC-PDM-1.0"
    terms = set(re.split(r"[ _-]", match["terms"]))
    if not terms <= set(_TERMS) or "by" not in terms:
        return None
    code = ["CC", *(term.upper() for term in _TERMS if term in terms)]
    return "-".join([*code, match["version"]] if match["version"] else code)


def rights_of(license: str | None) -> Rights:  # noqa: A002 - the field's own word
    """What may go out of a paper under this licence, given as a URL, an SPDX id or a source's own code."""
    code = license_code(license)
    if code is None:
        return "pointer_only"
    terms = code.split("-")
    if "ND" in terms:
        return "no_derivatives"
    return "noncommercial" if "NC" in terms else "open"


def narrowest(licenses: Iterable[str | None]) -> str | None:
    """Of several licences that are stated of one paper, the one that allows least; None for none, or if one is None."""
    order = get_args(Rights)
    return max(licenses, key=lambda stated: order.index(rights_of(stated)), default=None)


def narrowest_rights(stated: Iterable[Rights]) -> Rights:
    """Of several rights in one picture, those that allow least. Raises ValueError for none."""
    return max(stated, key=get_args(Rights).index)
