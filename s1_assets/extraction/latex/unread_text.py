r"""What TeX source shows and inputs, as far as that can be told without reading it as TeX.

For the text behind the point where the reader met a limit. A file whose name comes from a macro is not seen.
"""

import re

MAX_NAMES = 1000  # told of one text
_COMMENT = re.compile(r"(?<!\\)%.*")
_NAME = r"\s{0,9}\{([^{}]{1,500})\}"
_SHOWN = re.compile(
    rf"\\plottwo{_NAME}{_NAME}|"
    r"\\(?:(?:adj)?includegraphics?|includesvg|includepdf|pgfimage|epsf(?:ile|file|box)|epsfig|psfig|plotone|plotfiddle|"
    r"begin\s{0,9}\{[oO]verpic\*?\})"
    rf"\s{{0,9}}\*?(?:\s{{0,9}}\[[^\]]{{0,500}}\]){{0,2}}{_NAME}"
)
_INPUT = re.compile(r"\\(?:input|include|subfile)(?![A-Za-z])\s{0,9}\{?\s{0,9}([^\s{}\\%]{1,500})")
_FILE_KEY = re.compile(r"\b(?:file|figure|prosepsfile)\s{0,9}=\s{0,9}([^\s,]+)")


def graphics_in(text: str) -> list[str]:
    r"""Names of the graphics that \includegraphics and its like show, as written, each once, in order."""
    arguments = (name for names in _SHOWN.findall(_COMMENT.sub("", text)) for name in names if name)
    named = (key[1] if (key := _FILE_KEY.search(argument)) else argument for argument in arguments)
    names = (" ".join(name.replace(r"\_", "_").split()) for name in named if _is_literal(name))
    return list(dict.fromkeys(names))[:MAX_NAMES]


def inputs_in(text: str) -> list[str]:
    r"""Names of the files that \input and its like read, as written, each once, in order."""
    return list(dict.fromkeys(filter(_is_literal, _INPUT.findall(_COMMENT.sub("", text)))))[:MAX_NAMES]


def _is_literal(name: str) -> bool:
    return "#" not in name and "\\" not in name.replace(r"\_", "")
