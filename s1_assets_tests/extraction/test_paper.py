"""A paper's archive to its rows."""

import gzip
import io
import tarfile

import pyarrow as pa
import pytest

from s1_assets.extraction import paper
from s1_assets.extraction.document import Anchor, Document, Figure, Graphic, Passage, panel_letter
from s1_assets.extraction.paper import Extraction, extract_document, extract_paper
from s1_assets.rejects import Reason, Reject
from s1_assets.tables import FIGURE_PAIRS, PASSAGES, REJECTS, Row
from s1_assets_tests.extraction.quadrants import pdf, raster, saved

PAPER: Row = {"paper_id": "arxiv:2401.00001", "status": "live", "format": "latex"}
PNG = saved(raster(), "PNG")
TEX = rb"""\documentclass{article}\usepackage{graphicx}\usepackage{subcaption}
\begin{document}
\section{Results} Figure~\ref{fig:one} shows it.
\begin{figure}\includegraphics[width=3cm]{one}\caption{The first.}\label{fig:one}\end{figure}
\begin{figure}
\begin{subfigure}{.5\textwidth}\includegraphics{left.png}\caption{Left.}\end{subfigure}
\begin{subfigure}{.5\textwidth}\includegraphics{broken.png}\caption{Broken.}\end{subfigure}
\begin{subfigure}{.5\textwidth}\includegraphics[page=2]{two.pdf}\caption{Right.}\end{subfigure}
\caption{The second.}\end{figure}
\end{document}"""
FILES = {"main.tex": TEX, "one.pdf": pdf(words=True), "left.png": PNG, "broken.png": PNG[:200], "two.pdf": pdf(pages=2)}


def archive_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def reasons(rows: list[Row]) -> list[str]:
    return [row["reason"] for row in rows]


def document_of(*graphics: Graphic) -> Document:
    return Document(figures=(Figure(1, "Figure 1", "A caption.", graphics, ("fig:a",)),))


def test_every_graphic_of_a_paper_ends_as_a_pair_or_as_a_reject():
    extraction = extract_paper(PAPER, archive_of(FILES))
    assert [(row["pair_id"], row["panel"], row["source_file"], row["page"]) for row in extraction.pairs] == [
        ("arxiv:2401.00001#1", None, "one.pdf", 1),
        ("arxiv:2401.00001#2a", "a", "left.png", None),
        ("arxiv:2401.00001#2c", "c", "two.pdf", 2),
    ]
    assert [(row["reason"], row["figure"], row["source_file"]) for row in extraction.rejects] == [
        ("unreadable_image", 2, "broken.png")
    ]


def test_a_pair_carries_what_the_paper_says_of_it():
    first, second, _ = extract_paper(PAPER, archive_of(FILES)).pairs
    assert (first["caption"], first["subcaption"], first["label"]) == ("The first.", None, "Figure 1")
    assert first["anchors"] == ["fig:one"]
    assert first["figure_text"] == ["upper", "left", "right", "one", "below"]
    assert (second["caption"], second["subcaption"]) == ("The second.", "Left.")
    assert (second["image"], second["image_format"], second["width"], second["height"]) == (PNG, "png", 400, 200)


def test_a_caption_that_enumerates_its_panels_gives_each_its_part():
    tex = rb"""\documentclass{article}\begin{document}\begin{figure}\includegraphics{left}\includegraphics{right}
    \caption{Two views. (\textbf{a}) From the left. (\textbf{b}) From the right.}\end{figure}\end{document}"""
    archive = archive_of({"main.tex": tex, "left.png": PNG, "right.png": PNG})
    assert [(row["panel"], row["caption"], row["subcaption"]) for row in extract_paper(PAPER, archive).pairs] == [
        ("a", "Two views. (a) From the left. (b) From the right.", "From the left."),
        ("b", "Two views. (a) From the left. (b) From the right.", "From the right."),
    ]


def test_the_rows_fit_their_tables():
    extraction = extract_paper(PAPER, archive_of(FILES))
    for table, rows in (
        (FIGURE_PAIRS, extraction.pairs),
        (PASSAGES, extraction.passages),
        (REJECTS, extraction.rejects),
    ):
        assert set(rows[0]) == set(table.schema.names)
        assert pa.Table.from_pylist(rows, schema=table.schema).num_rows == len(rows)


def test_passages_keep_their_anchors():
    passage = Passage(3, "Results", "See [REF].", (Anchor(4, 9, 1, "b"),))
    extraction = extract_document("p", Document(passages=(passage,)), {}, route="latex")
    assert extraction.passages == [
        {
            "paper_id": "p",
            "order": 3,
            "section": "Results",
            "text": "See [REF].",
            "anchors": ({"start": 4, "end": 9, "figure": 1, "panel": "b"},),
        }
    ]


def test_a_live_paper_without_an_archive_was_rejected_before_and_is_not_rejected_twice():
    assert extract_paper(PAPER | {"format": "none"}, b"") == Extraction()


@pytest.mark.parametrize("change", [{"status": "withdrawn"}, {"status": "retracted"}])
def test_a_paper_taken_back_is_not_opened(change):
    extraction = extract_paper(PAPER | change, b"no archive at all")
    assert (extraction.pairs, reasons(extraction.rejects)) == ([], ["withdrawn"])


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"", Reason.ARCHIVE_UNREADABLE),
        (gzip.compress(pdf())[:-20], Reason.ARCHIVE_UNREADABLE),
        (pdf(), Reason.SCANNED),
        (gzip.compress(b"<html><body>paper</body></html>"), Reason.UNSUPPORTED_FORMAT),
        (archive_of({"main.tex": rb"\documentclass{article}\begin{document}Words.\end{document}"}), Reason.NO_FIGURES),
    ],
)
def test_a_paper_without_a_figure_to_show_leaves_one_reject(archive, reason):
    extraction = extract_paper(PAPER, archive)
    assert (extraction.pairs, reasons(extraction.rejects)) == ([], [reason])


