"""Figures in what LaTeXML writes: its own XML, before it is made HTML (LaTeXML manual, appendix D, "Schema")."""

from xml.etree import ElementTree

from benchmarks.latex_scores import CaptionedFigure

_NAMESPACE = "{http://dlmf.nist.gov/LaTeXML}"
_FIGURE, _CAPTION, _GRAPHICS = (_NAMESPACE + name for name in ("figure", "caption", "graphics"))
# What a caption's element holds beside its text: "Figure 1:", footnotes, index entries, commands unknown to LaTeXML.
_UNTYPED = {_NAMESPACE + name for name in ("tag", "tags", "note", "indexmark", "ERROR")}


def read_latexml(xml: str) -> list[CaptionedFigure]:
    """The figures of a LaTeXML document; a figure inside another that has a caption is a panel of it."""
    root = ElementTree.fromstring(xml)  # noqa: S314 - LaTeXML wrote it, not a stranger
    return _latexml_figures(root)


def _latexml_figures(element: ElementTree.Element) -> list[CaptionedFigure]:
    figures: list[CaptionedFigure] = []
    for child in element:
        own = _latexml_float(child) if child.tag == _FIGURE else []
        figures += own or _latexml_figures(child)
    return figures


def _latexml_float(figure: ElementTree.Element) -> list[CaptionedFigure]:
    """One figure a caption of its own; each has the graphics since the caption before, the last one all that follow."""
    of_panels = {caption for inner in figure.iter(_FIGURE) if inner is not figure for caption in inner.iter(_CAPTION)}
    captions: list[str] = []
    files: list[list[str]] = [[]]
    for element in figure.iter():
        if element.tag == _CAPTION and element not in of_panels:
            captions.append(_latexml_text(element))
            files.append([])
        elif element.tag == _GRAPHICS:
            files[-1].append(element.get("candidates", "").partition(",")[0] or element.get("graphic", ""))
    if captions:
        files[len(captions) - 1] += files.pop()
    everything = tuple(file for group in files for file in group)
    return [
        CaptionedFigure(" ".join(caption.split()), tuple(group) or everything)
        for caption, group in zip(captions, files, strict=False)
    ]


def _latexml_text(element: ElementTree.Element) -> str:
    """The text of an element without what follows it."""
    match element.tag.removeprefix(_NAMESPACE):
        case "Math":
            return f"${element.get('tex', '')}$"
        case "cite":
            return "[CITE]"
        case "ref":
            return "[REF]"
    if element.tag in _UNTYPED:
        return ""
    return (element.text or "") + "".join(_latexml_text(child) + (child.tail or "") for child in element)
