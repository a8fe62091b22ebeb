"""Figures of an article: which elements are one, their labels, captions and pictures, and what is left out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from s1_assets.context.literal_references import label_key
from s1_assets.extraction.document import Figure, Graphic, panel_letter
from s1_assets.extraction.jats.media_files import MediaFiles, is_picture, stem
from s1_assets.extraction.jats.permissions import own_rights
from s1_assets.extraction.jats.text import plain_text
from s1_assets.extraction.jats.xml import Element, href
from s1_assets.rejects import Reason, Reject

MAX_TARGETS = 26  # figures and panels that one id may point to: a group of a-z; more are a hostile source

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_PANEL_LABEL = re.compile(r"\(?([A-Za-z])\)?")
_PLAIN_KEY = re.compile(r"\w+ \d+")  # "figure 3", not "figure s3" or "extended figure 3"
_PREVIEW = re.compile(r"\b(?:thumb|preview|icon)", re.IGNORECASE)
_LABEL_END = " .:|"

# What a picture outside of figures is, by the nearest of these around it; None is too common or too small to tell of.
_TABLE = (Reason.NOT_A_FIGURE, "a table set as a graphic, or a picture in a table")
_PORTRAIT = (Reason.NOT_A_FIGURE, "a portrait or a logo")
_ELSEWHERE: dict[str, tuple[Reason, str] | None] = {
    **dict.fromkeys(("disp-formula", "inline-formula", "caption", "title", "label", "permissions", "journal-meta")),
    **dict.fromkeys(("table-wrap", "array"), _TABLE),
    **dict.fromkeys(("bio", "contrib", "ack"), _PORTRAIT),
    "chem-struct-wrap": (Reason.NOT_A_FIGURE, "a chemical structure outside of figures"),
    "supplementary-material": (Reason.NOT_TYPESET, "a supplementary file, which the article does not show"),
}
_OUTSIDE = (Reason.NO_CAPTION, "a graphic outside of captioned figures")

Target = tuple[int, str | None]  # figure number and panel letter


@dataclass(frozen=True)
class FoundFigures:
    """The figures of an article in reading order, what ids point to, and the pictures that are no figures."""

    figures: tuple[Figure, ...]
    targets: dict[str, list[Target]]
    rejects: tuple[Reject, ...]


def take_out_letters(article: Element, media: MediaFiles) -> tuple[Reject, ...]:
    """Remove decision letters, authors' answers and other articles from the tree; their pictures become rejects."""
    rejects: dict[Reject, None] = {}
    for letters in list(article.iter("sub-article", "response")):
        kind = letters.get("article-type") or letters.get("response-type") or letters.tag
        what = f"of another text beside the article ({kind})"
        for picture in letters.iter("graphic", "media"):
            if _shows_picture(picture) and next(picture.iterancestors("disp-formula", "inline-formula"), None) is None:
                rejects.setdefault(_reject(Reason.NOT_A_FIGURE, what, picture, media))
        around = letters.getparent()
        if around is not None:
            around.remove(letters)
    return tuple(rejects)


def find_figures(article: Element, media: MediaFiles) -> FoundFigures:
    """Every `fig` of an article.

    A figure within a figure or a group is one of its own (a figure supplement) if it has a caption, else a panel of
    the figure around it, or of the group if that has a caption. Forms of the same picture count once. A figure that
    has neither caption nor label, and that nothing refers to, is none.
    """
    return _Finder(article, media).find()


