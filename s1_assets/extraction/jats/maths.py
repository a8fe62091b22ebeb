r"""Formulas as readable maths between dollars: TeX as the publisher gives it, MathML written as TeX.

No kept library turns MathML into TeX (mathml-to-latex has had one release, of 2021, and reads strings with minidom;
py_asciimath, which wraps a style sheet, stopped in 2020), and captions need little: what follows is presentation
MathML 3, chapter 3, with characters left as they are (ρ, ≤, ∑), since whoever reads this reads Unicode.
"""

import re
from collections.abc import Callable

from s1_assets.extraction.jats.xml import Element, words

MAX_DEPTH = 60  # elements one in another; deeper ones give their bare text

_TEX_DOCUMENT = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|$)", re.DOTALL)
_TEX_DELIMITERS = re.compile(r"(?<!\\)\$+|\\[()\[\]]")
_TEX_LABEL = re.compile(r"\\(?:label|tag)\s*\{[^{}]*\}|\\nonumber\b")
_NEEDLESS_BLANK = re.compile(r" (?=[{}^_])")
_SPECIAL = re.compile(r"[#$%&_{}]")
_UNPRINTED = re.compile("[\u2061-\u2064\u200b\ufeff\ue000\ue001]")
_ACCENTS = {
    "^": "hat", "ˆ": "hat", "\u0302": "hat", "¯": "bar", "‾": "bar", "\u0304": "bar", "\u0305": "bar", "_": "bar",
    "→": "vec", "⃗": "vec", "˙": "dot", "\u0307": "dot", "¨": "ddot", "\u0308": "ddot", "~": "tilde", "˜": "tilde",
    "∼": "tilde", "\u0303": "tilde", "ˇ": "check", "˘": "breve", "⏞": "overbrace", "⏟": "underbrace",
}  # fmt: skip
_WITH_LIMITS = re.compile(r"[∑∏∐∫∬∮⋃⋂⋀⋁⨁⨂]|\\mathrm\{(?:lim|max|min|sup|inf|arg\s?max|arg\s?min|limsup|liminf)\}")


def formula_of_tex(source: str) -> str:
    """A `tex-math` as `$…$`: the document around it, its dollars and its labels are taken off. Empty for nothing."""
    document = _TEX_DOCUMENT.search(source)
    body = _TEX_LABEL.sub("", document[1] if document else source)
    return _NEEDLESS_BLANK.sub("", _between_dollars(_TEX_DELIMITERS.sub(" ", body)))


def formula_of_mathml(math: Element) -> str:
    """A `math` element as `$…$`; TeX that it carries as an annotation comes first. Empty for nothing."""
    for annotation in math.iter("annotation"):
        source = annotation.text or ""
        if "tex" in (annotation.get("encoding") or "").lower() and source.strip():
            return formula_of_tex(source)
    return _between_dollars(_tex(math, 0))


def _between_dollars(tex: str) -> str:
    tex = " ".join(_UNPRINTED.sub("", tex).split())
    return f"${tex}$" if tex else ""


def _tex(element: Element, depth: int) -> str:
    """An element of MathML as TeX."""
    if depth > MAX_DEPTH:
        return _escaped(words(element))
    rule = _RULES.get(element.tag)
    if rule is not None:
        return rule(element, depth)
    if element.tag in _HIDDEN:
        return ""
    return "".join(_tex(child, depth + 1) for child in element)


def _arguments(element: Element, depth: int, count: int) -> list[str]:
    found = [_tex(child, depth + 1) for child in list(element)[:count]]
    return found + [""] * (count - len(found))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _token(element: Element, _depth: int) -> str:
    text = " ".join((element.text or "").replace("\\", "∖").split())
    letters = len(text) > 1 and text.isalpha() and text.isascii()
    return f"\\mathrm{{{text}}}" if letters else _escaped(text)


def _number(element: Element, _depth: int) -> str:
    return _escaped(words(element).strip())


def _words(element: Element, _depth: int) -> str:
    text = re.sub(r"\s+", " ", words(element)).replace("\\", "∖")
    return f"\\text{{{_escaped(text)}}}" if re.search(r"[^\W\d_]", text) else _escaped(text)


