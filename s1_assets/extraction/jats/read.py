"""From an article's XML and the files beside it to a `Document`."""

from collections.abc import Mapping
from dataclasses import replace

from s1_assets.extraction.document import Document
from s1_assets.extraction.jats.figures import find_figures, take_out_letters
from s1_assets.extraction.jats.front import read_front
from s1_assets.extraction.jats.media_files import MediaFiles
from s1_assets.extraction.jats.passages import read_passages
from s1_assets.extraction.jats.xml import parse_article
from s1_assets.rejects import Reject


def read_jats(files: Mapping[str, bytes], article: str) -> Document:
    """Read an article.

    Args:
        files: the paper's files, relative posix path to bytes: an unpacked archive or a folder.
        article: path of the article's XML among them.

    Returns:
        Figures in the order of the document, each with the best file of every picture. A captioned figure without a
        graphic is among them with a reject (NO_GRAPHIC); a graphic whose file is missing goes by its name as written.
        Pictures that are no figures of the article are rejects: tables and portraits, those of letters beside the
        article (NOT_A_FIGURE), supplementary files (NOT_TYPESET), and those without a caption (NO_CAPTION). Pictures
        of formulas and inline icons are not told of. Nothing is raised, whatever the files hold: XML that cannot be
        read gives one reject.
    """
    root = parse_article(files[article])
    if isinstance(root, Reject):
        return Document(rejects=(replace(root, detail=f"{article}: {root.detail}"),))
    media = MediaFiles(files, article)
    beside = take_out_letters(root, media)
    found = find_figures(root, media)
    front = read_front(root)
    return Document(
        found.figures,
        read_passages(root, found.figures, found.targets),
        beside + found.rejects,
        front.title,
        front.abstract,
    )
