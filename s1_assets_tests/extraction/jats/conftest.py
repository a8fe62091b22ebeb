"""Articles made of a body, read as the route reads them."""

import pytest

from s1_assets.extraction.document import Document
from s1_assets.extraction.jats.read import read_jats

ROOT = '<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML">'


@pytest.fixture
def read_article():
    """Reads the inside of an `article` that lies beside files of the given names."""

    def read(inside: str, *files: str) -> Document:
        article = f"{ROOT}{inside}</article>".encode()
        return read_jats({"paper/article.xml": article, **{file: file.encode() for file in files}}, "paper/article.xml")

    return read


@pytest.fixture
def read_body(read_article):
    """Reads a `body` that lies beside files of the given names."""

    def read(body: str, *files: str) -> Document:
        return read_article(f"<body>{body}</body>", *files)

    return read