class _Finder:
    def __init__(self, article: Element, media: MediaFiles) -> None:
        self._article = article
        self._media = media
        self._captions: dict[Element, str] = {}
        self._cited = {key for xref in article.iter("xref") for key in (xref.get("rid") or "").split()}
        self._numbers: dict[Element, int] = {}
        self._targets: dict[str, list[Target]] = {}
        self._rejects: dict[Reject, None] = {}

    def find(self) -> FoundFigures:
        pictures: dict[Element, list[Element]] = defaultdict(list)
        for picture in self._article.iter("graphic", "media"):
            owner = self._owner(picture)
            if owner is not None:
                pictures[owner].append(picture)
        figures: list[Figure] = []
        for element in self._article.iter("fig", "fig-group"):
            shown = pictures.get(element, [])
            if self._is_figure(element, shown):
                self._numbers[element] = len(figures) + 1
                figures.append(self._figure(element, len(figures) + 1, shown))
        for group in self._article.iter("fig-group"):
            if group not in self._numbers:
                self._give_to_members(group)
        return FoundFigures(tuple(figures), self._targets, tuple(self._rejects))

    def _give_to_members(self, group: Element) -> None:
        """Let a group that shows nothing of its own stand for its members; a caption that it has is told of."""
        members = [self._numbers[member] for member in group.iter("fig") if member in self._numbers]
        for number in members:
            self._point(group.get("id"), (number, None))
        if caption := self._caption(group):
            what = f"the caption of a group whose figures have captions of their own: {caption}"
            self._rejects.setdefault(Reject(Reason.NO_GRAPHIC, what, next(iter(members), None)))

    def _owner(self, picture: Element) -> Element | None:
        """The figure that a picture belongs to. One that belongs to none leaves a reject if it might be missed."""
        if not _shows_picture(picture):
            if href(picture) and (picture.get("mimetype") or "").startswith("video"):
                self._reject(Reason.NOT_A_FIGURE, "a video", picture)
            return None
        what: tuple[Reason, str] | None = _OUTSIDE
        for around in picture.iterancestors():
            if around.tag == "fig":
                return self._whole(around)
            if around.tag == "fig-group" and self._caption(around):
                return around
            if around.tag in _ELSEWHERE:
                what = _ELSEWHERE[around.tag]
                break
        if what is not None:
            self._reject(*what, picture)
        return None

    def _whole(self, fig: Element) -> Element:
        """The figure or group that a `fig` is a panel of, or the `fig` itself."""
        if not self._caption(fig):
            for around in fig.iterancestors("fig", "fig-group"):
                if self._caption(around):
                    return around
        return fig

    def _is_figure(self, element: Element, shown: Sequence[Element]) -> bool:
        if element.tag == "fig-group":
            return bool(shown)
        if self._whole(element) is not element:
            return False
        is_portrait = next(element.iterancestors("bio"), None) is not None
        is_cited = bool(shown) and element.get("id") in self._cited
        if not is_portrait and (self._caption(element) or _label(element) or is_cited):
            return True
        for picture in shown:
            self._reject(*(_PORTRAIT if is_portrait else _OUTSIDE), picture)
        return False

    def _figure(self, element: Element, number: int, shown: Sequence[Element]) -> Figure:
        self._point(element.get("id"), (number, None))
        pictures = _pictures(shown)
        if not pictures:
            self._rejects.setdefault(Reject(Reason.NO_GRAPHIC, "a captioned figure without a graphic", number))
        graphics = []
        for position, forms in enumerate(pictures):
            ids = tuple(dict.fromkeys(key for form in forms for key in _ids_within(form, element)))
            for key in ids:
                self._point(key, (number, panel_letter(position) if len(pictures) > 1 else None))
            caption = next((text for form in forms if (text := self._caption(form))), None)
            graphics.append(Graphic(self._best_file(forms), subcaption=caption, anchors=ids))
        anchors = tuple(key for key in (element.get("id"),) if key)
        rights = own_rights(element, shown)
        return Figure(number, _label(element) or None, self._caption(element), tuple(graphics), anchors, rights)

    def _best_file(self, forms: Sequence[Element]) -> str:
        """The best of the files that show a picture, or the name of one as written where none is there."""
        files = [file for form in forms if (file := self._media.find(href(form))) is not None]
        return min(files, key=self._media.rank) if files else href(forms[0])

    def _caption(self, element: Element) -> str:
        """Title and paragraphs of the element's own caption, the English one where there are several."""
        if element not in self._captions:
            captions = element.findall("caption")
            english = [caption for caption in captions if (caption.get(_LANGUAGE) or "en").startswith("en")]
            self._captions[element] = plain_text((english or captions)[0]) if captions else ""
        return self._captions[element]

    def _point(self, key: str | None, target: Target) -> None:
        if key:
            known = self._targets.setdefault(key, [])
            if len(known) < MAX_TARGETS and target not in known:
                known.append(target)

    def _reject(self, reason: Reason, detail: str, picture: Element) -> None:
        self._rejects.setdefault(_reject(reason, detail, picture, self._media))


def _reject(reason: Reason, detail: str, picture: Element, media: MediaFiles) -> Reject:
    name = href(picture)
    return Reject(reason, detail, None, media.find(name) or name)


def _shows_picture(element: Element) -> bool:
    """Whether a `graphic` or `media` is a still picture."""
    name, kind = href(element), element.get("mimetype") or "image"
    return bool(name) and (element.tag == "graphic" or (kind.startswith("image") and is_picture(name)))


def _pictures(shown: Iterable[Element]) -> list[list[Element]]:
    """What a figure shows, each picture in all its forms: alternatives, files of one stem, previews left out."""
    pictures: dict[tuple[Element | None, Element | str], list[Element]] = defaultdict(list)
    for form in shown:
        alternatives = next(form.iterancestors("alternatives"), None)
        same = stem(href(form)).casefold() if alternatives is None else alternatives
        pictures[next(form.iterancestors("fig"), None), same].append(form)
    full = [[form for form in forms if not _is_preview(form)] for forms in pictures.values()]
    return [forms for forms in full if forms] or list(pictures.values())


def _is_preview(graphic: Element) -> bool:
    return any(_PREVIEW.search(graphic.get(name) or "") for name in ("specific-use", "content-type"))


def _ids_within(picture: Element, figure: Element) -> list[str]:
    """Ids of a picture and of the panel that it stands in."""
    ids = [picture.get("id")]
    for around in picture.iterancestors():
        if around is figure:
            break
        ids.append(around.get("id") if around.tag == "fig" else None)
    return [key for key in ids if key]


def _label(figure: Element) -> str:
    """The label as printed, without its last stop; where it does not say so itself, what kind of figure it is.

    A panel's letter comes behind the label of its group, and a figure of a supplement that is numbered like those of
    the article is called "Supplementary Figure 1".
    """
    own = _own_label(figure)
    group = next(figure.iterancestors("fig-group"), None)
    panel = _PANEL_LABEL.fullmatch(own)
    if panel and group is not None and _own_label(group):
        return f"{_own_label(group)}{panel[1]}"
    if not own and any(around.get("abstract-type") == "graphical" for around in figure.iterancestors("abstract")):
        return "Graphical abstract"
    if _PLAIN_KEY.fullmatch(label_key(own) or "") and _is_in_supplement(figure):
        return f"Supplementary {own}"
    return own


def _own_label(element: Element) -> str:
    label = element.find("label")
    return plain_text(label).rstrip(_LABEL_END) if label is not None else ""


def _is_in_supplement(figure: Element) -> bool:
    return any(
        around.tag == "supplementary-material" or "supplementary" in (around.get("sec-type") or "")
        for around in figure.iterancestors("supplementary-material", "sec")
    )