def _base(tex: str) -> str:
    """What a script is set to: braces keep several characters together."""
    return tex if len(tex) == 1 or re.fullmatch(r"\\\w+\{[^{}]*\}|\w+|\([^()]*\)|\\?.", tex) else f"{{{tex}}}"


def _script(*marks: str) -> Callable[[Element, int], str]:
    def write(element: Element, depth: int) -> str:
        base, *scripts = _arguments(element, depth, 1 + len(marks))
        return _base(base) + "".join(f"{mark}{{{tex}}}" for mark, tex in zip(marks, scripts, strict=True) if tex)

    return write


def _fraction(element: Element, depth: int) -> str:
    top, bottom = _arguments(element, depth, 2)
    no_line = re.fullmatch(r"0\w*", element.get("linethickness") or "")
    return f"\\{'binom' if no_line else 'frac'}{{{top}}}{{{bottom}}}"


def _square_root(element: Element, depth: int) -> str:
    return f"\\sqrt{{{''.join(_tex(child, depth + 1) for child in element)}}}"


def _root(element: Element, depth: int) -> str:
    base, index = _arguments(element, depth, 2)
    return f"\\sqrt[{index}]{{{base}}}"


def _stacked(mark: str, command: str) -> Callable[[Element, int], str]:
    """Munder and mover: limits of operators, accents, and anything else one over the other."""

    def write(element: Element, depth: int) -> str:
        base, other = _arguments(element, depth, 2)
        accent = _ACCENTS.get(other.lstrip("\\"))
        if accent == "bar" and command == "underset":
            accent = "underline"
        if accent:
            return f"\\{accent}{{{base}}}"
        return f"{base}{mark}{{{other}}}" if _WITH_LIMITS.search(base) else f"\\{command}{{{other}}}{{{base}}}"

    return write


def _fenced(element: Element, depth: int) -> str:
    separators = "".join((element.get("separators") or ",").split())
    parts = [_tex(child, depth + 1) for child in element]
    joined = parts[0] if parts else ""
    for index, part in enumerate(parts[1:]):
        joined += (separators[min(index, len(separators) - 1)] if separators else "") + part
    return f"{_escaped(element.get('open', '('))}{joined}{_escaped(element.get('close', ')'))}"


def _table(element: Element, depth: int) -> str:
    rows = [[_tex(cell, depth + 1) for cell in row if cell.tag == "mtd"] for row in element]
    body = r" \\ ".join(" & ".join(row) for row in rows)
    return f"\\begin{{matrix}} {body} \\end{{matrix}}"


def _prescripted(element: Element, depth: int) -> str:
    """Mmultiscripts: base, pairs of scripts behind it, and after mprescripts pairs before it."""
    before: list[str] = []
    behind: list[str] = []
    side = behind
    for child in list(element)[1:]:
        if child.tag == "mprescripts":
            side = before
        else:
            side.append(_tex(child, depth + 1))

    def scripts(side: list[str]) -> str:
        return "".join(f"{'_^'[index % 2]}{{{tex}}}" for index, tex in enumerate(side) if tex)

    base = _base(_tex(element[0], depth + 1)) if len(element) else ""
    return (f"{{}}{scripts(before)}" if any(before) else "") + base + scripts(behind)


def _first(element: Element, depth: int) -> str:
    return _tex(element[0], depth + 1) if len(element) else ""


def _space(_element: Element, _depth: int) -> str:
    return " "


_HIDDEN = frozenset({"annotation", "annotation-xml", "mphantom", "malignmark", "maligngroup", "none", "mglyph"})
_RULES: dict[str, Callable[[Element, int], str]] = {
    "mi": _token,
    "mo": _token,
    "mn": _number,
    "mtext": _words,
    "ms": _words,
    "mspace": _space,
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _root,
    "msub": _script("_"),
    "msup": _script("^"),
    "msubsup": _script("_", "^"),
    "munder": _stacked("_", "underset"),
    "mover": _stacked("^", "overset"),
    "munderover": _script("_", "^"),
    "mmultiscripts": _prescripted,
    "mfenced": _fenced,
    "mtable": _table,
    "semantics": _first,
    "maction": _first,
}
