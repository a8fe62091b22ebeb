"""What the tests of the LaTeX route share: a way to read a document from its body alone."""

from collections.abc import Callable

import pytest

from s1_assets.extraction.document import Document
from s1_assets.extraction.latex.read import read_latex

ReadBody = Callable[..., Document]


@pytest.fixture
def read_body() -> ReadBody:
    """Read an article from its body; `files` are names of graphics (empty files) or names with their TeX source."""

    def read(body: str, *graphics: str, preamble: str = "", files: dict[str, str] | None = None) -> Document:
        article = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
        others = {name: text.encode() for name, text in (files or {}).items()}
        return read_latex({"main.tex": article.encode(), **dict.fromkeys(graphics, b""), **others})

    return read
