"""Figures in what pandoc writes: its document as JSON (Haskell package pandoc-types, Text.Pandoc.Definition)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.latex_scores import CaptionedFigure

_BLANKS = {"Space", "SoftBreak", "LineBreak"}
_UNTYPED = {"Note", "RawInline", "Image"}  # what a caption holds beside its text

Element = Mapping[str, Any]


def read_pandoc(text: str) -> list[CaptionedFigure]:
    """The figures of pandoc's JSON. Until version 3 a captioned image is one whose title begins with "fig:".

    That has one caption for each image, so that images in a row with the same caption are the panels of one figure.
    """
    figures: list[CaptionedFigure] = []
    for figure in _figures(json.loads(text)["blocks"]):
        if figures and figures[-1].caption == figure.caption:
            figures[-1] = CaptionedFigure(figure.caption, figures[-1].files + figure.files)
        else:
            figures.append(figure)
    return figures


def _figures(node: Any) -> Iterator[CaptionedFigure]:
    for element in _elements(node):
        kind, content = element["t"], element.get("c", [])
        if kind == "Figure" and (caption := _text(content[1])):
            yield CaptionedFigure(caption, tuple(_images(content[2])))
        elif kind == "Image" and content[2][1].startswith("fig:"):
            yield CaptionedFigure(_text(content[1]), (content[2][0],))
        else:
            yield from _figures(content)


def _images(node: Any) -> Iterator[str]:
    for element in _elements(node):
        if element["t"] == "Image":
            yield element["c"][2][0]
        else:
            yield from _images(element.get("c", []))


def _elements(node: Any) -> Iterator[Element]:
    """The outermost elements of some content, in order; what is told of a citation is none."""
    if isinstance(node, Mapping):
        yield from [node] if "t" in node else []
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for part in node:
            yield from _elements(part)


def _text(content: Any) -> str:
    return " ".join("".join(map(_inline, _elements(content))).split())


def _inline(element: Element) -> str:
    kind, content = element["t"], element.get("c", [])
    if kind in _BLANKS:
        return " "
    if kind in _UNTYPED:
        return ""
    if kind == "Cite":
        return "[CITE]"
    if kind == "Link" and any(key == "reference-type" for key, _ in content[0][2]):
        return "[REF]"
    if kind in {"Str", "Math", "Code"}:
        text = content if kind == "Str" else content[1]
        return f"${text}$" if kind == "Math" else str(text)
    return "".join(map(_inline, _elements(content)))
