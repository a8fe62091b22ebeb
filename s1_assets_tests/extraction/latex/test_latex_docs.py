"""docs/latex.md says what the reader does: every block of its example is run."""

import re
from pathlib import Path

import pytest

from s1_assets.extraction.latex import read
from s1_assets.extraction.latex.floats import Box, Caption, GraphicUse, Label
from s1_assets.extraction.latex.open_boxes import OpenBoxes
from s1_assets.extraction.latex.read import read_latex
from s1_assets.extraction.latex.source import Source
from s1_assets.extraction.latex.stomach import Reader
from s1_assets.extraction.latex.tokens import tokenize

PAGE = Path(__file__).parents[3] / "docs" / "latex.md"
CALL = r"\panel{cold.pdf}{At 4 K}{fig:cold}"


def block(name: str) -> str:
    return re.search(rf"```{name}\n(.*?)```", PAGE.read_text(), re.DOTALL)[1].rstrip("\n")


@pytest.fixture
def files():
    picture = b"%PDF-1.4"
    return {"main.tex": block("tex").encode(), "cold.pdf": picture, "warm.pdf": picture}


def test_the_tokens_of_the_example_are_those_of_the_page():
    assert " | ".join(tokenize(CALL)) == block("tokens")


def test_the_expansion_of_the_example_is_that_of_the_page(files):
    reader = Reader(Source(files), read._commands(), read._environments())
    reader.gullet.open_file(block("tex").partition("\\begin{document}")[0], "main.tex", "")
    reader.run()
    expanded = [" " if token.isspace() else token for token in reader.gullet.expand_all(tokenize(CALL))]
    assert " | ".join(expanded) == block("expanded")


def test_the_boxes_of_the_example_are_those_of_the_page(files, monkeypatch):
    lines = []
    settle = OpenBoxes._settle

    def listing(boxes: OpenBoxes, box: Box) -> None:
        for placed in box.walk():
            match placed.leaf:
                case GraphicUse(written=text) | Caption(text=text) | Label(key=text):
                    around = " > ".join(one.kind.value for one in placed.around)
                    lines.append(f"{around}: {type(placed.leaf).__name__} {text}")
        settle(boxes, box)

    monkeypatch.setattr(OpenBoxes, "_settle", listing)
    read_latex(files)
    assert "\n".join(lines) == block("boxes")


def test_the_document_of_the_example_is_that_of_the_page(files):
    document = read_latex(files)
    lines = []
    for figure in document.figures:
        lines.append(f"figure {figure.number}, {figure.label}: {figure.caption}")
        lines += [f"  {one.file}: {one.subcaption} ({', '.join(one.anchors)})" for one in figure.graphics]
    for passage in document.passages:
        lines.append(f"passage in {passage.section}: {passage.text}")
        lines += [f"  figure {one.figure} at characters {one.start} to {one.end}" for one in passage.anchors]
    assert "\n".join(lines) == block("document")
    assert document.rejects == ()


def test_every_module_that_the_page_names_is_there():
    table = PAGE.read_text().partition("## An example")[0]
    named = re.findall(r"`([a-z_]+)`", table.partition("| step |")[2])
    folder = Path(read.__file__).parent
    assert [name for name in named if not (folder / f"{name}.py").is_file() and name != "reading_limit"] == [
        "figure_pairs",
        "rejects",
    ]
