"""Why a paper or a figure did not make it: the closed vocabulary of the `rejects` table."""

from dataclasses import dataclass
from enum import StrEnum

from s1_assets.tables import Row


class Reason(StrEnum):
    """Every reason there is; a new one is added here, with its meaning, before it is used."""

    # a whole paper
    WITHDRAWN = "withdrawn"  # its authors or the source took it back
    TAKEN_DOWN = "taken_down"  # the operator lists it in takedowns.txt
    SOURCE_MISSING = "source_missing"  # the source lists it but has no archive of it
    METADATA_MISSING = "metadata_missing"  # an archive without a metadata record
    SUPERSEDED = "superseded"  # another copy of the same paper stands in its place
    CHECKSUM_MISMATCH = "checksum_mismatch"  # the bytes are not those the source promised
    ARCHIVE_UNREADABLE = "archive_unreadable"  # truncated, encrypted or no archive at all
    ENCRYPTED = "encrypted"  # a PDF that asks for a password
    SCANNED = "scanned"  # a PDF of pictures of pages: no text layer to find captions in
    ARCHIVE_UNSAFE = "archive_unsafe"  # bomb, member outside, or over a limit of extraction/unpack.py
    UNSUPPORTED_FORMAT = "unsupported_format"  # a format that no route reads
    NO_MAIN_FILE = "no_main_file"  # no LaTeX document and no article XML among the files
    NO_FIGURES = "no_figures"  # read in full; it has no figure
    READING_LIMIT = "reading_limit"  # expansion or size went over a limit of a reader; what follows was not read
    TIMEOUT = "timeout"  # took longer than the worker may
    OUT_OF_MEMORY = "out_of_memory"  # needed more memory than the worker may have
    CRASHED = "crashed"  # the worker process died
    PARSE_ERROR = "parse_error"  # the reader failed on it; detail names the error

    # a figure or a graphic
    FILE_MISSING = "file_missing"  # the graphic file is not in the archive
    NO_CAPTION = "no_caption"  # a graphic outside any captioned figure
    NOT_TYPESET = "not_typeset"  # in a file that the main document does not read: a supplement, a left-over
    NO_GRAPHIC = "no_graphic"  # a captioned figure without a graphic (a text box, a listing)
    NEEDS_TEX = "needs_tex"  # drawn in TeX; no TeX engine at hand that may be let loose on it
    TYPESETTING_FAILED = "typesetting_failed"  # drawn in TeX, where TeX finds an error; detail has its message
    NOT_A_FIGURE = "not_a_figure"  # logo, icon, author photo, table or algorithm set as graphic
    UNREADABLE_IMAGE = "unreadable_image"  # corrupt, or a format that nothing here decodes
    IMAGE_TOO_SMALL = "image_too_small"  # under 5 KB and under 64 pixels on a side
    IMAGE_TOO_LARGE = "image_too_large"  # over the pixel limit
    BLANK_IMAGE = "blank_image"  # one colour only
    RENDER_TIMEOUT = "render_timeout"  # the renderer took longer than it may
    RENDERER_MISSING = "renderer_missing"  # PostScript without Ghostscript on the machine
    PAGE_MISSING = "page_missing"  # the page asked for is not in the file


@dataclass(frozen=True)
class Reject:
    """One thing that did not make it. `figure` is its number in reading order, None for a whole paper."""

    reason: Reason
    detail: str
    figure: int | None = None
    source_file: str | None = None

    def row(self, paper_id: str, stage: str) -> Row:
        """This reject as a row of the `rejects` table."""
        return {
            "paper_id": paper_id,
            "figure": self.figure,
            "source_file": self.source_file,
            "stage": stage,
            "reason": str(self.reason),
            "detail": self.detail[:500],
        }