def test_members_left_out_of_the_archive_are_reported():
    extraction = extract_paper(PAPER, archive_of(FILES | {"../out.pdf": pdf()}))
    assert reasons(extraction.rejects) == ["archive_unsafe", "unreadable_image"]
    assert len(extraction.pairs) == 3


def test_a_graphic_that_fails_keeps_its_letter_and_the_others_go_on():
    document = document_of(Graphic("bad.pdf"), Graphic("good.png"), Graphic("good.png", {"angle": "90"}))
    extraction = extract_document("p", document, {"bad.pdf": b"%PDF-1.4 nothing", "good.png": PNG}, route="latex")
    assert [row["panel"] for row in extraction.pairs] == ["b", "c"]
    assert [(row["reason"], row["figure"], row["source_file"]) for row in extraction.rejects] == [
        ("unreadable_image", 1, "bad.pdf")
    ]


def test_a_file_that_is_not_in_the_archive_is_missing():
    extraction = extract_document("p", document_of(Graphic("gone.png")), {}, route="latex")
    assert reasons(extraction.rejects) == ["file_missing"]


def test_a_figure_shown_twice_gives_two_pairs_of_one_image():
    document = Document(figures=tuple(Figure(n, None, "c", (Graphic("a.pdf"),)) for n in (1, 2)))
    first, second = extract_document("p", document, {"a.pdf": pdf()}, route="latex").pairs
    assert (first["pair_id"], second["pair_id"]) == ("p#1", "p#2")
    assert first["image"] is second["image"]


def test_one_picture_shown_by_very_many_figures_is_copied_up_to_a_limit_and_then_rejected(monkeypatch):
    document = Document(figures=tuple(Figure(n, None, "c", (Graphic("a.pdf"),)) for n in range(1, 6)))
    size = len(extract_document("p", document, {"a.pdf": pdf()}, route="latex").pairs[0]["image"])
    monkeypatch.setattr(paper, "MAX_PICTURED_BYTES", 3 * size)
    extraction = extract_document("p", document, {"a.pdf": pdf()}, route="latex")
    assert [row["pair_id"] for row in extraction.pairs] == ["p#1", "p#2", "p#3"]
    assert [(row["reason"], row["figure"]) for row in extraction.rejects] == [
        ("reading_limit", 4),
        ("reading_limit", 5),
    ]


def test_one_picture_under_two_names_and_in_two_sizes_is_rendered_once():
    graphics = (
        Graphic("a.pdf", {"width": "3cm"}),
        Graphic("copy/b.pdf", {"width": "5cm"}),
        Graphic("a.pdf", {"page": "2"}),
    )
    content = pdf(pages=2, words=True)
    files = {"a.pdf": content, "copy/b.pdf": bytes(bytearray(content))}
    first, second, other = extract_document("p", document_of(*graphics), files, route="latex").pairs
    assert first["image"] is second["image"]
    assert other["image"] is not first["image"]


def test_a_paper_is_not_called_figureless_when_its_reader_found_no_document():
    document = Document(rejects=(Reject(Reason.NO_MAIN_FILE, "none"),))
    assert reasons(extract_document("p", document, {}, route="latex").rejects) == ["no_main_file"]


def test_a_paper_whose_graphics_have_no_captions_has_no_figures():
    document = Document(rejects=(Reject(Reason.NO_CAPTION, "bare", source_file="a.png"),))
    assert reasons(extract_document("p", document, {}, route="latex").rejects) == ["no_caption", "no_figures"]


def test_panels_are_lettered_past_z():
    letters = [panel_letter(position) for position in (0, 25, 26, 51, 52, 701, 702)]
    assert letters == ["a", "z", "aa", "az", "ba", "zz", "aaa"]


def test_the_real_papers_give_rows_that_fit(shared_data):
    with tarfile.open(shared_data / "mirrors/arxiv/src/arXiv_src_1708_001.tar") as chunk:
        member = next(member for member in chunk if member.isfile())
        stream = chunk.extractfile(member)
        assert stream is not None
        extraction = extract_paper(PAPER, stream.read())
    assert pa.Table.from_pylist(extraction.pairs, schema=FIGURE_PAIRS.schema).num_rows == len(extraction.pairs) > 0


def test_the_rows_of_a_figure_hold_what_its_caption_says_of_its_rights():
    tex = TEX.replace(b"The first.", b"The first. Reproduced with permission from Wiley.")
    tex = tex.replace(b"\\caption{Left.}", b"\\caption{Left, reproduced from \\cite{x} under CC BY-NC 4.0.}")
    pairs = extract_paper(PAPER, archive_of(FILES | {"main.tex": tex})).pairs
    stated = {pair["pair_id"].partition("#")[2]: (pair["rights"], pair["permissions"]) for pair in pairs}
    panel = ("noncommercial", "Left, reproduced from [CITE] under CC BY-NC 4.0.")
    assert stated == {"1": ("pointer_only", "Reproduced with permission from Wiley."), "2a": panel, "2c": panel}


def test_a_figure_of_which_nothing_is_said_has_no_rights_of_its_own():
    pairs = extract_paper(PAPER, archive_of(FILES)).pairs
    assert {(pair["rights"], pair["permissions"]) for pair in pairs} == {(None, None)}
